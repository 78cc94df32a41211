"""Questionnaires: released ones never change, broken definitions say where they are broken."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from forms.questionnaire import (
    NOT_APPLICABLE,
    Questionnaire,
    QuestionnaireError,
    load_questionnaire,
    parse_questionnaire,
    questionnaire_from,
    released_questionnaires,
)

# What was released stays as it was: answers already stored are read with it.
FROZEN = {
    "leaders-v1": "4ab0d366eb7d1b84fd5457c45615ce74536c971c8e2a050caf6e83ca71b66946",
    "short-v1": "e89460ec03bdfa8ed9791707b7cb5c662a99a903971fa9a82015d3d6f773585c",
    "sipas-1001-v1": "ceb73f4b9f7c7e8366ff7bee49fa0b43c53214661c7efc4162d7d7fbd17e7109",
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


C1 = 'code = "C1"\nkind = "choice"\n'
E1 = 'code = "E1"\nkind = "several"\n'
LONG = (files("forms") / "definitions" / "sipas-1001-v1.toml").read_text(encoding="utf-8")


def test_the_form_of_2017_has_its_22_criteria_in_five_factors() -> None:
    form = load_questionnaire("sipas-2640-v1")
    assert [(factor.code, len(factor.items)) for factor in form.factors] == [
        ("access", 4),
        ("procedures", 5),
        ("officials", 6),
        ("result", 3),
        ("feedback", 4),
    ]
    assert len(form.rating_items) == 22
    assert form.reference, "its wording was not checked against the decision"


def test_the_structure_of_2023_says_what_it_lacks() -> None:
    form = load_questionnaire("sipas-1001-v1")
    assert [section.code for section in form.sections] == ["B", "C", "D", "G", "E"]
    assert form.incomplete is not None
    assert "phụ lục QĐ 1001" in form.incomplete["vi"]
    provisional = {question.code for question in form.questions if question.provisional}
    assert {"N1", "N2", "N3"}.isdisjoint(provisional), "the three items of access are known"
    assert {"N4", "N5", "N6", "N7", "C1", "E1"} <= provisional
    assert form.effective_to is not None, "QĐ 1001 ends with 2026"


@pytest.mark.parametrize("form", released_questionnaires(), ids=lambda form: form.id)
def test_every_shipped_version_fits_and_is_a_labelled_proposal(form: Questionnaire) -> None:
    assert len(form.columns) <= 80, "a response keeps 80 characters"
    assert len(form.columns) == len(form.encode({}))
    assert form.reference
    assert form.source
    words = repr([question.text.by_language for question in form.questions]).lower()
    assert "dân tộc" not in words, "nobody is asked for their ethnic group"
    assert "ethnic" not in words


def test_several_answers_are_one_yes_or_no_for_each_choice() -> None:
    form = load_questionnaire("sipas-1001-v1")
    at = form.positions["C2"]
    assert form.columns[at : at + 8] == tuple(f"C2.{number}" for number in range(1, 9))
    assert form.encode({"C2": "31"})[at : at + 8] == "10100000"
    assert form.encode({})[at : at + 8] == "--------", "nothing ticked is a question skipped"
    assert form.positions["C3"] == at + 8
    with pytest.raises(QuestionnaireError, match="C2: '19' is not an answer"):
        form.encode({"C2": "19"})
    with pytest.raises(QuestionnaireError, match="C1: '12' is not an answer"):
        form.encode({"C1": "12"})


def test_the_definition_read_back_from_a_database_is_the_same_version() -> None:
    for form in released_questionnaires():
        stored = questionnaire_from(json.loads(form.definition))
        assert (stored.digest(), stored.effective_from, stored.columns) == (
            form.digest(),
            form.effective_from,
            form.columns,
        )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (f'{C1}section = "C"', f'{C1}section = "Z"', "question C1: there is no section 'Z'"),
        (f'{C1}section = "C"', f'{C1}section = "E"', "must stand together"),
        ('code = "E"\ntitle', 'code = "B"\ntitle', "section codes used twice"),
        (f'{E1}section = "E"', f'{E1}section = "G"', "section E: it has no question"),
        ('factor = "procedures"', 'factor = "access"', "factor procedures: no question"),
        ('code = "C1"', 'code = "c1"', "a code is one capital"),
        ('code = "C1"', 'code = "L"', "not L"),
        ('id = "sipas-1001-v1"', 'id = "SIPAS 1001"', "id: at most 40 small letters"),
        ("effective_from = 2023-12-11", 'effective_from = "11/12/2023"', "effective_from is .*; expected a date"),
        ("languages =", 'purpose = "other"\nlanguages =', "purpose must be one of citizen, leader"),
        ("languages =", 'purpose = "leader"\nlanguages =', "rating_points: a leaders' survey needs them"),
        ("languages =", "rating_points = [0, 5, 2, 7, 9]\nlanguages =", "expected 5 rising numbers"),
    ],
)
def test_a_broken_long_definition_says_where(old: str, new: str, message: str) -> None:
    assert old in LONG
    with pytest.raises(QuestionnaireError, match=message):
        parse_questionnaire(LONG.replace(old, new, 1))


def test_more_answers_than_a_response_keeps_are_refused() -> None:
    choices = ", ".join(f'{{ value = "{value}", vi = "a", en = "a" }}' for value in "123456789ABCDEFGHIJ")
    more = "\n".join(
        f'[[question]]\ncode = "Z{number}"\nkind = "several"\nsection = "E"\n'
        f'text = {{ vi = "a", en = "a" }}\nchoices = [{choices}]\n'
        for number in range(3)
    )
    with pytest.raises(QuestionnaireError, match="98 answers to store; at most 80 fit"):
        parse_questionnaire(LONG.replace("[[factor]]", f"{more}\n[[factor]]", 1))
