"""The figures of each unit as combinations of its totals: items, factors, index, people satisfied throughout."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from analysis.errors import AnalysisError
from analysis.estimates import (
    ANSWERED,
    MEAN,
    TOP,
    Answering,
    Answers,
    CellTables,
    Totals,
    answering,
    answering_items,
)
from analysis.rules.score_rule import Aggregation, ScoreRule
from analysis.sums import BoolArray, FloatArray, group_sums, ratio
from analysis.unweighted import UnweightedTotals


@dataclass(frozen=True, slots=True)
class FactorSpec:
    """A factor of the questionnaire: its code and the items that measure it; the rule's own weight goes first.

    `mixed` says that not everybody was asked all of its items, because two questionnaires were in use: then each
    person counts once in it, however many of its items that person was asked.
    """

    code: str
    items: tuple[str, ...]
    weight: float = 1.0
    mixed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Where each figure stands: for TOP2 and for the mean the items, the factors, the two indices; last ALLSAT.

    `factor_items` are the places of the factors' items among the rated items; ALLSAT is measured by a pseudo item
    after the rated ones.
    """

    items: tuple[str, ...]
    codes: tuple[str, ...]
    factor_items: tuple[tuple[int, ...], ...]
    weights: FloatArray
    mixed: tuple[bool, ...]

    @property
    def figure_count(self) -> int:
        """Return the number of figures."""
        return 2 * self._block + 1

    @property
    def all_satisfied(self) -> int:
        """Return the place of ALLSAT."""
        return 2 * self._block

    @property
    def _block(self) -> int:
        return len(self.items) + len(self.codes) + 2

    def item(self, number: int, measure: int) -> int:
        """Return the place of an item's figure."""
        return measure * self._block + number

    def factor(self, number: int, measure: int) -> int:
        """Return the place of a factor's figure."""
        return measure * self._block + len(self.items) + number

    def index(self, aggregation: Aggregation, measure: int) -> int:
        """Return the place of an index."""
        return measure * self._block + len(self.items) + len(self.codes) + (aggregation == "pooled")

    def official(self, rule: ScoreRule) -> int:
        """Return the place of the rule's own index."""
        if rule.formula == "ALLSAT":
            return self.all_satisfied
        return self.index(rule.aggregation, TOP if rule.formula == "TOP2" else MEAN)

    def specs(self) -> tuple[FactorSpec, ...]:
        """Return the factors that this layout was made from, with the weights in force."""
        return tuple(
            FactorSpec(code, tuple(self.items[item] for item in items), float(weight), mixed)
            for code, items, weight, mixed in zip(
                self.codes, self.factor_items, self.weights, self.mixed, strict=True
            )
        )

    def pooled_items(self) -> list[int]:
        """Return the items that belong to a factor."""
        return [item for items in self.factor_items for item in items]


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """What goes into the index: `factor_used` and `factor_weights` (U, F), `item_parts` (U, K) inside factors.

    `fallback` marks units where no factor reaches the minimum: there every factor that may be shown is used.
    """

    factor_used: BoolArray
    factor_weights: FloatArray
    item_parts: FloatArray
    fallback: BoolArray

    @classmethod
    def joined(cls, parts: Sequence["Use"]) -> "Use":
        """Put blocks of units after one another."""
        return cls(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)))


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """Figures (U, V) with their variance, the variance under simple random sampling, persons and sampling units.

    `factor_parts` (U, F) is each factor's part in the variance of the index by factors, under the rule's measure.
    """

    share: FloatArray
    variance: FloatArray
    simple_variance: FloatArray
    persons: FloatArray
    sampled: FloatArray
    factor_parts: FloatArray

    @classmethod
    def joined(cls, parts: Sequence["Figures"]) -> "Figures":
        """Put blocks of units after one another."""
        return cls(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)))


