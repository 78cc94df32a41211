"""From a tally and the unit's dossiers to the satisfaction index of every unit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analysis.population import Population
from analysis.rules import ScoreRule
from analysis.scores import QuarterResult, ScoreTable, YearScore
from analysis.tally import Tally


@dataclass(frozen=True, slots=True)
class FactorSpec:
    """A factor of the questionnaire: its code and the items that measure it; the rule's own weight goes first."""

    code: str
    items: tuple[str, ...]
    weight: float = 1.0


def score_units(
    tally: Tally,
    population: Population,
    *,
    rule: ScoreRule,
    factors: Sequence[FactorSpec],
    progress: Callable[[float], None] | None = None,
) -> ScoreTable:
    """Score every unit of the tally and of the population under one rule.

    `progress` is called with the share of the work done (0 to 1).
    """
    raise NotImplementedError


def combine_year(quarters: Sequence[QuarterResult], *, rule: ScoreRule) -> YearScore:
    """Put frozen quarters of one unit together: sum N_q I_q / sum N_q, variance sum (N_q/N)² V_q, points once."""
    raise NotImplementedError
