"""Sending the same form many times at the same moment is one response with one number, on both databases."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forms.questionnaire import load_questionnaire
from survey.extensions import db
from survey.models import Response, ResponseExtra, SpentNonce
from survey.services import response
from survey.services.response import Spending

from factories import Factory

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
