"""A reform officer makes a new version in the browser; a released one can be changed by nobody."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from forms.questionnaire import load_questionnaire
from forms.questionnaire_draft import copy_of
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.models import AuditEvent, QuestionnaireDraft, QuestionnaireUse, QuestionnaireVersion, Role, Unit
from survey.services import presets, questionnaire, questionnaire_draft

from conftest import TODAY
from factories import COMPUTED_AT, Factory
from signing_in import csrf_token, sign_in

LIST = "/officer/questionnaires"


@pytest.fixture
def province(factory: Factory) -> Unit:
    return factory.unit(code="T", name="Tỉnh")


@pytest.fixture
def reformer(client: FlaskClient, factory: Factory, province: Unit) -> FlaskClient:
    """Signed in as the reform officer of the province."""
    sign_in(client, factory.officer(province).email)
    return client


def token(client: FlaskClient, address: str) -> str:
    return csrf_token(client.get(address))


def begun(client: FlaskClient, version: str = "short-v1") -> str:
    """The address of a new draft."""
    sent = client.post(f"{LIST}/{version}/copy", data={"csrf_token": token(client, f"{LIST}/{version}")})
    assert sent.status_code == 303
    return str(sent.headers["Location"])


def typed(page: TestResponse) -> dict[str, str]:
    """What a browser would send of an untouched page."""
    body = page.text
    fields = dict(re.findall(r'<input class="form-control"[^>]* name="([^"]+)" value="([^"]*)"', body))
    fields |= dict(re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)</textarea>', body))
    for name, options in re.findall(r'<select[^>]* name="([^"]+)">(.*?)</select>', body, re.DOTALL):
        fields[name] = re.findall(r'value="([^"]+)" selected', options)[0]
    fields["shown"] = re.findall(r'name="shown" value="([^"]+)"', body)[0]
    return fields | {"reference": "on", "csrf_token": csrf_token(page)}


def test_the_list_names_source_label_dates_and_languages(reformer: FlaskClient) -> None:
    page = reformer.get(LIST).text
    for words in (
        "Mẫu tham khảo",
        "QĐ 1001/QĐ-BNV (11/12/2023)",
        "11/12/2023 đến 31/12/2026",
        "Tiếng Việt, Tiếng Anh",
        "leaders-v1",
    ):
        assert words in page
    shown = reformer.get(f"{LIST}/sipas-1001-v1").text
    assert "Câu tạm, chờ phụ lục" in shown
    assert "Cần bổ sung từ phụ lục QĐ 1001" in shown
    assert reformer.get(f"{LIST}/short-v9").status_code == 404


def test_a_version_is_copied_changed_previewed_and_released(
    reformer: FlaskClient, session: Session, factory: Factory
) -> None:
    draft = begun(reformer)
    fields = typed(reformer.get(draft))
    assert fields["id"] == "short-b1"
    fields["question.0.text.vi"] = "Chỗ ngồi chờ rộng rãi"
    unsaved = reformer.post(f"{draft}/preview", data=fields)
    assert "Chỗ ngồi chờ rộng rãi" in unsaved.text
    assert "Chỗ ngồi chờ rộng rãi" not in reformer.get(f"{draft}/preview").text, "looking stores nothing"
    assert reformer.post(draft, data=fields | {"do": "save"}).status_code == 303
    assert "Chỗ ngồi chờ rộng rãi" in reformer.get(f"{draft}/preview").text
    refused = reformer.post(draft, data=fields | {"do": "release"})
    assert refused.status_code == 422
    assert "Xin đánh dấu đã xem" in refused.text
    released = reformer.post(draft, data=fields | {"do": "release", "confirm": "on"})
    assert released.headers["Location"].endswith(f"{LIST}/short-b1")
    assert "Chỗ ngồi chờ rộng rãi" in reformer.get(f"{LIST}/short-b1").text
    assert reformer.get(draft).status_code == 404, "the draft is gone"
    stored = session.get_one(QuestionnaireVersion, "short-b1")
    assert stored.digest == load_questionnaire("short-b1").digest()
    assert stored.questions == ["Q1", "Q2", "Q3", "Q4", "Q5", "Q7"]
    actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions[1:] == [f"questionnaire.{what}" for what in ("copy", "edit", "edit", "edit", "release")]


def test_faults_stand_beside_their_fields_and_stop_the_release(reformer: FlaskClient) -> None:
    draft = begun(reformer)
    fields = typed(reformer.get(draft)) | {"question.1.text.en": "", "id": "short-v1", "confirm": "on"}
    page = reformer.post(draft, data=fields | {"do": "release"})
    assert page.status_code == 422
    assert 'href="#question.1.text.en"' in page.text
    assert 'aria-describedby="question.1.text.en.fault"' in page.text
    assert "Mã này đã phát hành rồi. Xin đặt mã khác." in page.text
    assert "⚠ Giấy tờ phải nộp" in reformer.get(f"{draft}/preview?lang=en").text


def test_buttons_move_add_and_remove_and_keep_what_was_typed(reformer: FlaskClient, session: Session) -> None:
    draft = begun(reformer)
    fields = typed(reformer.get(draft)) | {"question.0.text.vi": "Ghế ngồi"}
    sent = reformer.post(draft, data=fields | {"do": "down:question:0"})
    assert sent.headers["Location"].endswith("#questions")
    fields = typed(reformer.get(draft))
    assert (fields["question.1.text.vi"], fields["question.1.factor"]) == ("Ghế ngồi", "access")
    reformer.post(draft, data=fields | {"do": "add:question:several"})
    fields = typed(reformer.get(draft))
    assert fields["question.6.choices.1.vi"] == ""
    reformer.post(draft, data=fields | {"do": "remove:question:6"})
    stored = session.scalars(select(QuestionnaireDraft)).one()
    assert [question["code"] for question in stored.definition["question"]] == ["Q2", "Q1", "Q3", "Q4", "Q5", "Q7"]
    assert reformer.post(f"{draft}/discard", data={"csrf_token": fields["csrf_token"]}).status_code == 303
    assert reformer.get(draft).status_code == 404


def several_at_once(app: Flask, client: FlaskClient, address: str, data: dict[str, str]) -> list[TestResponse]:
    """Send the same six times at once, from one signed-in browser."""
    cookies = list(client._cookies.values())
    barrier = Barrier(6)

    def press(_number: int) -> TestResponse:
        browser = app.test_client()
        for cookie in cookies:
            browser.set_cookie(cookie.key, cookie.value, path=cookie.path)
        barrier.wait()
        return browser.post(address, data=data)

    with ThreadPoolExecutor(6) as pool:
        return list(pool.map(press, range(6)))


def test_pressing_release_many_times_at_once_releases_once(
    app: Flask, reformer: FlaskClient, session: Session
) -> None:
    draft = begun(reformer)
    fields = typed(reformer.get(draft)) | {"question.0.text.vi": "Ghế ngồi", "do": "release", "confirm": "on"}
    sent = several_at_once(app, reformer, draft, fields)
    assert {each.status_code for each in sent} == {303}
    assert {each.headers["Location"] for each in sent} == {f"{LIST}/short-b1"}
    actions = session.scalars(select(AuditEvent.action)).all()
    assert actions.count("questionnaire.release") == 1
    later = reformer.post(draft, data=fields)
    assert later.headers["Location"].endswith(f"{LIST}/short-b1")


def test_pressing_other_buttons_at_once_never_fails(app: Flask, reformer: FlaskClient, session: Session) -> None:
    draft = begun(reformer)
    fields = typed(reformer.get(draft))
    sent = several_at_once(app, reformer, draft, fields | {"do": "down:question:0"})
    assert {each.status_code for each in sent} <= {303, 409}
    stored = session.scalars(select(QuestionnaireDraft)).one()
    assert [question["code"] for question in stored.definition["question"]][:3] == ["Q2", "Q1", "Q3"], "moved once"
    thrown = several_at_once(app, reformer, f"{draft}/discard", {"csrf_token": fields["csrf_token"]})
    assert {each.status_code for each in thrown} <= {303, 404}


def test_two_officers_do_not_overwrite_each_other_unawares(reformer: FlaskClient) -> None:
    draft = begun(reformer)
    mine = typed(reformer.get(draft))
    theirs = mine | {"question.1.text.vi": "Giấy tờ gọn", "do": "save"}
    assert reformer.post(draft, data=theirs).status_code == 303
    assert reformer.post(draft, data=theirs).status_code == 303, "the same twice is no conflict"
    refused = reformer.post(
        draft, data=mine | {"question.0.text.vi": "Ghế ngồi", "do": "release", "confirm": "on"}
    )
    assert refused.status_code == 409
    assert "Bản này vừa được sửa từ nơi khác" in refused.text
    assert typed(refused)["question.0.text.vi"] == "Ghế ngồi", "what was typed is kept"
    assert read_text(reformer, draft, 1) == "Giấy tờ gọn"
    assert reformer.post(draft, data=typed(refused) | {"do": "save"}).status_code == 303
    assert read_text(reformer, draft, 0) == "Ghế ngồi"


def test_words_do_not_slip_into_a_question_that_was_moved_elsewhere(reformer: FlaskClient) -> None:
    draft = begun(reformer)
    mine = typed(reformer.get(draft))
    reformer.post(draft, data=mine | {"do": "down:question:0"})
    moved = read_text(reformer, draft, 0)
    refused = reformer.post(draft, data=mine | {"question.0.text.vi": "Ghế ngồi", "do": "save"})
    assert refused.status_code == 409
    assert "đổi chỗ" in refused.text
    assert typed(refused)["question.0.text.vi"] == moved == read_text(reformer, draft, 0)


def read_text(client: FlaskClient, draft: str, number: int) -> str:
    return typed(client.get(draft))[f"question.{number}.text.vi"]


@pytest.mark.parametrize("number", ["²", "٣", "9" * 5000])
def test_digits_that_are_no_number_here_are_a_fault_and_no_failure(reformer: FlaskClient, number: str) -> None:
    draft = begun(reformer)
    fields = typed(reformer.get(draft))
    assert reformer.post(draft, data=fields | {"do": f"up:question:{number}"}).status_code == 303
    assert reformer.post(draft, data=fields | {"do": f"remove-choice:question:5:{number}"}).status_code == 303
    fields = typed(reformer.get(draft)) | {"minimum_ratings": number, "do": "save"}
    assert reformer.post(draft, data=fields).status_code == 303
    assert 'href="#minimum_ratings"' in reformer.get(draft).text


@pytest.mark.parametrize("version", ["short-v1", "short-b1"])
def test_a_released_version_cannot_be_altered(
    reformer: FlaskClient, session: Session, factory: Factory, version: str
) -> None:
    factory.released("short-v1", "short-b1")
    before = session.get_one(QuestionnaireVersion, version).digest
    address = f"{LIST}/{version}"
    for method in ("post", "put", "patch", "delete"):
        assert getattr(reformer, method)(address).status_code == 405
    data = {"id": version, "title.vi": "Khác"}
    draft = questionnaire_draft.begin(
        session,
        base="short-v1",
        definition=copy_of(load_questionnaire("short-v1"), new_id=version, today=TODAY),
        now=COMPUTED_AT,
        actor="a@example.vn",
    )
    with pytest.raises(HailongError) as refused:
        questionnaire.release(
            session, draft.id, seen=draft.definition, now=COMPUTED_AT, today=TODAY, actor="a@example.vn"
        )
    assert refused.value.code == "questionnaire_released"
    page = reformer.get(f"/officer/questionnaire-drafts/{draft.id}")
    again = reformer.post(
        f"/officer/questionnaire-drafts/{draft.id}", data=typed(page) | data | {"do": "release", "confirm": "on"}
    )
    assert again.status_code == 422
    session.rollback()
    session.expire_all()
    assert session.get_one(QuestionnaireVersion, version).digest == before
    presets.load(session, today=TODAY)


def test_ids_of_the_program_are_not_given_away(session: Session) -> None:
    """Else an upgrade that brings short-v2 would meet another short-v2."""
    definition = copy_of(load_questionnaire("short-v1"), new_id="short-v2", today=TODAY)
    draft = questionnaire_draft.begin(
        session, base="short-v1", definition=definition, now=COMPUTED_AT, actor="a@example.vn"
    )
    with pytest.raises(HailongError) as refused:
        questionnaire.release(
            session, draft.id, seen=draft.definition, now=COMPUTED_AT, today=TODAY, actor="a@example.vn"
        )
    assert refused.value.code == "questionnaire_id_reserved"


def test_a_version_altered_in_the_database_is_found_at_the_next_start(session: Session, factory: Factory) -> None:
    factory.released("short-v1", "short-b1")
    row = session.get_one(QuestionnaireVersion, "short-b1")
    assert row.definition is not None
    row.definition = row.definition.replace("Kết quả nhận được", "Kết quả tốt")
    session.commit()
    with pytest.raises(HailongError) as refused:
        presets.load(session, today=TODAY)
    assert refused.value.params == {"version": "short-b1"}


def test_a_commune_may_look_but_not_make_versions(
    client: FlaskClient, session: Session, factory: Factory, province: Unit
) -> None:
    commune = factory.unit(parent=province)
    sign_in(client, factory.officer(commune, Role.REFORM).email)
    assert client.get(LIST).status_code == 200
    assert "Tạo bản mới" not in client.get(LIST).text
    forged = {"csrf_token": token(client, LIST)}
    assert client.post(f"{LIST}/short-v1/copy", data=forged).status_code == 403
    draft = questionnaire_draft.begin(
        session, base="short-v1", definition={"id": "short-b1"}, now=COMPUTED_AT, actor="a@example.vn"
    )
    for address in ("", "/preview"):
        assert client.get(f"/officer/questionnaire-drafts/{draft.id}{address}").status_code == 403
    assert client.post(f"/officer/questionnaire-drafts/{draft.id}/discard", data=forged).status_code == 403


@pytest.mark.parametrize("role", [Role.ONE_STOP, Role.LEADER, Role.INSPECTOR])
def test_other_roles_only_look(client: FlaskClient, factory: Factory, province: Unit, role: Role) -> None:
    sign_in(client, factory.officer(province, role).email)
    assert client.get(f"{LIST}/short-v1").status_code == 200
    forged = {"csrf_token": token(client, LIST)}
    assert client.post(f"{LIST}/short-v1/copy", data=forged).status_code == 403
    assert client.post(f"{LIST}/short-v1/use", data=forged | {"unit": "T"}).status_code == 403


def test_a_version_is_given_only_to_units_of_ones_own(
    client: FlaskClient, factory: Factory, province: Unit
) -> None:
    commune, other = factory.unit(code="C", parent=province), factory.unit(code="D", parent=province)
    sign_in(client, factory.officer(commune, Role.REFORM).email)
    address = f"{LIST}/sipas-2640-v1"
    data = {"csrf_token": token(client, address), "from": "2099-01-01", "to": ""}
    assert client.post(f"{address}/use", data=data | {"unit": other.code}).status_code == 403
    assert client.post(f"{address}/use", data=data | {"unit": "?"}).status_code == 404
    assert client.post(f"{address}/use", data=data | {"unit": commune.code}).status_code == 303
    assert "từ 01/01/2099" in client.get(address).text


@pytest.mark.parametrize(
    ("days", "field", "words"),
    [
        ({"from": "x"}, "first", "ngày/tháng/năm"),
        ({"from": ""}, "first", "Xin ghi ngày"),
        ({"from": "2020-01-01"}, "first", "Ngày bắt đầu đã qua"),
        ({"from": "2099-02-01", "to": "2099-01-01"}, "last", "Ngày kết thúc đứng trước"),
    ],
)
def test_faults_of_an_assignment_stand_beside_their_field(
    reformer: FlaskClient, session: Session, days: dict[str, str], field: str, words: str
) -> None:
    address = f"{LIST}/sipas-2640-v1"
    data = {"csrf_token": token(reformer, address), "unit": "T", "to": ""} | days
    page = reformer.post(f"{address}/use", data=data)
    assert page.status_code == 422
    assert "Chưa giao được" in page.text
    assert f'href="#{field}"' in page.text
    assert words in page.text
    assert f'id="{field}.fault"' in page.text
    assert days.get("to", "") in page.text, "what was typed is kept"
    assert session.scalars(select(QuestionnaireUse)).all() == []


def test_an_assignment_is_ended_or_taken_back(
    client: FlaskClient, factory: Factory, session: Session, province: Unit
) -> None:
    commune, other = factory.unit(code="C", parent=province), factory.unit(code="D", parent=province)
    today = datetime.now(TIME_ZONE).date()
    running, coming, foreign = (
        QuestionnaireUse(unit_id=unit.id, version="sipas-2640-v1", valid_from=first)
        for unit, first in ((commune, today), (commune, date(2099, 1, 1)), (other, today))
    )
    session.add_all([running, coming, foreign])
    session.commit()
    sign_in(client, factory.officer(commune, Role.REFORM).email)
    address = f"{LIST}/sipas-2640-v1"
    data = {"csrf_token": token(client, address)}
    assert client.post(f"{address}/uses/{foreign.id}/end", data=data).status_code == 403
    assert client.post(f"{LIST}/short-v1/uses/{running.id}/end", data=data).status_code == 404
    for use in (running, coming):
        assert f"/uses/{use.id}/end" in client.get(address).text
        assert client.post(f"{address}/uses/{use.id}/end", data=data).status_code == 303
    session.rollback()
    kept = {use.id: use.valid_to for use in session.scalars(select(QuestionnaireUse))}
    assert kept == {running.id: today, foreign.id: None}
    assert "/end" not in client.get(address).text
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.action == "questionnaire.unassign")).all()
    assert len(actions) == 2


def test_only_the_previews_may_be_framed_and_only_by_us(reformer: FlaskClient) -> None:
    draft = begun(reformer)
    for address in (f"{draft}/preview", f"{LIST}/short-v1/preview"):
        policy = reformer.get(address).headers["Content-Security-Policy"]
        assert "frame-ancestors 'self'" in policy
        assert "form-action 'none'" in policy
    for address in (draft, f"{LIST}/short-v1", LIST):
        policy = reformer.get(address).headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
    assert "frame-src 'self'" in reformer.get(draft).headers["Content-Security-Policy"]
