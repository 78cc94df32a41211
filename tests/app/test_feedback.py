"""Sending feedback: what is stored, who may read it, and what comes back with everything kept."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.consent import CONTACT_CONSENT
from forms.feedback import READERS, TOPICS
from forms.nonce import Signer
from survey.models import CaseState, FeedbackCase, FeedbackContact, FeedbackEntry, Reader, Topic, Unit, UnitKind
from survey.services import feedback
from survey.services.contact import unseal

from citizens import (
    CONTACT,
    FEEDBACK,
    count,
    nonce_in,
    send,
    send_feedback,
    tracking_address,
)
from factories import Factory

CODE = re.compile(r"<b>([0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3})</b>")


@pytest.fixture
def unit(factory: Factory) -> Unit:
    """A ward below a province."""
    province = factory.unit(name="Tỉnh Bình Minh", kind=UnitKind.PROVINCE)
    return factory.unit(
        name="Phường Tân Hoà",
        parent=province,
        one_stop_name="Trung tâm Phục vụ hành chính công <i>phường</i> Tân Hoà",
    )


@pytest.fixture
def address(unit: Unit, factory: Factory) -> str:
    """The feedback form of one of its counters."""
    return f"/q/{factory.qr_code(unit, factory.counter(unit)).code}/feedback"


def test_a_case_holds_what_was_sent_and_is_found_only_by_its_code(
    client: FlaskClient, address: str, unit: Unit, session: Session
) -> None:
    sent = send_feedback(client, address)
    page = client.get(sent.headers["Location"])
    code = CODE.search(page.text)
    assert code
    assert sent.headers["Location"].startswith(f"/track/{code[1]}")
    assert "Xin ghi lại hoặc chụp lại mã này." in page.text
    assert FEEDBACK["text"] in page.text
    assert "Mới nhận" in page.text
    case = session.scalars(select(FeedbackCase)).one()
    assert case.key == feedback.case_key(code[1].replace("-", ""))
    assert (case.about_unit_id, case.reader_unit_id, case.reader) == (unit.id, unit.id, Reader.UNIT)
    assert (case.topic, case.state, case.trial) == (Topic.REPORT, CaseState.NEW, False)
    assert (case.settled_on, case.erased_on, case.contact) == (None, None, None)
    assert [entry.text for entry in case.entries] == [FEEDBACK["text"]]


def test_the_form_and_the_tables_name_the_same_topics_and_readers() -> None:
    assert set(TOPICS) == set(Topic)
    assert {*READERS, "unit"} == set(Reader)


def test_numbers_are_written_in_the_language_of_the_page_whoever_came_first(
    client: FlaskClient, address: str
) -> None:
    for language, most in (("en", "At most 5,000"), ("vi", "Tối đa 5.000"), ("en", "At most 5,000")):
        assert most in client.get(f"{address}?lang={language}").text
        case = tracking_address(send_feedback(client, f"{address}?lang={language}"))
        assert most in client.get(f"{case}?lang={language}").text


def test_nothing_is_chosen_or_ticked_in_advance(client: FlaskClient, address: str) -> None:
    for language in ("vi", "en"):
        assert " checked" not in client.get(f"{address}?lang={language}").text


@pytest.mark.parametrize("topic", ["extra_fees", "conduct"])
def test_about_fees_and_conduct_the_citizen_chooses_who_reads_it(
    client: FlaskClient, address: str, unit: Unit, session: Session, topic: str
) -> None:
    page = client.get(address).text
    assert "Lãnh đạo phường Tân Hoà" in page
    assert "Cơ quan cấp trên (tỉnh Bình Minh); đơn vị không xem được" in page
    refused = send_feedback(client, address, FEEDBACK | {"topic": topic})
    assert refused.status_code == 422
    assert '<a href="#reader">Chưa chọn ai được đọc nội dung này.</a>' in refused.text
    assert count(session, FeedbackCase) == 0
    for reader, reading_unit in (("leader", unit.id), ("above", unit.parent_id)):
        shown = client.get(
            tracking_address(send_feedback(client, address, FEEDBACK | {"topic": topic, "reader": reader}))
        )
        session.rollback()
        case = session.scalars(select(FeedbackCase).where(FeedbackCase.reader == reader)).one()
        assert (case.about_unit_id, case.reader_unit_id) == (unit.id, reading_unit)
        assert ("đơn vị không xem được" in shown.text) == (reader == "above")


def test_without_a_level_above_only_the_leader_can_be_chosen(
    client: FlaskClient, factory: Factory, session: Session
) -> None:
    address = f"/q/{factory.qr_code(factory.unit()).code}/feedback"
    assert 'value="above"' not in client.get(address).text
    sent = FEEDBACK | {"topic": "conduct", "reader": "above"}
    assert send_feedback(client, address, sent).status_code == 422
    assert count(session, FeedbackCase) == 0
    assert send_feedback(client, address, sent | {"reader": "leader"}).status_code == 303


def test_a_level_above_that_ended_is_replaced_by_who_carries_on(
    client: FlaskClient, factory: Factory, session: Session
) -> None:
    new = factory.unit(name="Tỉnh Mới", kind=UnitKind.PROVINCE)
    old = factory.unit(
        name="Tỉnh Cũ",
        kind=UnitKind.PROVINCE,
        valid_from=datetime(2020, 1, 1, tzinfo=UTC).date(),
        valid_to=datetime(2025, 6, 30, tzinfo=UTC).date(),
        successor=new,
    )
    address = f"/q/{factory.qr_code(factory.unit(parent=old)).code}/feedback"
    assert "Cơ quan cấp trên (tỉnh Mới)" in client.get(address).text
    send_feedback(client, address, FEEDBACK | {"topic": "conduct", "reader": "above"})
    assert session.scalars(select(FeedbackCase)).one().reader_unit_id == new.id


def test_a_reader_left_ticked_under_another_topic_does_not_count(
    client: FlaskClient, address: str, session: Session
) -> None:
    assert send_feedback(client, address, FEEDBACK | {"reader": "above"}).status_code == 303
    assert session.scalars(select(FeedbackCase)).one().reader is Reader.UNIT


def test_contact_with_consent_is_stored_encrypted_with_the_version_of_the_consent(
    app: Flask, client: FlaskClient, address: str, session: Session
) -> None:
    page = client.get(tracking_address(send_feedback(client, address, FEEDBACK | CONTACT)))
    assert "Có lưu cách liên hệ, đã mã hoá." in page.text
    assert "0912" not in page.text
    stored = session.scalars(select(FeedbackContact)).one()
    assert stored.consent_version == CONTACT_CONSENT
    contact = unseal(app.config["SETTINGS"].key_for("feedback contact"), stored.case_key, stored.sealed)
    assert (contact.name, contact.phone, contact.email) == ("Nguyễn Thị Hoà", "0912 345 678", "")


@pytest.mark.parametrize("missing", ["consent", "adult", "phone"])
def test_contact_is_taken_only_with_consent_from_adults_and_with_a_way_to_reach_them(
    client: FlaskClient, address: str, session: Session, missing: str
) -> None:
    sent = FEEDBACK | {name: value for name, value in CONTACT.items() if name != missing}
    page = send_feedback(client, address, sent)
    assert page.status_code == 422
    assert f'<a href="#{missing}">' in page.text
    assert 'value="Nguyễn Thị Hoà"' in page.text
    assert FEEDBACK["text"] in page.text
    assert 'id="topic-report" checked' in page.text
    assert ('id="consent" name="consent" value="1" checked' in page.text) == (missing != "consent")
    assert '<div class="cf on">' in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert (count(session, FeedbackCase), count(session, FeedbackContact)) == (0, 0)


@pytest.mark.parametrize(
    ("name", "value"),
    [("phone", "12"), ("phone", "gọi tôi"), ("email", "hoa"), ("email", "a@b"), ("name", "x" * 121)],
)
def test_unusable_contact_details_are_asked_for_again(
    client: FlaskClient, address: str, session: Session, name: str, value: str
) -> None:
    page = send_feedback(client, address, FEEDBACK | CONTACT | {name: value})
    assert page.status_code == 422
    assert f'<a href="#{name}">' in page.text
    assert f'value="{value}"' in page.text
    assert count(session, FeedbackCase) == 0


def test_an_empty_form_lists_what_is_missing_in_the_order_of_the_page(client: FlaskClient, address: str) -> None:
    page = send_feedback(client, address, {"text": " \u200b\u3164 ", "to": "on"})
    assert page.status_code == 422
    assert re.findall(r'<li><a href="#(\w+)">', page.text) == ["topic", "text"]
    assert 'id="to" name="to" checked' in page.text


def test_a_double_tap_is_one_case_with_one_code_and_a_changed_text_another(
    client: FlaskClient, address: str, session: Session
) -> None:
    nonce = nonce_in(client.get(address))
    first, second = (client.post(address, data=FEEDBACK | {"n": nonce}) for _ in range(2))
    assert tracking_address(first) == tracking_address(second)
    assert count(session, FeedbackCase) == 1
    # "Back", then more is written: it would be lost if the page counted only once.
    changed = client.post(address, data=FEEDBACK | {"n": nonce, "text": "Viết lại cho rõ."})
    assert tracking_address(changed) != tracking_address(first)
    assert count(session, FeedbackCase) == 2


def test_altered_expired_and_foreign_nonces_keep_the_text_and_bring_a_new_one(
    app: Flask, client: FlaskClient, address: str, session: Session, factory: Factory
) -> None:
    own = Signer(app.config["SETTINGS"].key_for("feedback form"))
    opened = datetime.now(UTC) - timedelta(days=8)
    code = address.split("/")[2]
    expired = own.issue(code=code, version=CONTACT_CONSENT, now=opened)
    other_consent = own.issue(code=code, version="contact-v0", now=datetime.now(UTC))
    elsewhere = nonce_in(client.get(f"/q/{factory.qr_code(factory.unit()).code}/feedback"))
    survey_form = nonce_in(client.get(address.removesuffix("/feedback")))
    for nonce, status in (
        (expired, 422),
        (other_consent, 400),
        (elsewhere, 400),
        (survey_form, 400),
        ("", 400),
        ("x.é", 400),
    ):
        page = client.post(address, data=FEEDBACK | {"n": nonce})
        assert page.status_code == status
        assert FEEDBACK["text"] in page.text
        assert count(session, FeedbackCase) == 0
    assert client.post(address, data=FEEDBACK | {"n": nonce_in(page)}).status_code == 303


HOSTILE = [
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "</textarea></form><h1>x</h1>",
    '=HYPERLINK("http://x.vn";"Bấm")',
    "{{ 7 * 7 }} %(unit)s {unit}",
    "👨‍👩‍👧 tốt 👍🏽",
    "مرحبا שלום",
    "'; DROP TABLE feedback_case; --",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_is_stored_and_shown_as_text(
    client: FlaskClient, address: str, session: Session, text: str
) -> None:
    again = send_feedback(client, address, {"text": text})
    assert again.status_code == 422
    shown = client.get(tracking_address(send_feedback(client, address, FEEDBACK | {"text": text})))
    assert session.scalars(select(FeedbackEntry.text)).one() == text
    for page in (again, shown):
        assert "<script" not in page.text
        assert "<img" not in page.text
        assert len(re.findall(r"<h1>", page.text)) == 1
    if "<" not in text and "'" not in text and '"' not in text:
        assert text in shown.text


def test_text_with_invisible_characters_is_stored_composed_and_without_them(
    client: FlaskClient, address: str, session: Session
) -> None:
    send_feedback(client, address, FEEDBACK | {"text": "Đề nghi\u0323 \u202egiải\u200b quyết\x00"})
    assert session.scalars(select(FeedbackEntry.text)).one() == "Đề nghị giải quyết"


@pytest.mark.parametrize("letter", ["a", "ệ", "👍"])
def test_a_hundred_thousand_characters_come_back_whole_with_their_count(
    client: FlaskClient, address: str, session: Session, letter: str
) -> None:
    length = 100_000 if letter != "👍" else 60_000
    page = send_feedback(client, address, FEEDBACK | {"text": letter * length})
    assert page.status_code == 422
    written = "100.000" if length == 100_000 else "60.000"
    assert f"Nội dung dài {written} ký tự, tối đa 5.000. Xin viết ngắn lại." in page.text
    assert letter * length in page.text
    assert count(session, FeedbackCase) == 0
    assert send_feedback(client, address, FEEDBACK | {"text": letter * 5_000}).status_code == 303


def test_a_huge_body_is_refused_and_other_methods_are_named(client: FlaskClient, address: str) -> None:
    body = b"text=" + b"a" * 10_000_000
    page = client.post(address, data=body, content_type="application/x-www-form-urlencoded")
    assert page.status_code == 413
    for method in ("PUT", "PATCH", "DELETE"):
        refused = client.open(address, method=method)
        assert refused.status_code == 405
        assert set(refused.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    for content_type in ("application/json", "multipart/form-data; boundary=x", "text/plain"):
        assert client.post(address, data=b"{", content_type=content_type).status_code == 400


def test_repeated_fields_count_once(client: FlaskClient, address: str, session: Session) -> None:
    nonce = nonce_in(client.get(address))
    sent = client.post(address, data={"n": nonce, "topic": ["praise", "conduct"], "text": ["Tốt", "Xấu"]})
    assert sent.status_code == 303
    assert session.scalars(select(FeedbackEntry.text)).one() == "Tốt"


def test_the_offer_on_the_thanks_page_carries_nothing_of_the_response(client: FlaskClient, address: str) -> None:
    form_address = address.removesuffix("/feedback")
    for language, link in (("vi", "feedback?lang=vi"), ("en", "feedback?lang=en")):
        page = client.get(send(client, f"{form_address}?lang={language}").headers["Location"])
        assert f'href="{link}"' in page.text
        form = client.get(f"{form_address}/{link}")
        assert form.status_code == 200
        assert page.request.args["t"] not in form.text
        assert "thanks" not in form.text


def test_codes_that_lead_nowhere_say_so(client: FlaskClient) -> None:
    for method in (client.get, client.post):
        page = method("/q/ABCDEFGH/feedback")
        assert page.status_code == 404
        assert "Không tìm thấy mã này" in page.text


def test_before_the_start_date_a_case_is_a_trial(client: FlaskClient, factory: Factory, session: Session) -> None:
    address = f"/q/{factory.qr_code(factory.unit(start_date=None)).code}/feedback"
    assert "đây là góp ý thử" in client.get(address).text
    assert "đây là góp ý thử" in client.get(tracking_address(send_feedback(client, address))).text
    assert session.scalars(select(FeedbackCase)).one().trial


def test_a_flood_from_one_network_is_slowed_down(client: FlaskClient, address: str, session: Session) -> None:
    nonce = nonce_in(client.get(address))
    for number in range(120):
        assert client.post(address, data=FEEDBACK | {"n": nonce, "text": f"Số {number}"}).status_code == 303
    assert client.post(address, data=FEEDBACK | {"n": nonce, "text": "Nữa"}).status_code == 429
    assert count(session, FeedbackCase) == 120
