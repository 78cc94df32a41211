"""Weighted totals and their calibrated variance, against R survey and against a row-by-row reading."""

import csv
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.calibration import Problem, solve
from analysis.diagnostics import effective_counts
from analysis.estimates import ANSWERED, MEAN, TOP, Answering, Answers, Totals, answering, count_cells
from analysis.estimates import weighted_totals as totals_of_tables
from analysis.unweighted import UnweightedTotals

GOLDEN = Path(__file__).parents[1] / "golden" / "stats"
ITEMS = ("a1", "a2", "p1", "p2", "o1", "o2", "r1", "f1")
FACTORS = {"access": (0, 1), "procedures": (2, 3), "officials": (4, 5), "result": (6,), "feedback": (7,)}


@dataclass
class Survey:
    """The golden survey: one "unit" of the kernel for each quarter and unit."""

    units: list[tuple[str, str]]
    answers: Answers
    problem: Problem
    expected_weight: np.ndarray
    dossiers: np.ndarray


def read(name: str) -> list[dict[str, str]]:
    with (GOLDEN / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def golden() -> Survey:
    rows = read("sipas_responses.csv")
    weights = {row["id"]: float(row["w_raked"]) for row in read("sipas_weights_unit_raked.csv")}
    units = sorted({(row["quarter"], row["unit"]) for row in rows})
    levels = [sorted({row[name] for row in rows}) for name in ("field_c", "channel_c")]
    place = {unit: number for number, unit in enumerate(units)}

    def cell_of(row: dict[str, str]) -> tuple[int, int, int]:
        field, channel = (
            names.index(row[name]) for names, name in zip(levels, ("field_c", "channel_c"), strict=True)
        )
        return place[row["quarter"], row["unit"]], field, len(levels[0]) + channel

    rows.sort(key=cell_of)
    cells = sorted({cell_of(row) for row in rows})
    number = {cell: index for index, cell in enumerate(cells)}
    cell = np.array([number[cell_of(row)] for row in rows])
    base = np.array([float(row["dw"]) for row in rows])
    target = np.zeros((len(units), len(levels[0]) + len(levels[1])))
    for row in read("sipas_dossiers.csv"):
        unit, field, channel = cell_of(row)
        target[unit, [field, channel]] += int(row["dossiers"])
    cell_unit = np.array([unit for unit, *_ in cells])
    problem = Problem(
        unit=cell_unit,
        base=np.bincount(cell, base),
        columns=np.array([columns for _, *columns in cells]),
        target=target,
        lower=np.zeros(len(units)),
        upper=np.full(len(units), np.inf),
    )
    answers = Answers(
        unit=cell_unit[cell],
        cell=cell,
        cell_unit=cell_unit,
        state=np.array([[int(row[item] or 0) for row in rows] for item in ITEMS], np.int8),
        count=np.ones(len(rows)),
        base=base,
        psu=np.zeros(len(rows), np.intp),
        psu_unit=np.zeros(0, np.intp),
        clustered=np.zeros(len(units), np.bool_),
    )
    expected = np.array([weights[row["id"]] for row in rows])
    dossiers = {(row["quarter"], row["unit"]): float(row["N_unit"]) for row in rows}
    return Survey(units, answers, problem, expected, np.array([dossiers[unit] for unit in units]))


def weighted_totals(answers: Answers, ratio: np.ndarray, columns: np.ndarray) -> Totals:
    return totals_of_tables(answers, count_cells(answers), ratio, columns)


def who_answered(answers: Answers, ratio: np.ndarray, given: np.ndarray) -> Answering:
    return answering(answers, count_cells(answers), ratio, given)


@cache
def golden_totals() -> Totals:
    survey = golden()
    return weighted_totals(survey.answers, solve(survey.problem).ratio, survey.problem.columns)


def ratio_figure(totals: Totals, items: tuple[int, ...], measure: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a ratio of totals over items and its standard error without finite population correction."""
    ratios = totals.top if measure == TOP else totals.mean
    whole = totals.answered[:, items].sum(axis=1)
    share = (ratios[:, items] * totals.answered[:, items]).sum(axis=1) / whole
    influence = np.zeros((len(whole), 1, totals.covariance.shape[1]))
    for item in items:
        influence[:, 0, 3 * item + measure] = 1 / whole
        influence[:, 0, 3 * item + ANSWERED] = (ratios[:, item] - share) / whole
    return share, np.sqrt(np.maximum(totals.variance(influence)[:, 0], 0))


def test_raking_many_units_at_once_gives_the_weights_of_r() -> None:
    survey = golden()
    solution = solve(survey.problem)
    weight = survey.answers.base * solution.ratio[survey.answers.cell]
    assert solution.converged.all()
    np.testing.assert_allclose(weight, survey.expected_weight, rtol=1e-10)


@pytest.mark.parametrize("kind", ["item_mean", "item_top2", "factor_top2", "index_top2"])
def test_estimates_and_standard_errors_equal_those_of_r(kind: str) -> None:
    survey, totals = golden(), golden_totals()
    n = who_answered(survey.answers, np.ones(len(survey.problem.unit)), survey.answers.unit >= 0).persons
    left = 1 - n / survey.dossiers
    figures = {}
    names = {
        "item": {item: (place,) for place, item in enumerate(ITEMS)},
        "factor": FACTORS,
        "index": {"all": tuple(range(8))},
    }
    measure = MEAN if kind.endswith("mean") else TOP
    for name, items in names[kind.split("_")[0]].items():
        share, se = ratio_figure(totals, items, measure)
        se = se * np.sqrt(left)
        if measure == MEAN:
            share, se = 1 + 4 * share, 4 * se
        figures |= {(*unit, name): pair for unit, *pair in zip(survey.units, share, se, strict=True)}
    compared = 0
    for row in read("sipas_unit_estimates.csv"):
        if row["kind"] != kind or row["se_cal"] in ("", "NA"):
            continue
        share, se = figures[row["quarter"], row["unit"], row["name"]]
        assert share == pytest.approx(float(row["estimate"]), rel=1e-11)
        # R leaves 1e-16 where everybody gave the same answer
        assert se == pytest.approx(float(row["se_cal"]), rel=1e-7, abs=1e-12)
        compared += 1
    assert compared == {"item": 960, "factor": 600, "index": 120}[kind.split("_")[0]]


def test_degrees_of_freedom_count_the_persons_who_answered() -> None:
    survey = golden()
    for place, item in enumerate(ITEMS):
        who = who_answered(survey.answers, np.ones(len(survey.problem.unit)), survey.answers.state[place] > 0)
        df = dict(zip(survey.units, who.sampled - 1, strict=True))
        for row in read("sipas_unit_estimates.csv"):
            if row["kind"] == "item_top2" and row["name"] == item:
                assert df[row["quarter"], row["unit"]] == int(row["df"])


def test_effective_numbers_and_design_effects_equal_those_of_r_for_fixed_weights() -> None:
    survey = golden()
    ratio = solve(survey.problem).ratio
    fixed = weighted_totals(
        # the raked weights as base weights: R's deff="replace" treats them as given
        Answers(**{**vars_of(survey.answers), "base": survey.answers.base * ratio[survey.answers.cell]}),
        np.ones(len(ratio)),
        np.full((len(ratio), 1), -1),
    )
    n = np.bincount(survey.answers.unit)
    left = 1 - n / survey.dossiers
    expected = {
        (r["quarter"], r["unit"], r["name"]): r
        for r in read("sipas_unit_estimates.csv")
        if r["kind"] == "item_top2"
    }
    influence = np.zeros((len(survey.units), 1, 3 * len(ITEMS)))
    for place, item in enumerate(ITEMS):
        influence[:] = 0
        influence[:, 0, 3 * place + TOP] = 1 / fixed.answered[:, place]
        who = who_answered(survey.answers, ratio, survey.answers.state[place] > 0)
        simple = fixed.person_spread(influence)[:, 0] * fixed.answered[:, place] / (who.persons - 1)
        variance = fixed.variance(influence)[:, 0] * left
        for number, unit in enumerate(survey.units):
            row = expected[(*unit, item)]
            if row["deff_replace_fixed"] in ("", "NA", "NaN") or simple[number] == 0:
                continue
            deff = variance[number] / simple[number]
            assert deff == pytest.approx(float(row["deff_replace_fixed"]), rel=1e-7), row


def test_kish_effective_numbers_equal_those_of_r() -> None:
    survey = golden()
    answers, units = survey.answers, len(survey.units)
    kinds = {"item_top2": ITEMS, "index_top2": ("all",)}
    deff = {}
    for names in kinds.values():
        for place, name in enumerate(names):
            count = (answers.state[place] > 0).astype(float) if name in ITEMS else answers.count
            effective = effective_counts(answers.unit, count, survey.expected_weight, units)
            n = np.bincount(answers.unit, count)
            deff |= {(*unit, name): value for unit, value in zip(survey.units, n / effective, strict=True)}
    rows = [row for row in read("sipas_unit_estimates.csv") if row["kind"] in kinds]
    assert len(rows) == 1080
    for row in rows:
        assert deff[row["quarter"], row["unit"], row["name"]] == pytest.approx(float(row["deff_kish"]), rel=1e-10)


def vars_of(answers: Answers) -> dict[str, object]:
    return {name: getattr(answers, name) for name in answers.__dataclass_fields__}


def random_answers(rng: np.random.Generator, *, clustered: bool) -> tuple[Answers, np.ndarray, np.ndarray]:
    """Return patterns of three units over 4 cells each, margins by column, and weight ratios."""
    patterns = 60
    cell = np.sort(rng.integers(0, 12, patterns))
    cell[:12] = np.arange(12)
    cell.sort()
    cell_unit = np.arange(12) // 4
    unit = cell_unit[cell]
    psu = unit * 5 + rng.integers(0, 5, patterns)
    psu[np.searchsorted(unit, np.arange(3))] = np.arange(3) * 5
    used, psu = np.unique(psu, return_inverse=True)
    answers = Answers(
        unit=unit,
        cell=cell,
        cell_unit=cell_unit,
        state=rng.integers(0, 6, (3, patterns)).astype(np.int8),
        count=rng.integers(1, 5, patterns).astype(float),
        base=None,
        psu=psu,
        psu_unit=used // 5,
        clustered=np.array([clustered, False, clustered]),
    )
    columns = np.stack([np.arange(12) % 2, 2 + np.arange(12) // 2 % 2], axis=1)
    return answers, rng.uniform(0.4, 2.5, 12), columns


def by_rows(answers: Answers, ratio: np.ndarray, columns: np.ndarray, unit: int) -> np.ndarray:
    """Return the covariance of one unit's totals, person by person, as a textbook would."""
    rows = np.repeat(np.arange(len(answers.unit)), answers.count.astype(int))
    rows = rows[answers.unit[rows] == unit]
    state = answers.state[:, rows]
    weight = ratio[answers.cell[rows]]
    given = (state > 0).astype(float)
    top, mean = (state >= 4) * given, (state - 1) / 4 * given
    values = []
    for y, x, m in zip(top, given, mean, strict=True):
        values += [y - x * (weight @ y) / (weight @ x), m - x * (weight @ m) / (weight @ x), x]
    values = np.array(values).T
    design = np.zeros((len(rows), columns.max() + 2))
    for column in columns[answers.cell[rows]].T:
        design[np.arange(len(rows)), column] = 1
    residual = values - design @ np.linalg.lstsq(design, values, rcond=None)[0]
    z = weight[:, None] * residual
    if answers.clustered[unit]:
        groups = answers.psu[rows]
        z = np.array([z[groups == group].sum(axis=0) for group in np.unique(groups)])
    z = z - z.mean(axis=0)
    return len(z) / (len(z) - 1) * z.T @ z


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), clustered=st.booleans())
def test_pattern_counts_give_the_variance_of_the_rows_they_stand_for(seed: int, clustered: bool) -> None:
    answers, ratio, columns = random_answers(np.random.default_rng(seed), clustered=clustered)
    totals = weighted_totals(answers, ratio, columns)
    for unit in range(3):
        expected = by_rows(answers, ratio, columns, unit)
        np.testing.assert_allclose(totals.covariance[unit], expected, rtol=1e-9, atol=1e-9)


