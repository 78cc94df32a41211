"""A draft of a questionnaire as the fields of a page: each field is named after its place in the definition."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any

from forms.question import Kind
from forms.questionnaire import Questionnaire, questionnaire_from

Data = dict[str, Any]
LISTS = ("question", "extra_question")
# Texts of the whole; `name` is what officers call the version.
TEXTS = ("name", "title", "intro", "confidence", "field_question", "stem", "not_applicable", "incomplete")
OPTIONAL_TEXTS = ("name", "incomplete")
LONGEST_TEXT = 500
CHOICE_VALUES = "123456789ABCDEFGHJKM"
_NUMBER = re.compile(r"[0-9]{1,4}")  # not str.isdigit(), which takes "²" and "٣" too


@dataclass(frozen=True)
class Place:
    """An editable place of a definition; a text has one for each language, and an optional one may stay blank."""

    name: str
    optional: bool = False


def copy_of(questionnaire: Questionnaire, *, new_id: str, today: date) -> Data:
    """Make a draft from a released version; its questions keep their codes, and so stay the same items."""
    data: Data = json.loads(questionnaire.definition)
    factor_of = {item: factor.code for factor in questionnaire.factors for item in factor.items}
    for factor in data["factor"]:
        factor.pop("items", None)
    for question in data["question"]:
        if question["code"] in factor_of:
            question["factor"] = factor_of[question["code"]]
    data.pop("effective_to", None)
    return data | {"id": new_id, "effective_from": today.isoformat()}


def next_id(version: str, taken: Collection[str]) -> str:
    """Name a version made here after `version`, with the first number that is free.

    Versions of the program end in -v1, -v2, …; those made here in -b1, -b2, …, so that a new program never brings
    a version whose id is taken.

    >>> next_id("short-v1", {"short-v1", "short-b1"})
    'short-b2'
    """
    stem = re.sub(r"-[bv][0-9]+$", "", version)
    number = 1
    while f"{stem}-b{number}" in taken:
        number += 1
    return f"{stem}-b{number}"


def places(data: Data) -> Iterator[Place]:
    """List every place that can be edited."""
    for name in ("id", "source", "effective_from", "minimum_ratings"):
        yield Place(name)
    yield Place("effective_to", optional=True)
    for name in TEXTS:
        yield from _text(data, name, optional=name in OPTIONAL_TEXTS)
    for number in range(len(data["scale"])):
        yield from _text(data, f"scale.{number}")
    for number in range(len(data.get("section", []))):
        yield from _text(data, f"section.{number}.title")
        yield from _text(data, f"section.{number}.lead", optional=True)
        yield from _text(data, f"section.{number}.note", optional=True)
    for key in LISTS:
        for number, question in enumerate(data.get(key, [])):
            yield from _question(data, question, f"{key}.{number}")


def _question(data: Data, question: Data, at: str) -> Iterator[Place]:
    yield from _text(data, f"{at}.text")
    if question["kind"] == Kind.RATING:
        yield Place(f"{at}.factor")
        yield from _text(data, f"{at}.online_text", optional=True)
        yield from _text(data, f"{at}.not_applicable", optional=True)
    for number in range(len(question.get("choices", []))):
        yield from _text(data, f"{at}.choices.{number}")


def _text(data: Data, name: str, *, optional: bool = False) -> Iterator[Place]:
    for language in data["languages"]:
        yield Place(f"{name}.{language}", optional)


def read(data: Any, name: str) -> str:
    """Return what stands at a place, "" for nothing."""
    for step in name.split("."):
        data = data[int(step)] if isinstance(data, list) else data.get(step, {})
    return "" if data == {} else str(data)


def merged(data: Data, sent: Mapping[str, str]) -> Data:
    """Put what was sent into a copy of the draft; a text left blank that may be missing goes."""
    changed = deepcopy(data)
    for place in places(data):
        if place.name in sent:
            _write(changed, place.name, _tidy(sent[place.name]))
    changed["reference"] = "reference" in sent if "id" in sent else data["reference"]
    if _NUMBER.fullmatch(str(changed["minimum_ratings"])):
        changed["minimum_ratings"] = int(changed["minimum_ratings"])
    return _without_blanks(changed)


def stamp(data: Data) -> str:
    """Tell apart what a page showed: the arrangement of the questions, then every word."""
    return f"{_digest(_arrangement(data))}-{_digest(data)}"


def same_arrangement(data: Data, shown: str) -> bool:
    """Tell whether the fields of the page stamped `shown` stand for the questions and choices of `data`."""
    return shown.partition("-")[0] == _digest(_arrangement(data))


def _arrangement(data: Data) -> Any:
    return [
        [question["code"], [choice["value"] for choice in question.get("choices", [])]]
        for key in LISTS
        for question in [{"code": key}, *data.get(key, [])]
    ]


def _digest(data: Any) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]


def _tidy(text: str) -> str:
    # Line breaks of a text field mean nothing on the form; a no-break space does.
    return re.sub(r"[\r\n]+", " ", unicodedata.normalize("NFC", text)).strip(" \t")


def _write(data: Any, name: str, text: str) -> None:
    *way, last = name.split(".")
    for step in way:
        data = data[int(step)] if isinstance(data, list) else data.setdefault(step, {})
    data[last] = text


def _without_blanks(data: Data) -> Data:
    for place in places(deepcopy(data)):
        if not place.optional:
            continue
        *way, last = place.name.split(".")
        holder = _holder(data, way if place.name == "effective_to" else way[:-1])
        key = last if place.name == "effective_to" else way[-1]
        value = holder.get(key)
        if value == "" or (isinstance(value, dict) and not any(value.values())):
            del holder[key]
    return data


def _holder(data: Any, way: list[str]) -> Data:
    for step in way:
        data = data[int(step)] if isinstance(data, list) else data[step]
    found: Data = data
    return found


def changed_order(data: Data, action: str, *, taken: Collection[str]) -> Data:
    """Carry out one button: `up:question:3`, `down:…`, `remove:…`, `add:question:rating`, and of choices
    `add-choice:question:3`, `remove-choice:question:3:1`. What does not fit changes nothing.

    `taken` are codes of released questions: a new question gets one that was never used, since equal codes of two
    versions are counted as one item.
    """
    what, _, rest = action.partition(":")
    words = rest.split(":")
    changed = deepcopy(data)
    if words[0] not in LISTS or not all(_NUMBER.fullmatch(word) for word in words[2:]):
        return data
    questions: list[Data] = changed.setdefault(words[0], [])
    if what == "add" and words[1:] and words[1] in tuple(Kind):
        questions.append(_new_question(changed, Kind(words[1]), taken, asked_first=words[0] == "question"))
        return changed
    if not words[1:] or not _NUMBER.fullmatch(words[1]) or int(words[1]) >= len(questions):
        return data
    at = int(words[1])
    if what == "remove":
        del questions[at]
    elif what in ("up", "down"):
        _move(questions, at, -1 if what == "up" else 1)
    elif what == "add-choice":
        _add_choice(questions[at], changed["languages"])
    elif what == "remove-choice" and len(words) == 3 and int(words[2]) < len(questions[at].get("choices", [])):
        del questions[at]["choices"][int(words[2])]
        questions[at].pop("rows", None)
    return changed


def _move(questions: list[Data], at: int, step: int) -> None:
    """Change places with a neighbour; at the edge of a section, go over into the next one."""
    other = at + step
    if not 0 <= other < len(questions):
        return
    if questions[at].get("section") != questions[other].get("section"):
        questions[at]["section"] = questions[other]["section"]
    else:
        questions[at], questions[other] = questions[other], questions[at]


def _new_question(data: Data, kind: Kind, taken: Collection[str], *, asked_first: bool) -> Data:
    used = set(taken) | {question["code"] for key in LISTS for question in data.get(key, [])}
    number = next(number for number in range(1, 1000) if f"Q{number}" not in used)
    question: Data = {"code": f"Q{number}", "kind": kind.value, "text": dict.fromkeys(data["languages"], "")}
    if asked_first and data.get("section"):
        question["section"] = data["question"][-1]["section"] if data["question"] else data["section"][-1]["code"]
    if kind is Kind.RATING:
        question["factor"] = data["factor"][0]["code"]
        return question
    question["choices"] = []
    for _ in range(2):
        _add_choice(question, data["languages"])
    return question


def _add_choice(question: Data, languages: list[str]) -> None:
    choices: list[Data] = question.setdefault("choices", [])
    used = {choice["value"] for choice in choices}
    free = [value for value in CHOICE_VALUES if value not in used]
    if free and question["kind"] != Kind.RATING:
        choices.append({"value": free[0]} | dict.fromkeys(languages, ""))
        question.pop("rows", None)


def presentable(data: Data) -> Questionnaire:
    """Read an unfinished draft as a questionnaire that can be shown: what is missing is marked with a sign.

    Raises QuestionnaireError where nothing can be shown.
    """
    shown = deepcopy(data)
    for place in places(data):
        if place.optional or place.name.rpartition(".")[2] not in data["languages"] or read(data, place.name):
            continue
        beside = [read(data, f"{place.name.rpartition('.')[0]}.{language}") for language in data["languages"]]
        _write(shown, place.name, f"⚠ {next(filter(None, beside), '…')}")
    for place in places(data):
        if place.optional and place.name != "effective_to":
            _complete(shown, place.name.rpartition(".")[0], data["languages"])
    shown.pop("effective_to", None)
    ratings = [question["code"] for question in data["question"] if question["kind"] == Kind.RATING]
    title = dict.fromkeys(data["languages"], "–")
    whole = {
        "id": "preview",
        "effective_from": "2000-01-01",
        "minimum_ratings": 1,
        "reference": True,
        "source": "–",
    }
    return questionnaire_from(shown | whole | {"factor": [{"code": "all", "title": title, "items": ratings}]})


def _complete(shown: Data, name: str, languages: list[str]) -> None:
    """Fill up an optional text that stands in one language only."""
    texts = [read(shown, f"{name}.{language}") for language in languages]
    if any(texts):
        for language, text in zip(languages, texts, strict=True):
            if not text:
                _write(shown, f"{name}.{language}", f"⚠ {next(filter(None, texts))}")
