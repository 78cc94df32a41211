"""Setting responses aside: two persons, an open period, and scores exactly as if those had never been sent."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from analysis.periods import parse_period
from survey.codes import decode_bits
from survey.errors import HailongError
from survey.extensions import db
from survey.models import (
    AuditEvent,
    Job,
    Officer,
    Reason,
    Response,
    Role,
    Selection,
    SetAsideDecision,
    SetAsideRequest,
    Unit,
    Verdict,
)
from survey.services import score, set_aside, verification
from survey.services.export import export_bytes
from survey.services.response import number_hash
from survey.services.scoring import score_period
from survey.services.set_aside_selection import Chosen

from citizens import NUMBER, send
from commands import hailong
from factories import Factory

PERIOD = parse_period("2026-Q3")
NOW = datetime(2026, 8, 14, 3, tzinfo=UTC)
LATER = datetime(2026, 10, 2, 3, tzinfo=UTC)
WHY = "Một máy gửi liên tiếp trong buổi sáng"
DAYS = (PERIOD.first, PERIOD.last)
FLAGGED = Chosen(Selection.FLAG, *DAYS, flag="f")
CELLS = {("dat-dai", "direct", "on_time"): 400}


@pytest.fixture
def unit(factory: Factory) -> Unit:
    """A ward with 60 responses in earnest and 12 that were sent too fast."""
    unit = factory.unit(name="Phường Tân Hoà")
    factory.dossiers(unit, PERIOD.text, CELLS)
    fill(factory, unit)
    factory.responses(unit, "555552", 12, flags="f", local_date=date(2026, 8, 5))
    return unit


def fill(factory: Factory, unit: Unit) -> None:
    factory.responses(unit, "454342", 40)
    factory.responses(unit, "21-341", 20, local_date=date(2026, 7, 7))


@pytest.fixture
def people(factory: Factory, unit: Unit) -> tuple[Officer, Officer]:
    return factory.officer(unit, Role.REFORM), factory.officer(unit, Role.LEADER)


def ask(session: Session, unit: Unit, officer: Officer, chosen: Chosen = FLAGGED) -> SetAsideRequest:
    return set_aside.ask(
        session,
        set_aside.new_request_id(),
        unit,
        PERIOD,
        chosen,
        reason=Reason.REPEATED,
        text=WHY,
        officer=officer,
        now=NOW,
    )


def approve(session: Session, request: SetAsideRequest, officer: Officer) -> SetAsideDecision:
    return set_aside.decide(session, request, Verdict.APPROVED, officer=officer, now=NOW)


def test_the_score_is_as_if_the_responses_had_never_been_sent_and_comes_back_when_undone(
    factory: Factory, session: Session, unit: Unit, people: tuple[Officer, Officer]
) -> None:
    clean = factory.unit(name="Phường Không Có Phiếu Nhanh")
    factory.dossiers(clean, PERIOD.text, CELLS)
    fill(factory, clean)
    stored = sorted(session.scalars(select(Response.number_hash)))

    def scored() -> list[object]:
        table = score_period(session, PERIOD, now=NOW).table
        by_code = {one.unit_id: one for one in table.units}
        return [replace(by_code[one.code], unit_id="") for one in (unit, clean)]

    before, wanted = scored()
    request = ask(session, unit, people[0])
    assert scored() == [before, wanted], "asking alone changes nothing"
    assert approve(session, request, people[1]).response_count == 12
    after, _ = scored()
    assert after == wanted
    assert after != before
    assert score_period(session, PERIOD, now=NOW).set_aside == {unit.code: {"repeated": 12}}
    again = set_aside.ask_to_count_again(
        session, "0" * 32, request, text="Đó là máy của lớp tập huấn", officer=people[1], now=NOW
    )
    assert scored()[0] == wanted
    approve(session, again, people[0])
    assert scored() == [before, wanted]
    assert sorted(session.scalars(select(Response.number_hash))) == stored, "no response is edited or deleted"
    with pytest.raises(HailongError, match="set_aside_not_acting"):
        set_aside.ask_to_count_again(session, "1" * 32, request, text=WHY, officer=people[1], now=NOW)
    assert approve(session, ask(session, unit, people[0]), people[1]).response_count == 12


def test_nobody_decides_about_an_own_request_and_the_database_knows_it(
    session: Session, factory: Factory, unit: Unit, people: tuple[Officer, Officer]
) -> None:
    asker, other = people
    # A second role makes no second person.
    factory.grant(asker, unit, Role.LEADER)
    request = ask(session, unit, asker)
    for verdict in (Verdict.APPROVED, Verdict.REFUSED):
        with pytest.raises(HailongError, match="set_aside_two_persons"):
            set_aside.decide(session, request, verdict, text=WHY, officer=asker, now=NOW)
    with pytest.raises(HailongError, match="set_aside_not_asker"):
        set_aside.decide(session, request, Verdict.WITHDRAWN, officer=other, now=NOW)
    row = {
        "request_id": request.id,
        "verdict": Verdict.APPROVED,
        "decided_at": NOW,
        "text": "",
        "response_count": 1,
    }
    for persons in ((asker.id, asker.id), (other.id, asker.id)):
        with pytest.raises(IntegrityError):
            session.execute(
                insert(SetAsideDecision), row | {"asked_by_id": persons[0], "decided_by_id": persons[1]}
            )
        session.rollback()
    set_aside.decide(session, request, Verdict.REFUSED, text="Không thấy căn cứ gì", officer=other, now=NOW)
    with pytest.raises(HailongError, match="set_aside_decided"):
        approve(session, request, other)
    assert score_period(session, PERIOD, now=NOW).response_count == 72
    actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert [action for action in actions if action.startswith("set_aside")] == [
        "set_aside.ask",
        "set_aside.refused",
    ]


def test_a_refusal_needs_its_reason_and_a_withdrawal_does_not(
    session: Session, unit: Unit, people: tuple[Officer, Officer]
) -> None:
    request = ask(session, unit, people[0])
    with pytest.raises(HailongError, match="set_aside_reason_missing"):
        set_aside.decide(session, request, Verdict.REFUSED, text=" không ", officer=people[1], now=NOW)
    set_aside.decide(session, request, Verdict.WITHDRAWN, officer=people[0], now=NOW)
    with pytest.raises(HailongError, match="set_aside_decided"):
        approve(session, request, people[1])


def test_a_closed_period_changes_no_more(session: Session, unit: Unit, people: tuple[Officer, Officer]) -> None:
    done, waiting = (ask(session, unit, people[0]) for _ in range(2))
    approve(session, done, people[1])
    frozen = score.close(session, PERIOD, now=LATER, actor="a@example.vn")
    assert frozen.response_count == 60
    assert frozen.scores[0].detail["set_aside"] == {"repeated": 12}
    with pytest.raises(HailongError, match="set_aside_closed"):
        approve(session, waiting, people[1])
    with pytest.raises(HailongError, match="set_aside_closed"):
        ask(session, unit, people[0], Chosen(Selection.DAYS, *DAYS))
    assert not set_aside.may_be_undone(session, done)
    assert PERIOD not in set_aside.open_periods(session, now=LATER)
    # A request that can no longer act may still be put away.
    set_aside.decide(session, waiting, Verdict.WITHDRAWN, officer=people[0], now=LATER)


def test_what_is_set_aside_when_a_period_is_closed_stays_so_and_it_computes_to_the_same_again(
    session: Session, factory: Factory, unit: Unit, people: tuple[Officer, Officer]
) -> None:
    acting = ask(session, unit, people[0])
    approve(session, acting, people[1])
    undo = set_aside.ask_to_count_again(session, "0" * 32, acting, text=WHY, officer=people[1], now=NOW)
    further = ask(session, unit, people[0], Chosen(Selection.DAYS, date(2026, 7, 7), date(2026, 7, 7)))
    frozen = score.close(session, PERIOD, now=LATER, actor="a@example.vn")
    assert frozen.response_count == 60
    for waiting, officer in ((undo, people[0]), (further, people[1])):
        with pytest.raises(HailongError, match="set_aside_closed"):
            set_aside.decide(session, waiting, Verdict.APPROVED, officer=officer, now=LATER)
    assert not set_aside.may_be_undone(session, acting)
    with pytest.raises(HailongError, match="set_aside_not_acting"):
        set_aside.ask_to_count_again(session, "1" * 32, acting, text=WHY, officer=people[1], now=LATER)
    # saying no changes nothing that counts
    set_aside.decide(session, undo, Verdict.REFUSED, text=WHY, officer=people[0], now=LATER)
    verified = verification.verify(session, PERIOD, now=LATER, actor="a@example.vn")
    assert (verified.agrees, verified.differences) == (True, [])


def test_a_decision_while_a_period_is_being_closed_is_noticed(
    app: Flask, session: Session, unit: Unit, people: tuple[Officer, Officer]
) -> None:
    request = ask(session, unit, people[0])
    officer_id, request_id = people[1].id, request.id

    def decide_meanwhile(share: float) -> None:
        with Session(db.engine(app)) as other:
            found = other.get_one(SetAsideRequest, request_id)
            if share == 1 and found.decision is None:
                approve(other, found, other.get_one(Officer, officer_id))

    with pytest.raises(HailongError, match="period_changed"):
        score.close(session, PERIOD, now=LATER, actor="a@example.vn", progress=decide_meanwhile)
    assert score.close(session, PERIOD, now=LATER, actor="a@example.vn").response_count == 60


def test_each_way_of_choosing_finds_its_own(
    factory: Factory, session: Session, unit: Unit, people: tuple[Officer, Officer]
) -> None:
    counter = factory.counter(unit)
    factory.responses(unit, "333332", 7, counter_id=counter.id)
    factory.responses(unit, "333332", 6, channel="online")
    factory.responses(unit, "333332", 8, trust="assisted")
    factory.responses(unit, "333332", 9, trial=True)
    factory.responses(unit, "333332", 5, flags="l")
    other = factory.unit()
    factory.responses(other, "333332", 50, flags="f")

    def found(selection: Selection, first: date = PERIOD.first, last: date = PERIOD.last, **more: object) -> int:
        return ask(session, unit, people[0], Chosen(selection, first, last, **more)).response_count  # type: ignore[arg-type]

    assert found(Selection.CODE, counter_id=counter.id, channel="direct") == 7
    assert found(Selection.CODE, channel="online") == 6
    assert found(Selection.TABLET) == 8
    assert found(Selection.FLAG, flag="f") == 12
    assert found(Selection.DAYS, date(2026, 7, 7), date(2026, 7, 7)) == 20
    assert found(Selection.DAYS) == 60 + 12 + 7 + 6 + 8
    with pytest.raises(HailongError, match="set_aside_nothing"):
        found(Selection.DAYS, date(2026, 9, 1), date(2026, 9, 2))
    with pytest.raises(HailongError, match="set_aside_days_outside"):
        found(Selection.DAYS, date(2026, 6, 30))


def test_a_response_that_two_requests_name_is_counted_once_and_stays_out_until_both_are_undone(
    session: Session, unit: Unit, people: tuple[Officer, Officer]
) -> None:
    first = ask(session, unit, people[0])
    second = ask(session, unit, people[0], Chosen(Selection.DAYS, date(2026, 8, 5), date(2026, 8, 5)))
    approve(session, first, people[1])
    approve(session, second, people[1])
    assert score_period(session, PERIOD, now=NOW).set_aside == {unit.code: {"repeated": 12}}
    again = set_aside.ask_to_count_again(session, "2" * 32, first, text=WHY, officer=people[1], now=NOW)
    approve(session, again, people[0])
    assert score_period(session, PERIOD, now=NOW).response_count == 60


def test_a_single_response_is_found_by_the_number_its_sender_has(
    client: FlaskClient, factory: Factory, session: Session, unit: Unit, people: tuple[Officer, Officer]
) -> None:
    address = f"/q/{factory.qr_code(unit, factory.counter(unit)).code}"
    shown = NUMBER.search(client.get(send(client, address).location).text)
    assert shown is not None
    session.rollback()
    day = session.scalars(select(Response.local_date).order_by(Response.local_date.desc()).limit(1)).one()
    period = set_aside.open_periods(session, now=datetime(day.year, day.month, day.day, 5, tzinfo=UTC))[0]
    found = number_hash(decode_bits(shown[1].replace("-", "")))
    chosen = Chosen(Selection.NUMBER, period.first, period.last, number_hash=found)
    assert set_aside.count_to_ask_for(session, unit, period, chosen) == 1
    # Of another unit, or a number that nobody has, the answer is the same.
    for other_unit, number in ((factory.unit(), found), (unit, bytes(32))):
        with pytest.raises(HailongError, match="set_aside_number_unknown"):
            set_aside.count_to_ask_for(session, other_unit, period, replace(chosen, number_hash=number))


def test_sending_twice_asks_once(session: Session, unit: Unit, people: tuple[Officer, Officer]) -> None:
    first, second = (
        set_aside.ask(
            session, "3" * 32, unit, PERIOD, FLAGGED, reason=Reason.OTHER, text=WHY, officer=people[0], now=NOW
        )
        for _ in range(2)
    )
    assert first is second
    assert len(session.scalars(select(SetAsideRequest)).all()) == 1


def test_provisional_scores_are_computed_anew_after_an_approval(
    session: Session, unit: Unit, people: tuple[Officer, Officer]
) -> None:
    approve(session, ask(session, unit, people[0]), people[1])
    assert session.scalars(select(Job)).all() == []
    score.refresh(session, PERIOD, now=NOW, actor="a@example.vn")
    approve(
        session,
        ask(session, unit, people[0], Chosen(Selection.DAYS, date(2026, 7, 7), date(2026, 7, 7))),
        people[1],
    )
    assert [(one.kind, one.payload) for one in session.scalars(select(Job))] == [
        ("refresh_scores", {"period": "2026-Q3"})
    ]


def test_what_does_not_count_is_printed_with_the_score(
    session: Session, unit: Unit, people: tuple[Officer, Officer], xlsx_words: Callable[[bytes], str]
) -> None:
    approve(session, ask(session, unit, people[0]), people[1])
    score.close(session, PERIOD, now=LATER, actor="a@example.vn")
    written = export_bytes(session, PERIOD, "json").decode()
    assert '"excluded": 12' in written
    assert '"set_aside": {\n        "repeated": 12\n      }' in written
    words = xlsx_words(export_bytes(session, PERIOD, "xlsx"))
    assert "12 (Một người gửi nhiều phiếu: 12). Một người đề nghị có lý do, một người khác duyệt" in words
    assert "Phiếu loại: 12 (Một người gửi nhiều phiếu: 12)." in words
    assert ",12," in export_bytes(session, PERIOD, "csv").decode()


def test_the_terminal_prints_what_does_not_count(
    app: Flask, session: Session, unit: Unit, people: tuple[Officer, Officer]
) -> None:
    assert "Phiếu loại: 0" in hailong(app, "score", PERIOD.text).stdout
    approve(session, ask(session, unit, people[0]), people[1])
    assert "Phiếu loại: 12 (Một người gửi nhiều phiếu: 12)" in hailong(app, "score", PERIOD.text).stdout
    found = json.loads(hailong(app, "score", PERIOD.text, "--json").stdout)
    assert found["units"][0]["set_aside"] == {"repeated": 12}


def test_nothing_set_aside_is_printed_as_zero(
    session: Session, unit: Unit, xlsx_words: Callable[[bytes], str]
) -> None:
    frozen = score.close(session, PERIOD, now=LATER, actor="a@example.vn")
    assert frozen.scores[0].points > Decimal(0)
    assert "0. Một người đề nghị có lý do" in xlsx_words(export_bytes(session, PERIOD, "xlsx"))


@pytest.fixture
def xlsx_words() -> Callable[[bytes], str]:
    """Every text of a workbook, one after the other."""

    def read(content: bytes) -> str:
        book = openpyxl.load_workbook(io.BytesIO(content))
        return "\n".join(str(cell) for sheet in book for row in sheet.values for cell in row if cell is not None)

    return read
