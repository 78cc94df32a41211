"""What a draft of a questionnaire still lacks, by the name of the field that has to be mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _

from forms.question import Kind
from forms.questionnaire import ID, LONGEST_ANSWER, LONGEST_ID, PROGRAM_ID, QuestionnaireError, questionnaire_from
from forms.questionnaire_draft import LISTS, LONGEST_TEXT, Data, places, read

Faults = dict[str, Any]
# Where a fault of no single field is shown: under the list of questions, or at the head of the page.
QUESTIONS, WHOLE = "questions", "whole"
NO_TEXT = {
    "vi": _("Thiếu câu chữ tiếng Việt."),
    "en": _("Thiếu câu chữ tiếng Anh."),
}
NO_OTHER_TEXT = _("Thiếu câu chữ ở một ngôn ngữ.")


def faults_of(data: Data, *, released: Collection[str]) -> Faults:
    """Name every fault, first those of the head; `released` are the ids that are taken."""
    faults = _head_faults(data, released) | _text_faults(data) | _question_faults(data)
    if not faults:
        try:
            questionnaire_from(data)
        except QuestionnaireError as error:
            faults[WHOLE] = _("Bộ câu hỏi chưa dùng được: %(detail)s", detail=str(error))
    return faults


def _head_faults(data: Data, released: Collection[str]) -> Faults:
    faults: Faults = {}
    if not ID.fullmatch(data["id"]) or len(data["id"]) > LONGEST_ID:
        faults["id"] = _("Mã chỉ gồm chữ thường không dấu, chữ số và gạch nối, ví dụ short-b1.")
    elif data["id"] in released:
        faults["id"] = _("Mã này đã phát hành rồi. Xin đặt mã khác.")
    elif PROGRAM_ID.fullmatch(data["id"]):
        faults["id"] = _("Đuôi -v kèm số dành cho bản đi kèm chương trình. Xin dùng đuôi khác, ví dụ short-b1.")
    if not data["source"]:
        faults["source"] = _("Xin ghi căn cứ: văn bản, hoặc ai đề xuất câu chữ.")
    first, last = _day(data["effective_from"]), _day(data.get("effective_to", ""))
    if first is None:
        faults["effective_from"] = _("Xin nhập ngày bắt đầu hiệu lực.")
    if data.get("effective_to") and last is None:
        faults["effective_to"] = _("Không đọc được ngày này.")
    elif first and last and last < first:
        faults["effective_to"] = _("Ngày hết hiệu lực đứng trước ngày bắt đầu.")
    ratings = sum(question["kind"] == Kind.RATING for question in data["question"])
    minimum = data["minimum_ratings"]
    if not isinstance(minimum, int) or not 1 <= minimum <= max(ratings, 1):
        faults["minimum_ratings"] = _("Xin nhập số từ 1 đến %(most)s, là số câu đánh giá.", most=max(ratings, 1))
    return faults


def _text_faults(data: Data) -> Faults:
    faults: Faults = {}
    for place in places(data):
        of, _dot, language = place.name.rpartition(".")
        text = read(data, place.name)
        if len(text) > LONGEST_TEXT:
            faults[place.name] = _("Dài quá %(most)s ký tự.", most=LONGEST_TEXT)
        if text or language not in data["languages"]:
            continue
        begun = any(read(data, f"{of}.{other}") for other in data["languages"])
        if begun or not place.optional:
            faults[place.name] = NO_TEXT.get(language, NO_OTHER_TEXT)
    return faults


def _question_faults(data: Data) -> Faults:
    faults: Faults = {}
    factors = Counter(question.get("factor") for question in data["question"] if question["kind"] == Kind.RATING)
    known = {factor["code"]: factor["title"] for factor in data["factor"]}
    for key in LISTS:
        stored = sum(_width(question) for question in data.get(key, []))
        if stored > LONGEST_ANSWER:
            faults[QUESTIONS] = _(
                "Quá nhiều câu trả lời: %(count)s, nhiều nhất %(most)s. Mỗi ý của câu chọn nhiều tính là một.",
                count=stored,
                most=LONGEST_ANSWER,
            )
        for number, question in enumerate(data.get(key, [])):
            if question["kind"] == Kind.RATING and question.get("factor") not in known:
                faults[f"{key}.{number}.factor"] = _("Xin chọn yếu tố.")
            if question["kind"] != Kind.RATING and len(question["choices"]) < 2:
                faults[f"{key}.{number}"] = _("Câu này cần ít nhất hai ý để chọn.")
    for code, title in known.items():
        if not factors[code]:
            faults[QUESTIONS] = _("Yếu tố “%(factor)s” chưa có câu đánh giá nào.", factor=title["vi"])
    for section in data.get("section", []):
        if not any(question.get("section") == section["code"] for question in data["question"]):
            faults[QUESTIONS] = _("Phần “%(section)s” chưa có câu nào.", section=read(section, "title.vi"))
    return faults


def _width(question: Mapping[str, Any]) -> int:
    return len(question["choices"]) if question["kind"] == Kind.SEVERAL else 1


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None
