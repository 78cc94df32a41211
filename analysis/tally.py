"""The input of every figure: how often each pattern of answers occurred, as compact columns."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import chain
from typing import Any, Final, get_args

import numpy as np
from numpy.typing import NDArray

from analysis.errors import AnalysisError
from analysis.numbering import Numbering
from analysis.patterns import NOT_APPLICABLE, letters, psu_numbers, read_ratings, sorted_groups

TRUST_LEVELS: Final = ("dossier", "counter", "assisted")

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
        if mask.all():
            return self
        return replace(self, **{name: getattr(self, name)[mask] for name in _ROW_COLUMNS})

    def with_trust(self, levels: Iterable[str]) -> "Tally":
        """Keep the responses of these trust levels."""
        return self.select(np.isin(TRUST_LEVELS, list(levels))[self.trust])

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

    def unit_digests(self) -> dict[str, str]:
        """Return the SHA-256 of each unit's rows, which tells whose responses differ when the digests do.

        Levels and sampling units are numbered inside the unit, so that other units do not change it.
        """
        first = np.searchsorted(self.unit, np.arange(len(self.unit_ids)))
        last = np.searchsorted(self.unit, np.arange(len(self.unit_ids)), side="right")
        return {
            name: self._slice_digest(slice(start, stop))
            for name, start, stop in zip(self.unit_ids, first.tolist(), last.tolist(), strict=True)
        }

    def _slice_digest(self, rows: slice) -> str:
        seal = hashlib.sha256(json.dumps(["unit", 1, self.items], ensure_ascii=False).encode())
        for name in ("field", "channel", "outcome"):
            used, place = np.unique(getattr(self, name)[rows], return_inverse=True)
            levels = getattr(self, f"{name}_levels")
            names = [None if level < 0 else levels[level] for level in used.tolist()]
            seal.update(json.dumps(names, ensure_ascii=False).encode())
            seal.update(place.astype("<i8").tobytes())
        psus = np.unique(self.psu[rows], return_inverse=True)[1]
        for column in (psus, self.trust[rows], self.flagged[rows], self.ratings[rows], self.count[rows]):
            seal.update(np.ascontiguousarray(column).astype("<i8").tobytes())
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
            name: Numbering() for name in ("unit", "version", "field", "channel", "outcome", "counter", "week")
        }
        self._trust = Numbering(TRUST_LEVELS)
        self._chunks: list[_Chunk] = []

    def add(self, rows: Sequence[TallyRow]) -> None:
        """Add a chunk of rows, in any order; 10,000 to 100,000 rows a chunk work well."""
        if not rows:
            return
        # one flat list cut into columns is twice as fast as zip(*rows), which jumps between thousands of rows
        flat: list[Any] = list(chain.from_iterable(rows))
        width = len(get_args(TallyRow))
        if len(flat) != len(rows) * width:
            raise AnalysisError(
                "a row of the tally has missing or spare columns",
                code="tally_row",
                where="row",
                got=f"{len(flat) / len(rows):g} columns",
                expected=f"{width} columns",
                remedy="select the columns of TallyRow in its order",
            )
        self.add_columns(*(flat[column::width] for column in range(width)))

    def add_columns(
        self,
        unit: Sequence[str],
        version: Sequence[str],
        trust: Sequence[str],
        flagged: Sequence[bool | int],
        field: Sequence[str | None],
        channel: Sequence[str | None],
        outcome: Sequence[str | None],
        counter: Sequence[str | int | None],
        week: Sequence[str | int | None],
        answers: Sequence[str],
        count: Sequence[int],
    ) -> None:
        """Add a chunk whose columns are apart already, all of one length, at least one row long."""
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
        if trusts.min() < 0 or len(self._trust) > len(TRUST_LEVELS):
            raise AnalysisError(
                "an unknown level of trust",
                code="tally_trust",
                where="trust",
                got=", ".join([*self._trust.names[len(TRUST_LEVELS) :]]) or None,
                expected=", ".join(TRUST_LEVELS),
                remedy="store one of these levels with each response",
            )
        units = names["unit"].numbers(unit)
        if units.min() < 0:
            raise AnalysisError(
                "a pattern belongs to no unit",
                code="tally_unit",
                where="unit",
                got=None,
                expected="the unit's id",
                remedy="join the responses with their units",
            )
        self._chunks.append(
            _Chunk(
                unit=units,
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
        psu = psu_numbers(
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
        order, first = sorted_groups(columns)
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
            table = letters(version, texts)
            for column, position in self._places(version, table.shape[1]):
                ratings[rows, column] = read_ratings(version, self._items[column], table[:, position])
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
