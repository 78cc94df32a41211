"""The program does its work in the role of docs/postgresql-roles.sql, which cannot change what citizens sent."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import ProgrammingError

from analysis.periods import previous, quarter_of
from survey import create_app
from survey.config import TIME_ZONE
from survey.extensions import db
from survey.models import OpenTicket, PublishedUnit, Response, SetAsideResponse
from survey.services import publication, score

from citizens import send
from conftest import new_postgres_database, settings_for
from factories import Factory
from postgres_server import PostgresServer, as_administrator

RIGHTS = Path(__file__).resolve().parents[2] / "docs" / "postgresql-roles.sql"
APPEND_ONLY = ("response", "response_extra", "leader_response", "spent_nonce", "audit_event", "set_aside_request",
               "set_aside_decision", "set_aside_response", "questionnaire_version", "score_rule_version",
               "frozen_dossier_count", "frozen_paper", "score_verification", "published_result", "published_unit",
               "index_structure", "index_publication", "index_published_unit")  # fmt: skip


@pytest.fixture
def owners_app(make_app: Callable[..., Flask], postgres: PostgresServer) -> Iterator[Flask]:
    """The application in the role that owns the tables, on PostgreSQL."""
    for url in new_postgres_database(postgres):
        yield make_app(url)


@pytest.fixture
def app(owners_app: Flask) -> Iterator[Flask]:
    """The application in a role with the rights of the file."""
    role, url = f"app_{secrets.token_hex(6)}", owners_app.config["SETTINGS"].database_url
    owner = url.replace("postgresql://", "postgresql+psycopg://")
    with as_administrator(owner) as connection:
        connection.exec_driver_sql(f"CREATE ROLE {role}")
        # As psql sends it: the driver must not look for parameters in it.
        connection.exec_driver_sql(
            RIGHTS.read_text(encoding="utf-8").replace("hailong_app", role),
            execution_options={"no_parameters": True},
        )
    app = create_app(settings_for(f"{url}?options=-c%20role%3D{role}"))
    app.testing = True
    yield app
    app.extensions["hailong_openings"].close()
    db.engine(app).dispose()
    with as_administrator(owner) as connection:
        connection.exec_driver_sql(f"DROP OWNED BY {role}")
        connection.exec_driver_sql(f"DROP ROLE {role}")


def test_the_role_can_do_all_the_work(owners_app: Flask, app: Flask) -> None:
    today = datetime.now(TIME_ZONE).date()
    period = quarter_of(today)
    over = previous(period)
    with owners_app.app_context():
        factory = Factory(db.session)
        unit = factory.unit()
        for one in (over, period):
            factory.dossiers(unit, one.text, {("dat-dai", "direct", "on_time"): 400})
        factory.responses(unit, "454342", 40, local_date=over.first)
        addresses = [f"/q/{factory.one_time_code(unit)}", f"/q/{factory.qr_code(unit).code}"]
    for address in addresses:
        client = app.test_client()
        sent = send(client, address)
        assert sent.status_code == 303
        more = client.post(sent.location, data={"Q6": "1", "Q9": "Cảm ơn"})
        assert more.status_code == 303
    assert app.extensions["hailong_openings"].flush()
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(OpenTicket)) == 1, "the used one has gone"
        now = datetime.now(TIME_ZONE)
        score.refresh(db.session, period, now=now, actor="test")
        score.refresh(db.session, period, now=now, actor="test")
        Factory(db.session).set_aside(db.session.merge(unit), period, today)
        assert len(db.session.scalars(select(SetAsideResponse)).all()) == 2
        assert len(db.session.scalars(select(Response).where(Response.local_date > over.last)).all()) == 2
        score.close(db.session, over, now=now, actor="test")
        publication.publish(db.session, over, now=now, actor="test")
        assert db.session.scalar(select(func.count()).select_from(PublishedUnit)) == 1


def test_the_role_can_change_and_delete_nothing_that_was_sent_or_decided(app: Flask) -> None:
    with app.app_context():
        for table in (*APPEND_ONLY, "response_p_default"):
            column = inspect(db.session.connection()).get_columns(table)[0]["name"]
            for statement in ("UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0}"):
                with pytest.raises(ProgrammingError, match=rf"permission denied for table {table}\b"):
                    db.session.execute(text(statement.format(table, column)))
                db.session.rollback()
