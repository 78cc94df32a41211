"""Where a unit's score comes from, step by step: dossiers, responses, weights, items, factors, index, points."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from analysis.crossed import Place, shown_parts
from analysis.points import exact_share
from analysis.population import DossierRow, population_from_rows
from analysis.rules import ScoreRule
from analysis.satisfaction import FactorSpec
from forms.questionnaire import Questionnaire, load_questionnaire
from survey.models import Score, ScoreSet, Unit
from survey.services.figure import may_be_shown
from survey.services.score_rule import find_rule
from survey.services.scoring import frozen_dossier_rows
from survey.services.tally import factors_of

# What a rating of 1 to 5 counts for, and out of what.
WORTH: Mapping[str, tuple[tuple[int, ...], int]] = {
    "TOP2": ((0, 0, 0, 1, 1), 1),
    "MEAN5": ((1, 2, 3, 4, 5), 5),
    "MEAN04": ((0, 1, 2, 3, 4), 4),
    "ALLSAT": ((0, 0, 0, 1, 1), 1),
}
AGREES = Fraction(1, 10**9)


@dataclass(frozen=True)
class WeightLine:
    """A field (None: not known): its dossiers, its persons, and by channel the persons and their weight.

    Persons are None where they may not be shown, and their weight with them.
    """

    field: str | None
    dossiers: int
    n: int | None
    channels: tuple[tuple[int | None, float | None], ...]


@dataclass(frozen=True)
class Weights:
    """The fields by channel: beside the dossiers of each channel, its persons, None where they may not be shown.

    How few persons weigh how much would tell what they said, from the weighted and the unweighted share of an
    answer: so small crossings are hidden as in every table of the officers.
    """

    channels: tuple[str | None, ...] = ()
    channel_dossiers: tuple[int, ...] = ()
    channel_persons: tuple[int | None, ...] = ()
    lines: tuple[WeightLine, ...] = ()

    @property
    def hides(self) -> bool:
        """Whether some persons are not shown."""
        every = [n for line in self.lines for n in (line.n, *(n for n, _ in line.channels))]
        return None in [*every, *self.channel_persons]


@dataclass(frozen=True)
class ItemLine:
    """A question: persons by rating, and the share as if all counted the same (`top` of `bottom`) and weighted.

    Everything but n is None where fewer answered than may be shown.
    """

    code: str
    n: int
    counts: tuple[int, ...] | None
    not_applicable: int
    skipped: int
    top: int | None
    bottom: int | None
    unweighted: Fraction | None
    weighted: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True)
class FactorLine:
    """A factor with its questions, its share both ways, and the weight it has in this unit's index."""

    code: str
    items: tuple[ItemLine, ...]
    n: int
    used: bool
    weight: float
    unweighted: Fraction | None
    weighted: float | None


@dataclass(frozen=True)
class Derivation:
    """A unit's score with everything behind it; `detail` is what the score stores.

    `by_hand` is the unweighted index from the printed counts; None where a calculator cannot follow, because two
    questionnaires were mixed or each person's answers are looked at together.
    """

    unit: Unit
    score_set: ScoreSet
    score: Score
    detail: Mapping[str, Any]
    rule: ScoreRule
    weights: Weights
    factors: tuple[FactorLine, ...]
    labels: Mapping[str, Questionnaire]
    by_hand: Fraction | None

    @property
    def used(self) -> list[FactorLine]:
        """The factors that make the index."""
        return [factor for factor in self.factors if factor.used and factor.weight > 0]

    @property
    def tops(self) -> int:
        """What all printed answers count for together, for an index that pools them."""
        return sum(item.top or 0 for factor in self.factors for item in factor.items)

    @property
    def bottoms(self) -> int:
        """And out of what."""
        return sum(item.bottom or 0 for factor in self.factors for item in factor.items)

    @property
    def equal_weights(self) -> bool:
        return len({round(factor.weight, 9) for factor in self.used}) <= 1

    def product(self, share: float) -> tuple[Decimal, Decimal]:
        """The index as it is rounded before it becomes points, and that times the maximum."""
        exact = exact_share(share)
        return exact, exact * self.rule.maximum_points


def derive(session: Session, score_set: ScoreSet, unit: Unit) -> Derivation | None:
    """Collect the steps of a unit's stored score; None where the unit has none, or none that may be shown."""
    score = session.get(Score, (score_set.id, unit.id))
    rule = find_rule(session, score_set.rule)
    if score is None or not may_be_shown(score, rule) or "items" not in score.detail:
        return None
    questionnaires = tuple(load_questionnaire(version) for version in score_set.versions)
    specs = factors_of(questionnaires)
    items = {item["code"]: _item(item, rule) for item in score.detail["items"]}
    factors = tuple(_factor(factor, specs, items, rule) for factor in score.detail["factors"])
    rows = [row for row in frozen_dossier_rows(session, score_set) if row.unit_id == unit.code]
    return Derivation(
        unit=unit,
        score_set=score_set,
        score=score,
        detail=score.detail,
        rule=rule,
        weights=_weights(rows, score.detail, rule.suppress_below),
        factors=factors,
        labels={item: each for each in questionnaires for item in each.rating_items},
        by_hand=_by_hand(factors, rule, score.unweighted_share),
    )


