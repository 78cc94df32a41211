"""Intervals for shares: the numbers of R where R is right, and never a width of zero."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.intervals import capped_korn_graubard, share_interval, wilson, xlogit

GOLDEN = Path(__file__).parents[1] / "golden" / "stats"


def arrays(*values: float) -> list[np.ndarray]:
    return [np.array([float(value)]) for value in values]


def test_xlogit_equals_svyciprop() -> None:
    with (GOLDEN / "sipas_ciprop_unit.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["method"] == "xlogit" and row["comparable"] == "TRUE"]
    assert len(rows) > 100
    columns = ("estimate", "se", "df", "ci95_lo", "ci95_hi")
    share, se, df, low, high = (np.array([float(row[name]) for row in rows]) for name in columns)
    lower, upper = xlogit(share, se**2, df)
    np.testing.assert_allclose(lower, low, rtol=1e-10)
    np.testing.assert_allclose(upper, high, rtol=1e-10)


def test_capped_korn_graubard_equals_the_reference() -> None:
    vectors = json.loads((GOLDEN / "kg_capped.json").read_text("utf-8"))
    share, variance, n, df = (np.array(vectors[name], float) for name in ("p", "v", "n", "df"))
    lower, upper = capped_korn_graubard(share, variance, n, df)
    np.testing.assert_allclose(lower, vectors["lo"], rtol=1e-10, atol=1e-15)
    np.testing.assert_allclose(upper, vectors["hi"], rtol=1e-10)


@pytest.mark.parametrize(
    ("hits", "n", "expected"),
    [
        (10, 10, (72.2, 100)),
        (30, 30, (88.6, 100)),
        (100, 100, (96.3, 100)),
        (90, 100, (82.6, 94.5)),
        (0, 1, (0, 79.3)),
    ],
)
def test_wilson_gives_the_familiar_intervals_for_small_samples(
    hits: int, n: int, expected: tuple[float, float]
) -> None:
    lower, upper = wilson(*arrays(hits / n, n))
    assert (round(100 * lower[0], 1), round(100 * upper[0], 1)) == expected


@pytest.mark.parametrize("share", [0.0, 1.0, 1 - 1e-15, 0.75])
def test_agreement_of_everybody_still_has_a_width(share: float) -> None:
    lower, upper = share_interval(*arrays(share, 0, 40, 39))
    assert upper[0] - lower[0] > 0.05
    assert lower[0] <= round(share, 12) <= upper[0]


def test_rounding_noise_in_the_variance_is_not_taken_for_certainty() -> None:
    noisy = share_interval(*arrays(0.75, 1e-33, 40, 39))
    assert noisy == share_interval(*arrays(0.75, 0, 40, 39))


@given(
    share=st.floats(0, 1),
    deff=st.floats(0.1, 20),
    n=st.integers(5, 10_000),
    level=st.sampled_from([0.9, 0.95, 0.99]),
)
def test_an_interval_holds_its_estimate_and_stays_between_0_and_1(
    share: float, deff: float, n: int, level: float
) -> None:
    variance = share * (1 - share) / n * deff
    lower, upper = share_interval(*arrays(share, variance, n, n - 1), level)
    assert 0 <= lower[0] <= share <= upper[0] <= 1
    assert upper[0] > lower[0]


@given(share=st.floats(0.01, 0.99), n=st.integers(5, 2000))
def test_more_persons_never_widen_an_interval(share: float, n: int) -> None:
    few, many = (share_interval(*arrays(share, share * (1 - share) / m, m, m - 1)) for m in (n, 2 * n))
    assert many[1][0] - many[0][0] < few[1][0] - few[0][0]


def test_missing_figures_stay_missing() -> None:
    lower, upper = share_interval(*arrays(np.nan, np.nan, 0, -1))
    assert np.isnan(lower[0])
    assert np.isnan(upper[0])
