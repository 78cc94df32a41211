"""Responses that do not count, with a reason and two persons."""

import sqlalchemy as sa
from alembic import op

from survey.models.model import UtcDateTime

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "set_aside_request",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=24), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("selection", sa.String(length=16), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("counter_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=True),
        sa.Column("flag", sa.String(length=1), nullable=True),
        sa.Column("batch_id", sa.String(length=32), nullable=True),
        sa.Column("number_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("undoes_id", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("response_count", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.String(length=32), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_set_aside_request_day_range")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_set_aside_request_unit_id_unit")),
        sa.ForeignKeyConstraint(
            ["counter_id"], ["counter.id"], name=op.f("fk_set_aside_request_counter_id_counter")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["paper_batch.id"], name=op.f("fk_set_aside_request_batch_id_paper_batch")
        ),
        sa.ForeignKeyConstraint(
            ["undoes_id"], ["set_aside_request.id"], name=op.f("fk_set_aside_request_undoes_id_set_aside_request")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["officer.id"], name=op.f("fk_set_aside_request_asked_by_id_officer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_aside_request")),
        sa.UniqueConstraint("id", "asked_by_id", name=op.f("uq_set_aside_request_id_asked_by_id")),
    )
    op.create_index("ix_set_aside_request_unit_id", "set_aside_request", ["unit_id"])
    op.create_table(
        "set_aside_decision",
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("asked_by_id", sa.String(length=32), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("decided_by_id", sa.String(length=32), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("response_count", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(verdict = 'withdrawn') = (decided_by_id = asked_by_id)",
            name=op.f("ck_set_aside_decision_two_persons"),
        ),
        sa.ForeignKeyConstraint(
            ["request_id", "asked_by_id"],
            ["set_aside_request.id", "set_aside_request.asked_by_id"],
            name=op.f("fk_set_aside_decision_request_id_set_aside_request"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["officer.id"], name=op.f("fk_set_aside_decision_decided_by_id_officer")
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_set_aside_decision")),
    )
    op.create_table(
        "set_aside_response",
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("number_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["set_aside_request.id"],
            name=op.f("fk_set_aside_response_request_id_set_aside_request"),
        ),
        sa.PrimaryKeyConstraint("local_date", "number_hash", "request_id", name=op.f("pk_set_aside_response")),
        sqlite_with_rowid=False,
    )
