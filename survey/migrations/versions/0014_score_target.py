"""What a unit wants to reach in a year."""

import sqlalchemy as sa
from alembic import op

from survey.models.model import ExactDecimal

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "score_target",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("points", ExactDecimal(), nullable=False),
        sa.Column("set_by", sa.String(length=254), nullable=False),
        sa.Column("set_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_score_target_unit_id_unit")),
        sa.PrimaryKeyConstraint("unit_id", "year", name=op.f("pk_score_target")),
    )
