"""Sheets, evidence, own structures and published rounds of the reform index; what files of a closed result say."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from survey.models.model import ExactDecimal, UtcDateTime

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("index_round", sa.Column("level", sa.String(length=16), nullable=False, server_default="all"))
    op.add_column("index_round", sa.Column("criteria", sa.String(length=60), nullable=True))
    op.add_column("index_round", sa.Column("bands", sa.JSON(), nullable=True))
    op.drop_index("uq_index_round_name_kind", table_name="index_round")
    op.create_index("uq_index_round_name_kind_level", "index_round", ["name", "kind", "level"], unique=True)
    op.create_table(
        "index_sheet",
        *_keys("index_sheet"),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("changed_by", sa.String(length=254), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("appraised_by", sa.String(length=254), nullable=True),
        sa.Column("appraisers", sa.JSON(), nullable=False),
        sa.Column("returned_because", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("round_id", "unit_id", name=op.f("pk_index_sheet")),
    )
    op.create_table(
        "index_score",
        *_keys("index_score"),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("self_points", ExactDecimal(), nullable=True),
        sa.Column("self_not_applicable", sa.Boolean(), nullable=False),
        sa.Column("self_note", sa.Text(), nullable=False),
        sa.Column("points", ExactDecimal(), nullable=True),
        sa.Column("not_applicable", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("round_id", "unit_id", "code", name=op.f("pk_index_score")),
    )
    op.create_table(
        "index_evidence",
        sa.Column("id", sa.String(length=32), nullable=False),
        *_keys("index_evidence"),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("file_name", sa.String(length=160), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_by", sa.String(length=254), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_evidence")),
    )
    op.create_index("ix_index_evidence_round_id_unit_id", "index_evidence", ["round_id", "unit_id"])
    op.create_table(
        "frozen_paper",
        sa.Column("score_set_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["score_set_id"],
            ["score_set.id"],
            name=op.f("fk_frozen_paper_score_set_id_score_set"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("score_set_id", name=op.f("pk_frozen_paper")),
    )
    op.create_table(
        "index_structure",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=False),
        sa.Column("registered_by", sa.String(length=254), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_structure")),
    )
    _publications()


def _publications() -> None:
    op.create_table(
        "index_publication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.Column("published_by", sa.String(length=254), nullable=False),
        sa.Column("program_version", sa.String(length=40), nullable=False),
        sa.Column("rules_digest", sa.String(length=64), nullable=False),
        sa.Column("criteria_digest", sa.String(length=64), nullable=True),
        sa.Column("input_digest", sa.String(length=64), nullable=False),
        sa.Column("structure", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["index_round.id"], name=op.f("fk_index_publication_round_id_index_round")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_publication")),
    )
    op.create_index(
        "uq_index_publication_round_id_revision", "index_publication", ["round_id", "revision"], unique=True
    )
    op.create_table(
        "index_published_unit",
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["index_publication.id"],
            name=op.f("fk_index_published_unit_publication_id_index_publication"),
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_index_published_unit_unit_id_unit")),
        sa.PrimaryKeyConstraint("publication_id", "unit_id", name=op.f("pk_index_published_unit")),
    )


def _keys(table: str) -> list[Any]:
    return [
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["index_round.id"], name=op.f(f"fk_{table}_round_id_index_round"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f(f"fk_{table}_unit_id_unit")),
    ]
