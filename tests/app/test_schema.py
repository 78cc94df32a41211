"""The schema comes from migrations, on both databases, and equals the models."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from survey.database import opened
from survey.extensions import db
from survey.models import Model, Response, Score, ScoreSet, Trust, Unit
from survey.services import schema

from conftest import TODAY

ROWS = Path(__file__).resolve().parents[1] / "data" / "revisions"


def test_migrated_schema_equals_the_models(empty_database_url: str) -> None:
    with opened(empty_database_url) as engine, engine.connect() as connection:
        schema.upgrade_schema(engine, today=TODAY)
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _: not (kind == "table" and str(name).startswith("response_p")),
            },
        )
        differences = compare_metadata(context, Model.metadata)
    assert differences == []


def test_responses_have_partitions_for_the_coming_months(app: Flask) -> None:
    engine = db.engine(app)
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            table = connection.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'response'"))
        assert "WITHOUT ROWID" in table
        return
    schema.upgrade_schema(engine, today=date(2027, 1, 1))
    names = inspect(engine).get_table_names()
    assert {"response_p2026_08", "response_p2027_12", "response_p_default"} <= set(names)


def test_every_migration_carries_stored_data_along(empty_database_url: str) -> None:
    """Go up revision by revision, storing at each what the program of that time stored, then read it all."""
    revisions = [script.revision for script in ScriptDirectory(str(schema.MIGRATIONS)).walk_revisions()][::-1]
    assert revisions[0] == "0001"
    with opened(empty_database_url) as engine:
        for revision in revisions:
            schema.upgrade_schema(engine, today=TODAY, revision=revision)
            rows = ROWS / f"{revision}.sql"
            if rows.exists():
                with engine.begin() as connection:
                    connection.execution_options(no_parameters=True)  # a "%" in what was stored stays one
                    for statement in rows.read_text(encoding="utf-8").split(";\n"):
                        if statement.strip():
                            connection.exec_driver_sql(statement)
        with Session(engine) as session:
            stored = {
                mapper.class_: session.scalars(select(mapper.class_)).all() for mapper in Model.registry.mappers
            }
            empty = [model.__name__ for model, rows in stored.items() if not rows]
            assert empty == [], "a row of every table must arrive at the newest revision"
            unit = next(unit for unit in stored[Unit] if unit.code == "P01")
            assert unit.successor is not None
            assert unit.successor.name == "Phường Mới"
            assert stored[Score][0].points == Decimal("26.28")
            assert stored[ScoreSet][0].computed_at == datetime(2026, 10, 5, 1, 2, 3, tzinfo=UTC)
            assert (stored[Response][0].answers, stored[Response][0].trust) == ("54x-12", Trust.COUNTER)