def lay_out(items: Sequence[str], factors: Sequence[FactorSpec], rule: ScoreRule) -> Layout:
    """Check the factors against the items and the rule's weights."""
    place = {item: number for number, item in enumerate(items)}
    named = [item for factor in factors for item in factor.items]
    codes = tuple(factor.code for factor in factors)
    unknown = set(named) - set(items)
    if rule.factor_weights:
        unknown |= set(rule.factor_weights) ^ set(codes)
    weights = np.array([rule.factor_weights.get(factor.code, factor.weight) for factor in factors], np.float64)
    repeated = len(set(named)) != len(named) or len(set(codes)) != len(codes)
    if unknown or repeated or not all(factor.items for factor in factors) or (weights < 0).any():
        raise AnalysisError(
            "the factors do not fit the items and the rule",
            code="factors_unfit",
            where="factors",
            got=", ".join(sorted(unknown)) or ", ".join(codes),
            expected="each factor and item once, items of the tally, weights for the same factors as the rule",
            remedy="use the factors of the questionnaire versions that were answered",
        )
    numbers = tuple(tuple(place[item] for item in factor.items) for factor in factors)
    return Layout(tuple(items), codes, numbers, weights, tuple(factor.mixed for factor in factors))


def answers_given(
    answers: Answers, tables: CellTables, layout: Layout, ratio_of_cell: FloatArray
) -> list[Answering]:
    """Count who answered each item, then each factor, then any of them."""
    *by_item, by_any = answering_items(answers, tables, ratio_of_cell)
    by_factor = [
        by_item[items[0]]
        if len(items) == 1
        else answering(answers, tables, ratio_of_cell, np.any(answers.state[list(items)] > 0, axis=0))
        for items in layout.factor_items
    ]
    return [*by_item, *by_factor, by_any]


def person_parts(answers: Answers, layout: Layout, ratio_of_cell: FloatArray) -> FloatArray:
    """Weigh the items inside their factors (U, K): equally, and in a mixed factor so that persons count equally.

    There an item gets from each person who answered it 1/k of that person's weight, k being how many items of the
    factor the person answered: 300 persons asked one item and 10 asked four others weigh 300 and 4 times 2.5.
    """
    parts = np.ones((answers.unit_count, len(layout.items)))
    weight = answers.count * ratio_of_cell[answers.cell]
    if answers.base is not None:
        weight = weight * answers.base
    for items, mixed in zip(layout.factor_items, layout.mixed, strict=True):
        if mixed:
            given = answers.state[list(items)] > 0
            each = ratio(weight, given.sum(axis=0).astype(np.float64))
            for item, who in zip(items, given, strict=True):
                parts[:, item] = group_sums(answers.unit, each * who, answers.unit_count)
    return parts


def choose_use(given: Sequence[Answering], parts: FloatArray, layout: Layout, rule: ScoreRule) -> Use:
    """Leave out factors below the rule's minimum and items too rare to be shown, and rescale the weights."""
    persons = np.stack([who.persons for who in given], axis=1)
    items, factors = len(layout.items), len(layout.codes)
    item_used = persons[:, :items] >= rule.suppress_below
    with_items: BoolArray = np.stack(
        [item_used[:, list(numbers)].any(axis=1) for numbers in layout.factor_items]
        or [np.zeros(len(persons), np.bool_)],
        axis=1,
    )[:, :factors]
    by_factor = persons[:, items : items + factors]
    weighted = with_items & (layout.weights > 0)
    enough = weighted & (by_factor >= rule.factor_minimum)
    fallback: BoolArray = np.logical_not(enough.any(axis=1))
    used = np.where(fallback[:, None], weighted & (by_factor >= rule.suppress_below), enough)
    weights = used * layout.weights
    shares = ratio(weights, weights.sum(axis=1, keepdims=True))
    return Use(used, shares, item_used * parts, fallback & used.any(axis=1))


def figures_of(totals: Totals, given: Sequence[Answering], use: Use, layout: Layout, rule: ScoreRule) -> Figures:
    """Put the figures of every unit together."""
    draft = _drafted(totals, use, layout, rule, (TOP, MEAN))
    measure = _official_measure(rule)
    parts = _factor_parts(totals, draft.influence, use, layout, measure)
    return _figures(draft, totals, given, slice(None), parts)


def official_figure(
    totals: UnweightedTotals, given: Sequence[Answering], use: Use, layout: Layout, rule: ScoreRule
) -> Figures:
    """Return the rule's own index alone, under weights that are taken as they are."""
    place = layout.official(rule)
    draft = _drafted(totals, use, layout, rule, (_official_measure(rule),))
    return _figures(draft, totals, given, slice(place, place + 1), np.full_like(use.factor_weights, np.nan))


