"""Tables sent in through the pages, letterheads, printed on-time rates, imported responses."""

import sqlalchemy as sa
from alembic import op

from survey.models.model import ExactDecimal, UtcDateTime

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("period", sa.String(length=24), nullable=True),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("officer_id", sa.String(length=32), nullable=False),
        sa.Column("uploaded_at", UtcDateTime(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_upload_officer_id_officer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_index("ix_upload_officer_id", "upload", ["officer_id"])
    op.create_table(
        "unit_letterhead",
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("superior", sa.String(length=200), nullable=True),
        sa.Column("issuer", sa.String(length=200), nullable=True),
        sa.Column("place", sa.String(length=120), nullable=True),
        sa.Column("symbol", sa.String(length=60), nullable=True),
        sa.Column("signature", sa.String(length=400), nullable=True),
        sa.Column("signer", sa.String(length=120), nullable=True),
        sa.Column("recipients", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_letterhead_unit_id_unit")),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_unit_letterhead")),
    )
    op.create_table(
        "dossier_printed",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=24), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("on_time_percent", ExactDecimal(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_dossier_printed_unit_id_unit")),
        sa.ForeignKeyConstraint(
            ["field"], ["service_field.code"], name=op.f("fk_dossier_printed_field_service_field")
        ),
        sa.PrimaryKeyConstraint("unit_id", "period", "field", name=op.f("pk_dossier_printed")),
    )
    op.add_column("paper_batch", sa.Column("source", sa.String(length=120), nullable=True))
    op.add_column("paper_batch", sa.Column("file_digest", sa.String(length=64), nullable=True))
