"""The form behind a dossier's one-time code: what it asks, stores and refuses."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from survey.codes import LINK_CODE_LENGTH, SLIP_CODE_LENGTH, grouped
from survey.extensions import db
from survey.models import Channel, OneTimeCode, OpenTicket, Outcome, Response, Source, SpentNonce, Trust
from survey.services import one_time_code

from citizens import ANSWERS, NUMBER, count, nonce_in, send, signer
from factories import Factory

FIELD_QUESTION = "Hồ sơ của Ông/Bà về việc gì?"


@pytest.fixture
def code(factory: Factory) -> str:
    """The code of a slip, of a unit whose counters serve two fields."""
    unit = factory.unit(one_stop_name="Trung tâm Tân Hoà")
    factory.counter(unit, ("dat-dai", "y-te"))
    return factory.one_time_code(unit)


@pytest.mark.parametrize("length", [SLIP_CODE_LENGTH, LINK_CODE_LENGTH])
def test_a_one_time_code_opens_the_form_of_its_unit_and_tells_what_it_knows(
    client: FlaskClient, session: Session, factory: Factory, length: int
) -> None:
    unit = factory.unit(one_stop_name="Trung tâm Tân Hoà")
    factory.counter(unit, ("dat-dai", "y-te"))
    code = factory.one_time_code(unit, length=length, channel=Channel.ONLINE, outcome=Outcome.OVERDUE)
    assert len(code) == length
    page = client.get(f"/q/{code}").text
    assert "Trung tâm Tân Hoà" in page
    assert "Cổng Dịch vụ công quốc gia" in page
    assert "Không ai biết hồ sơ nào trả lời thế nào." in page
    assert FIELD_QUESTION not in page
    assert send(client, f"/q/{code}", L="y-te").status_code == 303
    stored = session.scalars(select(Response)).one()
    assert stored.trust is Trust.DOSSIER
    assert (stored.field, stored.channel, stored.outcome) == ("dat-dai", "online", "overdue")
    assert {stored.field_source, stored.channel_source, stored.outcome_source} == {Source.TOKEN}
    assert (stored.unit_id, stored.counter_id) == (unit.id, None)


def test_what_a_code_does_not_know_is_asked_or_stays_unknown(
    client: FlaskClient, session: Session, factory: Factory
) -> None:
    unit = factory.unit()
    factory.counter(unit, ("dat-dai", "y-te"))
    code = factory.one_time_code(unit, field=None, channel=None, outcome=None)
    assert FIELD_QUESTION in client.get(f"/q/{code}").text
    assert send(client, f"/q/{code}", L="y-te").status_code == 303
    stored = session.scalars(select(Response)).one()
    assert (stored.field, stored.field_source) == ("y-te", Source.DECLARED)
    assert (stored.channel, stored.channel_source) == (None, Source.UNKNOWN)
    assert (stored.outcome, stored.outcome_source) == (None, Source.UNKNOWN)


def test_a_code_is_good_for_one_response(client: FlaskClient, code: str, session: Session) -> None:
    second = nonce_in(client.get(f"/q/{code}"))
    assert send(client, f"/q/{code}").status_code == 303
    for page in (
        client.get(f"/q/{code}"),
        client.post(f"/q/{code}", data=ANSWERS | {"n": second}),
        client.post(f"/q/{code}", data={"n": second}),
        client.post(f"/q/{code}", data={"n": "nonsense"}),
    ):
        assert page.status_code == 410
        assert "Mã này đã được dùng" in page.text
        assert "xin quét mã trên tờ áp phích ở quầy" in page.text
        assert code not in page.text
    assert (count(session, Response), count(session, SpentNonce)) == (1, 1)


def test_the_same_form_sent_again_is_thanked_with_the_same_number(
    client: FlaskClient, code: str, session: Session
) -> None:
    nonce = nonce_in(client.get(f"/q/{code}"))
    sent = [
        client.post(f"/q/{code}", data=data)
        for data in (ANSWERS | {"n": nonce}, ANSWERS | {"n": nonce, "Q1": "1"}, {"n": nonce})
    ]
    assert [one.status_code for one in sent] == [303, 303, 303]
    assert len({NUMBER.search(client.get(one.headers["Location"]).text)[1] for one in sent}) == 1  # type: ignore[index]
    assert count(session, Response) == 1


def test_a_double_tap_is_one_response_and_two_people_with_one_slip_are_not_two(
    app: Flask, code: str, session: Session
) -> None:
    nonces = [nonce_in(app.test_client().get(f"/q/{code}")) for _ in range(2)] * 4
    barrier = Barrier(len(nonces))

    def press(nonce: str) -> tuple[str, int]:
        barrier.wait()
        return nonce, app.test_client().post(f"/q/{code}", data=ANSWERS | {"n": nonce}).status_code

    with ThreadPoolExecutor(len(nonces)) as pool:
        statuses = list(pool.map(press, nonces))
    assert sorted({status for _, status in statuses}) == [303, 410]
    assert len({nonce for nonce, status in statuses if status == 303}) == 1
    assert [status for _, status in statuses].count(303) == 4
    assert (count(session, Response), count(session, SpentNonce)) == (1, 1)


def test_many_slips_at_once_all_count(app: Flask, session: Session, factory: Factory) -> None:
    unit = factory.unit()
    codes = [factory.one_time_code(unit) for _ in range(24)]

    def answer(code: str) -> int:
        return send(app.test_client(), f"/q/{code}").status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(answer, codes)) == {303}
    assert (count(session, Response), count(session, OpenTicket)) == (24, 1)


def test_missing_answers_come_back_and_the_code_stays_good(
    client: FlaskClient, code: str, session: Session
) -> None:
    nonce = nonce_in(client.get(f"/q/{code}"))
    assert client.post(f"/q/{code}", data={"n": nonce, "Q1": "4"}).status_code == 422
    assert client.post(f"/q/{code}", data=ANSWERS | {"n": nonce}).status_code == 303
    assert count(session, Response) == 1


def test_the_slip_and_the_link_of_one_dossier_are_good_once_together(
    client: FlaskClient, session: Session, factory: Factory
) -> None:
    grant = one_time_code.Grant(unit_id=factory.unit().id, expires_on=date(2999, 1, 1))
    codes = one_time_code.draw(1, [SLIP_CODE_LENGTH, LINK_CODE_LENGTH])
    one_time_code.issue(session, [grant], codes=codes, today=date(2026, 8, 14))
    slip, link = codes[0]
    session.commit()
    assert send(client, f"/q/{link}").status_code == 303
    assert client.get(f"/q/{slip}").status_code == 410


def test_an_expired_code_is_refused_but_not_the_form_that_was_opened_in_time(
    app: Flask, client: FlaskClient, session: Session, factory: Factory
) -> None:
    now = datetime.now(UTC)
    yesterday = (now - timedelta(days=2)).date()
    code = factory.one_time_code(factory.unit(), expires_on=yesterday)
    page = client.get(f"/q/{code}")
    assert page.status_code == 410
    assert "quá hạn" in page.text
    opened_late = signer(app).issue(code=code, version="short-v1", now=now)
    assert client.post(f"/q/{code}", data=ANSWERS | {"n": opened_late}).status_code == 410
    opened_in_time = signer(app).issue(code=code, version="short-v1", now=now - timedelta(days=3))
    assert client.post(f"/q/{code}", data=ANSWERS | {"n": opened_in_time}).status_code == 303
    assert client.post(f"/q/{code}", data=ANSWERS | {"n": opened_in_time}).status_code == 303
    assert count(session, Response) == 1


def test_codes_are_forgotten_when_no_form_of_theirs_can_be_sent_any_more(
    session: Session, factory: Factory
) -> None:
    unit = factory.unit()
    factory.one_time_code(unit, expires_on=date(2026, 8, 4))
    factory.one_time_code(unit, expires_on=date(2026, 8, 5))
    assert one_time_code.forget_expired(session, today=date(2026, 8, 14)) == 1
    session.commit()
    assert session.scalars(select(OneTimeCode.expires_on)).one() == date(2026, 8, 5)
    assert count(session, OpenTicket) == 2  # the row that is always there, and one ticket


def test_a_typed_code_is_forgiven_its_spelling(client: FlaskClient, code: str) -> None:
    spelled = grouped(code).lower().replace("0", "o").replace("1", "l")
    for typed in (spelled, spelled.replace("-", " "), f"  {spelled.replace('-', '')} "):
        taken = client.get("/q", query_string={"code": typed})
        assert (taken.status_code, taken.headers["Location"]) == (303, f"/q/{code}")
        assert client.get(f"/q/{typed.strip()}").status_code == 200


def test_a_mistyped_or_invented_code_is_told_apart_from_a_used_one(client: FlaskClient, code: str) -> None:
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    assert client.get("/q", query_string={"code": wrong}).status_code == 404
    for invented in (wrong, "0000000000000000", "7" * LINK_CODE_LENGTH):
        page = client.get(f"/q/{invented}")
        assert page.status_code == 404
        assert "Không có mã này" in page.text


def test_opening_a_one_time_code_uses_nothing_up(client: FlaskClient, code: str, session: Session) -> None:
    before = count(session, OpenTicket)
    for _ in range(3):
        assert client.get(f"/q/{code}").status_code == 200
        assert client.head(f"/q/{code}").status_code == 200
    assert count(session, OpenTicket) == before == 2


def test_a_slip_of_a_merged_unit_books_to_its_successor(
    client: FlaskClient, session: Session, factory: Factory
) -> None:
    new = factory.unit()
    old = factory.unit(valid_from=date(2020, 1, 1), valid_to=date(2025, 6, 30), successor=new)
    assert send(client, f"/q/{factory.one_time_code(old)}").status_code == 303
    assert session.scalars(select(Response.unit_id)).one() == new.id


def test_after_a_crash_of_postgresql_the_slips_still_open(
    app: Flask, client: FlaskClient, code: str, session: Session
) -> None:
    nonce = nonce_in(client.get(f"/q/{code}"))
    if db.engine(app).dialect.name == "postgresql":
        # An unlogged table is empty after a crash.
        session.execute(text("TRUNCATE open_ticket"))
        session.commit()
    assert client.post(f"/q/{code}", data=ANSWERS | {"n": nonce}).status_code == 303
    assert client.get(f"/q/{code}").status_code == 410
    assert count(session, OpenTicket) == 1


def test_the_number_is_found_on_the_thank_you_page_of_a_slip(client: FlaskClient, code: str) -> None:
    page = client.get(send(client, f"/q/{code}").headers["Location"])
    assert page.status_code == 200
    assert NUMBER.search(page.text)
    assert not re.search(code, page.text)
