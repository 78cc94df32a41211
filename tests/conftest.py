"""Fixtures of every test: both databases, the application, and builders of its data."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import Context
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from types import CodeType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import inspect, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey import create_app
from survey.config import Settings
from survey.database import opened
from survey.extensions import db
from survey.services import presets, schema

from factories import Factory
from lent_databases import Lender
from postgres_server import PostgresServer, as_administrator, start_postgres

# The same examples at every run: a failure can be repeated, and a slow machine is no failure.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

TODAY = date(2026, 8, 14)
BASE_URL = "http://127.0.0.1:8000"
LENT = "lent"  # the names of databases that have schema and presets already begin so


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real PostgreSQL server: TEST_DATABASE_URL, or one that this fixture starts and stops."""
    url = os.environ.get("TEST_DATABASE_URL")
    if url:
        yield PostgresServer(url)
        return
    # Not in pytest's own temporary folder: the next pytest to start closes that to other users, and this
    # server runs as one.
    with TemporaryDirectory(prefix="hailong-postgres-") as folder, start_postgres(Path(folder)) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind for one test, to which `make_app` gives schema and presets."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.sqlite3'}"
        return
    lender: Lender = request.getfixturevalue("lender")
    lent = lender.lend()
    yield lent.url
    lender.take_back(lent)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind, for what makes the schema itself."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.sqlite3'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    yield from new_postgres_database(server)


def new_postgres_database(server: PostgresServer, kind: str = "test") -> Iterator[str]:
    """Make a database of its own for one test and drop it afterwards."""
    name = f"{kind}_{secrets.token_hex(6)}"
    administer(server, f"CREATE DATABASE {name}")
    yield server.url.rsplit("/", 1)[0] + f"/{name}"
    administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def administer(server: PostgresServer, *statements: str) -> None:
    """Do what cannot be done to the database that one is in."""
    with as_administrator(server.url) as connection:
        for statement in statements:
            connection.execute(text(statement))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """An empty SQLite database, for what does not depend on the engine."""
    return f"sqlite:///{tmp_path / 'test.sqlite3'}"


def settings_for(url: str, **changes: object) -> Settings:
    """Settings of a test installation."""
    values: dict[str, object] = {
        "environment": "example",
        "database_url": url,
        "owner_database_url": url,
        "secret_key": "a-key-for-tests-only-and-long-enough",
        "base_url": BASE_URL,
    }
    return Settings(**(values | changes))  # type: ignore[arg-type]


class SeparateClient(FlaskClient):
    """A browser whose requests share nothing with the context that a test itself has open.

    Flask would otherwise lend them the test's `g`, and with it who was signed in a request ago.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return Context().run(super().open, *args, **kwargs)


class CompiledTemplates(BytecodeCache):
    """Templates compiled once in a run; each application would else compile anew what its first page needs."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Find what was compiled of the same source."""
        bucket.code = self._known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        assert bucket.code is not None
        self._known[bucket.key, bucket.checksum] = bucket.code


COMPILED = CompiledTemplates()


def prepare(url: str) -> None:
    """Give a database the schema and the presets."""
    with opened(url) as engine:
        schema.upgrade_schema(engine, today=TODAY)
        with Session(engine, expire_on_commit=False) as session:
            presets.load(session, today=TODAY)


@pytest.fixture(scope="session")
def prepared_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with schema and presets, to be copied: a copy takes no migration and waits for no disk."""
    path = tmp_path_factory.mktemp("prepared") / "prepared.sqlite3"
    prepare(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def prepared_postgres(postgres: PostgresServer) -> Iterator[Callable[[str], None]]:
    """Put a copy of a database with schema and presets in the place of an empty one."""
    made = new_postgres_database(postgres)
    template = next(made)
    prepare(template)

    def copy(url: str) -> None:
        name, source = url.rsplit("/", 1)[1], template.rsplit("/", 1)[1]
        administer(
            postgres,
            f"DROP DATABASE {name} WITH (FORCE)",
            f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY FILE_COPY",
        )

    yield copy
    next(made, None)


@pytest.fixture(scope="session")
def lender(postgres: PostgresServer, prepared_postgres: Callable[[str], None]) -> Iterator[Lender]:
    """Lends databases with schema and presets, so that not each test waits for one to be made."""
    with ExitStack() as made:

        def make() -> str:
            url = made.enter_context(contextmanager(new_postgres_database)(postgres, LENT))
            prepared_postgres(url)
            return url

        yield Lender(make)


def is_empty(url: str) -> bool:
    """Tell whether a database has no table yet."""
    with opened(url) as engine:
        return not inspect(engine).get_table_names()


@pytest.fixture
def make_app(prepared_sqlite: Path, request: pytest.FixtureRequest) -> Iterator[Callable[..., Flask]]:
    """Build an application on a database with schema and presets; engines are closed at the end."""
    apps: list[Flask] = []

    def build(url: str, **changes: object) -> Flask:
        path = Path(url.removeprefix("sqlite:///"))
        if url.startswith("sqlite:///") and not path.exists():
            shutil.copyfile(prepared_sqlite, path)
        elif f"/{LENT}_" in url:
            pass  # as it was lent
        elif url.startswith("postgresql") and is_empty(url):
            request.getfixturevalue("prepared_postgres")(url)
        else:
            prepare(url)
        app = create_app(settings_for(url, **changes))
        app.testing = True
        app.test_client_class = SeparateClient
        app.jinja_env.bytecode_cache = COMPILED
        apps.append(app)
        return app

    yield build
    for app in apps:
        app.extensions["hailong_openings"].close()
        db.engine(app).dispose()


@pytest.fixture
def app(make_app: Callable[..., Flask], database_url: str) -> Flask:
    """The application, once on SQLite and once on PostgreSQL."""
    return make_app(database_url)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript."""
    return app.test_client()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session inside an application context, as services get it."""
    with app.app_context():
        yield db.session


@pytest.fixture
def factory(session: Session) -> Factory:
    """Builders of units, counters, codes, dossiers and responses."""
    return Factory(session)
