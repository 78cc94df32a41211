"""First schema: units, codes, dossiers, responses, scores, index rounds, officers, audit."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# Points keep their decimals exactly; SQLite has no decimals, so there they are text.
EXACT = sa.Numeric(12, 4).with_variant(sa.String(20), "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=254), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_table(
        "index_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("rules", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_round")),
    )
    op.create_index("uq_index_round_name_kind", "index_round", ["name", "kind"], unique=True)

    op.create_table(
        "officer",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer")),
        sa.UniqueConstraint("email", name=op.f("uq_officer_email")),
    )
    op.create_table(
        "questionnaire_version",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("extra_questions", sa.JSON(), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaire_version")),
    )
    op.create_table(
        "score_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=24), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("rule_digest", sa.String(length=64), nullable=False),
        sa.Column("versions", sa.JSON(), nullable=False),
        sa.Column("program_version", sa.String(length=20), nullable=False),
        sa.Column("tally_digest", sa.String(length=64), nullable=False),
        sa.Column("response_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_set")),
    )
    op.create_index("uq_score_set_period_revision", "score_set", ["period", "revision"], unique=True)

    op.create_table(
        "service_field",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name_vi", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_service_field")),
    )
    op.create_table(
        "site_fact",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_site_fact")),
    )
    op.create_table(
        "spent_nonce",
        sa.Column("nonce_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("nonce_hash", name=op.f("pk_spent_nonce")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_spent_nonce_issued_on", "spent_nonce", ["issued_on"])

    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("one_stop_name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("ranking_group", sa.String(length=80), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("successor_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_unit_valid_range")),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id_unit")),
        sa.ForeignKeyConstraint(["successor_id"], ["unit.id"], name=op.f("fk_unit_successor_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
    )
    op.create_index("ix_unit_parent_id", "unit", ["parent_id"])

    op.create_table(
        "counter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_counter_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counter")),
    )
    op.create_index("uq_counter_unit_code", "counter", ["unit_id", "code"], unique=True)

    op.create_table(
        "dossier_count",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=24), nullable=False),
        sa.Column("basis", sa.String(length=16), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count >= 0", name=op.f("ck_dossier_count_count_not_negative")),
        sa.ForeignKeyConstraint(
            ["field"], ["service_field.code"], name=op.f("fk_dossier_count_field_service_field")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_dossier_count_unit_id_unit")),
        sa.PrimaryKeyConstraint(
            "unit_id", "period", "basis", "field", "channel", "outcome", name=op.f("pk_dossier_count")
        ),
    )
    op.create_table(
        "index_entry",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("component", sa.String(length=40), nullable=False),
        sa.Column("points", EXACT, nullable=True),
        sa.Column("percent", EXACT, nullable=True),
        sa.Column("not_applicable", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["index_round.id"],
            name=op.f("fk_index_entry_round_id_index_round"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_index_entry_unit_id_unit")),
        sa.PrimaryKeyConstraint("round_id", "unit_id", "component", name=op.f("pk_index_entry")),
    )
    op.create_table(
        "index_printed",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("total", EXACT, nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["index_round.id"],
            name=op.f("fk_index_printed_round_id_index_round"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_index_printed_unit_id_unit")),
        sa.PrimaryKeyConstraint("round_id", "unit_id", name=op.f("pk_index_printed")),
    )
    op.create_table(
        "officer_grant",
        sa.Column("officer_id", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"],
            ["officer.id"],
            name=op.f("fk_officer_grant_officer_id_officer"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_officer_grant_unit_id_unit")),
        sa.PrimaryKeyConstraint("officer_id", "unit_id", "role", name=op.f("pk_officer_grant")),
    )
    op.create_table(
        "response_extra",
        sa.Column("number_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("answers", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["version"],
            ["questionnaire_version.id"],
            name=op.f("fk_response_extra_version_questionnaire_version"),
        ),
        sa.PrimaryKeyConstraint("number_hash", name=op.f("pk_response_extra")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_response_extra_local_date", "response_extra", ["local_date"])

    op.create_table(
        "score",
        sa.Column("score_set_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("response_count", sa.Integer(), nullable=False),
        sa.Column("dossier_count", sa.Integer(), nullable=True),
        sa.Column("effective_count", sa.Double(), nullable=True),
        sa.Column("coverage_share", sa.Double(), nullable=True),
        sa.Column("index_share", sa.Double(), nullable=True),
        sa.Column("standard_error", sa.Double(), nullable=True),
        sa.Column("lower_share", sa.Double(), nullable=True),
        sa.Column("upper_share", sa.Double(), nullable=True),
        sa.Column("points", EXACT, nullable=True),
        sa.Column("lower_points", EXACT, nullable=True),
        sa.Column("upper_points", EXACT, nullable=True),
        sa.Column("unweighted_share", sa.Double(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["score_set_id"],
            ["score_set.id"],
            name=op.f("fk_score_score_set_id_score_set"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_score_unit_id_unit")),
        sa.PrimaryKeyConstraint("score_set_id", "unit_id", name=op.f("pk_score")),
    )
    op.create_table(
        "counter_field",
        sa.Column("counter_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["counter_id"],
            ["counter.id"],
            name=op.f("fk_counter_field_counter_id_counter"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["field"], ["service_field.code"], name=op.f("fk_counter_field_field_service_field")
        ),
        sa.PrimaryKeyConstraint("counter_id", "field", name=op.f("pk_counter_field")),
    )
    op.create_table(
        "qr_code",
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("counter_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["counter_id"], ["counter.id"], name=op.f("fk_qr_code_counter_id_counter")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_qr_code_unit_id_unit")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_qr_code")),
    )
    op.create_index("ix_qr_code_unit_id", "qr_code", ["unit_id"])

    op.create_table(
        "response",
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("number_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("counter_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("trust", sa.String(length=16), nullable=False),
        sa.Column("flags", sa.String(length=16), nullable=False),
        sa.Column("trial", sa.Boolean(), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=True),
        sa.Column("field_source", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=True),
        sa.Column("channel_source", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("outcome_source", sa.String(length=16), nullable=False),
        sa.Column("answers", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["counter_id"], ["counter.id"], name=op.f("fk_response_counter_id_counter")),
        sa.ForeignKeyConstraint(["field"], ["service_field.code"], name=op.f("fk_response_field_service_field")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_response_unit_id_unit")),
        sa.ForeignKeyConstraint(
            ["version"], ["questionnaire_version.id"], name=op.f("fk_response_version_questionnaire_version")
        ),
        sa.PrimaryKeyConstraint("local_date", "number_hash", name=op.f("pk_response")),
        postgresql_partition_by="RANGE (local_date)",
        sqlite_with_rowid=False,
    )
    op.create_index("ix_response_unit_id_local_date", "response", ["unit_id", "local_date"])
    # Days for which no month has been prepared land here, so that no response is ever refused.
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE TABLE response_p_default PARTITION OF response DEFAULT")
