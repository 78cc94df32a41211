"""The same score from fewer responses, to be printed beside the official one: it shows how far the score moves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from analysis.figures import FactorSpec
from analysis.population import Population
from analysis.rules.score_rule import ScoreRule
from analysis.satisfaction import score_units
from analysis.scores import ScoreTable
from analysis.tally import Tally

VariantName = Literal["without_flagged", "without_assisted", "dossier_only"]
_CHOSEN: Final[dict[VariantName, Callable[[Tally], Tally]]] = {
    "without_flagged": Tally.without_flagged,
    "without_assisted": lambda tally: tally.with_trust(("dossier", "counter")),
    "dossier_only": lambda tally: tally.with_trust(("dossier",)),
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


def score_variants(
    tally: Tally, population: Population, *, rule: ScoreRule, factors: Sequence[FactorSpec], official: ScoreTable
) -> dict[str, tuple[Variant, ...]]:
    """Score every unit without flagged, without assisted, and from dossier codes only.

    A variant that leaves out nothing of a unit, or everything, is not there.
    """
    counted = tally.with_trust(rule.trust_levels)
    found: dict[str, list[Variant]] = {unit.unit_id: [] for unit in official.units}
    for name, choose in _CHOSEN.items():
        chosen = choose(counted)
        if chosen.response_count in (counted.response_count, 0):
            continue
        table = score_units(chosen, population, rule=rule, factors=factors).by_unit()
        for unit in official.units:
            other = table.get(unit.unit_id)
            n = other.n if other is not None else 0
            removed = unit.n - n
            if not removed or not n:
                continue
            shown = other is not None and min(n, removed) >= rule.suppress_below
            found[unit.unit_id].append(
                Variant(
                    name,
                    n,
                    removed,
                    other.index_share if shown and other is not None else None,
                    other.points if shown and other is not None else None,
                )
            )
    return {unit: tuple(variants) for unit, variants in found.items()}
