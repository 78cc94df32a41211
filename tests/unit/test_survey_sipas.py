"""The synthetic satisfaction survey of 60 units and two quarters, against R survey with exact residuals."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from analysis.design import Design
from analysis.estimators import Linearised, by_domain, design_effect, domain_figures, estimate, kish, mean, ratio
from analysis.hypotheses import difference_test, t_test, table_test
from analysis.intervals import asin, interval, plain
from analysis.margin_checks import Margin
from analysis.quantiles import quantiles
from analysis.reweighting import Reweighted, calibrate_to_margins
from analysis.sampling import sample_design
from analysis.trimming import collapse, trim

from vector_figures import check_by, check_figures, close
from vectors import GOLDEN, Case, RakeOfR, cases, data

ITEMS = ("a1", "a2", "p1", "p2", "o1", "o2", "r1", "f1")
FACTORS = {
    "access": ("a1", "a2"),
    "procedures": ("p1", "p2"),
    "officials": ("o1", "o2"),
    "result": ("r1",),
    "feedback": ("f1",),
    "all": ITEMS,
}
RTOL = 1e-8
FEW = 100


def expected(name: str) -> list[dict[str, str]]:
    path = GOLDEN / name
    with (path if path.exists() else GOLDEN / "expected" / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def agree(got: Sequence[float] | np.ndarray, listed: list[str], rtol: float = RTOL) -> None:
    wanted = np.array([float(text) if text not in ("", "NA") else np.nan for text in listed])
    np.testing.assert_allclose(got, wanted, rtol=rtol, atol=1e-12)


@cache
def responses() -> Any:
    table = data("sipas_responses.csv")
    answers = np.stack([table[item] for item in ITEMS], axis=1)
    given = (~np.isnan(answers)).sum(axis=1)
    total = np.nansum(answers, axis=1)
    table["im"] = np.divide(total, given, out=np.full(len(given), np.nan), where=given > 0)
    for item in ITEMS:
        table[f"t_{item}"] = np.where(np.isnan(table[item]), np.nan, table[item] >= 4)
    return table


def joined(*names: str) -> np.ndarray:
    columns = [responses()[name] for name in names]
    return np.array([" / ".join(map(str, row)) for row in zip(*(c.tolist() for c in columns), strict=True)])


@cache
def plain_design() -> Design:
    table = responses()
    return sample_design(
        rows=len(table["id"]), weight=table["dw"], strata=joined("unit", "quarter"), fpc=[table["N_unit"]]
    )


def known(names: tuple[str, ...], group: np.ndarray, keys: tuple[str, ...]) -> list[Margin]:
    """Return margins of the dossiers, by the groups of the responses."""
    table = responses()
    groups = {name: place for place, name in enumerate(np.unique(group).tolist())}
    margins = []
    for name in names:
        code, levels = table.level(name)
        place = {level: number for number, level in enumerate(levels)}
        totals = np.zeros((len(groups), len(levels)))
        for row in expected("sipas_dossiers.csv"):
            own = " / ".join(f"{float(row[key])}" if key == "quarter" else row[key] for key in keys)
            if own in groups:
                totals[groups[own], place[row[name]]] += float(row["dossiers"])
        margins.append(Margin(name, levels, code, totals))
    return margins


@cache
def by_unit() -> Reweighted:
    """Return all responses calibrated to field and channel in every unit and quarter."""
    label = joined("unit", "quarter")
    names, group = np.unique(label, return_inverse=True)
    margins = known(("field_c", "channel_c"), label, ("unit", "quarter"))
    return calibrate_to_margins(plain_design(), margins, group=group, group_names=names.tolist())


def sums(names: tuple[str, ...], *, top: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return per person the number of answers (4-5 if `top`, else their sum) and how many there are."""
    answers = np.stack([responses()[name] for name in names], axis=1)
    given = ~np.isnan(answers)
    return np.where(given, answers >= 4 if top else answers, 0).sum(axis=1).astype(float), given.sum(axis=1) * 1.0


