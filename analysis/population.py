"""The known population: a unit's dossiers of the period by field, channel and outcome."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

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
    raise NotImplementedError
