"""One-time codes, and the tickets among them that are still open."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ALWAYS_THERE = bytes(32)


def upgrade() -> None:
    op.create_table(
        "one_time_code",
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("ticket_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=True),
        sa.Column("field", sa.String(length=32), nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_one_time_code_unit_id_unit")),
        sa.ForeignKeyConstraint(
            ["version"], ["questionnaire_version.id"], name=op.f("fk_one_time_code_version_questionnaire_version")
        ),
        sa.ForeignKeyConstraint(
            ["field"], ["service_field.code"], name=op.f("fk_one_time_code_field_service_field")
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_one_time_code")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_one_time_code_expires_on", "one_time_code", ["expires_on"])
    open_ticket = op.create_table(
        "open_ticket",
        sa.Column("ticket_key", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("ticket_key", name=op.f("pk_open_ticket")),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE open_ticket SET UNLOGGED")
    op.bulk_insert(open_ticket, [{"ticket_key": ALWAYS_THERE}])
