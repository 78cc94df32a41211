"""Questionnaires: released ones never change, broken definitions say where they are broken."""

from __future__ import annotations

from importlib.resources import files

import pytest

from forms.questionnaire import (
    NOT_APPLICABLE,
    QuestionnaireError,
    load_questionnaire,
    parse_questionnaire,
    released_questionnaires,
)

# What was released stays as it was: answers already stored are read with it.
FROZEN = {
    "leaders-v1": "b5a7947dc8ce0ddd3496253e28ba1370aa225b3807098d656e503ca092d9a0c0",
    "short-v1": "e89460ec03bdfa8ed9791707b7cb5c662a99a903971fa9a82015d3d6f773585c",
    "sipas-1001-v1": "625d60dd10853902d55e109b841df7b285f5a4c6cad5f26f74c7e544e00037fd",
    "sipas-2640-v1": "5fce61d0a02945928b2975df5f11f804abf6a0c9f673ac94f0b853ccaba3e658",
}
CONTENT = (files("forms") / "definitions" / "short-v1.toml").read_text(encoding="utf-8")


def test_released_versions_are_frozen() -> None:
    assert {each.id: each.digest() for each in released_questionnaires()} == FROZEN


def test_a_comment_does_not_change_the_digest_but_a_word_does() -> None:
    assert parse_questionnaire("# a remark\n" + CONTENT).digest() == FROZEN["short-v1"]
    assert parse_questionnaire(CONTENT.replace("Bình thường", "Tạm được")).digest() != FROZEN["short-v1"]


def test_short_form_asks_five_ratings_and_one_choice_and_two_more_after_sending() -> None:
    short = load_questionnaire("short-v1")
    assert short.rating_items == ("Q1", "Q2", "Q3", "Q4", "Q5")
    assert short.positions == {"Q1": 0, "Q2": 1, "Q3": 2, "Q4": 3, "Q5": 4, "Q7": 5}
    assert [question.code for question in short.extra_questions] == ["Q6", "Q8"]
    assert [factor.items for factor in short.factors] == [("Q1",), ("Q2",), ("Q3",), ("Q4",), ("Q5",)]


def test_words_for_tables_have_no_hidden_characters() -> None:
    scale = load_questionnaire("short-v1").questions[0].choices
    assert [choice.label.plain("vi") for choice in scale] == [
        "Rất không hài lòng",
        "Không hài lòng",
        "Bình thường",
        "Hài lòng",
        "Rất hài lòng",
    ]
    assert [choice.label.plain("en") for choice in scale] == [
        "Very dissatisfied",
        "Dissatisfied",
        "Neutral",
        "Satisfied",
        "Very satisfied",
    ]


def test_the_first_question_asks_online_applicants_about_the_portal() -> None:
    first = load_questionnaire("short-v1").questions[0]
    assert first.wording(online=False)["vi"] == "Chỗ ngồi chờ, trang thiết bị"
    assert first.wording(online=True)["vi"] == "Cổng Dịch vụ công quốc gia"


def test_not_applicable_is_named_after_its_question() -> None:
    sixths = {
        question.code: question.not_applicable.label["vi"]
        for question in load_questionnaire("short-v1").questions
        if question.not_applicable
    }
    assert sixths["Q4"] == "Chưa có kết quả"
    assert {sixths[code] for code in ("Q1", "Q2", "Q3", "Q5")} == {"Không biết / chưa gặp"}


def test_answers_are_written_in_the_order_of_the_questions() -> None:
    short = load_questionnaire("short-v1")
    assert short.encode({"Q7": "3", "Q1": "1", "Q5": NOT_APPLICABLE}) == "1---x3"
    assert short.encode({}) == "------"
    assert short.encode_extra({"Q8": "5"}) == "-5"


@pytest.mark.parametrize("answers", [{"Q1": "6"}, {"Q1": "0"}, {"Q7": "x"}, {"Q7": "4"}, {"Q6": "1"}, {"Q9": "1"}])
def test_an_answer_that_was_not_offered_is_refused(answers: dict[str, str]) -> None:
    with pytest.raises(QuestionnaireError, match=next(iter(answers))):
        load_questionnaire("short-v1").encode(answers)


def test_not_applicable_counts_as_answered() -> None:
    short = load_questionnaire("short-v1")
    assert short.is_valid({"Q1": "x", "Q2": "x", "Q3": "5"})
    assert not short.is_valid({"Q1": "1", "Q2": "1", "Q7": "2"})
    assert short.unanswered_ratings({"Q1": "1", "Q4": "x"}) == ("Q2", "Q3", "Q5")


@pytest.mark.parametrize("version", ["short-v9", "../short-v1", "", "short-v1/../short-v1"])
def test_an_unknown_version_is_named(version: str) -> None:
    with pytest.raises(QuestionnaireError, match="there is no such questionnaire"):
        load_questionnaire(version)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('languages = ["vi", "en"]', 'languages = ["vi"]', "languages: expected at least vi and en"),
        ('languages = ["vi", "en"]', 'languages = ["vi", "en", "km"]', "no text in km"),
        ('[stem]\nvi = "Ông/Bà hài lòng hay không hài lòng về:"', '[stem]\nvi = " "', "stem: no text in vi"),
        ("[[scale]]\nvi = \"Bình thường\"\nen = \"Neutral\"\n", "", "scale: expected 5 labels.*found 4"),
        ('code = "Q5"', 'code = "Q4"', "question codes used twice: Q4"),
        ('items = ["Q5"]', 'items = ["Q4"]', "exactly one factor"),
        ("minimum_ratings = 3", "minimum_ratings = 6", "minimum_ratings"),
        ("minimum_ratings = 3", 'minimum_ratings = "3"', "minimum_ratings is '3'; expected int"),
        ("rows = [2, 1]", "rows = [2, 2]", "question Q7: rows hold 4 choices; there are 3"),
        ('value = "3", vi = "Không', 'value = "x", vi = "Không', "question Q7: 'x' cannot be stored"),
        ('value = "3", vi = "Không', 'value = "2", vi = "Không', "question Q7: a value stands for two"),
        ('code = "Q2"\nkind = "rating"', 'code = "Q2"\nkind = "slider"', "question Q2: kind must be one of"),
        ('id = "short-v1"', "id = 1", "id is 1; expected str"),
        ('id = "short-v1"', 'id = "short-v1', "not valid TOML"),
    ],
)  # fmt: skip
def test_a_broken_definition_says_where(old: str, new: str, message: str) -> None:
    assert old in CONTENT
    with pytest.raises(QuestionnaireError, match=message):
        parse_questionnaire(CONTENT.replace(old, new, 1))


def test_dates_of_a_definition_must_not_run_backwards() -> None:
    with pytest.raises(QuestionnaireError, match="effective_to"):
        parse_questionnaire(CONTENT.replace("languages =", "effective_to = 2025-06-30\nlanguages =", 1))
