"""Following a case by its code: add, reopen, rate, withdraw, erase; each once, and only while it makes sense."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.consent import CONTACT_CONSENT
from forms.nonce import Signer
from survey.errors import HailongError
from survey.models import AuditEvent, CaseState, EntryKind, FeedbackCase, FeedbackContact, FeedbackEntry, Unit
from survey.services import feedback, feedback_answer

from citizens import (
    CONTACT,
    FEEDBACK,
    NUMBER,
    count,
    do,
    nonce_in,
    send,
    send_feedback,
    tracking_address,
    tracking_code,
)
from factories import Factory

NOW = datetime(2026, 8, 14, 3, 0, tzinfo=UTC)
ACTOR = "an@example.vn"
ANSWER = "Từ nay quầy phát bảng kê giấy tờ."


@pytest.fixture
def form_address(factory: Factory) -> str:
    """The feedback form of a ward below a province."""
    unit = factory.unit(name="Phường Tân Hoà", parent=factory.unit(name="Tỉnh Bình Minh"))
    return f"/q/{factory.qr_code(unit).code}/feedback"


@pytest.fixture
def address(client: FlaskClient, form_address: str) -> str:
    """The page of a case with contact details."""
    return tracking_address(send_feedback(client, form_address, FEEDBACK | CONTACT))


@pytest.fixture
def case(session: Session, address: str) -> Callable[[], FeedbackCase]:
    """Read the case as it is stored now."""

    def read() -> FeedbackCase:
        session.rollback()
        session.expire_all()
        return feedback.find(session, tracking_code(address))

    return read


@pytest.fixture
def answered(session: Session, case: Callable[[], FeedbackCase]) -> None:
    """Classify, work on and answer the case, as an officer does."""
    for state in (CaseState.CLASSIFIED, CaseState.IN_PROGRESS):
        feedback_answer.set_state(session, case().key, state, actor=ACTOR, now=NOW)
    feedback_answer.reply(session, case().key, ANSWER, actor=ACTOR, now=NOW)


def kinds(case: FeedbackCase) -> list[EntryKind]:
    return [entry.kind for entry in case.entries]


@pytest.mark.usefixtures("answered")
def test_the_citizen_sees_every_step_and_the_answer_newest_first(client: FlaskClient, address: str) -> None:
    page = client.get(address).text
    steps = ["phường Tân Hoà trả lời", ANSWER, "Đang xử lý", "Đã phân loại", "Ông/Bà gửi", FEEDBACK["text"]]
    history = page[page.index("Quá trình xử lý") :]
    places = [history.lower().index(step.lower()) for step in steps]
    assert places == sorted(places)
    assert "<b>Đã trả lời</b>" in page
    assert "14/08/2026" in page
    assert ACTOR not in page


def test_officers_leave_an_audit_event_and_citizens_none(
    client: FlaskClient, address: str, session: Session, case: Callable[[], FeedbackCase]
) -> None:
    do(client, address, "add", text="Thêm")
    before = count(session, AuditEvent)
    feedback_answer.reply(session, case().key, ANSWER, actor=ACTOR, now=NOW)
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "feedback.reply")).one()
    assert count(session, AuditEvent) == before + 1
    assert event.actor == ACTOR
    assert tracking_code(address) not in repr(event.__dict__)
    assert ANSWER not in repr(event.__dict__)
    assert session.scalars(select(AuditEvent).where(AuditEvent.actor == "")).all() == []


def test_an_addition_is_stored_once_however_often_it_is_sent(
    client: FlaskClient, address: str, case: Callable[[], FeedbackCase]
) -> None:
    nonce = nonce_in(client.get(address))
    first, second = (client.post(address, data={"n": nonce, "do": "add", "text": "Thêm"}) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert [entry.text for entry in case().entries] == [FEEDBACK["text"], "Thêm"]
    assert "Đã nhận phần viết thêm." in client.get(first.headers["Location"]).text
    client.post(address, data={"n": nonce, "do": "add", "text": "Một ý khác"})
    assert [entry.text for entry in case().entries] == [FEEDBACK["text"], "Thêm", "Một ý khác"]


@pytest.mark.usefixtures("answered")
def test_an_answer_is_rated_once_and_the_next_answer_again(
    client: FlaskClient, address: str, session: Session, case: Callable[[], FeedbackCase]
) -> None:
    assert "Ông/Bà hài lòng hay không hài lòng với câu trả lời này?" in client.get(address).text
    assert do(client, address, "rate").status_code == 422
    assert do(client, address, "rate", satisfied="0", answer="3").status_code == 303
    do(client, address, "rate", satisfied="1", answer="3")
    page = client.get(address).text
    assert "Ông/Bà đã đánh giá: không hài lòng." in page
    assert "hay không hài lòng với câu trả lời" not in page
    feedback_answer.reply(session, case().key, "Bổ sung.", actor=ACTOR, now=NOW)
    for answer in ("0", "99", "-1", "x", ""):
        assert do(client, address, "rate", satisfied="1", answer=answer).status_code == 303
    assert [entry.satisfied for entry in case().entries if entry.kind is EntryKind.REPLY] == [False, None]
    do(client, address, "rate", satisfied="1", answer="4")
    assert [entry.satisfied for entry in case().entries if entry.kind is EntryKind.REPLY] == [False, True]


@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize("reason", ["Chưa đúng việc tôi hỏi.", ""])
def test_an_answered_or_closed_case_is_reopened_with_or_without_a_reason(
    client: FlaskClient, address: str, session: Session, case: Callable[[], FeedbackCase], reason: str
) -> None:
    feedback_answer.set_state(session, case().key, CaseState.CLOSED, actor=ACTOR, now=NOW)
    page = client.get(address).text
    assert 'value="add"' not in page
    assert do(client, address, "reopen", text=reason).status_code == 303
    assert (case().state, case().settled_on) == (CaseState.REOPENED, None)
    assert case().entries[-1].text == (reason or None)
    assert "Ông/Bà đề nghị xem lại" in client.get(address).text
    feedback_answer.reply(session, case().key, "Đã xem lại.", actor=ACTOR, now=NOW)
    assert case().state is CaseState.ANSWERED


def test_withdrawing_asks_first_and_stops_the_case(
    client: FlaskClient, address: str, session: Session, case: Callable[[], FeedbackCase]
) -> None:
    asked = client.get(address, query_string={"ask": "withdraw"}).text
    assert "Rút góp ý này?" in asked
    assert case().state is CaseState.NEW
    assert do(client, address, "withdraw").status_code == 303
    assert case().state is CaseState.WITHDRAWN
    assert "Ông/Bà đã rút" in client.get(address).text
    key = case().key
    with pytest.raises(HailongError, match="case_moved_on"):
        feedback_answer.reply(session, key, ANSWER, actor=ACTOR, now=NOW)
    assert do(client, address, "add", text="Khoan đã").status_code == 409


@pytest.mark.usefixtures("answered")
def test_erasing_leaves_a_tombstone_without_any_text_or_contact(
    client: FlaskClient, address: str, session: Session, case: Callable[[], FeedbackCase]
) -> None:
    assert "không khôi phục được" in client.get(address, query_string={"ask": "erase"}).text
    assert do(client, address, "erase").status_code == 303
    page = client.get(address).text
    assert "theo yêu cầu của Ông/Bà. Không khôi phục được." in page
    assert FEEDBACK["text"] not in page
    assert ANSWER not in page
    assert "<button" not in page
    assert {entry.text for entry in case().entries} == {None}
    assert kinds(case())[-1] is EntryKind.ERASED
    assert (count(session, FeedbackContact), count(session, FeedbackCase)) == (0, 1)
    # Asking again changes nothing, and nobody can write into it any more.
    nonce = nonce_in(client.get(address))
    assert client.post(address, data={"n": nonce, "do": "erase"}).status_code == 303
    for action in ("add", "reopen", "withdraw", "contact"):
        sent = {"n": nonce, "do": action, "text": "Nữa"} | (CONTACT if action == "contact" else {})
        assert client.post(address, data=sent).status_code == 409
    key = case().key
    with pytest.raises(HailongError, match="case_moved_on"):
        feedback_answer.reply(session, key, ANSWER, actor=ACTOR, now=NOW)
    assert kinds(case()).count(EntryKind.ERASED) == 1


def test_erasing_an_open_case_stops_it(
    client: FlaskClient, address: str, case: Callable[[], FeedbackCase]
) -> None:
    do(client, address, "erase")
    assert case().state is CaseState.WITHDRAWN


def test_contact_details_can_be_seen_corrected_and_erased_by_themselves(
    app: Flask, client: FlaskClient, address: str, session: Session, case: Callable[[], FeedbackCase]
) -> None:
    key = app.config["SETTINGS"].key_for("feedback contact")
    assert 'value="0912 345 678"' in client.get(address, query_string={"ask": "contact"}).text
    assert do(client, address, "contact", phone="0987654321").status_code == 422
    assert do(client, address, "contact", **CONTACT | {"phone": "0987654321"}).status_code == 303
    known = feedback_answer.read_contact(session, case().key, sealing_key=key, actor=ACTOR, now=NOW)
    assert known is not None
    assert known.phone == "0987654321"
    assert session.scalars(select(AuditEvent.action).where(AuditEvent.actor == ACTOR)).all() == [
        "feedback.contact"
    ]
    assert do(client, address, "erase_contact").status_code == 303
    page = client.get(address).text
    assert "Cách liên hệ đã xoá ngày" in page
    assert FEEDBACK["text"] in page
    assert case().state is CaseState.NEW
    assert feedback_answer.read_contact(session, case().key, sealing_key=key, actor=ACTOR, now=NOW) is None
    assert do(client, address, "contact", **CONTACT).status_code == 303
    assert case().contact is not None


def test_what_cannot_be_sent_comes_back_with_the_text(
    client: FlaskClient, address: str, session: Session, case: Callable[[], FeedbackCase]
) -> None:
    nonce = nonce_in(client.get(address))
    assert do(client, address, "add", text="").status_code == 422
    long = do(client, address, "add", text="a" * 5_001)
    assert long.status_code == 422
    assert "Nội dung dài 5.001 ký tự" in long.text
    assert "a" * 5_001 in long.text
    for sent, status in (({"do": "add"}, 400), ({"n": nonce}, 422), ({"n": nonce, "do": "dance"}, 422)):
        page = client.post(address, data=sent | {"text": "Giữ lại"})
        assert page.status_code == status
        assert "Giữ lại" in page.text
    # The officer closes it while the citizen writes.
    feedback_answer.reply(session, case().key, ANSWER, actor=ACTOR, now=NOW)
    feedback_answer.set_state(session, case().key, CaseState.CLOSED, actor=ACTOR, now=NOW)
    page = client.post(address, data={"n": nonce, "do": "add", "text": "Giữ lại"})
    assert page.status_code == 409
    assert "vừa chuyển sang bước khác" in page.text
    assert "Giữ lại" in page.text
    assert count(session, FeedbackEntry) == 3


@pytest.mark.parametrize(
    ("state", "wrong"),
    [(CaseState.NEW, CaseState.CLOSED), (CaseState.NEW, CaseState.ANSWERED), (CaseState.NEW, CaseState.WITHDRAWN)],
)
def test_officers_cannot_skip_the_answer(
    session: Session, case: Callable[[], FeedbackCase], state: CaseState, wrong: CaseState
) -> None:
    assert case().state is state
    with pytest.raises(HailongError, match="case_moved_on"):
        feedback_answer.set_state(session, case().key, wrong, actor=ACTOR, now=NOW)
    assert kinds(case()) == [EntryKind.SENT]


def test_a_code_is_typed_in_any_manner(client: FlaskClient, address: str) -> None:
    code = address.rpartition("/")[2]
    assert client.get("/track").status_code == 200
    for typed in (code, code.lower(), code.replace("-", " "), code.replace("0", "o").replace("1", "l")):
        found = client.get("/track", query_string={"code": typed, "to": "on"})
        assert found.status_code == 303
        assert found.headers["Location"] == f"{address}?to=1"
        assert client.get(f"/track/{typed}").status_code == 200


@pytest.mark.parametrize("typed", ["0000-0000-0000-0000", "ABC", "<b>4711</b>", "UUUU-UUUU-UUUU-UUUU", "é" * 16])
def test_an_unknown_code_says_so_and_can_be_typed_again(client: FlaskClient, typed: str) -> None:
    page = client.get("/track", query_string={"code": typed}, follow_redirects=True)
    assert page.status_code == 404
    assert "Không tìm thấy mã tra cứu này" in page.text
    assert "Số phiếu của phiếu lấy ý kiến không phải là mã tra cứu." in page.text
    assert "<b>4711" not in page.text
    assert client.post("/track/0000-0000-0000-0000", data={"do": "erase"}).status_code == 404


def test_a_survey_number_opens_no_case(client: FlaskClient, factory: Factory) -> None:
    sent = send(client, f"/q/{factory.qr_code(factory.unit()).code}")
    number = NUMBER.search(client.get(sent.headers["Location"]).text)
    assert number
    assert client.get(f"/track/{number[1]}").status_code == 404


def test_guessing_is_slowed_down_and_the_right_code_still_opens_elsewhere(
    client: FlaskClient, address: str
) -> None:
    for number in range(120):
        assert client.get(f"/track/0000-0000-0000-{number:04d}").status_code == 404
    assert client.get("/track/0000-0000-0000-9999").status_code == 429
    assert client.get(address, environ_base={"REMOTE_ADDR": "127.0.0.2"}).status_code == 200


def test_a_nonce_of_one_case_serves_no_other(
    client: FlaskClient, address: str, form_address: str, session: Session
) -> None:
    other = tracking_address(send_feedback(client, form_address))
    page = client.post(other, data={"n": nonce_in(client.get(address)), "do": "erase"})
    assert page.status_code == 400
    assert session.scalars(select(FeedbackCase.erased_on)).all() == [None, None]


def test_every_page_of_a_case_is_kept_nowhere_sets_no_cookie_and_sends_no_referrer(
    client: FlaskClient, address: str
) -> None:
    pages = [client.get(address), client.get("/track"), client.get("/track/x"), do(client, address, "add")]
    pages += [do(client, address, "add", text="x"), client.get(address, query_string={"ask": "erase"})]
    for page in pages:
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert "Set-Cookie" not in page.headers


def test_english_pages_are_english_but_for_names_and_the_citizens_words(
    client: FlaskClient, form_address: str
) -> None:
    sent = send_feedback(client, f"{form_address}?lang=en", FEEDBACK | CONTACT | {"text": "Twice for one paper."})
    address = sent.headers["Location"]
    assert "lang=en" in address
    pages = [client.get(f"{form_address}?lang=en"), client.post(f"{form_address}?lang=en"), client.get(address)]
    pages += [client.get(f"{tracking_address(sent)}?lang=en&ask={ask}") for ask in ("erase", "withdraw")]
    pages += [client.get("/track?lang=en"), client.get("/track/zzz?lang=en"), client.get("/privacy?lang=en")]
    letters = re.compile(r"[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
    for page in pages:
        body = re.sub(r'<(\w+)[^>]* lang="vi"[^>]*>.*?</\1>', "", page.text.split("<body>")[1])
        shown = re.sub(r"<[^>]+>", " ", body)
        assert letters.search(shown) is None, (page.request.url, letters.search(shown))


def test_an_expired_page_of_a_case_asks_only_to_send_again(
    app: Flask, client: FlaskClient, address: str, case: Callable[[], FeedbackCase]
) -> None:
    signer = Signer(app.config["SETTINGS"].key_for("tracking page"))
    opened = datetime.now(UTC) - timedelta(days=8)
    old = signer.issue(code=tracking_code(address), version=CONTACT_CONSENT, now=opened)
    page = client.post(address, data={"n": old, "do": "add", "text": "Thêm"})
    assert page.status_code == 422
    assert "Trang này mở đã quá 7 ngày." in page.text
    assert client.post(address, data={"n": nonce_in(page), "do": "add", "text": "Thêm"}).status_code == 303
    assert case().entries[-1].text == "Thêm"


def test_the_unit_of_a_case_may_carry_on_elsewhere(
    client: FlaskClient, address: str, session: Session, factory: Factory
) -> None:
    unit = session.scalars(select(Unit).where(Unit.name == "Phường Tân Hoà")).one()
    unit.valid_to, unit.successor = datetime(2026, 1, 1, tzinfo=UTC).date(), factory.unit()
    session.commit()
    assert client.get(address).status_code == 200
