"""Feedback at the officers' desk: what it is, whose it is, until when; notes, replies held back, templates."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from survey.models.model import UtcDateTime
from survey.services.spelling import fold

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    _add("feedback_case", "category", sa.String(length=16))
    _add("feedback_case", "assignee_id", sa.String(length=32), "officer.id")
    _add("feedback_case", "about_officer_id", sa.String(length=32), "officer.id")
    _add("feedback_case", "due_on", sa.Date())
    _add("feedback_case", "escalated_on", sa.Date())
    _add("feedback_case", "merged_into", sa.LargeBinary(length=32), "feedback_case.key")
    op.add_column("feedback_case", sa.Column("search_text", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_feedback_case_merged_into", "feedback_case", ["merged_into"])
    _add("feedback_entry", "unit_id", sa.Integer(), "unit.id")
    op.create_index("ix_audit_event_subject", "audit_event", ["subject"])

    op.create_table(
        "feedback_note",
        sa.Column("case_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("author", sa.String(length=254), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_key"],
            ["feedback_case.key"],
            name=op.f("fk_feedback_note_case_key_feedback_case"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("case_key", "position", name=op.f("pk_feedback_note")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "feedback_pending",
        sa.Column("case_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=254), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_key"],
            ["feedback_case.key"],
            name=op.f("fk_feedback_pending_case_key_feedback_case"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("case_key", name=op.f("pk_feedback_pending")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reply_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(length=254), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_reply_template_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_template")),
    )
    op.create_index("ix_reply_template_unit_id", "reply_template", ["unit_id"])
    _make_searchable()
    _set_deadlines()


def _add(table: str, name: str, kind: sa.types.TypeEngine[Any], target: str | None = None) -> None:
    """Add a column that may be empty.

    SQLite takes a reference only within the column; making the table anew would delete what refers to its rows.
    """
    references = []
    if target is not None:
        named = op.f(f"fk_{table}_{name}_{target.split('.')[0]}")
        references = [sa.ForeignKey(target, name=named)]
    inline = op.get_bind().dialect.name == "sqlite"
    op.add_column(table, sa.Column(name, kind, *references, nullable=True), inline_references=inline)


def _set_deadlines() -> None:
    """Give the cases that wait two weeks from their receipt; classifying them counts anew."""
    case = sa.table(
        "feedback_case",
        sa.column("key"),
        sa.column("state"),
        sa.column("received_on", sa.Date()),
        sa.column("due_on", sa.Date()),
        sa.column("topic"),
    )
    waiting = case.c.state.in_(["new", "classified", "in_progress", "reopened"]) & (case.c.topic != "praise")
    for key, received_on in op.get_bind().execute(sa.select(case.c.key, case.c.received_on).where(waiting)).all():
        op.execute(case.update().where(case.c.key == key).values(due_on=received_on + timedelta(days=14)))


def _make_searchable() -> None:
    """Fold the words of the cases that are there."""
    entry = sa.table("feedback_entry", sa.column("case_key"), sa.column("position"), sa.column("text", sa.Text()))
    case = sa.table("feedback_case", sa.column("key"), sa.column("search_text", sa.Text()))
    texts: dict[bytes, list[str]] = {}
    rows = sa.select(entry.c.case_key, entry.c.text).where(entry.c.text.isnot(None))
    for key, text in op.get_bind().execute(rows.order_by(entry.c.case_key, entry.c.position)):
        texts.setdefault(key, []).append(fold(text))
    for key, folded in texts.items():
        op.execute(case.update().where(case.c.key == key).values(search_text=" ".join(folded)))
