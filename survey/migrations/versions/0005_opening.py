"""How often the form of each code was opened and sent, by day."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "qr_opening",
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["code"], ["qr_code.code"], name=op.f("fk_qr_opening_code_qr_code")),
        sa.PrimaryKeyConstraint("code", "local_date", name=op.f("pk_qr_opening")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_qr_opening_local_date", "qr_opening", ["local_date"])
