"""The input of every figure: how often each pattern of answers occurred, as compact columns."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.errors import AnalysisError

TRUST_LEVELS: Final = ("dossier", "counter", "assisted")
SKIPPED: Final = 0
NOT_APPLICABLE: Final = -1
UNKNOWN: Final = -1

# unit, questionnaire version, trust, flagged, field, channel, outcome, counter, week, answers, count
TallyRow = tuple[
    str, str, str, bool | int, str | None, str | None, str | None, str | int | None, str | int | None, str, int
]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Pattern counts: row i says that `count[i]` persons of `unit_ids[unit[i]]` answered `ratings[i]`.

    Rows are distinct and stand in one canonical order (unit, field, channel, outcome first), so that every sum of
    floats is reproducible. Level columns index their level names, -1 is unknown; `ratings` holds 1-5, 0 skipped,
    -1 not applicable or not asked; `psu` numbers the primary sampling units over all units from 1, 0 is none.
    """

    items: tuple[str, ...]
    unit_ids: tuple[str, ...]
    field_levels: tuple[str, ...]
    channel_levels: tuple[str, ...]
    outcome_levels: tuple[str, ...]
    unit: NDArray[np.int32]
    field: NDArray[np.int16]
    channel: NDArray[np.int16]
    outcome: NDArray[np.int16]
    psu: NDArray[np.int32]
    trust: NDArray[np.int8]
    flagged: NDArray[np.bool_]
    ratings: NDArray[np.int8]
    count: IntArray

    @property
    def pattern_count(self) -> int:
        """Return the number of rows."""
        return len(self.count)

    @property
    def response_count(self) -> int:
        """Return the number of persons."""
        return int(self.count.sum())

    def select(self, mask: NDArray[np.bool_]) -> "Tally":
        """Keep the rows of a mask; units and levels keep their numbers."""
        return replace(self, **{name: getattr(self, name)[mask] for name in _ROW_COLUMNS})

    def with_trust(self, levels: Iterable[str]) -> "Tally":
        """Keep the responses of these trust levels."""
        return self.select(np.isin(self.trust, [TRUST_LEVELS.index(level) for level in levels]))

    def without_flagged(self) -> "Tally":
        """Keep the responses that no screening flag points at."""
        return self.select(~self.flagged)

    def digest(self) -> str:
        """Return the SHA-256 of the content, the same for every order and chunking of the input."""
        head = {name: getattr(self, name) for name in _NAME_COLUMNS} | {"layout": 1, "rows": self.pattern_count}
        seal = hashlib.sha256(json.dumps(head, ensure_ascii=False, sort_keys=True).encode())
        for name in _ROW_COLUMNS:
            column: NDArray[np.generic] = getattr(self, name)
            seal.update(np.ascontiguousarray(column, column.dtype.newbyteorder("<")).data)
        return seal.hexdigest()


_NAME_COLUMNS: Final = ("items", "unit_ids", "field_levels", "channel_levels", "outcome_levels")
_ROW_COLUMNS: Final = tuple(f.name for f in fields(Tally) if f.name not in _NAME_COLUMNS)