def persons(answers: Answers) -> Answers:
    """Return the same answers with a pattern for every person."""
    each = np.repeat(np.arange(len(answers.count)), answers.count.astype(int))
    return replace(
        answers,
        unit=answers.unit[each],
        cell=answers.cell[each],
        state=answers.state[:, each],
        count=np.ones(len(each)),
        psu=answers.psu[each],
    )


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), clustered=st.booleans())
def test_patterns_give_what_a_row_for_every_person_gives(seed: int, clustered: bool) -> None:
    answers, ratio, columns = random_answers(np.random.default_rng(seed), clustered=clustered)
    own, rows = (weighted_totals(some, ratio, columns) for some in (answers, persons(answers)))
    for name in ("answered", "top", "mean", "covariance", "spread"):
        one, other = getattr(own, name), getattr(rows, name)
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12 * np.abs(other).max(), err_msg=name)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), scale=st.floats(0.01, 100))
def test_a_common_factor_of_the_weights_changes_no_share_and_no_standard_error(seed: int, scale: float) -> None:
    answers, ratio, columns = random_answers(np.random.default_rng(seed), clustered=True)
    one, other = (weighted_totals(answers, ratio * factor, columns) for factor in (1.0, scale))
    for items, measure in (((0,), TOP), ((0, 1, 2), MEAN)):
        np.testing.assert_allclose(
            ratio_figure(one, items, measure), ratio_figure(other, items, measure), rtol=1e-9, atol=1e-12
        )


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), clustered=st.booleans())
def test_unweighted_figures_are_those_of_equal_weights(seed: int, clustered: bool) -> None:
    rng = np.random.default_rng(seed)
    answers, ratio, columns = random_answers(rng, clustered=clustered)
    equal = weighted_totals(answers, np.ones_like(ratio), np.full_like(columns, -1))
    alone = UnweightedTotals(answers, count_cells(answers))
    for name in ("answered", "top", "mean"):
        np.testing.assert_array_equal(getattr(alone, name), getattr(equal, name))
    figures = rng.normal(size=(3, 2, 9))
    for found, expected in zip(alone.moments(figures), equal.moments(figures), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("answer", [1, 2, 3, 4, 5])
def test_everybody_giving_one_answer_has_a_mean_of_exactly_that_and_no_variance(answer: int) -> None:
    answers, ratio, columns = random_answers(np.random.default_rng(4), clustered=False)
    answers.state[:] = np.where(answers.state > 0, answer, 0)
    totals = weighted_totals(answers, ratio, columns)
    share, se = ratio_figure(totals, (1,), MEAN)
    assert share.tolist() == [(answer - 1) / 4] * 3
    assert se.tolist() == [0, 0, 0]


def test_everybody_giving_the_same_answer_has_a_variance_of_exactly_zero() -> None:
    answers, ratio, columns = random_answers(np.random.default_rng(3), clustered=False)
    answers.state[:] = np.where(answers.state > 0, 5, 0)
    _, se = ratio_figure(weighted_totals(answers, ratio, columns), (0,), TOP)
    assert se.tolist() == [0, 0, 0]