def _item(item: Mapping[str, Any], rule: ScoreRule) -> ItemLine:
    counts = item["rating_counts"]
    worth, out_of = WORTH[rule.formula]
    top = None if counts is None else sum(a * b for a, b in zip(worth, counts, strict=True))
    bottom = None if counts is None else out_of * sum(counts)
    estimate = item["top2" if rule.formula in ("TOP2", "ALLSAT") else "mean5"]
    weighted, lower, upper = (_scaled(estimate[name], rule) for name in ("share", "lower", "upper"))
    return ItemLine(
        code=item["code"],
        n=item["n"],
        counts=None if counts is None else tuple(counts),
        not_applicable=item["not_applicable_count"],
        skipped=item["skipped_count"],
        top=top,
        bottom=bottom,
        unweighted=Fraction(top, bottom) if top is not None and bottom else None,
        weighted=weighted,
        lower=lower,
        upper=upper,
    )


def _scaled(share: float | None, rule: ScoreRule) -> float | None:
    """A mean out of 5 as the rule counts it: 1 to 5 becomes 0 to 1 under MEAN04."""
    return (5 * share - 1) / 4 if share is not None and rule.formula == "MEAN04" else share


def _factor(
    factor: Mapping[str, Any], specs: Sequence[FactorSpec], items: Mapping[str, ItemLine], rule: ScoreRule
) -> FactorLine:
    spec = next(spec for spec in specs if spec.code == factor["code"])
    own = tuple(items[code] for code in spec.items)
    return FactorLine(
        code=factor["code"],
        items=own,
        n=factor["n"],
        used=factor["status"] == "used" or factor["weight_used"] > 0,
        weight=factor["weight_used"],
        unweighted=None if spec.mixed else _joined(own, pooled=rule.within_factor == "pooled"),
        weighted=factor["estimate"]["share"],
    )


def _joined(items: Iterable[ItemLine], *, pooled: bool) -> Fraction | None:
    shown = [item for item in items if item.unweighted is not None]
    if not shown:
        return None
    if pooled:
        return Fraction(sum(item.top or 0 for item in shown), sum(item.bottom or 0 for item in shown))
    return sum((item.unweighted or Fraction(0) for item in shown), Fraction(0)) / len(shown)


def _by_hand(factors: Sequence[FactorLine], rule: ScoreRule, stored: float | None) -> Fraction | None:
    if stored is None or rule.formula == "ALLSAT":
        return None
    if rule.aggregation == "pooled":
        found = _joined([item for factor in factors for item in factor.items], pooled=True)
    else:
        used = [factor for factor in factors if factor.weight > 0]
        if not used or any(factor.unweighted is None for factor in used):
            return None
        weights = [Fraction(factor.weight).limit_denominator(10**6) for factor in used]
        parts = zip(weights, used, strict=True)
        found = sum((w * (f.unweighted or Fraction(0)) for w, f in parts), Fraction(0)) / sum(weights)
    return found if found is not None and abs(found - Fraction(stored)) <= AGREES else None


def _weights(rows: Sequence[DossierRow], detail: Mapping[str, Any], least: int) -> Weights:
    cells = detail["calibration"].get("cells", []) if detail["calibration"] else []
    population = population_from_rows(rows)
    of_field = _margin(population.field_levels, population.field)
    of_channel = _margin(population.channel_levels, population.channel)
    fields = _levels(of_field, (cell["field"] for cell in cells))
    channels = _levels(of_channel, (cell["channel"] for cell in cells))
    persons = Counter[Place]()
    weighted: dict[Place, float] = defaultdict(float)
    for cell in cells:
        persons[cell["field"], cell["channel"]] += cell["n"]
        weighted[cell["field"], cell["channel"]] += cell["n"] * cell["ratio"]
    may = shown_parts(persons, least=least)

    def pair(place: Place) -> tuple[int | None, float | None]:
        if not persons[place]:
            return 0, None
        return (persons[place], weighted[place] / persons[place]) if place in may.crossings else (None, None)

    def total(places: Iterable[Place], *, is_shown: bool) -> int | None:
        number = sum(persons[place] for place in places)
        return number if is_shown or not number else None

    return Weights(
        channels=channels,
        channel_dossiers=tuple(of_channel.get(channel, 0) for channel in channels),
        channel_persons=tuple(
            total([(field, channel) for field in fields], is_shown=channel in may.columns) for channel in channels
        ),
        lines=tuple(
            WeightLine(
                field,
                of_field.get(field, 0),
                total([(field, channel) for channel in channels], is_shown=field in may.rows),
                tuple(pair((field, channel)) for channel in channels),
            )
            for field in fields
        ),
    )


def _margin(levels: Sequence[str], counts: Any) -> dict[str | None, int]:
    numbers = counts[0].tolist() if len(counts) else []
    return {level: round(number) for level, number in zip(levels, numbers, strict=False) if number}


def _levels(known: Mapping[str | None, int], seen: Iterable[str | None]) -> tuple[str | None, ...]:
    """The levels with most dossiers first, then those that only responses have; "not known" last."""
    every = set(known) | set(seen)
    return tuple(sorted(every, key=lambda level: (level is None, -known.get(level, 0), level or "")))
