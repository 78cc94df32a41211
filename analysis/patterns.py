"""Answer strings to ratings, and rows of columns to distinct patterns in canonical order."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.errors import AnalysisError

SKIPPED: Final = 0
NOT_APPLICABLE: Final = -1


def letters(version: str, texts: Sequence[str]) -> NDArray[np.uint8]:
    """Return the characters of answer strings of equal length, one row for each string."""
    length = len(texts[0])
    packed = "".join(texts).encode("ascii", "replace")
    if len(packed) != length * len(texts) or set(map(len, texts)) != {length}:
        raise AnalysisError(
            "answer strings of one questionnaire version differ in length",
            code="tally_answer_length",
            where=f"answers of {version}",
            got=next((text for text in texts if len(text) != length), texts[0]),
            expected=f"{length} characters",
            remedy="look for responses stored with a wrong version",
        )
    return np.frombuffer(packed, np.uint8).reshape(len(texts), length)


_WRONG: Final = 99
_RATING_OF: Final = np.full(256, _WRONG, np.int8)
_RATING_OF[np.frombuffer(b"-12345", np.uint8)] = np.arange(6, dtype=np.int8)
_RATING_OF[ord("x")] = NOT_APPLICABLE


def read_ratings(version: str, item: str, column: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Read the characters of one item as ratings."""
    ratings: NDArray[np.int8] = _RATING_OF[column]
    wrong = np.flatnonzero(ratings == _WRONG)
    if len(wrong):
        raise AnalysisError(
            "an answer is not a rating",
            code="tally_rating",
            where=f"{version} {item}",
            got=chr(column[wrong[0]]),
            expected="1 to 5, x for not applicable, - for skipped",
            remedy="check the item's position in this questionnaire version",
        )
    return ratings


def psu_numbers(unit: NDArray[np.int32], counter: NDArray[np.int32], week: NDArray[np.int32]) -> NDArray[np.int32]:
    """Number the counter × week groups over all units from 1, in canonical order; without counter and week 0."""
    numbers = np.zeros(len(unit), np.int32)
    grouped = np.flatnonzero((counter >= 0) | (week >= 0))
    if len(grouped):
        counters, weeks = int(counter.max()) + 2, int(week.max()) + 2
        key = (unit[grouped].astype(np.int64) * counters + counter[grouped] + 1) * weeks + week[grouped] + 1
        numbers[grouped] = np.unique(key, return_inverse=True)[1] + 1
    return numbers


def sorted_groups(columns: Mapping[str, NDArray[np.generic]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the canonical order of the rows and where each distinct row starts in it.

    The columns are packed into as few 63-bit words as they need: sorting one or two words is much faster than
    sorting a dozen columns or byte strings.
    """
    words: list[NDArray[np.int64]] = []
    room = 0
    for column in columns.values():
        for part in column.T if column.ndim == 2 else (column,):
            values = part.astype(np.int64)
            low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
            bits = (high - low).bit_length()
            if bits > room:
                words.append(np.zeros(len(values), np.int64))
                room = 63
            if bits:
                words[-1] = (words[-1] << bits) | (values - low)
                room -= bits
    if not words:
        words.append(np.zeros(len(next(iter(columns.values()))), np.int64))
    order = np.argsort(words[0], kind="stable") if len(words) == 1 else np.lexsort(words[::-1])
    if not len(order):
        return order, order
    changed = np.zeros(len(order), np.bool_)
    changed[0] = True
    for word in words:
        ranked = word[order]
        changed[1:] |= ranked[1:] != ranked[:-1]
    return order, np.flatnonzero(changed)