class TallyBuilder:
    """Collect chunks of database rows into a `Tally`, turning each chunk into compact arrays at once.

    `items` names the ratings wanted; `positions[version][item]` is the item's place in the answer string of that
    questionnaire version, an item it lacks counts as not applicable. Feed `outcome` only where it comes from the
    dossier code, and `counter` and `week` only where primary sampling units are wanted (else None): responses
    without a counter form one group per unit and week.
    """

    def __init__(self, items: Sequence[str], positions: Mapping[str, Mapping[str, int]]) -> None:
        if not items or len(set(items)) != len(items):
            raise AnalysisError(
                "the items of a tally must be named once each",
                code="tally_items",
                where="items",
                got=tuple(items),
                expected="at least one item, none twice",
                remedy="name the items that the score uses",
            )
        self._items = tuple(items)
        self._positions = positions
        self._names = {
            name: _Numbering() for name in ("unit", "version", "field", "channel", "outcome", "counter", "week")
        }
        self._trust = _Numbering(TRUST_LEVELS)
        self._chunks: list[_Chunk] = []

    def add(self, rows: Sequence[TallyRow]) -> None:
        """Add a chunk of rows, in any order; 10,000 to 100,000 rows a chunk work well."""
        if not rows:
            return
        unit, version, trust, flagged, field, channel, outcome, counter, week, answers, count = zip(
            *rows, strict=True
        )
        names = self._names
        versions = names["version"].numbers(version)
        counts = np.array(count, np.int64)
        if counts.min() < 1:
            raise AnalysisError(
                "a pattern must have been counted at least once",
                code="tally_count",
                where="count",
                got=int(counts.min()),
                expected="1 or more",
                remedy="count with GROUP BY",
            )
        trusts = self._trust.numbers(trust)
        if len(self._trust) > len(TRUST_LEVELS):
            raise AnalysisError(
                "an unknown level of trust",
                code="tally_trust",
                where="trust",
                got=self._trust.names[len(TRUST_LEVELS)],
                expected=", ".join(TRUST_LEVELS),
                remedy="store one of these levels with each response",
            )
        self._chunks.append(
            _Chunk(
                unit=names["unit"].numbers(unit),
                field=names["field"].numbers(field),
                channel=names["channel"].numbers(channel),
                outcome=names["outcome"].numbers(outcome),
                counter=names["counter"].numbers(counter),
                week=names["week"].numbers(week),
                trust=trusts,
                flagged=np.array(flagged, np.int8) != 0,
                ratings=self._ratings(versions, answers),
                count=counts,
            )
        )

    def build(self) -> Tally:
        """Put the rows in canonical order, add up equal patterns, and return the tally."""
        merged = _Chunk.joined(self._chunks, item_count=len(self._items))
        self._chunks.clear()
        names = self._names
        psu = _psu_numbers(
            names["unit"].canonical(merged.unit),
            names["counter"].canonical(merged.counter),
            names["week"].canonical(merged.week),
        )
        columns: dict[str, NDArray[np.generic]] = {
            "unit": names["unit"].canonical(merged.unit),
            "field": names["field"].canonical(merged.field).astype(np.int16),
            "channel": names["channel"].canonical(merged.channel).astype(np.int16),
            "outcome": names["outcome"].canonical(merged.outcome).astype(np.int16),
            "psu": psu,
            "trust": merged.trust.astype(np.int8),
            "flagged": merged.flagged,
            "ratings": merged.ratings,
        }
        counts = merged.count
        del merged, psu
        order, first = _sorted_groups(columns)
        kept = order[first]
        count = np.add.reduceat(counts[order], first) if len(order) else counts
        del order
        return Tally(
            items=self._items,
            unit_ids=names["unit"].sorted_names,
            field_levels=names["field"].sorted_names,
            channel_levels=names["channel"].sorted_names,
            outcome_levels=names["outcome"].sorted_names,
            count=count,
            **{name: column[kept] for name, column in columns.items()},  # type: ignore[arg-type]
        )

    def _ratings(self, versions: NDArray[np.int32], answers: Sequence[str]) -> NDArray[np.int8]:
        ratings = np.full((len(answers), len(self._items)), NOT_APPLICABLE, np.int8)
        for number in np.unique(versions):
            rows = np.flatnonzero(versions == number)
            texts = answers if len(rows) == len(answers) else [answers[row] for row in rows.tolist()]
            version = self._names["version"].names[number]
            letters = _letters(version, texts)
            for column, position in self._places(version, letters.shape[1]):
                ratings[rows, column] = _read_ratings(version, self._items[column], letters[:, position])
        return ratings

    def _places(self, version: str, length: int) -> Iterable[tuple[int, int]]:
        places = self._positions.get(version)
        if places is None:
            raise AnalysisError(
                "responses of a questionnaire version that the score does not know",
                code="tally_version",
                where="version",
                got=version,
                expected=", ".join(self._positions),
                remedy="pass the positions of every version in use",
            )
        for column, item in enumerate(self._items):
            position = places.get(item)
            if position is None:
                continue
            if not 0 <= position < length:
                raise AnalysisError(
                    "an item lies outside its answer string",
                    code="tally_position",
                    where=f"{version} {item}",
                    got=position,
                    expected=f"0 to {length - 1}",
                    remedy="use the frozen questionnaire version that the responses were stored with",
                )
            yield column, position


