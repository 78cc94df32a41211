"""Officers type paper forms: without JavaScript, all or nothing, twice where it counts."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey.config import TIME_ZONE
from survey.extensions import db
from survey.models import (
    AuditEvent,
    BatchState,
    Officer,
    PaperBatch,
    PaperSheet,
    Response,
    ResponseExtra,
    Role,
    Source,
    Trust,
    Unit,
)
from survey.services import score as scores

from citizens import count
from commands import hailong
from factories import Factory
from signing_in import csrf_token, sign_in

PAGE = "/officer/paper"
TODAY = datetime.now(TIME_ZONE).date()
LAND = "F"


def hidden(page: TestResponse, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page.text)
    assert found, name
    return found[1]


def begin(client: FlaskClient, *, page: str = PAGE, **changes: object) -> TestResponse:
    shown = client.get(page)
    assert shown.status_code == 200
    data = {
        "csrf_token": csrf_token(shown),
        "batch": hidden(shown, "batch"),
        "box": "exit",
        "first_day": TODAY.isoformat(),
        "last_day": TODAY.isoformat(),
        "opened_on": TODAY.isoformat(),
        "opener_one": "Trần Văn Bình",
        "opener_two": "Lê Thị Hoa",
        "found": "3",
    }
    return client.post(page, data=data | changes)


def post(client: FlaskClient, address: str, **data: object) -> TestResponse:
    token = csrf_token(client.get(PAGE))
    return client.post(address, data={"csrf_token": token} | data)


def type_in(client: FlaskClient, batch: str, *rows: str, start: int = 1) -> TestResponse:
    done = None
    for number, row in enumerate(rows, start=start):
        done = post(client, f"{batch}/sheets", number=number, typed=row)
        assert done.status_code == 303, done.text
    assert done is not None
    return done


def type_again(client: FlaskClient, batch: str, rows: dict[int, str]) -> None:
    """Type the drawn sheets a second time, whichever they are."""
    assert post(client, f"{batch}/draw").location == f"{batch}/check"
    while found := re.search(r'name="number" value="(\d+)"', client.get(f"{batch}/check").text):
        assert post(client, f"{batch}/check", number=found[1], typed=rows[int(found[1])]).status_code == 303


@pytest.fixture
def unit(factory: Factory) -> Unit:
    unit = factory.unit(name="Phường Tân Hoà")
    factory.counter(unit, fields=("dat-dai",), code="Q1", name="Quầy số 1: Đất đai")
    factory.counter(unit, fields=("y-te", "dat-dai"), code="Q2", name="Quầy số 2")
    return unit


@pytest.fixture
def officer(client: FlaskClient, factory: Factory, unit: Unit) -> Officer:
    officer = factory.officer(unit, Role.ONE_STOP, name="Phạm Văn Nhập")
    sign_in(client, officer.email)
    return officer


@pytest.fixture
def batch(client: FlaskClient, officer: Officer) -> str:
    done = begin(client)
    assert done.status_code == 303, done.text
    return done.location


def test_typed_sheets_become_responses_that_say_how_they_came(
    client: FlaskClient, session: Session, officer: Officer, unit: Unit, batch: str
) -> None:
    assert "Tờ số 1" in client.get(batch).text
    rows = {1: f"{LAND}5445x2", 2: "f11-1 121", 3: "0"}
    type_in(client, batch, *rows.values())
    page = client.get(batch)
    assert "đã gõ 3 trong 3 tờ" in page.text
    assert "Đã giữ tờ số 3: 0" in page.text
    assert count(session, Response) == 0
    type_again(client, batch, rows)
    assert post(client, f"{batch}/finish").location == batch
    session.rollback()
    stored = session.scalars(select(Response).order_by(Response.answers)).all()
    assert [one.answers for one in stored] == ["11-1-1", "5445x2"]
    for one in stored:
        assert (one.trust, one.channel, one.local_date, one.trial) == (Trust.ASSISTED, "direct", TODAY, False)
        assert (one.field, one.field_source) == ("dat-dai", Source.DECLARED)
        assert (one.unit_id, one.counter_id, one.outcome, one.flags) == (unit.id, None, None, "")
        assert one.batch_id == batch.rpartition("/")[2]
    (extra,) = session.scalars(select(ResponseExtra)).all()
    assert (extra.answers, extra.number_hash) == ("21", stored[0].number_hash)
    ended = session.scalars(select(PaperBatch)).one()
    assert (ended.state, ended.officer_id) == (BatchState.FINISHED, officer.id)
    assert (ended.found_count, ended.stored_count, ended.invalid_count) == (3, 2, 1)
    assert (ended.compared_count, ended.agreed_count) == (9, 9)
    assert count(session, PaperSheet) == 0
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("paper.%"))).all()
    assert actions == ["paper.begin", "paper.check", "paper.finish"]
    summary = client.get(batch).text
    for words in ("đã lưu", "Trần Văn Bình; Lê Thị Hoa", "100,0%", "Phạm Văn Nhập"):
        assert words in summary


def test_the_score_counts_them(app: Flask, client: FlaskClient, factory: Factory, unit: Unit, batch: str) -> None:
    quarter = f"{TODAY.year}-Q{(TODAY.month + 2) // 3}"
    factory.dossiers(unit, quarter, {("dat-dai", "direct", "on_time"): 900})
    rows = dict.fromkeys(range(1, 31), "F555552")
    type_in(client, batch, *rows.values())
    type_again(client, batch, rows)
    post(client, f"{batch}/finish", reason="Đếm thiếu")
    shown = hailong(app, "score", quarter, "--unit", unit.code, "--json").stdout
    assert re.search(r'"assisted":\s*30', shown)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Chưa gõ gì"),
        ("---", "Chưa gõ gì"),
        ("5445", "Mới gõ 4 ký tự"),
        ("5445x21399", "nhiều hơn 8 câu"),
        ("F5745x2", "Ký tự thứ 2 (câu Q2) là “7”"),
        ("5445x4", "Ký tự thứ 6 (câu Q7) là “4”"),
        ("x544ạ2", "tắt bộ gõ tiếng Việt"),
        ("A5445x2", "Chữ “A” ở đầu dòng"),
        ("D5445x2", "Chữ “D” ở đầu dòng"),
        ("54---2", "chưa đủ 3 câu"),
        ("<script>", "Ký tự thứ 1 (câu Q1) là “&lt;”"),
    ],
)
def test_a_wrong_row_comes_back_with_words_and_nothing_is_kept(
    client: FlaskClient, session: Session, batch: str, typed: str, words: str
) -> None:
    done = post(client, f"{batch}/sheets", number=1, typed=typed)
    assert done.status_code == 422
    assert words in done.text
    assert 'aria-invalid="true"' in done.text
    assert "<script>" not in done.text.replace("<script src", "")
    assert count(session, PaperSheet) == 0


def test_the_same_sheet_sent_twice_is_one_and_another_is_no_overwriting(
    client: FlaskClient, session: Session, batch: str
) -> None:
    for _ in range(2):
        assert post(client, f"{batch}/sheets", number=1, typed="5445x2").status_code == 303
    done = post(client, f"{batch}/sheets", number=1, typed="111111")
    assert done.status_code == 422
    assert "đã nhập rồi" in done.text
    assert "111111" in done.text
    assert post(client, f"{batch}/sheets", number=7, typed="111111").status_code == 422
    assert post(client, f"{batch}/sheets", number="x", typed="111111").status_code == 400
    assert [sheet.typed for sheet in session.scalars(select(PaperSheet))] == [".5445x2--"]


def test_a_sheet_is_corrected_and_the_last_one_taken_back(
    client: FlaskClient, session: Session, batch: str
) -> None:
    type_in(client, batch, "5445x2", "111111")
    assert 'value="111111--"' in client.get(f"{batch}/sheets/2").text
    assert post(client, f"{batch}/sheets/1", number=1, typed="9").status_code == 422
    assert post(client, f"{batch}/sheets/1", number=1, typed="544512").status_code == 303
    post(client, f"{batch}/sheets/1/remove")
    assert "dòng cuối cùng" in client.get(batch).text
    post(client, f"{batch}/sheets/2/remove")
    assert client.get(f"{batch}/sheets/2").status_code == 404
    assert [sheet.typed for sheet in session.scalars(select(PaperSheet))] == [".544512--"]


def test_a_batch_cannot_end_before_the_second_typing(client: FlaskClient, session: Session, batch: str) -> None:
    type_in(client, batch, "5445x2", "5445x2", "5445x2")
    refused = post(client, f"{batch}/finish")
    assert refused.status_code == 422
    assert "gõ lần hai" in refused.text
    post(client, f"{batch}/draw")
    assert post(client, f"{batch}/finish").status_code == 422
    assert count(session, Response) == 0
    drawn = session.scalars(select(PaperSheet).where(PaperSheet.chosen)).all()
    assert len(drawn) == 1
    page = client.get(f"{batch}/check").text
    assert "5445x2" not in page, "the second typing is blind"
    assert post(client, f"{batch}/sheets/{drawn[0].number}", number=1, typed="111111").status_code == 422


def test_two_typings_that_differ_are_settled_by_a_look_at_the_paper(
    client: FlaskClient, session: Session, batch: str
) -> None:
    type_in(client, batch, "F5445x2")
    type_in(client, batch, "F5445x2", "F5445x2", start=2)
    post(client, f"{batch}/draw")
    number = hidden(client.get(f"{batch}/check"), "number")
    post(client, f"{batch}/check", number=number, typed="C5425x2")
    page = client.get(f"{batch}/check").text
    assert "Hai lần gõ khác nhau" in page
    assert page.count("lần một <kbd>") == 2
    assert post(client, f"{batch}/finish").status_code == 422
    post(client, f"{batch}/check", number=number, typed="F5425x2")
    assert post(client, f"{batch}/finish").status_code == 303
    session.rollback()
    answers = session.scalars(select(Response.answers).order_by(Response.answers)).all()
    assert answers == ["5425x2", "5445x2", "5445x2"]
    ended = session.scalars(select(PaperBatch)).one()
    assert (ended.compared_count, ended.agreed_count) == (9, 7)


def test_more_sheets_after_the_second_typing_ask_for_more_of_it(
    client: FlaskClient, session: Session, batch: str
) -> None:
    rows = dict.fromkeys(range(1, 26), "5445x2")
    type_in(client, batch, *list(rows.values())[:20])
    type_again(client, batch, rows)
    type_in(client, batch, *list(rows.values())[20:], start=21)
    assert post(client, f"{batch}/finish", reason="x").status_code == 422
    type_again(client, batch, rows)
    assert post(client, f"{batch}/finish", reason="Đếm nhầm").status_code == 303
    assert count(session, Response) == 25


def test_found_and_typed_that_differ_need_a_reason(client: FlaskClient, session: Session, batch: str) -> None:
    type_in(client, batch, "5445x2")
    type_again(client, batch, {1: "5445x2"})
    for reason in ("", "   "):
        refused = post(client, f"{batch}/finish", reason=reason)
        assert refused.status_code == 422
        assert "Xin ghi lý do" in refused.text
    post(client, f"{batch}/finish", reason="Hai tờ chỉ là giấy nháp")
    assert "Hai tờ chỉ là giấy nháp" in client.get(batch).text
    assert count(session, Response) == 1


def test_finishing_twice_stores_once_and_ended_is_ended(client: FlaskClient, session: Session, batch: str) -> None:
    rows = dict.fromkeys((1, 2, 3), "5445x2")
    type_in(client, batch, *rows.values())
    type_again(client, batch, rows)
    for _ in range(2):
        assert post(client, f"{batch}/finish").status_code == 303
    assert count(session, Response) == 3
    late = post(client, f"{batch}/sheets", number=4, typed="5445x2")
    assert late.status_code == 422
    assert post(client, f"{batch}/discard", reason="nhầm").status_code == 303
    assert count(session, Response) == 3
    assert client.get(f"{batch}/check").location == batch


def test_all_or_nothing(
    client: FlaskClient, session: Session, batch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = dict.fromkeys((1, 2, 3), "5445x221")
    type_in(client, batch, *rows.values())
    type_again(client, batch, rows)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the power went out")

    with monkeypatch.context() as patch:
        patch.setattr("survey.services.paper_check.audit.record", fail)
        with pytest.raises(RuntimeError, match="power"):
            post(client, f"{batch}/finish")
    assert (count(session, Response), count(session, ResponseExtra), count(session, PaperSheet)) == (0, 0, 3)
    assert post(client, f"{batch}/finish").status_code == 303
    assert (count(session, Response), count(session, ResponseExtra), count(session, PaperSheet)) == (3, 3, 0)


def test_a_discarded_batch_leaves_its_trace_and_no_response(
    client: FlaskClient, session: Session, batch: str
) -> None:
    type_in(client, batch, "111112")
    assert post(client, f"{batch}/discard", reason=" ").status_code == 303
    assert "Chưa bỏ lô" in client.get(batch).text
    post(client, f"{batch}/discard", reason="Chọn nhầm ngày")
    assert "Chọn nhầm ngày" in client.get(batch).text
    assert (count(session, Response), count(session, PaperSheet)) == (0, 0)
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "paper.discard")).one()
    assert event.detail["typed"] == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"opener_two": " trần  văn bình "}, "hai người khác nhau"),
        ({"opener_two": ""}, "Xin ghi họ tên"),
        ({"found": "0"}, "một số từ 1 đến 2.000"),
        ({"found": "nhiều"}, "một số từ 1 đến 2.000"),
        ({"first_day": (TODAY + timedelta(1)).isoformat()}, "Ngày không khớp"),
        ({"opened_on": (TODAY + timedelta(1)).isoformat()}, "Ngày không khớp"),
        ({"last_day": "31/13/2026"}, "ngày/tháng/năm"),
        ({"first_day": "2020-01-01"}, "hai quý"),
        ({"box": "Q9"}, "Xin chọn hộp phiếu"),
        ({"batch": "../x"}, "mở lại trang này"),
    ],
)
def test_a_batch_that_cannot_be_right_is_not_begun(
    client: FlaskClient, session: Session, officer: Officer, changes: dict[str, str], words: str
) -> None:
    refused = begin(client, **changes)
    assert refused.status_code == 422
    assert words in refused.text
    assert count(session, PaperBatch) == 0


def test_sending_the_beginning_twice_begins_one_batch(
    client: FlaskClient, session: Session, officer: Officer
) -> None:
    first = begin(client, batch="a" * 32)
    assert begin(client, batch="a" * 32).location == first.location
    assert count(session, PaperBatch) == 1


def test_paper_of_a_closed_period_is_refused_with_clear_words(
    client: FlaskClient, session: Session, factory: Factory, batch: str
) -> None:
    type_in(client, batch, "5445x2", "5445x2", "5445x2")
    type_again(client, batch, dict.fromkeys((1, 2, 3), "5445x2"))
    factory.score_set(f"{TODAY.year}-Q{(TODAY.month + 2) // 3}", closed=True)
    refused = post(client, f"{batch}/finish")
    assert refused.status_code == 422
    assert "đã chốt" in refused.text
    assert count(session, Response) == 0
    again = begin(client)
    assert again.status_code == 422
    assert "đã chốt" in again.text


def test_a_period_does_not_close_over_paper_that_comes_in_meanwhile(
    app: Flask, factory: Factory, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = factory.unit()
    factory.dossiers(unit, "2026-Q2", {("dat-dai", "direct", "on_time"): 900})
    factory.responses(unit, "555552", 40, local_date=date(2026, 5, 4))
    scored = scores.score_period

    def score_while_paper_comes_in(*arguments: Any, **options: Any) -> Any:
        result = scored(*arguments, **options)
        factory.responses(unit, "111112", 1, local_date=date(2026, 5, 4), trust=Trust.ASSISTED)
        return result

    with monkeypatch.context() as patch:
        patch.setattr(scores, "score_period", score_while_paper_comes_in)
        assert "hãy làm lại" in hailong(app, "close", "2026-Q2", expect=1).stderr
    hailong(app, "close", "2026-Q2")
    session.rollback()
    closed = scores.closed_set(session, "2026-Q2")
    assert closed is not None
    assert closed.response_count == 41


def test_a_box_of_one_field_knows_it_and_a_unit_before_its_start_is_on_trial(
    client: FlaskClient, session: Session, officer: Officer, unit: Unit
) -> None:
    unit.start_date = TODAY + timedelta(days=30)
    session.commit()
    batch = begin(client, box="Q1", found="1").location
    type_in(client, batch, "C5445x2")
    type_again(client, batch, {1: "C5445x2"})
    post(client, f"{batch}/finish")
    stored = session.scalars(select(Response)).one()
    assert (stored.field, stored.field_source, stored.trial) == ("dat-dai", Source.CODE, True)
    assert stored.counter_id is not None


def test_only_officers_of_the_unit_who_may_type_get_in(
    app: Flask, client: FlaskClient, factory: Factory, unit: Unit, batch: str
) -> None:
    elsewhere, stranger = factory.unit(), app.test_client()
    sign_in(stranger, factory.officer(elsewhere, Role.ONE_STOP).email)
    for path in ("", "/check", "/sheets/1"):
        assert stranger.get(batch + path).status_code == 403
    for path in ("/sheets", "/draw", "/check", "/finish", "/discard", "/sheets/1", "/sheets/1/remove"):
        assert post(stranger, batch + path, number=1, typed="5445x2").status_code == 403
    assert stranger.get(f"{PAGE}?unit={unit.code}").status_code == 403
    assert stranger.get(f"{PAGE}?unit=NONE").status_code == 404
    assert stranger.get(f"{PAGE}/{'b' * 32}").status_code == 404
    assert stranger.get(f"{PAGE}/nothing").status_code == 404
    for role in (Role.INSPECTOR, Role.LEADER, Role.ADMINISTRATOR):
        reader = app.test_client()
        sign_in(reader, factory.officer(unit, role).email)
        assert reader.get(PAGE).status_code == 403
        assert reader.get(batch).status_code == 403
        assert "Nhập phiếu giấy" not in reader.get("/officer/", follow_redirects=True).text
    assert app.test_client().get(batch).status_code == 303
    assert client.post(f"{batch}/finish").status_code == 400, "a forged form has no token"


def test_an_officer_of_several_units_chooses_one(app: Flask, factory: Factory, unit: Unit) -> None:
    province = factory.unit(name="Tỉnh Bình Minh")
    unit.parent_id = province.id
    db.session.commit()
    client = app.test_client()
    sign_in(client, factory.officer(province, Role.REFORM).email)
    page = client.get(PAGE).text
    assert "Xin chọn đơn vị" in page
    assert 'name="opener_one"' not in page
    done = begin(client, page=f"{PAGE}?unit={unit.code}", box="Q2")
    assert done.status_code == 303
    assert "Quầy số 2" in client.get(done.location).text
    assert "đang nhập 0/3" in client.get(PAGE).text


def test_the_pages_speak_english_too(client: FlaskClient, batch: str) -> None:
    type_in(client, batch, "5445x2")
    page = client.get(f"{batch}?lang=en").text
    assert "Sheet 2" in page
    assert "The waiting area and equipment" in page


def test_nothing_stored_tells_which_sheet_a_response_was(
    client: FlaskClient, session: Session, batch: str
) -> None:
    rows = {1: "5445x2", 2: "111112", 3: "333332"}
    type_in(client, batch, *rows.values())
    type_again(client, batch, rows)
    post(client, f"{batch}/finish")
    columns = {column.name for column in Response.__table__.columns}
    assert not {"number", "sheet", "typed_at", "officer_id"} & columns
    assert isinstance(session.scalars(select(Response.local_date)).first(), date)
    details = session.scalars(select(AuditEvent.detail).where(AuditEvent.action.like("paper.%"))).all()
    assert not any(row in str(detail) for row in rows.values() for detail in details)
