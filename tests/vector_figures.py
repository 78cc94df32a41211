"""Work out a reference case as its R call says, with our estimators."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.design import Design
from analysis.estimators import Estimates, design_effect, domain_figures, estimate, mean, ratio, total
from analysis.sums import BoolArray, FloatArray

from vectors import Case, Data, data

ESTIMATORS = {"mean": mean, "total": total}


def close(got: object, expected: object, case: Case, what: str) -> None:
    """Assert that numbers agree at the case's own tolerance; what R computes as exactly 0 may be rounding here."""
    computed = np.ravel(np.asarray(got, np.float64))
    listed = np.ravel(np.array(expected, dtype=object))
    wanted = np.array([np.nan if value is None else float(value) for value in listed])
    size = np.nanmax(np.abs(wanted), initial=0.0)
    np.testing.assert_allclose(
        computed, wanted, rtol=case["rtol"], atol=1e-12 * size + 1e-14, err_msg=f"{case['id']} {what}"
    )


def names(formula: str) -> list[str]:
    """Return the terms of an R formula."""
    return [term.strip().lstrip("~") for term in formula.split("+")]


def columns(table: Data, terms: Sequence[str]) -> FloatArray:
    """Return the columns that R makes of these terms: numbers as they are, factors as one column a level."""
    made = []
    for term in terms:
        factor = re.fullmatch(r"factor\((.*)\)", term)
        name = factor[1] if factor else term
        if factor or table[name].dtype.kind != "f":
            code, levels = table.level(name)
            chosen = (code[:, None] == np.arange(len(levels))) * 1.0
            blank = np.isnan(table[name]) if table[name].dtype.kind == "f" else np.zeros(len(code), np.bool_)
            chosen[blank] = np.nan
            made.append(chosen[:, : len(levels) - int(blank.any())])
        else:
            made.append(table[name][:, None])
    return np.concatenate(made, axis=1)


def complete(values: FloatArray) -> FloatArray:
    """Leave out rows with any value missing, as R does for several variables at once."""
    return np.where(np.isnan(values).any(axis=1, keepdims=True), np.nan, values)


def check_figures(case: Case, design: Design, domain: BoolArray | None = None) -> None:
    """Check a svymean or svytotal call: estimates, covariance, design effect, degrees of freedom, intervals."""
    kind, formula = re.match(r"svy(mean|total)\((.*?),", case["call_r"]).groups()  # type: ignore[union-attr]
    y = complete(columns(data(case["dataset"]), names(formula)))
    found = estimate(design, ESTIMATORS[kind](design, y, domain))
    expected = case["expected"]
    check_estimates(case, found)
    if "deff" in expected:
        variance = np.diag(found.covariance)
        replace = 'deff="replace"' in case["call_r"]
        effect = design_effect(design, y, variance, statistic=kind, replacement=replace)  # type: ignore[arg-type]
        close(effect, expected["deff"], case, "deff")


def check_estimates(case: Case, found: Estimates) -> None:
    """Check estimates, standard errors and whatever else the case lists."""
    expected = case["expected"]
    close(found.estimate, expected.get("estimate", expected.get("ratio")), case, "estimate")
    close(found.se, expected["se"], case, "se")
    if "vcov" in expected:
        close(found.covariance, expected["vcov"], case, "covariance")
    if "df" in expected:
        assert found.df == expected["df"]


def check_ratio(case: Case, design: Design) -> None:
    """Check a svyratio call; rows with any value missing are left out together, as R does."""
    parts, wholes = re.match(r"svyratio\((.*?), *(.*?),", case["call_r"]).groups()  # type: ignore[union-attr]
    table = data(case["dataset"])
    pairs = [(table[part], table[whole]) for whole in names(wholes) for part in names(parts)]
    complete = ~np.isnan(np.stack([column for pair in pairs for column in pair])).any(axis=0)
    above, below = (np.stack([pair[side] for pair in pairs], axis=1) for side in (0, 1))
    check_estimates(case, estimate(design, ratio(design, above, below, complete)))


@dataclass(frozen=True)
class Domain:
    """One row of a svyby table."""

    place: int
    rows: BoolArray


def domains(case: Case, table: Data) -> list[Domain]:
    """Return the domains of a svyby call in R's order."""
    listed = case["expected"]["columns"]
    by = case["expected"]["by"]
    rows = []
    for place in range(len(listed[by[0]])):
        inside = np.ones(len(table[by[0]]), np.bool_)
        for name in by:
            inside &= table[name] == listed[name][place]
        rows.append(Domain(place, inside))
    return rows


def check_by(case: Case, design: Design) -> None:
    """Check a svyby call row by row."""
    formula, kind = re.match(r"svyby\((.*?), .*svy(mean|total|ratio)\b", case["call_r"]).groups()  # type: ignore[union-attr]
    table, listed = data(case["dataset"]), case["expected"]["columns"]
    terms = names(formula)
    if kind == "ratio":
        return check_ratio_by(case, design, terms[0], re.search(r"denominator=~(\w+)", case["call_r"])[1])  # type: ignore[index]
    y = complete(columns(table, terms))
    for domain in domains(case, table):
        found = domain_figures(design, y, domain.rows, kind)  # type: ignore[arg-type]
        without = design_effect(
            design,
            y,
            found.variance,
            domain=domain.rows,
            statistic=kind,
            replacement=False,  # type: ignore[arg-type]
        )
        for place, term in enumerate(terms):
            own = {
                term: found.estimate[place],
                "se": np.sqrt(found.variance[place]),
                f"se.{term}": np.sqrt(found.variance[place]),
                f"DEff.{term}": without[place],
                # svyby prints the normal interval
                "ci_l": found.estimate[place] - 1.9599639845400538 * np.sqrt(found.variance[place]),
                "ci_u": found.estimate[place] + 1.9599639845400538 * np.sqrt(found.variance[place]),
            }
            for heading in own.keys() & listed.keys():
                close(own[heading], listed[heading][domain.place], case, f"{heading} {domain.place}")
    return None


def check_ratio_by(case: Case, design: Design, part: str, whole: str) -> None:
    """Check ratios by domain."""
    table, listed = data(case["dataset"]), case["expected"]["columns"]
    for domain in domains(case, table):
        found = estimate(design, ratio(design, table[part], table[whole], domain.rows))
        close(found.estimate[0], listed[f"{part}/{whole}"][domain.place], case, "ratio")
        close(found.se[0], listed[f"se.{part}/{whole}"][domain.place], case, "se")
