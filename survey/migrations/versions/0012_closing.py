"""Drafts, objections, corrections, verification; score rules made in the program."""

import sqlalchemy as sa
from alembic import op

from survey.models.model import UtcDateTime

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("score_set", sa.Column("population_digest", sa.String(length=64), nullable=True))
    op.add_column("score_set", sa.Column("replaces", sa.Integer(), nullable=True))
    op.add_column("score_set", sa.Column("reason", sa.Text(), nullable=True))
    op.add_column("score_set", sa.Column("published_at", UtcDateTime(), nullable=True))
    op.add_column("score", sa.Column("tally_digest", sa.String(length=64), nullable=True))
    _frozen()
    _around_closing()
    _rules()


def _reference(
    table: str, column: str, to: str, key: str = "id", *, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{to}")
    return sa.ForeignKeyConstraint([column], [f"{to}.{key}"], name=name, ondelete=ondelete)


def _frozen() -> None:
    table = "frozen_dossier_count"
    op.create_table(
        table,
        sa.Column("score_set_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(length=16), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        _reference(table, "score_set_id", "score_set", ondelete="CASCADE"),
        _reference(table, "unit_id", "unit"),
        _reference(table, "field", "service_field", "code"),
        sa.PrimaryKeyConstraint(
            "score_set_id", "unit_id", "basis", "field", "channel", "outcome", name=op.f(f"pk_{table}")
        ),
    )


def _around_closing() -> None:
    op.create_table(
        "score_draft",
        sa.Column("score_set_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("sent_by", sa.String(length=254), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        _reference("score_draft", "score_set_id", "score_set"),
        sa.PrimaryKeyConstraint("score_set_id", name=op.f("pk_score_draft")),
    )
    op.create_table(
        "score_objection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("score_set_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by", sa.String(length=254), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.String(length=254), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        _reference("score_objection", "score_set_id", "score_set"),
        _reference("score_objection", "unit_id", "unit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_objection")),
    )
    op.create_index("ix_score_objection_score_set_id_unit_id", "score_objection", ["score_set_id", "unit_id"])
    op.create_table(
        "score_verification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("score_set_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=254), nullable=False),
        sa.Column("program_version", sa.String(length=20), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("difference_count", sa.Integer(), nullable=False),
        sa.Column("differences", sa.JSON(), nullable=False),
        _reference("score_verification", "score_set_id", "score_set"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_verification")),
    )
    op.create_index(op.f("ix_score_verification_score_set_id"), "score_verification", ["score_set_id"])


def _rules() -> None:
    op.create_table(
        "score_rule_version",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("base", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=False),
        sa.Column("released_by", sa.String(length=254), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_rule_version")),
    )
    op.create_table(
        "score_rule_draft",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("base", sa.String(length=60), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=254), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_rule_draft")),
    )
    op.create_table(
        "score_rule_use",
        sa.Column("period", sa.String(length=24), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("chosen_by", sa.String(length=254), nullable=False),
        sa.Column("chosen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("period", name=op.f("pk_score_rule_use")),
    )
