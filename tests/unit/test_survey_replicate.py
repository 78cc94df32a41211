"""Jackknife replicates of the same samples: R's numbers, and a check on the linearised errors."""

import dataclasses

import numpy as np
import pytest

from analysis.design import Design
from analysis.estimators import by_domain, estimate, mean, total
from analysis.reweighting import calibrate_to_margins

from vector_figures import close
from vectors import Case, cases, data, design, margin

TABLE = {"jk1": "apiclus1.csv", "jk1_rake": "apiclus1.csv", "jkn": "apistrat.csv"}


def replicates(name: str) -> tuple[list[Design], np.ndarray]:
    """Return the sample without each sampling unit in turn, and what each squared deviation counts."""
    own = design("dstrat" if name == "jkn" else "dclus1")
    stage = own.stages[0]
    unit = np.arange(own.row_count) if stage.unit is None else stage.unit
    samples, scales = [], []
    for gone in np.unique(unit):
        h = stage.stratum[unit == gone][0]
        n = stage.sampled[h]
        factor = np.where(stage.stratum == h, n / (n - 1), 1.0) * (unit != gone)
        sample = dataclasses.replace(own, weight=own.weight * factor)
        if name == "jk1_rake":
            margins = [margin(data("apiclus1.csv"), column) for column in ("stype", "sch.wide")]
            sample = calibrate_to_margins(sample, margins).design
        samples.append(sample)
        scales.append((n - 1) / n * (1 - stage.fraction[h]))
    return samples, np.array(scales)


def figures(case: Case, sample: Design) -> np.ndarray:
    """Return the figures of the case from one sample."""
    table = data(TABLE[case["design"]])
    if "svytotal" in case["call_r"]:
        return total(sample, table["enroll"]).estimate
    if "awards" in case["call_r"]:
        both = by_domain(sample, table["api00"], table.level("awards")[0], 2).estimate
        return both[:1] - both[1:] if "svycontrast" in case["call_r"] else both
    return mean(sample, np.stack([table["api00"], table["top2"]], axis=1)).estimate


@pytest.mark.parametrize("case", cases("api_replicate"), ids=lambda case: case["id"])
def test_jackknife_errors_equal_those_of_r(case: Case) -> None:
    samples, scales = replicates(case["design"])
    expected = case["expected"]
    if expected["type"] == "scales":
        # R lists the units stratum by stratum
        return close(np.sort(scales), np.sort(expected["scale"] * np.array(expected["rscales"])), case, "scales")
    values = np.array([figures(case, sample) for sample in samples])
    gaps = values - values.mean(axis=0)
    covariance = (scales[:, None] * gaps).T @ gaps
    if expected["type"] == "by":
        return close(np.sqrt(np.diag(covariance)), expected["columns"]["se"], case, "se")
    close(np.sqrt(np.diag(covariance)), expected["se"], case, "se")
    return close(covariance, expected.get("vcov", covariance), case, "covariance")


@pytest.mark.parametrize(("name", "rtol"), [("dclus1", 0.15), ("dstrat", 1e-9)])
def test_linearised_and_jackknife_errors_agree(name: str, rtol: float) -> None:
    # with equal weights inside strata a mean is linear and both are the same; ratios agree about to 1/n
    own, table = design(name), data("apistrat.csv" if name == "dstrat" else "apiclus1.csv")
    samples, scales = replicates("jkn" if name == "dstrat" else "jk1")
    values = np.array([mean(sample, table["api00"]).estimate for sample in samples])
    jackknife = np.sqrt((scales[:, None] * (values - values.mean(axis=0)) ** 2).sum())
    assert estimate(own, mean(own, table["api00"])).se[0] == pytest.approx(jackknife, rel=rtol)
