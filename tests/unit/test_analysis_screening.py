"""Screening raises what honest units hardly show, and nothing else."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom, binom

from analysis.errors import AnalysisError
from analysis.screening import count_patterns, screen_bursts, screen_rate, tail_chances
from analysis.tally import TallyBuilder


@given(
    n=st.integers(1, 400),
    data=st.data(),
    share=st.floats(0.01, 0.99),
    correlation=st.floats(0.001, 0.7),
    tail=st.sampled_from(["more", "fewer"]),
)
def test_tails_are_those_of_the_beta_binomial_law(
    n: int, data: Any, share: float, correlation: float, tail: Any
) -> None:
    hits = data.draw(st.integers(0, n))
    scale = (1 - correlation) / correlation
    law = betabinom(n, share * scale, (1 - share) * scale)
    expected = law.pmf(np.arange(hits, n + 1) if tail == "more" else np.arange(hits + 1)).sum()
    got = tail_chances(np.array([float(hits)]), np.array([float(n)]), share, correlation, tail)[0]
    assert got == pytest.approx(expected, rel=1e-7, abs=1e-10)
    plain = tail_chances(np.array([float(hits)]), np.array([float(n)]), share, 0.0, tail)[0]
    assert plain == pytest.approx(
        binom.sf(hits - 1, n, share) if tail == "more" else binom.cdf(hits, n, share), rel=1e-9, abs=1e-14
    )


def honest(seed: int, units: int = 100) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    n = rng.integers(30, 600, units).astype(float)
    return rng.binomial(n.astype(int), rng.beta(4, 36, units)).astype(float), n


def test_one_unit_among_honest_ones_stands_out() -> None:
    hits, n = honest(1)
    n[7], hits[7] = 300, 150
    check = screen_rate("same_network", hits, n, np.zeros(100, np.intp))
    assert check.raised[7]
    assert check.p_value.argmin() == 7
    assert check.raised.sum() <= 2
    assert check.expected_share[7] == pytest.approx(0.1, abs=0.02)


def test_ten_bad_units_do_not_hide_each_other() -> None:
    hits, n = honest(2)
    hits[:10] = np.rint(0.6 * n[:10])
    check = screen_rate("too_fast", hits, n, np.zeros(100, np.intp))
    assert check.raised[:10].all()
    assert check.raised[10:].sum() <= 1


def test_too_little_variety_is_suspicious_and_much_is_not() -> None:
    hits, n = honest(3)
    varied = n - hits
    varied[4], varied[5] = 0.2 * n[4], n[5]
    check = screen_rate("varied", varied, n, np.zeros(100, np.intp))
    assert check.raised[4]
    assert not check.raised[5]


def test_honest_units_are_left_alone() -> None:
    raised = [screen_rate("assisted", *honest(seed), np.zeros(100, np.intp)).raised.sum() for seed in range(20)]
    assert sum(raised) <= 10


def test_a_small_group_is_not_compared() -> None:
    check = screen_rate("assisted", np.array([50.0] * 3), np.array([50.0] * 3), np.zeros(3, np.intp))
    assert not check.compared.any()
    assert not check.raised.any()


def test_groups_are_compared_within_themselves() -> None:
    hits, n = honest(4)
    hits[50:] = np.rint(0.7 * n[50:])
    group = np.repeat([0, 1], 50).astype(np.intp)
    check = screen_rate("assisted", hits, n, group)
    assert not check.raised[50:].any()
    assert screen_rate("assisted", hits, n, 0 * group).expected_share[0] != check.expected_share[0]


def test_units_without_responses_are_not_judged() -> None:
    hits, n = honest(5)
    hits[3], n[3] = 0, 0
    check = screen_rate("too_fast", hits, n, np.zeros(100, np.intp))
    assert np.isnan(check.p_value[3])
    assert not check.raised[3]


def test_a_day_of_a_hundred_forms_in_a_quiet_commune() -> None:
    rng = np.random.default_rng(6)
    daily = rng.negative_binomial(3, 0.5, (40, 65)).astype(float)
    # a busy Monday everywhere is a habit, not a burst
    daily[:, 10] += rng.poisson(12, 40)
    calm = screen_bursts(daily, np.zeros(40, np.intp))
    assert not calm.raised.any()
    daily[8, 30] += 100
    check = screen_bursts(daily, np.zeros(40, np.intp))
    assert np.flatnonzero(check.raised).tolist() == [8]
    assert check.hits[8] == daily[8, 30]


def test_what_a_tally_tells() -> None:
    builder = TallyBuilder(["q1", "q2", "q3", "q4"], {"v1": {f"q{k + 1}": k for k in range(4)}})
    row = ("v1", "counter", 0, None, None, None, None, None)
    builder.add(
        [
            ("A", *row, "5555", 7),
            ("A", *row, "4444", 2),
            ("A", "v1", "assisted", 0, None, None, None, None, None, "5-55", 1),
            ("A", *row, "5x--", 3),
            ("B", *row, "1543", 1),
            ("B", "v1", "assisted", 0, "x", None, None, None, None, "1543", 4),
        ]
    )
    counts = count_patterns(builder.build())
    assert counts.responses.tolist() == [13, 5]
    assert counts.judged.tolist() == [10, 5]
    assert counts.same_answers.tolist() == [10, 0]
    assert counts.varied.tolist() == [3, 0]
    assert counts.assisted.tolist() == [1, 4]


def test_a_tally_in_which_nobody_said_enough_to_be_judged() -> None:
    builder = TallyBuilder(["q1", "q2"], {"v1": {"q1": 0, "q2": 1}})
    builder.add([("A", "v1", "counter", 0, None, None, None, None, None, "55", 2)])
    counts = count_patterns(builder.build())
    assert (counts.responses.tolist(), counts.judged.tolist(), counts.varied.tolist()) == ([2], [0], [0])


def test_counts_that_cannot_be_are_refused() -> None:
    with pytest.raises(AnalysisError, match="cannot be made"):
        screen_rate("too_fast", np.array([5.0]), np.array([4.0]), np.zeros(1, np.intp))
    with pytest.raises(AnalysisError, match="cannot be made"):
        screen_rate("too_slow", np.array([1.0]), np.array([4.0]), np.zeros(1, np.intp))
