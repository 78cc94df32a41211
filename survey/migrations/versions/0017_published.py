"""The tables that everybody may read: written when a period is published."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "published_result",
        sa.Column("score_set_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["score_set_id"], ["score_set.id"], name=op.f("fk_published_result_score_set_id_score_set")
        ),
        sa.PrimaryKeyConstraint("score_set_id", name=op.f("pk_published_result")),
    )
    op.create_table(
        "published_unit",
        sa.Column("score_set_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("parent_code", sa.String(length=32), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["score_set_id"],
            ["published_result.score_set_id"],
            name=op.f("fk_published_unit_score_set_id_published_result"),
        ),
        sa.PrimaryKeyConstraint("score_set_id", "code", name=op.f("pk_published_unit")),
    )