@dataclass(slots=True)
class _Chunk:
    unit: NDArray[np.int32]
    field: NDArray[np.int32]
    channel: NDArray[np.int32]
    outcome: NDArray[np.int32]
    counter: NDArray[np.int32]
    week: NDArray[np.int32]
    trust: NDArray[np.int32]
    flagged: NDArray[np.bool_]
    ratings: NDArray[np.int8]
    count: IntArray

    @classmethod
    def joined(cls, chunks: Sequence["_Chunk"], *, item_count: int) -> "_Chunk":
        if not chunks:
            none = np.zeros(0, np.int32)
            ratings, count = np.zeros((0, item_count), np.int8), np.zeros(0, np.int64)
            return cls(none, none, none, none, none, none, none, none.astype(np.bool_), ratings, count)
        return cls(*(np.concatenate([getattr(chunk, f.name) for chunk in chunks]) for f in fields(cls)))


class _Numbering(dict[str | int | None, int]):
    """Numbers for names in the order they are met (None is -1), and later in the order of the names."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        super().__init__({name: number for number, name in enumerate(names)})
        self.names: list[str] = list(map(str, self))
        self[None] = UNKNOWN

    def __missing__(self, name: str | int | None) -> int:
        number = self[name] = len(self.names)
        self.names.append(str(name))
        return number

    def __len__(self) -> int:
        return len(self.names)

    def numbers(self, column: Sequence[str | int | None]) -> NDArray[np.int32]:
        return np.fromiter(map(self.__getitem__, column), np.int32, len(column))

    @property
    def sorted_names(self) -> tuple[str, ...]:
        return tuple(sorted(self.names))

    def canonical(self, numbers: NDArray[np.int32]) -> NDArray[np.int32]:
        # the last place serves -1: unknown stays unknown
        place = np.full(len(self.names) + 1, UNKNOWN, np.int32)
        place[sorted(range(len(self.names)), key=self.names.__getitem__)] = np.arange(
            len(self.names), dtype=np.int32
        )
        return place[numbers]


def _letters(version: str, texts: Sequence[str]) -> NDArray[np.uint8]:
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


def _read_ratings(version: str, item: str, letters: NDArray[np.uint8]) -> NDArray[np.int8]:
    ratings: NDArray[np.int8] = _RATING_OF[letters]
    wrong = np.flatnonzero(ratings == _WRONG)
    if len(wrong):
        raise AnalysisError(
            "an answer is not a rating",
            code="tally_rating",
            where=f"{version} {item}",
            got=chr(letters[wrong[0]]),
            expected="1 to 5, x for not applicable, - for skipped",
            remedy="check the item's position in this questionnaire version",
        )
    return ratings


def _psu_numbers(
    unit: NDArray[np.int32], counter: NDArray[np.int32], week: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Number the counter × week groups over all units from 1, in canonical order; without counter and week 0."""
    numbers = np.zeros(len(unit), np.int32)
    grouped = np.flatnonzero((counter >= 0) | (week >= 0))
    if len(grouped):
        counters, weeks = int(counter.max()) + 2, int(week.max()) + 2
        key = (unit[grouped].astype(np.int64) * counters + counter[grouped] + 1) * weeks + week[grouped] + 1
        numbers[grouped] = np.unique(key, return_inverse=True)[1] + 1
    return numbers


def _sorted_groups(columns: Mapping[str, NDArray[np.generic]]) -> tuple[IntArray, IntArray]:
    """Return the canonical order of the rows and where each distinct row starts in it.

    The columns are packed into as few 63-bit words as they need: sorting one or two words is much faster than
    sorting a dozen columns or byte strings.
    """
    words: list[IntArray] = []
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
