"""Bounded raking of many units: margins met, bounds kept, infeasible bounds recognised."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog, minimize

from analysis.calibration import Problem, solve

FIELDS, CHANNELS = 4, 2


def random_problem(
    seed: int, *, units: int = 5, lower: float = 0.0, upper: float = np.inf, spread: float = 2.0
) -> Problem:
    """Return units over 4 × 2 cells, some of them empty, with margins of dossiers as large as the responses."""
    rng = np.random.default_rng(seed)
    cells, targets = [], []
    for unit in range(units):
        base = rng.integers(0, 40, (FIELDS, CHANNELS)).astype(float)
        base[:, 0] += base.sum(axis=1) == 0
        population = (base + 1) * rng.lognormal(0, np.log(spread) / 2, base.shape)
        population *= base.sum() / population.sum()
        targets.append(np.concatenate([population.sum(axis=1), population.sum(axis=0)]))
        cells += [(unit, f, FIELDS + c, base[f, c]) for f in range(FIELDS) for c in range(CHANNELS) if base[f, c]]
    unit, field, channel, base = (np.array(column) for column in zip(*cells, strict=True))
    return Problem(
        unit=unit,
        base=base,
        columns=np.stack([field, channel], axis=1),
        target=np.array(targets),
        lower=np.full(units, lower),
        upper=np.full(units, upper),
    )


def reached(problem: Problem, ratio: np.ndarray) -> np.ndarray:
    sums = np.zeros_like(problem.target)
    for column in problem.columns.T:
        np.add.at(sums, (problem.unit, column), problem.base * ratio)
    return sums


def design(problem: Problem, unit: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the cells of one unit: which, their indicators (M, C), their base weights."""
    own = np.flatnonzero(problem.unit == unit)
    x = np.zeros((problem.target.shape[1], len(own)))
    for column in problem.columns[own].T:
        x[column, np.arange(len(own))] = 1
    return own, x, problem.base[own]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), bounds=st.sampled_from([(0.0, np.inf), (0.3, 3.0), (0.3, 5.0), (0.5, 1.8)]))
def test_margins_are_met_and_bounds_are_kept(seed: int, bounds: tuple[float, float]) -> None:
    problem = random_problem(seed, lower=bounds[0], upper=bounds[1])
    solution = solve(problem)
    solved = solution.converged[problem.unit]
    met = reached(problem, np.where(solved, solution.ratio, 0))[solution.converged]
    np.testing.assert_allclose(met, problem.target[solution.converged], rtol=1e-9, atol=1e-9)
    assert (solution.ratio[solved] >= bounds[0]).all()
    assert (solution.ratio[solved] <= bounds[1]).all()
    assert np.isnan(solution.ratio[~solved]).all()


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_a_unit_is_given_up_exactly_when_no_weights_within_the_bounds_exist(seed: int) -> None:
    problem = random_problem(seed, lower=0.3, upper=3.0, spread=4.0)
    solution = solve(problem)
    for unit in range(len(problem.target)):
        _, x, base = design(problem, unit)
        feasible = (
            linprog(np.zeros(len(base)), A_eq=x * base, b_eq=problem.target[unit], bounds=(0.3, 3.0)).status == 0
        )
        assert solution.converged[unit] == feasible


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_without_bounds_the_weights_are_those_of_iterative_proportional_fitting(seed: int) -> None:
    problem = random_problem(seed, units=1)
    problem.base[:] += 1
    solution = solve(problem)
    if not solution.converged[0]:
        return
    ratio = np.ones(len(problem.base))
    for _ in range(3000):
        for column in problem.columns.T:
            sums = np.bincount(column, problem.base * ratio, problem.target.shape[1])
            ratio *= (problem.target[0] / np.where(sums > 0, sums, 1))[column]
    np.testing.assert_allclose(solution.ratio, ratio, rtol=1e-6)


def test_bounded_weights_are_the_nearest_ones() -> None:
    problem = random_problem(1, units=1, lower=0.88, upper=1.5)
    solution = solve(problem)
    assert solution.converged[0]
    assert solution.ratio.min() == 0.88
    _, x, base = design(problem, 0)

    def distance(g: np.ndarray) -> float:
        return float((base * (g * np.log(g) - g + 1)).sum())

    best = minimize(
        distance,
        np.ones(len(base)),
        bounds=[(0.88, 1.5)] * len(base),
        constraints={"type": "eq", "fun": lambda g: ((x * base) @ g - problem.target[0])[:-1]},
        options={"ftol": 1e-14, "maxiter": 500},
    )
    np.testing.assert_allclose(solution.ratio, best.x, atol=1e-4)
    assert distance(solution.ratio) <= best.fun + 1e-8


def test_weights_do_not_depend_on_the_other_units() -> None:
    together = random_problem(5, units=6, lower=0.3, upper=5.0)
    everyone = solve(together)
    for unit in range(6):
        alone, cells = together.subset(np.arange(6) == unit)
        one = solve(alone)
        assert one.converged[0] == everyone.converged[unit]
        np.testing.assert_allclose(one.ratio, everyone.ratio[cells], rtol=1e-9)


def test_margins_that_contradict_each_other_are_never_met() -> None:
    # everybody of the first field came by the first channel, but the dossiers of that channel are fewer
    problem = Problem(
        unit=np.array([0, 0]),
        base=np.array([50.0, 50.0]),
        columns=np.array([[0, 2], [1, 3]]),
        target=np.array([[60.0, 40.0, 30.0, 70.0]]),
        lower=np.array([0.0]),
        upper=np.array([np.inf]),
    )
    solution = solve(problem)
    assert not solution.converged[0]
    assert np.isnan(solution.ratio).all()


def test_a_level_with_dossiers_but_without_responses_cannot_be_met() -> None:
    problem = Problem(
        unit=np.array([0]),
        base=np.array([50.0]),
        columns=np.array([[0]]),
        target=np.array([[45.0, 5.0]]),
        lower=np.array([0.3]),
        upper=np.array([3.0]),
    )
    assert not solve(problem).converged[0]
