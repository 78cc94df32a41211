"""Alpha against R (psych, survey) and against reading the answers row by row."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from analysis.association import rating_values
from analysis.errors import AnalysisError
from analysis.reliability import reliability

GOLDEN = Path(__file__).parents[1] / "golden" / "stats"
ITEMS = ("a1", "a2", "p1", "p2", "o1", "o2", "r1", "f1")
FACTORS = {"access": ITEMS[:2], "procedures": ITEMS[2:4], "officials": ITEMS[4:6], "all": ITEMS}


def expected(name: str) -> Any:
    return json.loads((GOLDEN / "expected" / name).read_text(encoding="utf-8"))


def first_quarter() -> list[dict[str, str]]:
    with (GOLDEN / "sipas_responses.csv").open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["quarter"] == "1"]


def ratings(rows: list[dict[str, str]], items: tuple[str, ...]) -> np.ndarray:
    return np.array([[float(row[item]) if row[item] else np.nan for item in items] for row in rows])


@pytest.mark.parametrize("name", ["all", "first4"])
def test_the_attitude_example_of_psych(name: str) -> None:
    want = expected("alpha_attitude.json")[name]
    with (GOLDEN / "expected" / "attitude.csv").open(encoding="utf-8") as file:
        values = np.array([[float(row[item]) for item in want["items"]] for row in csv.DictReader(file)])
    got = reliability(values, np.ones(len(values)))
    assert got.n == want["n"]
    assert got.alpha == pytest.approx(want["raw_alpha"], rel=1e-12)
    assert got.standardised == pytest.approx(want["std_alpha"], rel=1e-12)
    assert got.average_correlation == pytest.approx(want["average_r"], rel=1e-12)
    assert got.without == pytest.approx(want["alpha_if_dropped"], rel=1e-12)
    assert got.standardised_without == pytest.approx(want["std_alpha_if_dropped"], rel=1e-12)
    assert got.item_rest == pytest.approx(want["r_drop"], rel=1e-12)
    assert got.item_total == pytest.approx(want["r_raw"], rel=1e-12)


@pytest.mark.parametrize("factor", FACTORS)
def test_weighted_alpha_is_that_of_the_survey_package(factor: str) -> None:
    rows = first_quarter()
    weight = np.array([float(row["dw"]) for row in rows])
    got = reliability(ratings(rows, FACTORS[factor]), np.ones(len(rows)), weight)
    assert got.alpha == pytest.approx(expected("sipas_cronbach_alpha.json")["svycralpha"][factor], rel=1e-12)


def test_pairwise_and_complete_answers_as_psych_reads_them() -> None:
    rows, want = first_quarter(), expected("sipas_cronbach_alpha.json")
    values, count = ratings(rows, ITEMS), np.ones(len(rows))
    pairwise = reliability(values, count, missing="pairwise")
    assert pairwise.alpha == pytest.approx(want["psych_pairwise"]["raw_alpha"], rel=1e-12)
    assert pairwise.standardised == pytest.approx(want["psych_pairwise"]["std_alpha"], rel=1e-12)
    assert pairwise.without == pytest.approx(want["psych_pairwise"]["alpha_if_dropped"], rel=1e-12)
    assert pairwise.item_rest == pytest.approx(want["psych_pairwise"]["r_drop"], rel=1e-12)
    complete = reliability(values, count)
    assert complete.n == want["psych_complete"]["n"]
    assert complete.alpha == pytest.approx(want["psych_complete"]["raw_alpha"], rel=1e-12)
    assert complete.item_rest == pytest.approx(want["psych_complete"]["r_drop"], rel=1e-12)


@given(
    ratings=arrays.arrays(np.int8, (12, 3), elements=st.integers(-1, 5)),
    count=arrays.arrays(np.int64, 12, elements=st.integers(1, 4)),
    missing=st.sampled_from(["complete", "pairwise"]),
)
def test_counted_patterns_give_what_rows_give(ratings: np.ndarray, count: np.ndarray, missing: Any) -> None:
    values, weight = rating_values(ratings), np.linspace(0.5, 2, 12)
    try:
        patterns = reliability(values, count.astype(float), weight, missing=missing)
    except AnalysisError:
        assume(False)
    rows = reliability(
        np.repeat(values, count, axis=0), np.ones(count.sum()), np.repeat(weight, count), missing=missing
    )
    # a pairwise matrix need not be positive: an alpha near its pole magnifies rounding
    assume(np.isnan(patterns.alpha) or abs(patterns.alpha) < 10)
    assert patterns.n == rows.n
    assert patterns.alpha == pytest.approx(rows.alpha, rel=1e-12, abs=1e-12, nan_ok=True)
    assert patterns.standardised == pytest.approx(rows.standardised, rel=1e-9, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("missing", ["complete", "pairwise"])
def test_an_item_that_everyone_answered_alike_is_refused_under_any_weights(missing: Any) -> None:
    values = np.column_stack([np.full(12, 1.0), np.tile([1.0, 2.0, 5.0], 4)])
    with pytest.raises(AnalysisError, match="vary"):
        reliability(values, np.full(12, 3.0), np.linspace(0.5, 2, 12), missing=missing)


def test_alpha_does_not_depend_on_scale_weight_or_order() -> None:
    rng = np.random.default_rng(3)
    values = np.clip(rng.integers(1, 6, (200, 1)) + rng.integers(-1, 2, (200, 4)), 1, 5).astype(float)
    one = np.ones(200)
    first = reliability(values, one).alpha
    assert reliability(3 * values[::-1, ::-1] - 7, one, 5 * one).alpha == pytest.approx(first, rel=1e-12)


def test_an_item_that_everyone_answers_alike_is_refused() -> None:
    with pytest.raises(AnalysisError, match="vary"):
        reliability(np.array([[5.0, 1.0], [5.0, 2.0], [5.0, 3.0]]), np.ones(3))


def test_nobody_answered_both() -> None:
    with pytest.raises(AnalysisError, match="too few persons"):
        reliability(np.array([[5.0, np.nan], [np.nan, 2.0]]), np.ones(2), missing="pairwise")
