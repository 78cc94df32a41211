"""The schema comes from migrations, on both databases, and equals the models."""

from __future__ import annotations

from datetime import date

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import inspect, text

from survey.database import make_engine
from survey.extensions import db
from survey.models import Model
from survey.services import schema

from conftest import TODAY


def test_migrated_schema_equals_the_models(database_url: str) -> None:
    engine = make_engine(database_url)
    schema.upgrade_schema(engine, today=TODAY)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _: not (kind == "table" and str(name).startswith("response_p")),
            },
        )
        differences = compare_metadata(context, Model.metadata)
    engine.dispose()
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
