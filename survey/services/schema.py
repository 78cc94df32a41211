"""Create and upgrade the schema, and the monthly partitions of responses on PostgreSQL."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
MONTHS_AHEAD = 12


def alembic_config(connection: Connection) -> Config:
    """Point Alembic at our migrations and at an open connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def upgrade_schema(engine: Engine, *, today: date, revision: str = "head") -> None:
    """Bring the schema to `revision` and make room for the responses of the coming months."""
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), revision)
        if connection.dialect.name == "postgresql" and inspect(connection).has_table("response"):
            _make_partitions(connection, today)


def is_current(engine: Engine) -> bool:
    """Tell whether the database has the newest schema."""
    with engine.connect() as connection:
        head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
        return MigrationContext.configure(connection).get_current_revision() == head


def _make_partitions(connection: Connection, today: date) -> None:
    # Days outside these months fall into the default partition, so that no response is ever refused.
    for ahead in range(MONTHS_AHEAD + 1):
        first = _month(today, ahead)
        connection.execute(
            text(
                f"CREATE TABLE IF NOT EXISTS response_p{first:%Y_%m} PARTITION OF response "
                f"FOR VALUES FROM ('{first}') TO ('{_month(today, ahead + 1)}')"
            )
        )


def _month(day: date, ahead: int) -> date:
    months = day.year * 12 + day.month - 1 + ahead
    return date(months // 12, months % 12 + 1, 1)
