"""The same score from fewer responses, to be printed beside the official one: it shows how far the score moves."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

import numpy as np

from analysis.population import Population
from analysis.satisfaction import Weighed, score_units
from analysis.scores import UnitScore
from analysis.sums import BoolArray
from analysis.tally import TRUST_LEVELS, Tally

VariantName = Literal["without_flagged", "without_assisted", "dossier_only"]
_KEPT: Final[dict[VariantName, Callable[[Tally], BoolArray]]] = {
    "without_flagged": lambda tally: ~tally.flagged,
    "without_assisted": lambda tally: tally.trust != TRUST_LEVELS.index("assisted"),
    "dossier_only": lambda tally: tally.trust == TRUST_LEVELS.index("dossier"),
}


@dataclass(frozen=True, slots=True)
class Variant:
    """A unit's score from `n` of its responses; `removed` were left out.

    Share and points are None where so few are left, or left out, that single answers could be worked out.
    """

    name: VariantName
    n: int
    removed: int
    index_share: float | None
    points: Decimal | None
    points_lower: Decimal | None
    points_upper: Decimal | None


def score_variants(weighed: Weighed, population: Population) -> dict[str, tuple[Variant, ...]]:
    """Score again without flagged, without assisted, and from dossier codes only; by unit.

    A variant that leaves out nothing of a unit, or everything, is not there. Only units whose figures may be told
    are computed.
    """
    tally, least = weighed.counted, weighed.rule.suppress_below
    whole = np.bincount(tally.unit, tally.count, len(tally.unit_ids)).astype(np.int64)
    found: dict[str, list[Variant]] = {code: [] for code in weighed.margins.unit_ids}
    for name, kept_by in _KEPT.items():
        rows = kept_by(tally)
        left = np.bincount(tally.unit, tally.count * rows, len(tally.unit_ids)).astype(np.int64)
        removed = whole - left
        shown = np.minimum(left, removed) >= least
        again = _score(weighed, population, rows, shown) if shown.any() else {}
        for unit in np.flatnonzero((left > 0) & (removed > 0)):
            code = tally.unit_ids[unit]
            found[code].append(_variant(name, int(left[unit]), int(removed[unit]), again.get(code)))
    return {code: tuple(variants) for code, variants in found.items()}


def _score(weighed: Weighed, population: Population, rows: BoolArray, units: BoolArray) -> dict[str, UnitScore]:
    """Score the rows of some units under the rule of the whole."""
    tally = weighed.counted
    wanted = {code for code, is_wanted in zip(tally.unit_ids, units, strict=True) if is_wanted}
    scores = score_units(
        tally.select(rows & units[tally.unit]),
        population.of_units(wanted),
        rule=weighed.rule,
        factors=weighed.layout.specs(),
    )
    return {unit.unit_id: unit for unit in scores.units if unit.unit_id in wanted}


def _variant(name: VariantName, n: int, removed: int, score: UnitScore | None) -> Variant:
    if score is None:
        return Variant(name, n, removed, None, None, None, None)
    return Variant(name, n, removed, score.index_share, score.points, score.points_lower, score.points_upper)
