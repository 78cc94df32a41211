"""Units in the browser: days of codes, ended counters, the guided start, and the group of a score."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    # As text, because each column comes with its constraint in place, on both engines.
    for column in (
        "counter ADD COLUMN ended_on DATE",
        "qr_code ADD COLUMN valid_from DATE",
        "qr_code ADD COLUMN valid_to DATE CONSTRAINT ck_qr_code_valid_range "
        "CHECK (valid_from IS NULL OR valid_to IS NULL OR valid_to >= valid_from)",
        "qr_code ADD COLUMN next_unit_id INTEGER CONSTRAINT fk_qr_code_next_unit_id_unit REFERENCES unit (id)",
    ):
        op.execute(f"ALTER TABLE {column}")
    op.add_column("score", sa.Column("ranking_group", sa.String(length=80), nullable=True))
    op.execute("UPDATE score SET ranking_group = (SELECT ranking_group FROM unit WHERE unit.id = score.unit_id)")
    op.create_table(
        "start_step",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_start_step_unit_id_unit")),
        sa.PrimaryKeyConstraint("unit_id", "step", name=op.f("pk_start_step")),
    )
