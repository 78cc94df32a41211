"""The known population: a unit's dossiers of the period by field, channel and outcome."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.errors import AnalysisError

Basis = Literal["cross", "received", "settled"]
BASES: Final = ("cross", "received", "settled")
OUTCOMES: Final = ("early", "on_time", "overdue")
ALL_FIELDS: Final = "tat-ca"
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DossierRow:
    """A count of dossiers.

    `received` counts field × channel at receipt, `settled` field × outcome at settlement, `cross` all three
    (or field × channel alone, with no outcome). The field `tat-ca` means "not broken down by field".
    """

    unit_id: str
    basis: Basis
    field: str
    channel: str | None
    outcome: str | None
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """Dossiers per unit: the total and the margins, one row per unit, zero rows where a margin is not known.

    `total` is what the score is weighted to: the settled dossiers, else the received ones. Each margin adds up to
    the total (the channel margin of the received table is scaled to it). `settled` counts dossiers by outcome as
    they were entered.
    """

    unit_ids: tuple[str, ...]
    field_levels: tuple[str, ...]
    channel_levels: tuple[str, ...]
    outcome_levels: tuple[str, ...]
    total: FloatArray
    field: FloatArray
    channel: FloatArray
    outcome: FloatArray
    settled: NDArray[np.int64]
    cross: FloatArray | None

    def of_units(self, wanted: Collection[str]) -> "Population":
        """Keep the dossiers of some units."""
        kept = np.array([code in wanted for code in self.unit_ids], np.bool_)
        return replace(
            self,
            unit_ids=tuple(code for code in self.unit_ids if code in wanted),
            total=self.total[kept],
            field=self.field[kept],
            channel=self.channel[kept],
            outcome=self.outcome[kept],
            settled=self.settled[kept],
            cross=None if self.cross is None else self.cross[kept],
        )

    def on_time_shares(self) -> dict[str, float | None]:
        """Return (early + on time) / settled by unit; None where outcomes are not known.

        >>> counts = {"on_time": 1878, "overdue": 32}
        >>> rows = [DossierRow("X", "settled", "tat-ca", None, outcome, n) for outcome, n in counts.items()]
        >>> round(population_from_rows(rows).on_time_shares()["X"], 6)
        0.983246
        """
        settled = self.settled.sum(axis=1)
        on_time = self.settled[:, :2].sum(axis=1)
        return {
            unit: float(part / whole) if whole else None
            for unit, part, whole in zip(self.unit_ids, on_time, settled, strict=True)
        }


def population_from_rows(rows: Iterable[DossierRow], *, unit_ids: Sequence[str] = ()) -> Population:
    """Build the population from dossier counts; `unit_ids` adds units that have none.

    With both tables of a unit, its total and field margin come from the settled one and its channel margin is the
    received one scaled to that total; with one table everything comes from it. Raises `AnalysisError` for a
    negative or fractional count, a repeated row, a full cross beside a margin table, and "tat-ca" beside fields.
    """
    counts = _checked_counts(rows)
    units = _Numbers({key.unit_id for key in counts} | set(unit_ids))
    fields = _Numbers({key.field for key in counts} - {ALL_FIELDS})
    channels = _Numbers({key.channel for key in counts if key.channel is not None})
    # (unit, field, channel, outcome) by basis; the last place of a level is "not broken down"
    shape = (len(units), len(fields) + 1, len(channels) + 1, len(OUTCOMES) + 1)
    tables = {basis: np.zeros(shape, np.int64) for basis in BASES}
    outcomes = _Numbers(OUTCOMES, keep_order=True)
    for key, count in counts.items():
        place = units[key.unit_id], fields[key.field], channels[key.channel], outcomes[key.outcome]
        tables[key.basis][place] += count
    return _margins(tables["cross"], tables["received"], tables["settled"], units, fields, channels)


class _Numbers(dict[str | None, int]):
    """Places of names; anything else is -1, the last place."""

    def __init__(self, names: Iterable[str], *, keep_order: bool = False) -> None:
        self.names = tuple(names) if keep_order else tuple(sorted(names))
        super().__init__({name: place for place, name in enumerate(self.names)})

    def __missing__(self, name: str | None) -> int:
        return -1


def _margins(
    cross: NDArray[np.int64],
    received: NDArray[np.int64],
    settled: NDArray[np.int64],
    units: _Numbers,
    fields: _Numbers,
    channels: _Numbers,
) -> Population:
    by_outcome = settled + cross
    main = np.where(by_outcome.any(axis=(1, 2, 3), keepdims=True), by_outcome, received)
    total = main.sum(axis=(1, 2, 3)).astype(np.float64)
    at_receipt = np.where(received.any(axis=(1, 2, 3), keepdims=True), received, cross)
    field = main.sum(axis=(2, 3))[:, :-1].astype(np.float64)
    field_at_receipt = _scaled(at_receipt.sum(axis=(2, 3))[:, :-1], total)
    return Population(
        unit_ids=units.names,
        field_levels=fields.names,
        channel_levels=channels.names,
        outcome_levels=OUTCOMES,
        total=total,
        field=np.where(field.any(axis=1, keepdims=True), field, field_at_receipt),
        channel=_scaled(at_receipt.sum(axis=(1, 3))[:, :-1], total),
        outcome=by_outcome.sum(axis=(1, 2))[:, :-1].astype(np.float64),
        settled=by_outcome.sum(axis=(1, 2))[:, :-1],
        cross=cross[:, :-1, :-1, :-1].astype(np.float64) if cross.any() else None,
    )


def _scaled(margin: NDArray[np.int64], total: FloatArray) -> FloatArray:
    counted = margin.sum(axis=1)
    scale = np.divide(total, counted, out=np.zeros_like(total), where=counted > 0)
    scaled: FloatArray = margin * scale[:, None]
    return scaled


def _checked_counts(rows: Iterable[DossierRow]) -> dict["_Key", int]:
    counts: dict[_Key, int] = {}
    bases: dict[str, set[str]] = {}
    broken_down: dict[tuple[str, str], set[bool]] = {}
    for row in rows:
        key = _Key(row.unit_id, row.basis, row.field, row.channel, row.outcome)
        if type(row.count) is not int or row.count < 0:
            raise _faulty(row, "dossier_count", row.count, "a whole number, 0 or more", "mend the count")
        if key in counts:
            raise _faulty(row, "dossier_repeated", row.count, "each combination once", "remove the repeated row")
        if row.outcome is not None and row.outcome not in OUTCOMES:
            raise _faulty(row, "dossier_outcome", row.outcome, ", ".join(OUTCOMES), "use one of these words")
        counts[key] = row.count
        bases.setdefault(row.unit_id, set()).add(row.basis)
        if "cross" in bases[row.unit_id] and len(bases[row.unit_id]) > 1:
            raise _faulty(
                row, "dossier_bases", row.basis, "the full cross or the margin tables", "keep one of them"
            )
        kinds = broken_down.setdefault((row.unit_id, row.basis), set())
        kinds.add(row.field == ALL_FIELDS)
        if len(kinds) > 1:
            raise _faulty(row, "dossier_fields", row.field, "either fields or the total", "remove the total row")
    return counts


class _Key(NamedTuple):
    unit_id: str
    basis: Basis
    field: str
    channel: str | None
    outcome: str | None


def _faulty(row: DossierRow, code: str, got: object, expected: str, remedy: str) -> AnalysisError:
    place = " / ".join(filter(None, (row.unit_id, row.basis, row.field, row.channel, row.outcome)))
    return AnalysisError(
        "a dossier count cannot be used", code=code, where=place, got=got, expected=expected, remedy=remedy
    )
