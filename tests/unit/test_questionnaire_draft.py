"""A draft as the fields of a page: what can be edited, what is missing and where, what a phone would show."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from forms.questionnaire import load_questionnaire, questionnaire_from
from forms.questionnaire_draft import changed_order, copy_of, merged, next_id, places, presentable, read
from forms.questionnaire_faults import faults_of

TODAY = date(2026, 8, 14)
RELEASED = {"short-v1", "leaders-v1", "sipas-1001-v1", "sipas-2640-v1"}


def draft(version: str = "short-v1") -> dict:
    return copy_of(load_questionnaire(version), new_id=next_id(version, RELEASED), today=TODAY)


@pytest.mark.parametrize("version", sorted(RELEASED))
def test_a_copy_asks_the_same_and_has_no_fault(version: str) -> None:
    base, copy = load_questionnaire(version), questionnaire_from(draft(version))
    assert copy.id == version.replace("v1", "b1")
    assert copy.columns == base.columns
    assert [factor.items for factor in copy.factors] == [factor.items for factor in base.factors]
    assert copy.digest() != base.digest()
    assert faults_of(draft(version), released=RELEASED) == {}


def test_what_is_typed_goes_to_its_place_and_nowhere_else() -> None:
    sent = {
        "question.0.text.vi": " Chỗ ngồi\r\nchờ ",
        "question.0.code": "Z9",
        "factor.0.code": "mine",
        "id": "short-b7",
    }
    data = merged(draft(), sent)
    assert read(data, "question.0.text.vi") == "Chỗ ngồi chờ"
    assert data["question"][0]["code"] == "Q1", "a code is not for editing"
    assert data["factor"][0]["code"] == "access"
    assert data["id"] == "short-b7"
    assert data["reference"] is False, "an unticked box is not sent"


def test_an_optional_text_that_is_emptied_goes() -> None:
    data = merged(draft(), {"question.0.online_text.vi": "", "question.0.online_text.en": ""})
    assert "online_text" not in data["question"][0]
    assert faults_of(data, released=RELEASED) == {}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"question.2.text.en": ""}, "question.2.text.en"),
        ({"question.0.online_text.vi": ""}, "question.0.online_text.vi"),
        ({"question.5.choices.1.vi": ""}, "question.5.choices.1.vi"),
        ({"scale.4.en": " "}, "scale.4.en"),
        ({"id": "Short V2"}, "id"),
        ({"id": "short-v1"}, "id"),
        ({"id": "short-v2"}, "id"),
        ({"source": ""}, "source"),
        ({"effective_from": "mai"}, "effective_from"),
        ({"effective_to": "2026-08-13"}, "effective_to"),
        ({"minimum_ratings": "6"}, "minimum_ratings"),
        ({"minimum_ratings": ""}, "minimum_ratings"),
        ({"minimum_ratings": "²"}, "minimum_ratings"),
        ({"question.0.factor": "unknown"}, "question.0.factor"),
        ({"title.vi": "a" * 501}, "title.vi"),
    ],
)
def test_a_fault_stands_beside_its_field(sent: dict[str, str], field: str) -> None:
    assert field in faults_of(merged(draft(), sent), released=RELEASED)
    presentable(merged(draft(), sent))


def test_a_factor_that_lost_its_question_is_named(app: Flask) -> None:
    data = changed_order(draft(), "remove:question:3", taken=())
    with app.test_request_context():
        assert "“Kết quả” chưa có câu đánh giá nào" in str(faults_of(data, released=RELEASED)["questions"])


def test_questions_change_places_and_cross_into_the_next_section() -> None:
    data = changed_order(draft(), "up:question:1", taken=())
    assert [question["code"] for question in data["question"]] == ["Q2", "Q1", "Q3", "Q4", "Q5", "Q7"]
    long = draft("sipas-1001-v1")
    crossed = changed_order(long, "down:question:4", taken=())
    assert crossed["question"][4]["section"] == "C"
    assert crossed["question"][4]["code"] == "B5"
    questionnaire_from(crossed)


def test_a_new_question_never_takes_a_code_that_was_used() -> None:
    """Equal codes of two versions are counted as one item."""
    taken = {"Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7", "Q8", "Q9"}
    data = changed_order(draft(), "remove:question:0", taken=taken)
    data = changed_order(data, "add:question:rating", taken=taken)
    assert data["question"][-1]["code"] == "Q10"
    assert "question.5.text.vi" in faults_of(data, released=RELEASED)


def test_choices_come_and_go() -> None:
    data = changed_order(draft(), "add-choice:question:5", taken=())
    assert data["question"][5]["choices"][3] == {"value": "4", "vi": "", "en": ""}
    for _ in range(3):
        data = changed_order(data, "remove-choice:question:5:0", taken=())
    assert "question.5" in faults_of(data, released=RELEASED)


@pytest.mark.parametrize(
    "action",
    [
        "up:question:99",
        "up:factor:0",
        "remove:question:-1",
        "add:question:slider",
        "",
        "::",
        "up:question",
        "up:question:²",
    ],
)
def test_a_button_that_does_not_exist_changes_nothing(action: str) -> None:
    assert changed_order(draft(), action, taken=()) == draft()


def test_the_phone_shows_a_sign_where_words_are_missing() -> None:
    data = merged(draft(), {"question.0.text.en": "", "question.1.text.vi": "", "question.1.text.en": ""})
    shown = presentable(data)
    assert shown.questions[0].text["en"] == "⚠ Chỗ ngồi chờ, trang thiết bị"
    assert shown.questions[1].text["vi"] == "⚠ …"


def test_every_text_of_every_version_can_be_edited() -> None:
    for version in RELEASED:
        data = draft(version)
        names = {place.name for place in places(data)}
        assert {"title.vi", "title.en", "scale.0.vi", "source", "effective_to"} <= names
        for number, question in enumerate(data["question"]):
            assert f"question.{number}.text.en" in names
            assert (f"question.{number}.factor" in names) == (question["kind"] == "rating")
