"""Feedback with an answer: cases, their history and contact details; remarks without a case."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "comment",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("week_of", sa.Date(), nullable=False),
        sa.Column("trial", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("erased_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_comment_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_comment_unit_id", "comment", ["unit_id"])

    op.create_table(
        "feedback_case",
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("about_unit_id", sa.Integer(), nullable=False),
        sa.Column("reader_unit_id", sa.Integer(), nullable=False),
        sa.Column("reader", sa.String(length=16), nullable=False),
        sa.Column("topic", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("trial", sa.Boolean(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("contact_erased_on", sa.Date(), nullable=True),
        sa.Column("erased_on", sa.Date(), nullable=True),
        sa.Column("erased_by", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["about_unit_id"], ["unit.id"], name=op.f("fk_feedback_case_about_unit_id_unit")),
        sa.ForeignKeyConstraint(
            ["reader_unit_id"], ["unit.id"], name=op.f("fk_feedback_case_reader_unit_id_unit")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_feedback_case")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_feedback_case_reader_unit_id_state", "feedback_case", ["reader_unit_id", "state"])

    op.create_table(
        "feedback_entry",
        sa.Column("case_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("satisfied", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_key"],
            ["feedback_case.key"],
            name=op.f("fk_feedback_entry_case_key_feedback_case"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("case_key", "position", name=op.f("pk_feedback_entry")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "feedback_contact",
        sa.Column("case_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("consent_version", sa.String(length=40), nullable=False),
        sa.Column("consented_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_key"],
            ["feedback_case.key"],
            name=op.f("fk_feedback_contact_case_key_feedback_case"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("case_key", name=op.f("pk_feedback_contact")),
        sqlite_with_rowid=False,
    )