@cache
def figure(kind: str, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return numerator and denominator of a figure per person; a mean has denominators 0 and 1."""
    names = (name,) if kind.startswith("item") else FACTORS[name]
    part, whole = sums(names, top=kind.endswith("top2"))
    if kind.endswith("mean"):
        part, whole = np.divide(part, whole, out=np.zeros_like(part), where=whole > 0), (whole > 0) * 1.0
    return part, whole


def linearised(design: Design, rows: np.ndarray, kind: str, name: str) -> Linearised:
    part, whole = figure(kind, name)
    return ratio(design, part[rows], whole[rows])


def test_raked_weights_of_every_unit_equal_those_of_r() -> None:
    wanted = [float(row["w_raked"]) for row in expected("sipas_weights_unit_raked.csv")]
    np.testing.assert_allclose(by_unit().design.weight, wanted, rtol=1e-9)
    assert by_unit().gap < 1e-10


@pytest.mark.parametrize("quarter", [1, 2])
def test_every_figure_of_every_unit_equals_that_of_r(quarter: int) -> None:
    table, whole = responses(), by_unit().design
    listed = [row for row in expected("sipas_unit_estimates.csv") if row["quarter"] == str(quarter)]
    for unit in sorted({row["unit"] for row in listed}):
        rows = (table["unit"] == unit) & (table["quarter"] == quarter)
        design = whole.rows(rows)
        own = [row for row in listed if row["unit"] == unit]
        pairs = [figure(row["kind"], row["name"]) for row in own]
        part, answers = (np.stack([pair[side][rows] for pair in pairs], axis=1) for side in (0, 1))
        found = estimate(design, ratio(design, part, answers))
        df = np.array([design.degrees_of_freedom(column > 0) for column in answers.T], np.float64)
        lower, upper = plain(found.estimate, found.se**2, df)
        for heading, got in (
            ("estimate", found.estimate),
            ("se_cal", found.se),
            ("df", df),
            ("ci95_lo", lower),
            ("ci95_hi", upper),
        ):
            agree(got, [row[heading] for row in own])
        items = [place for place, row in enumerate(own) if row["kind"].startswith("item")]
        values = np.where(answers > 0, part, np.nan)[:, items]
        fixed = replace(design, projections=())
        effect = design_effect(fixed, values, fixed.variance(mean(fixed, values).influence))
        # where all agree the design effect is nothing over nothing
        varied = found.se[items] > 1e-9
        wanted = [row["deff_replace_fixed"] for row in np.array(own)[items][varied]]
        agree(effect[varied], wanted)
        given = ~np.isnan(values)
        agree(given.sum(axis=0) / kish(design, given), [own[place]["deff_kish"] for place in items])


def test_figures_of_groups_of_units_equal_those_of_r() -> None:
    table, design = responses(), by_unit().design
    for row in expected("sipas_group_estimates.csv"):
        rows = table["quarter"] == float(row["quarter"])
        if row["group"] != "ALL":
            rows = rows & (table["group"] == row["group"])
        part = design.rows(rows)
        own = estimate(part, linearised(part, rows, row["kind"], row["name"]))
        agree([own.estimate[0], own.se[0]], [row["estimate"], row["se_cal"]])


def test_differences_between_quarters_with_and_without_shared_sampling_units() -> None:
    table, raked = responses(), by_unit().design
    codes = tuple(np.unique(joined("unit", "quarter", name), return_inverse=True)[1] for name in
                  ("field_c", "channel_c"))  # fmt: skip
    for row in expected("sipas_quarter_difference.csv"):
        rows = table["unit"] == row["unit"]
        if row["design"] == "indep":
            # R's standard errors of rake(); the exact ones are those of the test above
            own = [np.unique(code[rows], return_inverse=True)[1] for code in codes]
            sweeps: Any = RakeOfR(tuple(own), raked.weight[rows])
            design = replace(replace(raked, projections=()).rows(rows), projections=(sweeps,))
        else:
            design = sample_design(rows=int(rows.sum()), weight=raked.weight[rows], units=[table["counter"][rows]])
        part, whole = figure(row["kind"], row["name"])
        quarters = [table["quarter"][rows] == number for number in (1, 2)]
        both = [ratio(design, part[rows], whole[rows], inside) for inside in quarters]
        pair = estimate(design, Linearised(
            np.concatenate([one.estimate for one in both]),
            np.concatenate([one.influence for one in both], axis=1),
            np.concatenate([one.n for one in both]),
        ))  # fmt: skip
        gap = pair.contrast(np.array([-1, 1]))
        test = difference_test(gap.estimate[0], gap.se[0], int(row["df"]))
        agree([*pair.estimate, *pair.se], [row[key] for key in ("q1", "q2", "se_q1", "se_q2")])
        np.testing.assert_allclose(pair.covariance[0, 1], float(row["cov12"]), rtol=RTOL, atol=1e-12)
        agree([test.estimate, test.se, test.test.statistic, test.test.p_value],
              [row[key] for key in ("diff", "se_diff", "t", "p_value")])  # fmt: skip
        agree([test.lower, test.upper], [row["ci95_lo"], row["ci95_hi"]])


def test_intervals_of_shares_by_unit_equal_those_of_r() -> None:
    table, whole = responses(), plain_design()
    compared = 0
    for row in expected("sipas_ciprop_unit.csv"):
        # R reads likelihood intervals off a spline through a dozen points: useless for a handful of answers
        if row["comparable"] != "TRUE" or (row["method"] == "likelihood" and int(row["n_valid"]) < FEW):
            continue
        rows = (table["unit"] == row["unit"]) & (table["quarter"] == 1) & ~np.isnan(table[row["item"]])
        design = whole.rows(rows)
        found = estimate(design, mean(design, table[row["item"]][rows]))
        variance, df = np.diag(found.covariance), np.array([float(row["df"])])
        ends = interval(row["method"], found.estimate, variance, found.n, df)  # type: ignore[arg-type]
        if row["method"] == "asin":
            ends = asin(found.estimate, variance, df, folded=True)
        # R fits the logit by iteration
        rtol = {"likelihood": 3e-3, "logit": 1e-6}.get(row["method"], RTOL)
        agree([ends[0][0], ends[1][0]], [row["ci95_lo"], row["ci95_hi"]], rtol)
        compared += 1
    assert compared > 500


def three_margins(quarter: int) -> tuple[np.ndarray, Reweighted]:
    table = responses()
    rows = table["quarter"] == quarter
    label = np.array([f"{float(quarter)}"] * len(rows))
    design = sample_design(
        rows=int(rows.sum()),
        weight=table["dw"][rows],
        strata=table["unit"][rows],
        units=[table["psu"][rows]],
        lonely="adjust",
    )
    margins = known(("unit", "field", "channel"), label, ("quarter",))
    own = [replace(margin, code=margin.code[rows]) for margin in margins]
    return rows, calibrate_to_margins(design, own)


@pytest.mark.parametrize("quarter", [1, 2])
def test_three_margins_over_all_units_with_clusters(quarter: int) -> None:
    table = responses()
    rows, weighted = three_margins(quarter)
    wanted = [float(row["w"]) for row in expected(f"sipas_weights_3margins_q{quarter}.csv")]
    np.testing.assert_allclose(weighted.design.weight, wanted, rtol=1e-9)
    listed = expected(f"sipas_cluster_domains_q{quarter}.csv")
    labels = {name: table[name][rows] for name in ("unit", "group", "field", "channel")}
    labels["group+channel"] = joined("group", "channel")[rows]
    values = np.stack([table[name][rows] for name in ("o1", "t_o1", "f1", "im")], axis=1)
    place = {"o1": 0, "t_o1": 1, "f1": 2, "im": 3}
    before = replace(weighted.design, weight=table["dw"][rows], projections=())
    for by, level in sorted({(row["by"], row["level"]) for row in listed}):
        inside = labels[by] == level.replace("|", " / ") if "+" in by else labels[by] == level
        figures = domain_figures(weighted.design, values, inside)
        unweighted = domain_figures(before, values, inside)
        for row in (row for row in listed if (row["by"], row["level"]) == (by, level)):
            column = place[row["var"]]
            agree([figures.estimate[column], np.sqrt(figures.variance[column])], [row["estimate"], row["se_cal"]])
            agree([unweighted.estimate[column], np.sqrt(unweighted.variance[column])],
                  [row["estimate_dw"], row["se_dw"]])  # fmt: skip


def test_strict_trimming_equals_that_of_r() -> None:
    listed = expected("sipas_weights_trim_q1.csv")
    given = np.array([float(row["w"]) for row in listed])
    middle = float(np.median(given))
    design = sample_design(rows=len(given), weight=given)
    trimmed = trim(design, lower=middle / 4, upper=4 * middle, strict=True)
    np.testing.assert_allclose(trimmed.weight, [float(row["w_trim"]) for row in listed], rtol=1e-8)


def test_rare_levels_join_the_largest_as_the_survey_was_prepared() -> None:
    table = responses()
    names, group = np.unique(joined("unit", "quarter"), return_inverse=True)
    for name in ("field", "channel"):
        levels = tuple(np.unique(table[name]).tolist())
        code = np.searchsorted(levels, table[name])
        merged = np.searchsorted(levels, table[f"{name}_c"])
        found = collapse(plain_design(), code, levels, group=group, group_names=names.tolist())
        large = np.bincount(group)[group] >= 5
        np.testing.assert_array_equal(found.code(group, code)[large], merged[large])
        assert all(one.persons < 5 for one in found.merged)


def weighted_survey() -> Design:
    """Return the survey as cases/sipas.json has it: raked weights that count as fixed."""
    return replace(by_unit().design, projections=())


@pytest.mark.parametrize("case", cases("sipas"), ids=lambda case: case["id"])
def test_a_case_of_the_survey_equals_r(case: Case) -> None:
    table, design, call = responses(), weighted_survey(), case["call_r"]
    wanted = case["expected"]
    first = table["quarter"] == 1
    if "svychisq" in call:
        column, inside = ("quarter", None) if "quarter, st" in call else ("channel", first)
        item = "o1" if "o1" in call else "f1"
        kind = call.split('statistic="')[1].rstrip('")')
        ratings = np.where(np.isnan(table[item]), 0, table[item]).astype(int) - 1
        code, levels = table.level(column)
        found = table_test(design, ratings, code, (5, len(levels)), kind=kind, domain=inside)
        close([found.statistic, found.p_value], [wanted["statistic"], wanted["p_value"]], case, "test")
    elif "svyttest" in call:
        name = call.split("(")[1].split("~")[0]
        gap = t_test(design, table[name], table["quarter"] == 2)
        close([gap.estimate, gap.lower, gap.upper], [wanted["estimate"], *wanted["conf_int"]], case, "difference")
        close([gap.test.statistic, gap.test.p_value], [wanted["statistic"], wanted["p_value"]], case, "test")
    elif "svyquantile" in call:
        listed = wanted["values"]["im"]
        found_q = quantiles(design, table["im"], np.array(listed["prob"]), domain=~first)
        for name, got in (("quantile", found_q.quantile), ("ci95_lo", found_q.lower), ("ci95_hi", found_q.upper)):
            close(got, listed[name], case, name)
        close(found_q.se, listed["se"], case, "se")
    elif wanted["type"] == "by":
        check_by(case, design)
    else:
        check_figures(case, design, first)


def test_figures_of_many_domains_share_one_covariance() -> None:
    table, design = responses(), by_unit().design
    code, levels = table.level("group")
    found = estimate(design, by_domain(design, table["t_o1"], code, len(levels)))
    alone = domain_figures(design, table["t_o1"][:, None], code == 1)
    assert found.se[1] == pytest.approx(np.sqrt(alone.variance[0]), rel=1e-12)
    assert found.contrast(np.array([1, -1, 0])).se[0] == pytest.approx(
        np.sqrt(found.covariance[0, 0] + found.covariance[1, 1] - 2 * found.covariance[0, 1])
    )
