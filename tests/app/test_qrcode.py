"""What a code leads to, and which codes a unit gets."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.codes import ALPHABET, check_character, is_qr_code, new_qr_code
from survey.errors import HailongError
from survey.extensions import db
from survey.models import AuditEvent, Channel, QrCode, Unit
from survey.services import destination, qrcode

from conftest import TODAY
from factories import Factory

NOW = datetime(2026, 8, 14, 3, 0, tzinfo=UTC)


def ensure(session: Session, unit: Unit) -> list[QrCode]:
    return qrcode.ensure_codes(session, unit, today=TODAY, now=NOW, actor="an@example.vn")


def refusal(session: Session, code: str, today: date = TODAY) -> str:
    with pytest.raises(HailongError) as caught:
        destination.resolve(session.connection(), code, today=today)
    return caught.value.code


def test_a_counters_code_leads_to_its_fields(session: Session, factory: Factory) -> None:
    unit = factory.unit()
    counter = factory.counter(unit, fields=("xay-dung", "dat-dai", "tat-ca"))
    code = factory.qr_code(unit, counter).code
    found = destination.resolve(session.connection(), code, today=TODAY)
    assert (found.unit_id, found.counter_id) == (unit.id, counter.id)
    assert found.channel is Channel.DIRECT
    assert [field.code for field in destination.fields_of(session.connection(), found)] == ["dat-dai", "xay-dung"]


def test_an_online_link_offers_the_fields_of_most_dossiers_first(session: Session, factory: Factory) -> None:
    unit = factory.unit()
    factory.counter(unit, fields=("y-te",))
    code = factory.qr_code(unit).code
    found = destination.resolve(session.connection(), code, today=TODAY)
    assert [field.code for field in destination.fields_of(session.connection(), found)] == ["y-te"]
    factory.dossiers(unit, "2026-Q1", {("giao-duc", "direct", "on_time"): 900})
    factory.dossiers(
        unit,
        "2026-04-15..2026-07-14",
        {
            ("dat-dai", "direct", "on_time"): 30,
            ("dat-dai", "online", "overdue"): 25,
            ("chung-thuc", "direct", "early"): 50,
            ("xay-dung", "direct", "early"): 0,
            ("tat-ca", "direct", "early"): 500,
        },
    )
    found = destination.resolve(session.connection(), code, today=TODAY)
    assert found.channel is Channel.ONLINE
    assert [field.code for field in destination.fields_of(session.connection(), found)] == [
        "dat-dai",
        "chung-thuc",
    ]


def test_unknown_mistyped_and_revoked_codes_are_told_apart(session: Session, factory: Factory) -> None:
    unit = factory.unit()
    code = factory.qr_code(unit).code
    wrong = code[:-1] + next(c for c in ALPHABET if c != code[-1])
    unused = "".join(reversed(code[:-1]))
    unused = code if unused == code[:-1] else unused + check_character(unused)
    assert refusal(session, wrong) == refusal(session, unused) == refusal(session, "") == "unknown_code"
    assert refusal(session, new_qr_code() + "0") == "unknown_code"
    qrcode.revoke(session, code, today=TODAY, now=NOW, actor="an@example.vn")
    assert destination.resolve(session.connection(), code, today=TODAY - timedelta(days=1)).unit_id == unit.id
    assert refusal(session, code) == "revoked_code"
    qrcode.revoke(session, code, today=TODAY + timedelta(days=9), now=NOW, actor="an@example.vn")
    assert session.scalars(select(AuditEvent.action)).all() == ["qr_code.revoke"]
    with pytest.raises(HailongError, match="unknown_code"):
        qrcode.revoke(session, unused, today=TODAY, now=NOW, actor="an@example.vn")


def test_an_old_poster_books_to_the_successor_of_its_unit(session: Session, factory: Factory) -> None:
    today_unit = factory.unit()
    middle = factory.unit(valid_from=date(2025, 1, 1), valid_to=date(2025, 12, 31), successor=today_unit)
    old = factory.unit(valid_from=date(2020, 1, 1), valid_to=date(2025, 6, 30), successor=middle)
    code = factory.qr_code(old, factory.counter(old)).code
    assert destination.resolve(session.connection(), code, today=date(2025, 6, 30)).unit_id == old.id
    assert destination.resolve(session.connection(), code, today=date(2025, 7, 1)).unit_id == middle.id
    found = destination.resolve(session.connection(), code, today=TODAY)
    assert found.unit_id == today_unit.id
    assert [field.code for field in destination.fields_of(session.connection(), found)] == ["dat-dai"]


def test_a_unit_that_ended_without_successor_takes_no_more_responses(session: Session, factory: Factory) -> None:
    gone = factory.unit(valid_to=date(2026, 1, 31))
    code = factory.qr_code(gone).code
    assert refusal(session, code) == "closed_unit"
    gone.successor = factory.unit(valid_to=date(2026, 1, 31), successor=gone)
    session.commit()
    assert refusal(session, code) == "closed_unit"


def test_every_counter_gets_one_code_and_the_unit_one_link(session: Session, factory: Factory) -> None:
    unit, other = factory.unit(), factory.unit()
    first, second = factory.counter(unit), factory.counter(unit)
    factory.counter(other)
    kept = factory.qr_code(unit, second)
    new = ensure(session, unit)
    assert [(code.counter, code.channel) for code in new] == [(first, Channel.DIRECT), (None, Channel.ONLINE)]
    assert all(is_qr_code(code.code) for code in new)
    assert ensure(session, unit) == []
    live = qrcode.live_codes(session, unit, today=TODAY)
    assert [code.counter for code in live] == [first, second, None]
    assert kept in live
    event = session.scalars(select(AuditEvent)).one()
    assert event.detail == {"codes": {new[0].code: first.code, new[1].code: "online"}}
    qrcode.revoke(session, new[0].code, today=TODAY, now=NOW, actor="an@example.vn")
    assert [code.counter for code in ensure(session, unit)] == [first]


def test_two_commands_at_once_make_one_set_of_codes(app: Flask, factory: Factory) -> None:
    unit = factory.unit()
    factory.counter(unit)
    unit_id = unit.id

    def make(_number: int) -> int:
        with app.app_context():
            return len(ensure(db.session, db.session.get_one(Unit, unit_id)))

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(make, range(4)))
    assert sorted(made) == [0, 0, 0, 2]
