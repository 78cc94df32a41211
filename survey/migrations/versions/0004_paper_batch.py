"""Paper forms: batches, their sheets while they are typed, and the batch of a response."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "paper_batch",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("counter_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("opener_one", sa.String(length=120), nullable=False),
        sa.Column("opener_two", sa.String(length=120), nullable=False),
        sa.Column("found_count", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stored_count", sa.Integer(), nullable=True),
        sa.Column("invalid_count", sa.Integer(), nullable=True),
        sa.Column("compared_count", sa.Integer(), nullable=True),
        sa.Column("agreed_count", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_paper_batch_day_range")),
        sa.CheckConstraint("opener_one <> opener_two", name=op.f("ck_paper_batch_two_openers")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_paper_batch_unit_id_unit")),
        sa.ForeignKeyConstraint(["counter_id"], ["counter.id"], name=op.f("fk_paper_batch_counter_id_counter")),
        sa.ForeignKeyConstraint(
            ["version"], ["questionnaire_version.id"], name=op.f("fk_paper_batch_version_questionnaire_version")
        ),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_paper_batch_officer_id_officer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_batch")),
    )
    op.create_index("ix_paper_batch_unit_id", "paper_batch", ["unit_id"])
    op.create_table(
        "paper_sheet",
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("typed", sa.String(length=120), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("first", sa.String(length=120), nullable=True),
        sa.Column("second", sa.String(length=120), nullable=True),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["paper_batch.id"],
            name=op.f("fk_paper_sheet_batch_id_paper_batch"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("batch_id", "number", name=op.f("pk_paper_sheet")),
    )
    # As text, because it adds the column with its constraint in place, on both engines and on a partitioned table;
    # Alembic's way on SQLite would copy all responses.
    op.execute(
        "ALTER TABLE response ADD COLUMN batch_id VARCHAR(32) "
        "CONSTRAINT fk_response_batch_id_paper_batch REFERENCES paper_batch (id)"
    )
