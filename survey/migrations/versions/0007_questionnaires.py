"""Questionnaires released in the program, where they are used, drafts, and the leaders' survey."""

import sqlalchemy as sa
from alembic import op

from survey.models.model import UtcDateTime

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("one_time_code", sa.Column("survey_id", sa.Integer(), nullable=True))
    op.add_column("questionnaire_version", sa.Column("definition", sa.Text(), nullable=True))
    op.create_table(
        "questionnaire_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_questionnaire_use_valid_range")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_questionnaire_use_unit_id_unit")),
        sa.ForeignKeyConstraint(
            ["version"],
            ["questionnaire_version.id"],
            name=op.f("fk_questionnaire_use_version_questionnaire_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaire_use")),
    )
    op.create_index("ix_questionnaire_use_unit_id", "questionnaire_use", ["unit_id"])
    op.create_table(
        "questionnaire_draft",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("base", sa.String(length=40), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("author", sa.String(length=254), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["base"], ["questionnaire_version.id"], name=op.f("fk_questionnaire_draft_base_questionnaire_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaire_draft")),
    )
    op.create_table(
        "leader_survey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round", sa.String(length=16), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("asked", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_leader_survey_unit_id_unit")),
        sa.ForeignKeyConstraint(
            ["version"], ["questionnaire_version.id"], name=op.f("fk_leader_survey_version_questionnaire_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leader_survey")),
    )
    op.create_index("uq_leader_survey_round_unit_id", "leader_survey", ["round", "unit_id"], unique=True)
    op.create_table(
        "leader_response",
        sa.Column("number_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("answers", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["leader_survey.id"], name=op.f("fk_leader_response_survey_id_leader_survey")
        ),
        sa.PrimaryKeyConstraint("number_hash", name=op.f("pk_leader_response")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_leader_response_survey_id", "leader_response", ["survey_id"])
