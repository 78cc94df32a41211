"""Leverage of the calibration and what it does to intervals."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.intervals import share_interval
from analysis.leverage import jackknife_factors, leverages
from analysis.population import DossierRow, population_from_rows
from analysis.rules import load_score_rule
from analysis.satisfaction import FactorSpec, score_units
from analysis.scores import UnitScore
from analysis.tally import TallyBuilder

RULE = load_score_rule()


def unit_of(dissatisfied: int, n: int, *, interval: str = "corrected") -> UnitScore:
    """Score n persons: a third of them online, where two thirds of the dossiers are."""
    builder = TallyBuilder(["a"], {"v1": {"a": 0}})
    for place in range(n):
        channel = "online" if place % 3 == 0 else "counter"
        rating = "2" if place < dissatisfied else "5"
        builder.add([("P1", "v1", "counter", 0, "dat", channel, None, None, None, rating, 1)])
    population = population_from_rows(
        DossierRow("P1", "cross", "dat", channel, None, size)
        for channel, size in (("online", 20_000), ("counter", 10_000))
    )
    rule = replace(RULE, psu="person", interval_variance=interval)  # type: ignore[arg-type]
    return score_units(builder.build(), population, rule=rule, factors=[FactorSpec("a", ("a",))]).units[0]


@given(st.integers(0, 2**32 - 1))
def test_leverage_is_the_diagonal_of_the_hat_matrix(seed: int) -> None:
    rng = np.random.default_rng(seed)
    unit = np.repeat([0, 1], [9, 6])
    count = rng.integers(1, 9, 15).astype(float)
    columns = np.stack([rng.integers(0, 3, 15), rng.integers(3, 5, 15), np.full(15, -1)], axis=1)
    found = leverages(unit, count, columns, 2)
    for number in (0, 1):
        own = unit == number
        persons = np.repeat(np.arange(own.sum()), count[own].astype(int))
        x = (columns[own][:, :2, None] == np.arange(5)).any(axis=1)[persons].astype(float)
        hat = np.diag(x @ np.linalg.pinv(x))
        first = np.searchsorted(persons, np.arange(own.sum()))
        np.testing.assert_allclose(found[own], hat[first], rtol=1e-6)


def test_the_factor_is_that_of_a_jackknife_which_weights_again_without_each_person() -> None:
    persons, wanted = np.array([6, 24, 40]), np.array([0.5, 0.3, 0.2])
    # half of each level at +1, half at -1: all residuals are alike
    y = [np.tile([1.0, -1.0], size // 2) for size in persons]
    left_out = [
        wanted[level] * np.delete(values, place).mean()
        for level, values in enumerate(y)
        for place in range(len(values))
    ]
    n = persons.sum()
    jackknife = (n - 1) / n * np.sum(np.square(left_out))
    linearised = n / (n - 1) * (wanted**2 / persons).sum()
    factor = jackknife_factors(np.zeros(3, np.intp), persons * 1.0, np.arange(3)[:, None], wanted * n / persons, 1)
    assert factor[0] == pytest.approx(jackknife / linearised)


@pytest.mark.parametrize(("dissatisfied", "n"), [(1, 30), (6, 30), (9, 90), (60, 3000)])
def test_the_correction_widens_the_interval_and_leaves_the_standard_error(dissatisfied: int, n: int) -> None:
    corrected = unit_of(dissatisfied, n)
    linearised = unit_of(dissatisfied, n, interval="linearised")
    assert corrected.se == linearised.se
    assert corrected.lower < linearised.lower < linearised.upper < corrected.upper
    asked = (np.array([float(v)]) for v in (linearised.index_share, linearised.se**2, n, linearised.df))
    assert [linearised.lower, linearised.upper] == [pytest.approx(end[0]) for end in share_interval(*asked)]


def test_with_many_responses_the_correction_vanishes() -> None:
    corrected, linearised = (unit_of(300, 3000, interval=kind) for kind in ("corrected", "linearised"))
    width = linearised.upper - linearised.lower
    assert corrected.upper - corrected.lower == pytest.approx(width, rel=0.002)


def test_a_lone_dissatisfied_person_of_little_weight_does_not_make_a_narrow_interval() -> None:
    people = [("counter", "2"), *[("counter", "5")] * 89, *[("online", "5")] * 10]
    builder = TallyBuilder(["a"], {"v1": {"a": 0}})
    builder.add([
        ("P1", "v1", "counter", 0, "dat", channel, None, None, None, rating, 1) for channel, rating in people
    ])  # fmt: skip
    population = population_from_rows(
        DossierRow("P1", "cross", "dat", channel, None, size)
        for channel, size in (("online", 700), ("counter", 300))
    )
    rule = replace(RULE, psu="person", bound_steps=(10.0,))
    unit = score_units(builder.build(), population, rule=rule, factors=[FactorSpec("a", ("a",))]).units[0]
    # the ten online stand for 70% of the dossiers: by the linearised variance alone it would start at 97.6%
    assert unit.index_share == pytest.approx(1 - 0.3 / 90)
    assert unit.deff < 1
    assert unit.lower < 0.95