def _figures(
    draft: "_Draft",
    totals: Totals | UnweightedTotals,
    given: Sequence[Answering],
    places: slice,
    factor_parts: FloatArray,
) -> Figures:
    influence, who = draft.influence[:, places], draft.who[places]
    persons = np.stack([answer.persons for answer in given], axis=1)[:, who]
    weight = np.stack([answer.weight for answer in given], axis=1)[:, who]
    variance, spread = totals.moments(influence)
    simple = spread * weight
    return Figures(
        share=draft.share[:, places],
        variance=np.maximum(variance, 0),
        simple_variance=np.divide(simple, persons - 1, out=np.full_like(simple, np.nan), where=persons > 1),
        persons=persons,
        sampled=np.stack([answer.sampled for answer in given], axis=1)[:, who],
        factor_parts=factor_parts,
    )


def _official_measure(rule: ScoreRule) -> int:
    return MEAN if rule.formula in ("MEAN5", "MEAN04") else TOP


def _drafted(
    totals: Totals | UnweightedTotals, use: Use, layout: Layout, rule: ScoreRule, measures: Sequence[int]
) -> "_Draft":
    draft = _Draft(totals, layout)
    items, factors = len(layout.items), len(layout.codes)
    for measure in measures:
        item_places = [layout.item(item, measure) for item in range(items)]
        factor_places = [layout.factor(factor, measure) for factor in range(factors)]
        for item, place in enumerate(item_places):
            draft.put_ratio(place, [item], measure, who=item)
        for factor, (place, numbers) in enumerate(zip(factor_places, layout.factor_items, strict=True)):
            if rule.within_factor == "pooled":
                draft.put_ratio(place, numbers, measure, who=items + factor)
            else:
                part = use.item_parts[:, list(numbers)]
                part = ratio(part, part.sum(axis=1, keepdims=True))
                draft.put_mean(place, [item_places[item] for item in numbers], part, who=items + factor)
        index, pooled = layout.index("factors", measure), layout.index("pooled", measure)
        draft.put_mean(index, factor_places, use.factor_weights, who=items + factors)
        draft.put_ratio(pooled, layout.pooled_items(), measure, who=items + factors)
    draft.put_ratio(layout.all_satisfied, [items], TOP, who=items + factors)
    return draft


class _Draft:
    """Shares and influences of the figures, place by place; `who` says whose answers a figure rests on."""

    def __init__(self, totals: Totals | UnweightedTotals, layout: Layout) -> None:
        units, figures = len(totals.answered), layout.figure_count
        self._totals = totals
        self.share = np.full((units, figures), np.nan)
        self.influence = np.zeros((units, figures, 3 * totals.answered.shape[1]))
        self.who = np.zeros(figures, np.intp)

    def put_ratio(self, place: int, items: Sequence[int], measure: int, *, who: int) -> None:
        """Put a ratio of totals R = sum of y / sum of x, with influence (y - R x) / X."""
        self.who[place] = who
        if not items:
            return
        ratios = (self._totals.mean if measure == MEAN else self._totals.top)[:, list(items)]
        answered = self._totals.answered[:, list(items)]
        whole = answered.sum(axis=1)
        share = ratio((ratios * answered).sum(axis=1), whole)
        self.share[:, place] = np.where(whole > 0, share, np.nan)
        one = ratio(np.ones_like(whole), whole)
        for column, item in enumerate(items):
            # the totals are centred at each item's own share, not at the share of all
            self.influence[:, place, 3 * item + measure] = one
            self.influence[:, place, 3 * item + ANSWERED] = one * (ratios[:, column] - share)

    def put_mean(self, place: int, parts: Sequence[int], weights: FloatArray, *, who: int) -> None:
        """Put a weighted mean of other figures; parts of weight 0 may be missing."""
        self.who[place] = who
        known = np.where(weights > 0, self.share[:, list(parts)], 0)
        mean = np.clip((weights * known).sum(axis=1), 0, 1)
        self.share[:, place] = np.where(weights.any(axis=1), mean, np.nan)
        self.influence[:, place] = np.einsum("uf,ufq->uq", weights, self.influence[:, list(parts)])


def _factor_parts(totals: Totals, influence: FloatArray, use: Use, layout: Layout, measure: int) -> FloatArray:
    factors = influence[:, [layout.factor(factor, measure) for factor in range(len(layout.codes))]]
    index = influence[:, [layout.index("factors", measure)]]
    together = use.factor_weights * totals.covariances(factors, np.broadcast_to(index, factors.shape))
    whole = np.broadcast_to(totals.variance(index), together.shape)
    return np.divide(together, whole, out=np.full_like(together, np.nan), where=whole > 0)
