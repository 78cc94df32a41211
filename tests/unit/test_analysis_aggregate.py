"""Higher levels are dossier-weighted means of their units, as R finds by weighting all units together."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.aggregate import UnitFigure, aggregate, combine
from analysis.errors import AnalysisError

GOLDEN = Path(__file__).parents[1] / "golden" / "stats"


def read(name: str) -> list[dict[str, str]]:
    with (GOLDEN / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("quarter", ["1", "2"])
@pytest.mark.parametrize("group", ["ward", "commune", "special", "ALL"])
def test_groups_of_units_against_r(quarter: str, group: str) -> None:
    dossiers: dict[str, int] = {}
    for row in read("sipas_dossiers.csv"):
        if row["quarter"] == quarter:
            dossiers[row["unit"]] = dossiers.get(row["unit"], 0) + int(row["dossiers"])
    units = [
        UnitFigure(
            row["unit"],
            group,
            dossiers[row["unit"]],
            int(row["n_unit"]),
            float(row["estimate"]),
            float(row["se_cal"]),
            float(row["df"]),
        )
        for row in read("sipas_unit_estimates.csv")
        if row["quarter"] == quarter and row["kind"] == "index_mean" and group in ("ALL", row["group"])
    ]
    want = next(
        row
        for row in read("expected/sipas_group_estimates.csv")
        if (row["quarter"], row["group"], row["kind"]) == (quarter, group, "index_mean")
    )
    got = aggregate(units, scale=(1, 5))[0]
    assert got.n == int(want["n_valid"])
    assert got.share == pytest.approx(float(want["estimate"]), rel=1e-12)
    assert got.se == pytest.approx(float(want["se_cal"]), rel=1e-12)
    assert got.coverage_share == 1


def unit(name: str, dossiers: int, share: float | None, se: float | None = 0.02) -> UnitFigure:
    return UnitFigure(name, "xã", dossiers, 100, share, se if share is not None else None, 99)


def test_units_without_a_score_are_named_and_leave_both_sums() -> None:
    got = aggregate([unit("A", 1000, 0.9), unit("B", 1000, None), unit("C", 0, 0.1)])[0]
    assert (got.share, got.units, got.missing) == (pytest.approx(0.9), ("A",), ("B", "C"))
    assert got.coverage_share == 0.5
    assert got.n == 100


def test_a_group_without_any_score_says_so() -> None:
    got = aggregate([unit("A", 1000, None)])[0]
    assert (got.share, got.se, got.lower, got.missing, got.coverage_share) == (None, None, None, ("A",), 0)


def test_full_agreement_everywhere_still_has_an_interval() -> None:
    got = aggregate([unit("A", 500, 1.0, 0.0), unit("B", 500, 1.0, 0.0)])[0]
    assert got.upper == 1
    assert got.lower is not None
    assert 0.97 < got.lower < 1


def test_a_share_without_its_error_is_refused() -> None:
    with pytest.raises(AnalysisError, match="without a standard error"):
        aggregate([unit("A", 500, 0.9, None)])


@given(
    parts=st.lists(
        st.tuples(st.floats(0.1, 0.9), st.floats(0.001, 0.1), st.integers(2, 500), st.integers(1, 9000)),
        min_size=1,
        max_size=8,
    )
)
def test_a_level_lies_between_its_units_and_is_surer_than_the_least_sure(
    parts: list[tuple[float, float, int, int]],
) -> None:
    shares, errors, dfs, sizes = (np.array(column, float) for column in zip(*parts, strict=True))
    got = combine(shares, errors**2, dfs, sizes)
    assert shares.min() - 1e-12 <= got.share <= shares.max() + 1e-12
    assert got.variance**0.5 <= errors.max() * (1 + 1e-9)
    assert dfs.min() * (1 - 1e-9) <= got.df <= dfs.sum() * (1 + 1e-9)
