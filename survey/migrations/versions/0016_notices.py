"""Notices: what officers wish to hear of, what waits to be told, and handles for the gateway."""

import sqlalchemy as sa
from alembic import op

from survey.models.model import UtcDateTime

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "notice_setting",
        sa.Column("officer_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("choice", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officer.id"], name=op.f("fk_notice_setting_officer_id_officer"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("officer_id", "kind", name=op.f("pk_notice_setting")),
    )
    op.create_table(
        "feedback_notice",
        sa.Column("case_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_key"],
            ["feedback_case.key"],
            name=op.f("fk_feedback_notice_case_key_feedback_case"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("case_key", "kind", name=op.f("pk_feedback_notice")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "contact_handle",
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("case_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_key"],
            ["feedback_contact.case_key"],
            name=op.f("fk_contact_handle_case_key_feedback_contact"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_contact_handle")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_contact_handle_until", "contact_handle", ["until"])
