"""What an enrolled tablet may send, and how it is stored: once, as assisted, under the day of the visit."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.periods import Period, parse_period, previous, quarter_of
from forms.questionnaire import load_questionnaire
from survey.models import Device, QrCode, QuestionnaireUse, Response, Source, SpentNonce, Trust, Unit
from survey.services import device as devices
from survey.services.scoring import score_period

from citizens import ANSWERS as CITIZEN_ANSWERS
from citizens import count, nonce_in
from commands import hailong
from factories import Factory
from kiosks import OFFICER, TODAY, Tablet, enrolled, now, registered, seal


@pytest.fixture
def unit(factory: Factory) -> Unit:
    return factory.unit(one_stop_name="Trung tâm Phục vụ hành chính công phường Tân Hoà")


def stored(session: Session) -> Response:
    session.rollback()
    return session.scalars(select(Response)).one()


def test_an_entry_is_stored_as_assisted(
    client: FlaskClient, session: Session, factory: Factory, unit: Unit
) -> None:
    counter = factory.counter(unit, ("dat-dai",))
    tablet = enrolled(client, session, unit, counter=counter)
    assert tablet.results(tablet.entry()) == ["stored"]
    response = stored(session)
    assert (response.trust, response.answers, response.flags) == (Trust.ASSISTED, "541x-2", "")
    assert (response.unit_id, response.counter_id, response.local_date) == (unit.id, counter.id, TODAY)
    assert (response.field, response.field_source) == ("dat-dai", Source.CODE)
    assert (response.channel, response.outcome, response.trial) == ("direct", None, False)


def test_a_tablet_of_the_whole_shop_asks_for_the_field(
    client: FlaskClient, session: Session, factory: Factory, unit: Unit
) -> None:
    factory.counter(unit, ("dat-dai",))
    factory.counter(unit, ("xay-dung",))
    tablet = enrolled(client, session, unit)
    assert "Hồ sơ của Ông/Bà về việc gì?" in tablet.form["screens"]["vi"]["html"]
    assert tablet.results(tablet.entry(field="xay-dung", fast=True)) == ["stored"]
    response = stored(session)
    assert (response.field, response.field_source, response.counter_id) == ("xay-dung", Source.DECLARED, None)
    assert (response.channel, response.flags) == ("direct", "f")


def test_however_often_it_is_sent_an_entry_counts_once(client: FlaskClient, session: Session, unit: Unit) -> None:
    tablet = enrolled(client, session, unit)
    identity = secrets.token_hex(16)
    entry = tablet.entry(id=identity)
    assert tablet.results(entry, entry, tablet.entry()) == ["stored"] * 3
    # The same form sealed anew, changed on the way, and after its spent nonce has been cleared away.
    assert tablet.results(tablet.entry(id=identity, answers={"Q1": "1", "Q2": "1", "Q3": "1"})) == ["stored"]
    session.query(SpentNonce).delete()
    session.commit()
    assert tablet.results(entry) == ["stored"]
    assert count(session, Response) == 2
    number = hashlib.sha256(b"hailong kiosk number" + bytes.fromhex(identity)).digest()[:10]
    hashes = {response.number_hash: response.answers for response in session.scalars(select(Response))}
    assert hashes[hashlib.sha256(number).digest()] == "541x-2"


@pytest.mark.parametrize(("days_ago", "kept"), [(0, 0), (3, 3), (10, 10), (11, 0), (4000, 0), (-1, 0)], ids=str)
def test_the_day_of_the_visit_counts_if_the_tablet_can_have_been_in_use(
    client: FlaskClient, session: Session, unit: Unit, days_ago: int, kept: int
) -> None:
    tablet = enrolled(client, session, unit, since=TODAY - timedelta(days=10))
    noted = TODAY - timedelta(days=days_ago)
    assert tablet.results(tablet.entry(on=noted.isoformat())) == ["stored"]
    assert stored(session).local_date == TODAY - timedelta(days=kept)


@pytest.mark.parametrize("noted", ["", "yesterday", "2026-13-40", 20260814, None, ["2026-08-14"]])
def test_a_clock_that_says_nonsense_loses_nothing(
    client: FlaskClient, session: Session, unit: Unit, noted: object
) -> None:
    tablet = enrolled(client, session, unit)
    assert tablet.results(tablet.entry(on=noted)) == ["stored"]
    assert stored(session).local_date == TODAY


def test_what_comes_after_closing_is_kept_and_listed_and_never_counted(
    app: Flask, client: FlaskClient, session: Session, factory: Factory, unit: Unit
) -> None:
    over = previous(quarter_of(TODAY))
    factory.dossiers(unit, over.text, {("dat-dai", "direct", "on_time"): 900})
    factory.responses(unit, "555552", 40, local_date=over.last)
    tablet = enrolled(client, session, unit, since=over.first)
    assert tablet.results(tablet.entry(on=over.last.isoformat())) == ["stored"]
    assert _digest(session, over) != ""
    hailong(app, "close", over.text)
    session.rollback()
    before = _digest(session, over)
    assert tablet.results(tablet.entry(on=over.last.isoformat(), fast=True)) == ["stored"]
    assert tablet.results(tablet.entry()) == ["stored"]
    session.rollback()
    late = session.scalars(select(Response).where(Response.flags == "fl")).one()
    assert (late.local_date, late.trust) == (over.last, Trust.ASSISTED)
    assert _digest(session, over) == before
    assert session.scalars(select(Device.late_count)).all() == [1]


def _digest(session: Session, period: Period) -> str:
    return score_period(session, parse_period(period.text), now=now()).table.tally_digest


def test_before_the_start_date_nothing_counts(client: FlaskClient, session: Session, factory: Factory) -> None:
    unit = factory.unit(start_date=TODAY + timedelta(days=1))
    tablet = enrolled(client, session, unit)
    assert "Phiếu thử, không tính." in tablet.form["screens"]["vi"]["html"]
    assert tablet.results(tablet.entry()) == ["stored"]
    assert stored(session).trial


def test_a_merged_unit_hands_its_tablets_on(client: FlaskClient, session: Session, factory: Factory) -> None:
    successor = factory.unit(one_stop_name="Trung tâm mới")
    old = factory.unit()
    tablet = enrolled(client, session, old, since=TODAY - timedelta(days=5))
    session.refresh(old)
    old.valid_to, old.successor_id = TODAY - timedelta(days=2), successor.id
    session.commit()
    assert "Trung tâm mới" in tablet.open().get_json()["screens"]["vi"]["html"]
    answers_before = tablet.entry(on=(TODAY - timedelta(days=3)).isoformat())
    assert tablet.results(answers_before, tablet.entry()) == ["stored", "stored"]
    session.rollback()
    booked = session.execute(select(Response.local_date, Response.unit_id).order_by(Response.local_date))
    assert [tuple(row) for row in booked] == [(TODAY - timedelta(days=3), old.id), (TODAY, successor.id)]


def test_what_was_given_after_a_unit_closed_is_refused_and_keeps_nothing_back(
    client: FlaskClient, session: Session, unit: Unit
) -> None:
    tablet = enrolled(client, session, unit, since=TODAY - timedelta(days=5))
    session.refresh(unit)
    unit.valid_to, unit.successor_id = TODAY - timedelta(days=2), None
    session.commit()
    in_time = tablet.entry(on=(TODAY - timedelta(days=3)).isoformat())
    assert tablet.results(tablet.entry(), in_time, tablet.entry()) == ["refused", "stored", "refused"]
    assert stored(session).local_date == TODAY - timedelta(days=3)
    shown = tablet.open()
    assert (shown.status_code, shown.get_json()["error"]) == (410, "closed_unit")


def test_the_screens_leave_out_what_is_not_true_with_staff_around(
    client: FlaskClient, session: Session, unit: Unit
) -> None:
    screens = enrolled(client, session, unit).form["screens"]
    assert "không xem được phiếu" not in screens["vi"]["html"]
    assert "cannot see your form" not in screens["en"]["html"]
    assert screens["vi"]["html"].count("Nhân viên không hỏi, không chọn thay.") == 2
    assert screens["en"]["html"].count("Staff do not ask it") == 2
    assert "Trung tâm Phục vụ hành chính công phường Tân Hoà" in screens["en"]["html"]
    assert screens["en"]["title"] == "Opinion form"


BAD = {
    "too few ratings": {"answers": {"Q1": "5", "Q2": "4"}},
    "an answer never offered": {"answers": {"Q1": "5", "Q2": "4", "Q3": "9"}},
    "a question never asked": {"answers": {"Q1": "5", "Q2": "4", "Q3": "1", "Q9": "1"}},
    "answers that are no answers": {"answers": ["5", "4", "3"]},
    "an id too short": {"id": "00"},
    "an id that is no id": {"id": "z" * 32},
    "no id": {"id": None},
    "another questionnaire": {"version": "../short-v1"},
    "a tablet that is not there": {"device": "0" * 32},
    "half a character as tablet": {"device": "\ud800"},
    "half a character as field": {"field": "\ud800"},
    "half a character as questionnaire": {"version": "\ud800"},
    "half a character as answer": {"answers": {"Q1": "5", "Q2": "4", "Q3": "\ud800"}},
    "half a character as question": {"answers": {"Q1": "5", "Q2": "4", "Q3": "1", "\ud800": "1"}},
}


@pytest.mark.parametrize("changes", BAD.values(), ids=BAD.keys())
def test_what_is_no_valid_form_is_refused_and_the_rest_is_stored(
    client: FlaskClient, session: Session, unit: Unit, changes: dict[str, Any]
) -> None:
    tablet = enrolled(client, session, unit)
    assert tablet.results(tablet.entry(**changes), tablet.entry()) == ["refused", "stored"]
    assert count(session, Response) == 1


def test_what_was_not_sealed_for_this_server_is_refused(client: FlaskClient, session: Session, unit: Unit) -> None:
    tablet = enrolled(client, session, unit)
    good = tablet.entry()
    changed = good[:-2] + ("AA" if good[-2:] != "AA" else "BB")
    nothing: list[object] = ["", "x", "é", "A" * 5000, changed, None, {"a": 1}, tablet.sealed({})]
    assert tablet.results(*nothing) == ["refused"] * len(nothing)
    assert count(session, Response) == 0
    assert tablet.send(*[good] * 51).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        "no json",
        "",
        "[]",
        '{"entries": 1}',
        '{"entries": ' + "[" * 3_000 + "]" * 3_000 + "}",
        "[" * 100_000,
        '"\u0000"',
    ],
    ids=["words", "nothing", "list", "number", "nested", "nested and cut off", "nul"],
)
def test_what_the_server_cannot_read_is_said_so_and_nothing_is_stored(
    client: FlaskClient, session: Session, unit: Unit, body: str
) -> None:
    tablet = enrolled(client, session, unit)
    for address in ("/kiosk/responses", "/kiosk/devices"):
        refused = tablet.client.post(address, headers=tablet.headers, data=body, content_type="application/json")
        assert refused.status_code in (400, 422)
        assert refused.get_json()["text"]
    assert count(session, Response) == 0


def test_an_entry_with_depths_or_characters_that_no_database_takes_keeps_nothing_back(
    client: FlaskClient, session: Session, unit: Unit
) -> None:
    tablet = enrolled(client, session, unit)
    bad = [tablet.entry(**change) for change in ({"device": "a\0"}, {"field": "\0"}, {"version": "short-v1\0"})]
    deep = seal(tablet.form["key"], (b"[" * 3_000).ljust(3_000))
    assert tablet.results(*bad, deep[:4096], tablet.entry()) == ["refused"] * 4 + ["stored"]
    assert count(session, Response) == 1


def test_only_an_enrolled_tablet_is_answered(client: FlaskClient, session: Session, unit: Unit) -> None:
    made = registered(session, unit)
    stranger = Tablet(client)
    for answer in (
        stranger.open(),
        client.get("/kiosk/form"),
        client.post("/kiosk/responses", json={"entries": []}),
    ):
        assert (answer.status_code, answer.get_json()["error"]) == (401, "device_unknown")
    tablet = Tablet(client)
    tablet.enrol(made.code)
    entry = tablet.entry()
    devices.revoke(session, made.device, now=now(), actor=OFFICER)
    for answer in (tablet.open(), tablet.send(entry)):
        assert (answer.status_code, answer.get_json()["error"]) == (403, "device_revoked")
        assert "thu hồi" in answer.get_json()["text"]
    assert count(session, Response) == 0


def test_a_tablet_enrolled_again_sends_what_it_still_holds(
    client: FlaskClient, session: Session, factory: Factory, unit: Unit
) -> None:
    counter = factory.counter(unit)
    old = enrolled(client, session, unit, counter=counter)
    entry, foreign = old.entry(), old.entry()
    again = enrolled(client, session, unit, counter=None)
    assert again.results(entry) == ["stored"]
    assert stored(session).counter_id == counter.id
    elsewhere = enrolled(client, session, factory.unit())
    assert elsewhere.results(foreign) == ["refused"]
    assert count(session, Response) == 1


def test_without_a_token_kiosk_1_is_the_ordinary_form(
    client: FlaskClient, session: Session, factory: Factory, unit: Unit
) -> None:
    qr_code: QrCode = factory.qr_code(unit, factory.counter(unit))
    ordinary, asked = client.get(f"/q/{qr_code.code}"), client.get(f"/q/{qr_code.code}?kiosk=1")
    assert asked.text.replace(nonce_in(asked), "") == ordinary.text.replace(nonce_in(ordinary), "")
    assert "/kiosk" not in asked.text
    sent = client.post(f"/q/{qr_code.code}?kiosk=1", data={"n": nonce_in(asked)} | CITIZEN_ANSWERS)
    assert sent.status_code == 303
    assert stored(session).trust is Trust.COUNTER


def test_a_tablet_asks_what_its_unit_is_assigned_and_covers_what_staff_must_not_ask(
    client: FlaskClient, session: Session, unit: Unit
) -> None:
    session.add(QuestionnaireUse(unit_id=unit.id, version="sipas-1001-v1", valid_from=TODAY, valid_to=None))
    session.commit()
    tablet = enrolled(client, session, unit)
    assert tablet.form["version"] == "sipas-1001-v1"
    html = tablet.form["screens"]["vi"]["html"]
    questionnaire = load_questionnaire("sipas-1001-v1")
    for question in questionnaire.questions:
        assert f'data-question="{question.code}"' in html
    # Harassment, money beyond the fees, and the officials themselves.
    officials = next(factor.items for factor in questionnaire.factors if factor.code == "officials")
    assert html.count('class="veil done"') == len({"C5", "C6", *officials})
    answers = dict.fromkeys(questionnaire.rating_items, "4") | {"C2": "13", "C6": "2"}
    assert tablet.results(tablet.entry(answers=answers)) == ["stored"]
    response = stored(session)
    assert (response.version, response.answers) == ("sipas-1001-v1", questionnaire.encode(answers))


def test_a_leaders_form_is_none_for_a_tablet(client: FlaskClient, session: Session, unit: Unit) -> None:
    tablet = enrolled(client, session, unit)
    leaders = load_questionnaire("leaders-v1")
    answers = dict.fromkeys(leaders.rating_items, "5")
    assert tablet.results(tablet.entry(version=leaders.id, answers=answers)) == ["refused"]
