"""Sending the same form many times at the same moment is one response with one number, on both databases."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forms.questionnaire import load_questionnaire
from survey.database import wait_for_closing
from survey.extensions import db
from survey.models import Response, ResponseExtra, SpentNonce
from survey.services import response
from survey.services.response import Spending

from conftest import new_postgres_database
from factories import Factory
from postgres_server import PostgresServer

TRIES = 8
TODAY = date(2026, 8, 14)
ANSWERS = {"Q1": "5", "Q2": "4", "Q3": "3"}


def at_once(work: Callable[[], str]) -> list[str]:
    """Run `work` in several threads that start together."""
    barrier = Barrier(TRIES)

    def run(_: int) -> str:
        barrier.wait()
        return work()

    with ThreadPoolExecutor(TRIES) as pool:
        return list(pool.map(run, range(TRIES)))


def count(session: Session, model: type) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_form_sent_by_many_hands_at_once_counts_once(app: Flask, session: Session, factory: Factory) -> None:
    unit = factory.unit()
    code = factory.qr_code(unit, factory.counter(unit)).code
    found = re.search(r'name="n" value="([^"]+)"', app.test_client().get(f"/q/{code}").text)
    assert found
    nonce = found[1]

    def send() -> str:
        client = app.test_client()
        sent = client.post(f"/q/{code}", data=ANSWERS | {"n": nonce})
        assert sent.status_code == 303
        number = re.search(r"<b>([-0-9A-Z]{19})</b>", client.get(sent.headers["Location"]).text)
        return number[1] if number else "no number"

    assert len(set(at_once(send))) == 1
    assert (count(session, Response), count(session, SpentNonce)) == (1, 1)


def test_many_different_forms_at_once_all_count(app: Flask, session: Session, factory: Factory) -> None:
    unit = factory.unit()
    code = factory.qr_code(unit, factory.counter(unit)).code

    def open_and_send() -> str:
        client = app.test_client()
        nonce = re.search(r'name="n" value="([^"]+)"', client.get(f"/q/{code}").text)
        sent = client.post(f"/q/{code}", data=ANSWERS | {"n": nonce[1] if nonce else ""})
        assert sent.status_code == 303
        return sent.headers["Location"]

    assert len(set(at_once(open_and_send))) == TRIES
    assert (count(session, Response), count(session, SpentNonce)) == (TRIES, TRIES)


def test_more_answers_sent_at_once_are_stored_once(app: Flask, session: Session, factory: Factory) -> None:
    factory.responses(factory.unit(), "55555-", local_date=TODAY, number_hash=response.number_hash(bytes(10)))

    def send() -> str:
        response.submit_extra(
            db.engine(app),
            questionnaire=load_questionnaire("short-v1"),
            answers={"Q6": "1"},
            number=bytes(10),
            shown_on=TODAY,
        )
        return ""

    at_once(send)
    assert count(session, ResponseExtra) == 1


def test_a_fault_of_the_database_is_not_taken_for_a_second_try(
    app: Flask, session: Session, factory: Factory
) -> None:
    unit = factory.unit()
    code = factory.qr_code(unit, factory.counter(unit)).code
    number = bytes(range(10))

    def submit(nonce_hash: bytes) -> None:
        response.submit(
            db.engine(app),
            code=code,
            questionnaire=load_questionnaire("short-v1"),
            answers=ANSWERS,
            declared_field=None,
            spending=Spending(nonce_hash=nonce_hash, number=number, opened_on=TODAY, too_fast=False),
            today=TODAY,
        )

    submit(b"a" * 32)
    # Another nonce with the number of the first cannot happen; if it does, nobody may be told it was stored.
    with pytest.raises(IntegrityError):
        submit(b"b" * 32)
    assert (count(session, Response), count(session, SpentNonce)) == (1, 1)


PERIOD = "2026-Q2"
LAST_DAY, NEXT_DAY = date(2026, 6, 30), date(2026, 7, 1)


def send_at_midnight(app: Flask, code: str, clock: date, nonce_hash: bytes = b"a" * 32) -> None:
    """Send a form in the last moment of a quarter; `clock` is the day when it comes to be stored."""
    response.submit(
        db.engine(app),
        code=code,
        questionnaire=load_questionnaire("short-v1"),
        answers=ANSWERS,
        declared_field=None,
        spending=Spending(nonce_hash, nonce_hash[:10], opened_on=LAST_DAY, too_fast=False),
        today=LAST_DAY,
        clock=lambda: clock,
    )


def test_a_form_that_comes_while_its_period_is_closed_is_late_and_not_counted_silently(
    app: Flask, session: Session, factory: Factory
) -> None:
    code = factory.qr_code(factory.unit()).code
    send_at_midnight(app, code, LAST_DAY)
    factory.score_set(PERIOD, closed=True)
    send_at_midnight(app, code, NEXT_DAY, b"b" * 32)
    session.rollback()
    flags = session.scalars(select(Response.flags).order_by(Response.flags)).all()
    assert flags == ["", response.LATE]


def test_a_form_waits_for_a_closing_and_a_closing_for_a_form(
    make_app: Callable[..., Flask], postgres: PostgresServer
) -> None:
    """On PostgreSQL, where writers overlap: neither can happen between the other's look and its commit."""
    for url in new_postgres_database(postgres):
        app = make_app(url)
        with app.app_context(), ThreadPoolExecutor(1) as pool:
            factory = Factory(db.session)
            code = factory.qr_code(factory.unit()).code
            closing = Session(db.engine(app))
            wait_for_closing(closing.connection(), closing=True)
            sent = pool.submit(send_at_midnight, app, code, NEXT_DAY)
            waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            with db.engine(app).connect().execution_options(isolation_level="AUTOCOMMIT") as watch:
                while not watch.scalar(waiting):
                    assert not sent.done(), "it was stored while the period was being closed"
            Factory(closing).score_set(PERIOD, closed=True)
            closing.close()
            sent.result()
            assert db.session.scalars(select(Response.flags)).all() == [response.LATE]
