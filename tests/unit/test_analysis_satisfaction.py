"""Scoring units: the figures against a naive reading of the same people, and what is shown, marked, suppressed."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from math import isfinite
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import AnalysisError
from analysis.intervals import share_interval
from analysis.population import DossierRow, Population, population_from_rows
from analysis.rules import list_rules, load_score_rule
from analysis.rules.score_rule import ScoreRule
from analysis.satisfaction import FactorSpec, score_units
from analysis.scores import WARNING_CODES, ScoreTable, UnitScore
from analysis.tally import Tally, TallyBuilder

ITEMS = ("q1", "q2", "q3", "q4", "q5")
FACTORS = tuple(FactorSpec(code=f"f{item}", items=(item,)) for item in ITEMS)
RULE = load_score_rule()


@dataclass(frozen=True)
class Person:
    """One response."""

    answers: str = "55555"
    unit: str = "P1"
    field: str | None = None
    channel: str | None = None
    outcome: str | None = None
    trust: str = "counter"
    flagged: bool = False
    counter: str | None = None
    week: int | None = None


def tally_of(people: Sequence[Person], items: Sequence[str] = ITEMS) -> Tally:
    builder = TallyBuilder(items, {"v1": {item: place for place, item in enumerate(items)}})
    counts = Counter(people)
    builder.add(
        [
            (p.unit, "v1", p.trust, p.flagged, p.field, p.channel, p.outcome, p.counter, p.week, p.answers, count)
            for p, count in counts.items()
        ]
    )
    return builder.build()


def dossiers(total: int = 1000, unit: str = "P1") -> Population:
    return population_from_rows([DossierRow(unit, "settled", "tat-ca", None, None, total)])


def received(cells: dict[tuple[str, str], int], unit: str = "P1") -> Population:
    return population_from_rows(
        [DossierRow(unit, "received", field, channel, None, count) for (field, channel), count in cells.items()]
    )


def score(people: Sequence[Person], population: Population | None = None, rule: ScoreRule = RULE) -> UnitScore:
    table = score_units(tally_of(people), population or dossiers(), rule=rule, factors=FACTORS)
    return table.by_unit()["P1"]


def codes(unit: UnitScore) -> list[str]:
    return [warning.code for warning in unit.warnings]


def example_of_five_factors() -> list[Person]:
    """Q1-Q4 satisfied by 90% of 300 people, Q5 answered by 30 of them, 60% satisfied."""
    people = []
    for place in range(300):
        rating = "4" if place < 270 else "2"
        fifth = ("5" if place % 10 < 6 else "1") if place < 30 else "x"
        people.append(Person(rating * 4 + fifth))
    return people


def test_factors_and_pooled_differ_as_in_the_worked_example() -> None:
    factors = score(example_of_five_factors())
    pooled = score(example_of_five_factors(), rule=load_score_rule("score-top2-pooled"))
    assert factors.index_share == pytest.approx(0.84)
    assert pooled.index_share == pytest.approx(1098 / 1230)
    assert (factors.points, pooled.points) == (Decimal("25.20"), Decimal("26.78"))
    alternatives = {(a.formula, a.aggregation): a.estimate.share for a in factors.alternatives}
    assert alternatives["TOP2", "pooled"] == pooled.index_share
    assert alternatives["TOP2", "factors"] == factors.index_share


def test_the_formulas_read_the_same_hundred_people_differently() -> None:
    ratings = "1" * 2 + "2" * 3 + "3" * 15 + "4" * 50 + "5" * 30
    people = [Person(rating * 5) for rating in ratings]
    shares = {
        name: score(people, rule=load_score_rule(name)).index_share
        for name in ("score-top2-factors", "score-mean5-factors", "score-mean04-factors", "score-allsat")
    }
    assert list(shares.values()) == pytest.approx([0.80, 0.806, 0.7575, 0.80])
    first = score(people).items[0]
    assert first.rating_counts == (2, 3, 15, 50, 30)
    assert first.mean5.share == pytest.approx(0.806)


def test_satisfied_throughout_means_satisfied_on_every_question_answered() -> None:
    people = [Person("5555x")] * 60 + [Person("55553")] * 40
    unit = score(people, rule=load_score_rule("score-allsat"))
    assert unit.index_share == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("n", "status", "shown"),
    [
        (0, "no_responses", False),
        (1, "suppressed", False),
        (4, "suppressed", False),
        (5, "marked", True),
        (29, "marked", True),
        (30, "scored", True),
    ],
)
def test_small_numbers_are_suppressed_or_marked(n: int, status: str, shown: bool) -> None:
    unit = score([Person("55445")] * n)
    assert unit.status == status
    assert unit.n == n
    figures = [
        unit.index_share,
        unit.points,
        unit.unweighted.points,
        unit.factors[0].estimate.share,
        unit.items[0].rating_counts,
    ]
    assert [figure is not None for figure in figures] == [shown] * 5


def test_one_vote_of_one_star_is_no_score() -> None:
    unit = score([Person("11111")])
    assert (unit.status, unit.points, unit.index_share) == ("suppressed", None, None)
    assert codes(unit) == ["suppressed"]


def test_a_unit_without_dossiers_has_no_score_but_keeps_its_counts() -> None:
    table = score_units(tally_of([Person()] * 40), dossiers(unit="P2"), rule=RULE, factors=FACTORS)
    without, silent = table.units
    assert (without.unit_id, without.status, without.index_share, without.points) == (
        "P1",
        "no_dossiers",
        None,
        None,
    )
    assert without.items[0].rating_counts == (0, 0, 0, 0, 40)
    assert without.unweighted.estimate.share == 1
    assert (silent.unit_id, silent.status, silent.n, silent.dossiers) == ("P2", "no_responses", 0, 1000)


def test_nobody_answered_anywhere() -> None:
    empty = TallyBuilder(ITEMS, {}).build()
    table = score_units(empty, dossiers(), rule=RULE, factors=())
    assert [unit.status for unit in table.units] == ["no_responses"]
    assert score_units(empty, population_from_rows([]), rule=RULE, factors=()).units == ()


def test_a_factor_below_the_minimum_leaves_the_index_and_the_weights_are_rescaled() -> None:
    people = [Person("5555x")] * 90 + [Person("55551")] * 29
    unit = score(people)
    assert unit.index_share == 1
    assert [factor.status for factor in unit.factors] == ["used"] * 4 + ["left_out"]
    assert [factor.weight_used for factor in unit.factors] == [0.25] * 4 + [0]
    assert unit.factors[4].estimate.share == 0
    assert [w.params for w in unit.warnings if w.code == "factor_left_out"] == [
        {"factor": "fq5", "n": 29, "minimum": 30}
    ]


def test_where_no_factor_reaches_the_minimum_all_that_may_be_shown_count() -> None:
    unit = score([Person("4444x")] * 17 + [Person("44441")] * 3)
    assert unit.status == "marked"
    assert [factor.status for factor in unit.factors] == ["used"] * 4 + ["suppressed"]
    assert unit.factors[4].estimate.share is None
    assert "no_factor_reaches_minimum" in codes(unit)


def test_factor_weights_of_the_rule_go_before_those_of_the_questionnaire() -> None:
    people = [Person("41111")] * 50
    weighted = replace(RULE, factor_weights={"fq1": 3.0, "fq2": 1.0, "fq3": 0.0, "fq4": 0.0, "fq5": 0.0})
    assert score(people, rule=weighted).index_share == pytest.approx(0.75)


def test_one_rare_factor_carries_most_of_the_variance() -> None:
    rng = np.random.default_rng(5)
    people = [
        Person(
            "".join("5" if good else "2" for good in rng.random(4) < 0.9)
            + ("x" if place % 5 else "52"[place % 3 == 0])
        )
        for place in range(200)
    ]
    unit = score(people)
    shares = [factor.variance_share for factor in unit.factors]
    assert sum(share for share in shares if share is not None) == pytest.approx(1)
    assert shares[4] is not None
    assert shares[4] > 0.5


def test_the_mix_of_trust_and_flags_is_counted_and_untrusted_answers_do_not_score() -> None:
    people = [Person("55555", trust="dossier")] * 40 + [Person("11111", trust="assisted", flagged=True)] * 10
    everyone = score(people)
    strict = score(people, rule=replace(RULE, trust_levels=("dossier", "counter")))
    assert everyone.trust_counts == {"dossier": 40, "counter": 0, "assisted": 10}
    assert (everyone.flagged_count, everyone.index_share) == (10, pytest.approx(0.8))
    assert (strict.n, strict.excluded_count, strict.index_share) == (40, 10, 1)
    assert strict.trust_counts["assisted"] == 0


def test_agreement_of_everybody_has_an_interval_below_full_points() -> None:
    unit = score([Person("55555")] * 30)
    assert unit.points == Decimal("30.00")
    assert unit.points_lower == Decimal("26.53")
    assert unit.points_upper == Decimal("30.00")


def test_counter_and_week_are_the_sampling_units_where_there_are_enough() -> None:
    people = [
        Person("55555" if (counter + week) % 3 else "22222", counter=f"c{counter}", week=week)
        for counter in range(2)
        for week in range(6)
        for _ in range(10)
    ]
    clustered = score(people)
    alone = score(people, rule=replace(RULE, psu="person"))
    few = score([person for person in people if person.counter == "c0"])
    assert (clustered.psu, clustered.psu_count, clustered.df) == ("counter_week", 12, 11)
    assert (alone.psu, alone.df) == ("person", 119)
    assert clustered.se is not None
    assert alone.se is not None
    assert clustered.se > 2 * alone.se
    assert (few.psu, few.psu_count) == ("person", 6)
    assert "few_sampling_units" in codes(few)


def test_the_finite_population_correction_is_an_option_that_turns_itself_off() -> None:
    people = [Person("55555")] * 60 + [Person("22222")] * 40
    plain = score(people, dossiers(200))
    corrected = score(people, dossiers(200), rule=replace(RULE, fpc=True))
    assert plain.se is not None
    assert corrected.se == pytest.approx(plain.se * 0.5**0.5)
    more = score(people, dossiers(90), rule=replace(RULE, fpc=True))
    assert more.se == pytest.approx(plain.se)
    assert {"fpc_off", "more_responses_than_dossiers"} <= set(codes(more))


def test_factors_must_fit_the_items() -> None:
    with pytest.raises(AnalysisError) as fault:
        score_units(tally_of([Person()]), dossiers(), rule=RULE, factors=[FactorSpec("f", ("q9",))])
    assert fault.value.code == "factors_unfit"
    with pytest.raises(AnalysisError):
        score_units(
            tally_of([Person()]), dossiers(), rule=replace(RULE, factor_weights={"other": 1.0}), factors=FACTORS
        )


def test_progress_rises_to_the_end() -> None:
    seen: list[float] = []
    score_units(tally_of([Person()] * 9), dossiers(), rule=RULE, factors=FACTORS, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1


# --- the whole way, against a naive reading of the same people


def random_people(rng: np.random.Generator, units: int = 4) -> list[Person]:
    people = []
    for unit in range(units):
        for _ in range(int(rng.integers(60, 200))):
            field = str(rng.choice(["dat", "ho", "khac"], p=[0.25, 0.45, 0.3]))
            online = rng.random() < 0.35
            mood = rng.normal(0.6 * online - 0.5 * (field == "dat"), 0.8)
            ratings = np.clip(np.round(4 + mood + rng.normal(0, 0.6, 5)), 1, 5).astype(int)
            letters = [
                "x" if rng.random() < 0.08 else "-" if rng.random() < 0.03 else str(rating) for rating in ratings
            ]
            people.append(
                Person(
                    "".join(letters),
                    unit=f"P{unit}",
                    field=field,
                    channel="online" if online else "counter",
                    counter=f"c{rng.integers(0, 2)}",
                    week=int(rng.integers(30, 43)),
                )
            )
    return people


def random_population(rng: np.random.Generator, units: int = 4) -> tuple[Population, dict[str, np.ndarray]]:
    tables = {f"P{unit}": rng.integers(300, 900, (3, 2)) for unit in range(units)}
    rows = [
        DossierRow(unit, "received", field, channel, None, int(table[f, c]))
        for unit, table in tables.items()
        for f, field in enumerate(("dat", "ho", "khac"))
        for c, channel in enumerate(("counter", "online"))
    ]
    return population_from_rows(rows), tables


def naive(
    people: Sequence[Person],
    table: np.ndarray,
    *,
    by_psu: bool,
    factors: Sequence[FactorSpec] = FACTORS,
    pooled: bool = False,
) -> dict[str, float]:
    """Score one unit person by person: iterative proportional fitting, least squares, delta method."""
    field = np.array([["dat", "ho", "khac"].index(str(p.field)) for p in people])
    channel = np.array([["counter", "online"].index(str(p.channel)) for p in people])
    weight = np.ones(len(people))
    target_f, target_c = (table.sum(axis=axis) / table.sum() * len(people) for axis in (1, 0))
    for _ in range(500):
        weight *= (target_f / np.bincount(field, weight))[field]
        weight *= (target_c / np.bincount(channel, weight))[channel]
    ratings = np.array([[int(letter) if letter in "12345" else 0 for letter in p.answers] for p in people])
    x, y = (ratings > 0).astype(float), (ratings >= 4).astype(float)
    shares, influences = [], []
    for factor in factors:
        own = [ITEMS.index(item) for item in factor.items]
        for items in [own] if pooled else [[item] for item in own]:
            part = 1 if pooled else len(own)
            share = (weight @ y[:, items]).sum() / (weight @ x[:, items]).sum()
            influence = (y[:, items] - share * x[:, items]).sum(axis=1) / (weight @ x[:, items]).sum()
            shares.append(share / part)
            influences.append(influence / part)
    index, influence = sum(shares) / len(factors), sum(influences) / len(factors)
    design = np.stack([*(field == f for f in range(3)), channel == 1], axis=1).astype(float)
    residual = influence - design @ np.linalg.lstsq(design, influence, rcond=None)[0]
    z = weight * residual
    if by_psu:
        groups = [(p.counter, p.week) for p in people]
        z = np.array(
            [sum(v for v, g in zip(z, groups, strict=True) if g == group) for group in dict.fromkeys(groups)]
        )
    variance = len(z) / (len(z) - 1) * ((z - z.mean()) ** 2).sum()
    # degrees of freedom count those who answered anything
    answered = float(x.any(axis=1).sum())
    df = len(z) - 1.0 if by_psu else answered - 1
    # the interval: what leverage takes from the residuals, and never less than simple random sampling
    hat = np.clip(np.diag(design @ np.linalg.pinv(design)), 0, 0.5)
    jackknife = (1 - 1 / len(people)) ** 2 * (weight**2 / (1 - hat) ** 2).sum() / (weight**2).sum()
    answerers = weight[x.any(axis=1)].sum()
    simple = (weight * influence**2).sum() * answerers / (answered - 1)
    corrected = max(variance, simple) * jackknife
    assert corrected > variance
    lower, upper = share_interval(*(np.array([v]) for v in (index, corrected, answered, df)))
    return {
        "index_share": index,
        "se": variance**0.5,
        "lower": lower[0],
        "upper": upper[0],
        "df": df,
        "n_effective": weight.sum() ** 2 / (weight**2).sum(),
        "plain": float((y.sum(axis=0) / x.sum(axis=0)).mean()),
    }


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), by_psu=st.booleans())
def test_the_score_equals_a_naive_reading_person_by_person(seed: int, by_psu: bool) -> None:
    rng = np.random.default_rng(seed)
    people = random_people(rng)
    population, tables = random_population(rng)
    # no factor is below the minimum here, and bounds wide enough never bind: plain raking
    rule = replace(
        RULE, psu="counter_week" if by_psu else "person", lower_bound=0.01, upper_bound=100.0, bound_steps=()
    )
    for unit in score_units(tally_of(people), population, rule=rule, factors=FACTORS).units:
        own = [person for person in people if person.unit == unit.unit_id]
        expected = naive(own, tables[unit.unit_id], by_psu=by_psu)
        plain = expected.pop("plain")
        for name, value in expected.items():
            assert getattr(unit, name) == pytest.approx(value, rel=1e-8), name
        assert unit.unweighted.estimate.share == pytest.approx(plain, rel=1e-12)
        assert unit.calibration is not None
        assert unit.calibration.gap == pytest.approx(0, abs=1e-10)


@pytest.mark.parametrize("within", ["items", "pooled"])
def test_factors_of_several_items_are_put_together_as_the_rule_says(within: Literal["items", "pooled"]) -> None:
    rng = np.random.default_rng(21)
    people, (population, tables) = random_people(rng), random_population(rng)
    factors = [FactorSpec("a", ("q1", "q4")), FactorSpec("b", ("q3",)), FactorSpec("c", ("q2", "q5"))]
    rule = replace(RULE, within_factor=within, psu="person", lower_bound=0.01, upper_bound=100.0, bound_steps=())
    for unit in score_units(tally_of(people), population, rule=rule, factors=factors).units:
        own = [person for person in people if person.unit == unit.unit_id]
        expected = naive(own, tables[unit.unit_id], by_psu=False, factors=factors, pooled=within == "pooled")
        assert unit.index_share == pytest.approx(expected["index_share"], rel=1e-9)
        assert unit.se == pytest.approx(expected["se"], rel=1e-8)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_order_of_units_and_people_changes_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    people = random_people(rng, units=3)
    population, _ = random_population(rng, units=3)
    shuffled = [people[place] for place in rng.permutation(len(people))]
    tables = [score_units(tally_of(some), population, rule=RULE, factors=FACTORS) for some in (people, shuffled)]
    assert tables[0] == tables[1]


def test_a_unit_scored_alone_is_scored_as_among_others() -> None:
    rng = np.random.default_rng(11)
    people = random_people(rng)
    population, _ = random_population(rng)
    together: ScoreTable = score_units(tally_of(people), population, rule=RULE, factors=FACTORS)
    alone = score_units(tally_of([p for p in people if p.unit == "P2"]), population, rule=RULE, factors=FACTORS)
    one, other = together.by_unit()["P2"], alone.by_unit()["P2"]
    assert (one.points, one.points_lower, one.points_upper) == (
        other.points,
        other.points_lower,
        other.points_upper,
    )
    assert one.index_share == pytest.approx(other.index_share, rel=1e-12)
    assert one.se == pytest.approx(other.se, rel=1e-9)


def test_responses_that_mirror_the_dossiers_are_not_changed_by_weighting() -> None:
    people = [
        Person("5" * 5 if i % 4 else "2" * 5, field=f, channel=c)
        for f in ("a", "b")
        for c in ("x", "y")
        for i in range(40)
    ]
    unit = score(people, received({(f, c): 500 for f in ("a", "b") for c in ("x", "y")}))
    assert unit.index_share == pytest.approx(unit.unweighted.estimate.share, rel=1e-12)
    assert unit.n_effective == pytest.approx(unit.n)
    assert unit.deff == pytest.approx(1, rel=0.05)


def test_weighting_removes_the_bias_of_who_answers() -> None:
    # the easy stamping is over-represented among the answers: 160 of 200, but half of the dossiers
    people = [Person("55555", field="chung-thuc", channel="x")] * 160 + [
        Person("22222", field="dat-dai", channel="x")
    ] * 40
    unit = score(people, received({("chung-thuc", "x"): 500, ("dat-dai", "x"): 500}))
    assert unit.unweighted.estimate.share == pytest.approx(0.8)
    assert unit.index_share == pytest.approx(0.5)
    assert unit.n_effective == pytest.approx(200**2 / (160 * 0.625**2 + 40 * 2.5**2))


def leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            yield from leaves(part)
    else:
        yield value


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_figure_is_a_number_or_nothing_and_every_warning_is_a_known_one(data: st.DataObject) -> None:
    """Whatever people answer, results can be stored as JSON and worded by the interface."""
    person = st.builds(
        Person,
        answers=st.text("15x-", min_size=5, max_size=5),
        unit=st.sampled_from(["P1", "P2"]),
        field=st.sampled_from([None, "a", "b"]),
        channel=st.sampled_from([None, "x", "y"]),
        outcome=st.sampled_from([None, "early", "overdue"]),
        counter=st.sampled_from([None, "c1", "c2"]),
        week=st.integers(1, 12),
    )
    people = data.draw(st.lists(person, max_size=60)) * data.draw(st.integers(1, 3))
    population = received({(f, c): data.draw(st.integers(0, 50)) for f in "ab" for c in "xy"})
    rule = load_score_rule(data.draw(st.sampled_from([head.id for head in list_rules() if head.kind == "score"])))
    table = score_units(tally_of(people), population, rule=replace(rule, minimum_psus=4), factors=FACTORS)
    for unit in table.units:
        assert not [leaf for leaf in leaves(asdict(unit)) if isinstance(leaf, float) and not isfinite(leaf)]
        assert all(set(warning.params) <= set(WARNING_CODES[warning.code]) for warning in unit.warnings)
        estimates = [unit.unweighted.estimate, *(f.estimate for f in unit.factors), *(i.mean5 for i in unit.items)]
        for estimate in estimates:
            shown = estimate.status in ("shown", "marked")
            assert (
                (estimate.share is not None)
                == (estimate.lower is not None)
                == (estimate.upper is not None)
                == shown
            )
            if shown:
                assert 0 <= estimate.lower <= estimate.share <= estimate.upper <= 1
                assert estimate.lower < estimate.upper
                assert estimate.n >= 5


def one_factor(people: Sequence[Person], *, mixed: bool) -> UnitScore:
    factors = (FactorSpec(code="f", items=ITEMS, mixed=mixed),)
    return score_units(tally_of(people), dossiers(), rule=RULE, factors=factors).by_unit()["P1"]


def test_in_a_mixed_factor_every_person_counts_once() -> None:
    """300 people asked one item and 60 asked four others: by items the 60 would be four fifths of the factor."""
    short = [Person("5xxxx")] * 240 + [Person("1xxxx")] * 60
    long = [Person("x5555")] * 15 + [Person("x5511")] * 30 + [Person("x1111")] * 15
    found = one_factor(short + long, mixed=True)
    assert found.index_share == pytest.approx((240 + 60 * 0.5) / 360)
    assert one_factor(short + long, mixed=False).index_share == pytest.approx((0.8 + 4 * 0.5) / 5)
    # Who was asked what is given: the variance of a mean of two groups of 300 and 60.
    spread = np.array([1.0] * 15 + [0.5] * 30 + [0.0] * 15).var(ddof=1)
    expected = (300**2 * 0.8 * 0.2 / 299 + 60**2 * spread / 60) / 360**2
    assert found.se == pytest.approx(expected**0.5, rel=0.03)


def test_where_all_are_asked_the_same_a_mixed_factor_is_an_ordinary_one() -> None:
    people = [Person("54321")] * 40 + [Person("22545")] * 30 + [Person("55555")] * 50
    mixed, ordinary = one_factor(people, mixed=True), one_factor(people, mixed=False)
    assert (mixed.index_share, mixed.se) == pytest.approx((ordinary.index_share, ordinary.se))
