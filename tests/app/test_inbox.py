"""The officers' inbox: who finds which case, in what order, by which words, and several at once."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey.models import CaseState, Category, Officer, Reader, Role, Topic, Unit, UnitKind
from survey.services import feedback_handling, inbox
from survey.services.deadline import load
from survey.services.inbox import Filter, Sight

from cases import INBOX, Sent, let_it_go, press, send_case
from conftest import TODAY
from factories import COMPUTED_AT, Factory
from signing_in import csrf_token, sign_in

SECRET = "Có người gợi ý đưa thêm tiền ở quầy 2."


@pytest.fixture
def province(factory: Factory) -> Unit:
    return factory.unit(name="Tỉnh Bình Minh", kind=UnitKind.PROVINCE)


@pytest.fixture
def unit(factory: Factory, province: Unit) -> Unit:
    return factory.unit(name="Phường Tân Hoà", parent=province)


@pytest.fixture
def officer(factory: Factory, unit: Unit) -> Officer:
    return factory.officer(unit, Role.ONE_STOP)


def exported(client: FlaskClient) -> str:
    token = csrf_token(client.get(f"{INBOX}/export"))
    return client.post(f"{INBOX}/export", data={"csrf_token": token, "file": "csv"}).get_data(as_text=True)


def test_a_case_for_the_level_above_is_nowhere_for_the_unit_it_is_about(
    client: FlaskClient, factory: Factory, session: Session, unit: Unit, province: Unit
) -> None:
    sent = send_case(session, unit, SECRET, topic=Topic.EXTRA_FEES, reader=Reader.ABOVE)
    for role in Role:
        own = factory.officer(unit, role)
        sign_in(client, own.email)
        for address in (INBOX, f"{INBOX}?state=all", f"{INBOX}?q=tien", f"{INBOX}?q={sent.code}"):
            page = client.get(address)
            assert "đưa thêm tiền ở" not in page.text
            assert sent.reference[:8] not in page.text
            assert "Góp ý, phản ánh (" not in page.text
        assert client.get(sent.page).status_code in (403, 404)
        assert press_quietly(client, sent) in (400, 403, 404)
        if role in (Role.ONE_STOP, Role.LEADER):
            assert SECRET not in exported(client)
        client.delete_cookie("hailong", path="/officer")
    sign_in(client, factory.officer(province, Role.DOSSIERS).email)
    assert "đưa thêm tiền ở" in client.get(INBOX).text
    assert '<span class="n">(1)</span>' in client.get(INBOX).text
    assert SECRET in exported(client)


def press_quietly(client: FlaskClient, sent: Sent) -> int:
    page = client.get("/officer/", follow_redirects=True)
    token = csrf_token(page) if 'name="csrf_token"' in page.text else ""
    return client.post(f"{sent.page}/note", data={"csrf_token": token, "note": "x"}).status_code


def test_what_is_for_the_leader_is_seen_by_the_leader_only(
    client: FlaskClient, factory: Factory, session: Session, unit: Unit, officer: Officer
) -> None:
    sent = send_case(session, unit, "Trả lời cộc lốc.", topic=Topic.CONDUCT, reader=Reader.LEADER)
    sign_in(client, officer.email)
    assert "cộc lốc" not in client.get(INBOX).text
    assert client.get(sent.page).status_code == 404
    client.delete_cookie("hailong", path="/officer")
    sign_in(client, factory.officer(unit, Role.LEADER).email)
    assert "cộc lốc" in client.get(INBOX).text
    assert client.get(sent.page).status_code == 200


def test_another_unit_and_an_administrator_see_nothing(
    client: FlaskClient, factory: Factory, session: Session, unit: Unit, province: Unit
) -> None:
    sent = send_case(session, unit)
    sign_in(client, factory.officer(factory.unit(parent=province), Role.LEADER).email)
    assert "bị ngập" not in client.get(f"{INBOX}?state=all").text
    assert client.get(sent.page).status_code == 404
    client.delete_cookie("hailong", path="/officer")
    sign_in(client, factory.officer(province, Role.ADMINISTRATOR).email)
    assert client.get(INBOX).status_code == 403
    assert client.get(sent.page).status_code == 403


def test_an_inspector_reads_but_changes_nothing(
    client: FlaskClient, factory: Factory, session: Session, unit: Unit, province: Unit
) -> None:
    sent = send_case(session, unit)
    sign_in(client, factory.officer(province, Role.INSPECTOR).email)
    page = client.get(sent.page)
    assert "bị ngập" in page.text
    assert "Gửi trả lời" not in page.text
    for action, data in (
        ("reply", {"text": "x"}),
        ("note", {"note": "x"}),
        ("assign", {"choice": ""}),
        ("contact", {}),
    ):
        assert press(client, sent, action, **data).status_code == 403
    assert sent.stored(session).pending is None


def test_the_most_urgent_comes_first_and_says_how_urgent_it_is(
    client: FlaskClient, session: Session, unit: Unit, officer: Officer
) -> None:
    today = date.today()  # noqa: DTZ011  far enough from midnight either way
    send_case(session, unit, "Mới gửi hôm nay.", day=today)
    send_case(session, unit, "Gửi đã lâu lắm rồi.", day=today - timedelta(days=60))
    sign_in(client, officer.email)
    page = client.get(INBOX).text
    assert page.index("Gửi đã lâu") < page.index("Mới gửi")
    assert "Quá hạn" in page
    assert "1 quá hạn" in page
    only = client.get(f"{INBOX}?overdue=1").text
    assert "Gửi đã lâu" in only
    assert "Mới gửi" not in only


@pytest.mark.parametrize("words", ["duong", "ĐƯỜNG", "bi ngap duong", "đường ngập", "duo", "quay 3"])
def test_search_needs_no_marks(
    client: FlaskClient, session: Session, unit: Unit, officer: Officer, words: str
) -> None:
    send_case(session, unit)
    send_case(session, unit, "Thiếu ghế ngồi chờ.")
    sign_in(client, officer.email)
    page = client.get(INBOX, query_string={"q": words}).text
    assert "Đường vào quầy 3" in page
    assert "Thiếu ghế" not in page


def test_a_tracking_code_told_at_the_counter_finds_its_case(
    client: FlaskClient, session: Session, unit: Unit, officer: Officer
) -> None:
    sent = send_case(session, unit)
    send_case(session, unit, "Thiếu ghế ngồi chờ.")
    sign_in(client, officer.email)
    page = client.get(INBOX, query_string={"q": sent.tracking.rpartition("/")[2]}).text
    assert "Đường vào quầy 3" in page
    assert "Thiếu ghế" not in page


def test_tet_and_own_days_off_do_not_count(session: Session, unit: Unit) -> None:
    before_tet = date(2027, 2, 2)
    sent = send_case(session, unit, day=before_tet)
    # Wednesday 3 February, then Tết from the 4th to the 10th, then nine more working days.
    assert sent.stored(session).due_on == date(2027, 2, 23)
    sight = Sight("nobody", frozenset({unit.id}), frozenset())
    assert inbox.waiting(session, sight, today=date(2027, 2, 23)).today_count == 1
    assert inbox.waiting(session, sight, today=date(2027, 2, 24)).overdue_count == 1


def test_praise_waits_in_a_list_of_its_own(
    client: FlaskClient, session: Session, unit: Unit, officer: Officer
) -> None:
    send_case(session, unit, "Hướng dẫn rất tận tình.", topic=Topic.PRAISE)
    sign_in(client, officer.email)
    empty = client.get(INBOX).text
    assert "tận tình" not in empty
    assert "Không có góp ý nào đang chờ trả lời." in empty
    assert "tận tình" in client.get(f"{INBOX}?list=praise").text


def test_a_long_list_is_paged_and_keeps_its_filter(
    client: FlaskClient, session: Session, unit: Unit, officer: Officer
) -> None:
    for number in range(inbox.PAGE_SIZE + 2):
        send_case(session, unit, f"Góp ý số {number:02d} về quầy.")
    sign_in(client, officer.email)
    first = client.get(f"{INBOX}?q=quay").text
    assert first.count('name="cases"') == inbox.PAGE_SIZE
    second = client.get(f"{INBOX}?q=quay&page=2").text
    assert second.count('name="cases"') == 2
    assert "q=quay" in second
    assert "trang 2/2" in client.get(f"{INBOX}?page=99").text


def test_several_cases_at_once_and_what_could_not_be_done(
    client: FlaskClient, session: Session, unit: Unit, officer: Officer
) -> None:
    one, two, closed = (send_case(session, unit, text) for text in ("Một.", "Hai.", "Ba."))
    feedback_handling.classify(
        session, closed.key, Category.UNRELATED, deadlines=load(), actor="a@example.vn", now=COMPUTED_AT
    )
    sign_in(client, officer.email)
    token = csrf_token(client.get(INBOX))
    references = [each.reference for each in (one, two, closed)]
    data = {"csrf_token": token, "cases": references, "do": "classify", "category": "suggestion"}
    page = client.post(INBOX, data=data, follow_redirects=True).text
    assert "Đã làm xong với 2 góp ý." in page
    assert f"Góp ý {closed.reference[:8]} chưa làm được" in page
    assert one.stored(session).category is Category.SUGGESTION
    client.post(INBOX, data=data | {"do": "assign", "officer": officer.id})
    assert two.stored(session).assignee_id == officer.id
    assert "Hai." in client.get(f"{INBOX}?mine=1").text
    client.post(INBOX, data=data | {"do": "spam", "cases": [two.reference]})
    assert two.stored(session).state is CaseState.CLOSED
    page = client.post(INBOX, data=data | {"do": "close", "cases": [one.reference]}, follow_redirects=True).text
    assert "chưa làm được" in page
    press(client, one, "reply", text="Đã sửa.", do="send")
    let_it_go(session)
    client.post(INBOX, data=data | {"do": "close", "cases": [one.reference]})
    assert one.stored(session).state is CaseState.CLOSED
    assert "ít nhất một góp ý" in client.post(INBOX, data={"csrf_token": token}, follow_redirects=True).text


def test_a_case_of_another_unit_cannot_be_slipped_into_a_bulk_action(
    client: FlaskClient, factory: Factory, session: Session, officer: Officer, province: Unit
) -> None:
    foreign = send_case(session, factory.unit(parent=province))
    sign_in(client, officer.email)
    token = csrf_token(client.get(INBOX))
    data = {"csrf_token": token, "cases": [foreign.reference], "do": "spam"}
    assert client.post(INBOX, data=data).status_code == 404
    assert foreign.stored(session).state is CaseState.NEW


def test_an_export_names_nobody(client: FlaskClient, session: Session, unit: Unit, officer: Officer) -> None:
    text = "=Bà Trần Thị Mẫu, số 0912 345 678, hẹn ở Quầy 2, hồ sơ H10.25.3-250701-0001, mau@example.vn"
    send_case(session, unit, text)
    complaint = send_case(session, unit, "Tôi khiếu nại quyết định này.")
    feedback_handling.classify(
        session, complaint.key, Category.COMPLAINT, deadlines=load(), actor="a@example.vn", now=COMPUTED_AT
    )
    sign_in(client, officer.email)
    page = client.get(f"{INBOX}/export")
    assert 'value="Trần Thị Mẫu" checked' in page.text
    data = {"csrf_token": csrf_token(page), "names": "Trần Thị Mẫu", "file": "csv", "more": ""}
    answer = client.post(f"{INBOX}/export", data=data)
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert len(rows) == 1
    assert rows[0]["Nội dung (đã che)"] == (
        "'=Bà [tên], số [số điện thoại], hẹn ở Quầy 2, hồ sơ [mã hồ sơ], [e-mail]"
    )
    unconfirmed = client.post(f"{INBOX}/export", data=data | {"names": ""})
    assert "Trần Thị Mẫu" in unconfirmed.get_data(as_text=True)
    workbook = client.post(f"{INBOX}/export", data=data | {"file": "xlsx"})
    assert workbook.get_data()[:2] == b"PK"


def test_words_of_a_filter_change_nothing_that_may_be_seen(session: Session, unit: Unit) -> None:
    send_case(session, unit, SECRET, topic=Topic.EXTRA_FEES, reader=Reader.ABOVE)
    sight = Sight("nobody", frozenset({unit.id}), frozenset({unit.id}))
    for wanted in (Filter(), Filter(state="all"), Filter(unit_id=unit.id), Filter(kind="topic:extra_fees")):
        assert inbox.search(session, sight, wanted, today=TODAY).count == 0
