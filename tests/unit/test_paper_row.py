"""The row of keys of a paper form: whatever is typed is understood or refused, and never means something else."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.questionnaire import load_questionnaire
from survey.errors import HailongError
from survey.services.paper_row import LETTERS, Row, differences, read_row, stored_row

FORM = load_questionnaire("short-v1")
FIELDS = {"chung-thuc": "B", "dat-dai": "F", "khac": "S"}


def read(typed: str) -> Row:
    return read_row(FORM, FIELDS, typed)


@pytest.mark.parametrize(
    ("typed", "row"),
    [
        ("5445x2", Row("", "5445x2", "--")),
        ("F5445x2", Row("F", "5445x2", "--")),
        ("f5445X213", Row("F", "5445x2", "13")),
        ("xx5--1", Row("", "xx5--1", "--")),
        ("Fxx5  1 4", Row("F", "xx5--1", "-4")),
        (".5445x2", Row("", "5445x2", "--")),
        ("544  2", Row("", "544--2", "--")),
        ("5445x20", Row("", "5445x2", "0-")),
        ("0", Row("", "", "")),
        (" 0 ", Row("", "", "")),
        ("5445x2\r\n", Row("", "5445x2", "--")),
    ],
)
def test_what_is_typed_is_understood(typed: str, row: Row) -> None:
    assert read(typed) == row


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "row_empty"),
        ("      ", "row_empty"),
        ("54", "row_too_short"),
        ("F54451", "row_too_short"),
        ("5445x2134", "row_too_long"),
        ("544562", "row_wrong_key"),
        ("5445x21x", "row_wrong_key"),
        ("K5445x2", "row_unknown_letter"),
        ("ê5445x2", "row_unknown_letter"),
        ("55---2", "row_too_few_ratings"),
        ("-----1", "row_too_few_ratings"),
    ],
)
def test_what_cannot_be_meant_is_refused(typed: str, code: str) -> None:
    with pytest.raises(HailongError) as caught:
        read(typed)
    assert caught.value.code == code


@given(st.text(alphabet=string.printable + "đạ–\u00a0", max_size=12))
def test_every_text_is_a_row_that_can_be_stored_or_an_error_in_words(typed: str) -> None:
    try:
        row = read(typed)
    except HailongError:
        return
    assert stored_row(FORM, row.canonical) == row
    assert read(row.keys) == row
    if row.is_valid:
        answers = {q.code: key for q, key in zip(FORM.questions, row.answers, strict=True) if key != "-"}
        assert FORM.encode(answers) == row.answers
        assert FORM.is_valid(answers)


def test_the_letters_cannot_be_swallowed_by_a_vietnamese_keyboard() -> None:
    # Telex and VNI join a vowel or d with the key after it; x is an answer.
    assert not set(LETTERS) & set("AEIOUYDWX")
    assert len(set(LETTERS)) == len(LETTERS)


def test_differences_name_the_question() -> None:
    assert differences(FORM, read("F5445x2"), read("F5445x2--")) == []
    assert differences(FORM, read("F5445x2"), read("5425x24")) == [
        ("L", "F", "."),
        ("Q3", "4", "2"),
        ("Q6", "-", "4"),
    ]
    assert differences(FORM, read("0"), read("0")) == []
    assert differences(FORM, read("0"), read("5445x2")) == [("", "0", "5445x2--")]
