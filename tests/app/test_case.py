"""One case at the officer's desk: reply, undo, correct, classify, pass on, merge; what the citizen sees of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.errors import HailongError
from survey.models import (
    AuditEvent,
    CaseState,
    Category,
    Comment,
    EntryKind,
    Officer,
    Reader,
    Role,
    Topic,
    Unit,
    UnitKind,
)
from survey.services import feedback, feedback_answer, feedback_handling, feedback_reply, reply_template
from survey.services.deadline import load

from cases import INBOX, let_it_go, once, press, send_case
from citizens import do
from conftest import TODAY
from factories import Factory
from signing_in import csrf_token, sign_in
from working import work_all

ANSWER = "Kính gửi Ông/Bà, bảng phí đã treo lại."
NOW = datetime(2026, 8, 14, 2, 0, tzinfo=UTC)
WHO = {"actor": "a@example.vn", "now": NOW}


@pytest.fixture
def province(factory: Factory) -> Unit:
    return factory.unit(name="Tỉnh Bình Minh", kind=UnitKind.PROVINCE)


@pytest.fixture
def unit(factory: Factory, province: Unit) -> Unit:
    return factory.unit(name="Phường Tân Hoà", parent=province)


@pytest.fixture
def officer(factory: Factory, unit: Unit) -> Officer:
    return factory.officer(unit, Role.ONE_STOP, name="Phạm Văn Mẫu")


def test_a_reply_can_be_taken_back_and_the_citizen_has_seen_nothing(
    client: FlaskClient, session: Session, unit: Unit, officer: Officer
) -> None:
    sent = send_case(session, unit)
    sign_in(client, officer.email)
    assert press(client, sent, "reply", text=ANSWER, do="send").status_code == 303
    page = client.get(sent.page).text
    assert "Câu trả lời sắp gửi" in page
    assert "Hoàn tác" in page
    assert ANSWER not in client.get(sent.tracking).text
    assert press(client, sent, "reply", text="Hai lần.", do="send").status_code == 409
    undone = press(client, sent, "undo")
    assert ANSWER in undone.text
    let_it_go(session)
    assert ANSWER not in client.get(sent.tracking).text
    assert sent.stored(session).state is CaseState.NEW


def test_ten_seconds_later_the_citizen_reads_it_and_it_is_only_corrected_visibly(
    client: FlaskClient, session: Session, unit: Unit, officer: Officer
) -> None:
    sent = send_case(session, unit)
    sign_in(client, officer.email)
    press(client, sent, "reply", text=ANSWER, do="send")
    let_it_go(session)
    assert ANSWER in client.get(sent.tracking).text
    assert "Đã trả lời" in client.get(sent.tracking).text
    late = press(client, sent, "undo")
    assert late.status_code == 409
    assert "không hoàn tác được" in late.text
    assert "Đính chính công khai" in client.get(sent.page).text
    press(client, sent, "reply", text="Bảng phí treo ở quầy 4.", do="send")
    let_it_go(session)
    track = client.get(sent.tracking).text
    assert ANSWER in track
    assert "Bảng phí treo ở quầy 4." in track
    assert "Đính chính câu trả lời" in track
    assert [entry.kind for entry in sent.stored(session).entries][-2:] == [EntryKind.REPLY, EntryKind.CORRECTION]


def test_the_time_to_undo_ends_by_the_clock_not_by_a_worker(session: Session, unit: Unit) -> None:
    sent = send_case(session, unit)
    feedback_reply.send(session, sent.key, ANSWER, **WHO)
    assert feedback_reply.publish_due(session, now=NOW + timedelta(seconds=9)) == 0
    with pytest.raises(HailongError, match="reply_sent"):
        feedback_reply.undo(session, sent.key, actor="a@example.vn", now=NOW + timedelta(seconds=10))
    assert sent.stored(session).state is CaseState.ANSWERED


def test_the_worker_publishes_what_nobody_looks_at(app: Flask, session: Session, unit: Unit) -> None:
    sent = send_case(session, unit)
    feedback_reply.send(session, sent.key, ANSWER, **WHO)
    work_all(app, now=NOW + timedelta(seconds=30))
    assert sent.stored(session).state is CaseState.ANSWERED


def test_a_citizen_who_withdraws_or_erases_in_the_meantime_gets_no_reply(session: Session, unit: Unit) -> None:
    withdrawn, erased = send_case(session, unit), send_case(session, unit)
    for sent in (withdrawn, erased):
        feedback_reply.send(session, sent.key, ANSWER, **WHO)
        feedback_handling.add_note(session, sent.key, "Đã gọi điện.", **WHO)
    feedback.withdraw(session, withdrawn.code, once=once(), today=TODAY)
    feedback.erase(session, erased.code, today=TODAY)
    let_it_go(session)
    assert withdrawn.stored(session).state is CaseState.WITHDRAWN
    tombstone = erased.stored(session)
    assert (tombstone.pending, tombstone.search_text) == (None, "")
    assert [note.text for note in tombstone.notes] == [None]
    assert not any(entry.text for entry in tombstone.entries)


def test_an_internal_note_is_never_shown_to_the_citizen(
    client: FlaskClient, session: Session, unit: Unit, officer: Officer
) -> None:
    sent = send_case(session, unit)
    sign_in(client, officer.email)
    assert press(client, sent, "note", note="").status_code == 422
    press(client, sent, "note", note="Đã xem sổ gọi số.")
    assert "Đã xem sổ gọi số." in client.get(sent.page).text
    assert "sổ gọi số" not in client.get(sent.tracking).text


def test_classifying_counts_the_deadline_anew_and_the_citizen_sees_it(
    client: FlaskClient, session: Session, unit: Unit, officer: Officer
) -> None:
    sent = send_case(session, unit, topic=Topic.PRAISE)
    assert sent.stored(session).due_on is None
    sign_in(client, officer.email)
    press(client, sent, "classify", choice="petition")
    case = sent.stored(session)
    assert (case.state, case.category) == (CaseState.CLASSIFIED, Category.PETITION)
    assert case.due_on == load().due_on(Category.PETITION, Topic.PRAISE, since=case.received_on)
    track = client.get(sent.tracking).text
    assert "Đã phân loại" in track
    assert f"{case.due_on:%d/%m/%Y}" in track
    assert press(client, sent, "classify", choice="nonsense").status_code == 422


def test_reopening_counts_the_deadline_from_that_day(session: Session, unit: Unit) -> None:
    sent = send_case(session, unit, day=TODAY)
    feedback_answer.reply(session, sent.key, ANSWER, **WHO)
    later = TODAY + timedelta(days=40)
    feedback.reopen(session, sent.code, "Chưa rõ.", once=once(), deadlines=load(), today=later)
    assert sent.stored(session).due_on == load().calendar.add(later, 10)


@pytest.mark.parametrize("category", ["complaint", "denunciation"])
def test_a_complaint_leaves_the_desk_for_the_leader_with_its_sender_masked(
    client: FlaskClient, factory: Factory, session: Session, unit: Unit, officer: Officer, category: str
) -> None:
    sent = send_case(session, unit, "Tôi là bà Trần Thị Mẫu, 0912345678, tố việc của ông Lê Văn Thử.")
    sign_in(client, officer.email)
    press(client, sent, "assign", choice=officer.id)
    assert sent.stored(session).state is CaseState.ASSIGNED
    gone = press(client, sent, "classify", choice=category)
    assert gone.location.endswith(INBOX)
    assert client.get(sent.page).status_code == 404
    assert sent.reference[:8] not in client.get(f"{INBOX}?state=all").text
    assert sent.stored(session).assignee_id is None
    assert sent.stored(session).state is not CaseState.ASSIGNED
    client.delete_cookie("hailong", path="/officer")
    sign_in(client, factory.officer(unit, Role.LEADER).email)
    page = client.get(sent.page).text
    assert "không phải là đơn khiếu nại, tố cáo theo luật" in page
    for name in ("Trần Thị Mẫu", "0912345678", "Lê Văn Thử"):
        assert name not in page
        assert name not in client.get(INBOX).text
    assert "Trần Thị Mẫu" in press(client, sent, "original").text
    assert session.scalars(select(AuditEvent).where(AuditEvent.action == "feedback.original")).one()
    assert officer.name not in re.search(r'id="assign".*?</select>', page, re.DOTALL)[0]  # type: ignore[index]


def test_whom_a_case_is_about_neither_gets_nor_sees_it(
    client: FlaskClient, factory: Factory, session: Session, unit: Unit, officer: Officer
) -> None:
    sent = send_case(session, unit, topic=Topic.CONDUCT)
    colleague = factory.officer(unit, Role.ONE_STOP, name="Lê Văn Thử")
    sign_in(client, officer.email)
    press(client, sent, "assign", choice=colleague.id)
    press(client, sent, "about", choice=colleague.id)
    case = sent.stored(session)
    assert (case.about_officer_id, case.assignee_id) == (colleague.id, None)
    assert press(client, sent, "assign", choice=colleague.id).status_code == 422
    with pytest.raises(HailongError, match="assignee_is_about"):
        feedback_handling.assign(session, sent.key, colleague, **WHO)
    client.delete_cookie("hailong", path="/officer")
    sign_in(client, colleague.email)
    assert client.get(sent.page).status_code == 404
    assert "bị ngập" not in client.get(INBOX).text


def test_a_transfer_moves_the_case_out_of_sight_and_leaves_the_contact_behind(
    app: Flask,
    client: FlaskClient,
    factory: Factory,
    session: Session,
    unit: Unit,
    officer: Officer,
    province: Unit,
) -> None:
    other = factory.unit(name="Sở Xây dựng", kind=UnitKind.DEPARTMENT, parent=province)
    key = app.config["SETTINGS"].key_for("feedback contact")
    sent = send_case(session, unit, contact_key=key)
    sign_in(client, officer.email)
    moved = press(client, sent, "transfer", choice=other.code)
    assert moved.location.endswith(INBOX)
    assert client.get(sent.page).status_code == 404
    case = sent.stored(session)
    assert (case.reader_unit_id, case.contact) == (other.id, None)
    track = client.get(sent.tracking).text
    assert "Chuyển đến Sở Xây dựng" in track
    assert "chưa đồng ý cho nơi mới dùng" in track
    client.delete_cookie("hailong", path="/officer")
    sign_in(client, factory.officer(other, Role.ONE_STOP).email)
    assert "bị ngập" in client.get(INBOX).text
    press(client, sent, "reply", text=ANSWER, do="send")
    let_it_go(session)
    assert "Sở Xây dựng trả lời" in client.get(sent.tracking).text


def test_what_the_unit_shall_not_read_is_not_passed_on_to_it(
    session: Session, factory: Factory, unit: Unit
) -> None:
    sent = send_case(session, unit, topic=Topic.EXTRA_FEES, reader=Reader.ABOVE)
    for target in (unit, factory.unit(parent=unit)):
        with pytest.raises(HailongError, match="transfer_to_about_unit"):
            feedback_handling.transfer(session, sent.key, target, **WHO)


def test_merged_cases_get_the_same_answer_and_may_go_their_own_way_again(
    client: FlaskClient, session: Session, unit: Unit, officer: Officer
) -> None:
    main, double = send_case(session, unit), send_case(session, unit, "Quầy 3 ngập nước.")
    sign_in(client, officer.email)
    assert press(client, double, "merge", choice=main.reference).status_code == 303
    assert "Được trả lời chung" in client.get(double.tracking).text
    assert "Quầy 3 ngập nước." not in client.get(INBOX).text
    assert press(client, double, "reply", text=ANSWER, do="send").status_code == 409
    assert "góp ý đã gộp" in client.get(main.page).text
    press(client, main, "reply", text=ANSWER, do="send")
    let_it_go(session)
    for sent in (main, double):
        assert ANSWER in client.get(sent.tracking).text
    do(client, double.tracking, "reopen", text="Vẫn ngập.")
    case = double.stored(session)
    assert (case.state, case.merged_into) == (CaseState.REOPENED, None)
    assert main.stored(session).state is CaseState.ANSWERED


def test_cases_of_different_readers_are_not_merged(session: Session, unit: Unit) -> None:
    main = send_case(session, unit)
    for other in (
        send_case(session, unit, topic=Topic.CONDUCT, reader=Reader.LEADER),
        send_case(session, unit, topic=Topic.CONDUCT, reader=Reader.ABOVE),
        main,
    ):
        with pytest.raises(HailongError, match="merge_impossible"):
            feedback_handling.merge(session, other.key, main.key, **WHO)


def test_when_the_main_case_is_withdrawn_the_others_wait_again(session: Session, unit: Unit) -> None:
    main, double = send_case(session, unit), send_case(session, unit)
    feedback_handling.merge(session, double.key, main.key, **WHO)
    feedback.withdraw(session, main.code, once=once(), today=TODAY)
    assert double.stored(session).merged_into is None


def test_contact_details_show_on_demand_and_that_is_noted(
    app: Flask, client: FlaskClient, session: Session, unit: Unit, officer: Officer
) -> None:
    sent = send_case(session, unit, contact_key=app.config["SETTINGS"].key_for("feedback contact"))
    sign_in(client, officer.email)
    assert "0912 345 678" not in client.get(sent.page).text
    assert "0912 345 678" in press(client, sent, "contact").text
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "feedback.contact")).one()
    assert (event.actor, event.subject) == (officer.email, sent.reference)
    assert "Xem cách liên hệ" in client.get(sent.page).text


def test_the_audit_trail_says_who_did_what_and_holds_no_text(
    client: FlaskClient, session: Session, unit: Unit, officer: Officer
) -> None:
    sent = send_case(session, unit, "Tấm biển màu tím.")
    sign_in(client, officer.email)
    press(client, sent, "classify", choice="suggestion")
    press(client, sent, "assign", choice=officer.id)
    press(client, sent, "state", state="in_progress")
    press(client, sent, "note", note="Hỏi bà Mười Mẫu.")
    press(client, sent, "reply", text="Sẽ sơn lại màu xanh.", do="send")
    let_it_go(session)
    press(client, sent, "state", state="closed")
    events = feedback_answer.history(session, sent.stored(session))
    assert [event.action for event in reversed(events)] == [
        "feedback.classify", "feedback.assign", "feedback.state",
        "feedback.note", "feedback.reply", "feedback.state",
    ]  # fmt: skip
    assert all(earlier.at >= later.at for earlier, later in pairwise(events))
    told = repr([(event.subject, event.detail) for event in session.scalars(select(AuditEvent))])
    for word in ("tím", "Mười", "xanh"):
        assert word not in told
    assert officer.email in client.get(sent.page).text


def test_spam_is_closed_and_its_sender_may_object(
    client: FlaskClient, session: Session, unit: Unit, officer: Officer
) -> None:
    sent = send_case(session, unit)
    sign_in(client, officer.email)
    press(client, sent, "classify", choice="unrelated")
    track = client.get(sent.tracking).text
    assert "Đã đóng" in track
    assert "Không thuộc việc của đơn vị" in track
    assert "tin rác" not in track
    do(client, sent.tracking, "reopen", text="Có liên quan.")
    case = sent.stored(session)
    assert (case.state, case.category) == (CaseState.REOPENED, None)
    assert case.due_on is not None


def test_templates_of_the_unit_and_those_above_are_offered_and_put_into_the_text(
    client: FlaskClient, factory: Factory, session: Session, unit: Unit, officer: Officer, province: Unit
) -> None:
    now = datetime.now(UTC)
    above = reply_template.add(
        session, unit=province, name="Chung", text="Xin lỗi.", actor="a@example.vn", now=now
    )
    foreign = factory.unit(parent=province)
    reply_template.add(session, unit=foreign, name="Của nơi khác", text="x", actor="a@example.vn", now=now)
    sent = send_case(session, unit)
    sign_in(client, officer.email)
    token = csrf_token(client.get(f"{INBOX}/templates"))
    data = {"csrf_token": token, "unit": str(unit.id), "name": "Riêng", "text": "Kính gửi Ông/Bà,"}
    assert client.post(f"{INBOX}/templates", data=data | {"name": ""}).status_code == 422
    assert client.post(f"{INBOX}/templates", data=data | {"unit": str(province.id)}).status_code == 422
    assert client.post(f"{INBOX}/templates", data=data).status_code == 303
    page = client.get(sent.page).text
    assert page.index(">Riêng<") < page.index(">Chung<")
    assert "Của nơi khác" not in page
    filled = press(client, sent, "reply", text="Đã viết.", template=str(above.id), do="template")
    assert "Đã viết.\n\nXin lỗi." in filled.text
    assert sent.stored(session).pending is None
    address = f"{INBOX}/templates/{above.id}/retire"
    assert client.post(address, data={"csrf_token": token}).status_code == 403
    client.delete_cookie("hailong", path="/officer")
    sign_in(client, factory.officer(province, Role.DOSSIERS).email)
    assert client.post(address, data={"csrf_token": csrf_token(client.get(INBOX))}).status_code == 303
    session.expire_all()
    assert [each.name for each in reply_template.offered(session, unit)] == ["Riêng"]


def test_remarks_show_only_where_there_are_enough_of_them(
    client: FlaskClient, factory: Factory, session: Session, province: Unit, unit: Unit, officer: Officer
) -> None:
    today = datetime.now(UTC).date()
    first = today.replace(month=3 * ((today.month - 1) // 3) + 1, day=1)
    monday = first + timedelta(days=-first.weekday() % 7)
    few = factory.unit(name="Phường Ít", parent=province)
    for place, count in ((unit, 5), (few, 4)):
        for number in range(count):
            text = f"Ý kiến {place.name} {number}"
            key = bytes([place.id, number]) * 8
            session.add(Comment(id=key, unit_id=place.id, week_of=monday, trial=False, text=text))
    session.commit()
    sign_in(client, officer.email)
    assert client.get(f"{INBOX}/remarks").status_code == 403
    client.delete_cookie("hailong", path="/officer")
    sign_in(client, factory.officer(province, Role.REFORM).email)
    page = client.get(f"{INBOX}/remarks").text
    assert "Ý kiến Phường Tân Hoà 4" in page
    assert "Ý kiến Phường Ít" not in page
    assert "Phường Ít" in page
    found = client.get(f"{INBOX}/remarks?q=y+kien+phuong").text
    assert "Ý kiến Phường Tân Hoà 4" in found
    assert "Ý kiến Phường Ít" not in found
