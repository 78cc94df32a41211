"""The reference cases of tests/golden/stats: their data, their designs as R describes them, their numbers."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from analysis.design import Design
from analysis.margin_checks import Margin
from analysis.newton import Bounds, Method
from analysis.reweighting import Reweighted, calibrate, calibrate_to_margins, post_stratify
from analysis.sampling import sample_design
from analysis.trimming import trim

GOLDEN = Path(__file__).parent / "golden" / "stats"
Case = dict[str, Any]


def cases(name: str) -> list[Case]:
    """Return the cases of one file whose numbers must agree."""
    listed: list[Case] = json.loads((GOLDEN / "cases" / f"{name}.json").read_text(encoding="utf-8"))
    return [case for case in listed if case.get("comparable", True)]


def refused(name: str) -> list[Case]:
    """Return the cases of one file in which R stops with an error."""
    listed: list[Case] = json.loads((GOLDEN / "cases" / f"{name}.json").read_text(encoding="utf-8"))
    return [case for case in listed if case["expected"]["type"] == "error"]


class Data(dict[str, np.ndarray]):
    """Columns by name: numbers where every value is one (blank is NaN), else text."""

    def level(self, name: str) -> tuple[np.ndarray, tuple[str, ...]]:
        """Return a column as codes and the names of its levels, in R's order."""
        levels, code = np.unique(self[name], return_inverse=True)
        return code, tuple(f"{level:g}" if level.dtype.kind == "f" else str(level) for level in levels)


@cache
def data(name: str) -> Data:
    """Read a data file, with the derived columns of the api files."""
    path = GOLDEN / "data" / name
    with (path if path.exists() else GOLDEN / name).open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    table = Data()
    for place, heading in enumerate(rows[0]):
        texts = [row[place] for row in rows[1:]]
        try:
            table[heading] = np.array([float(text or "nan") for text in texts])
        except ValueError:
            table[heading] = np.array(texts)
    if "api00" in table and "str2" not in table:
        table["lik"] = np.searchsorted([550, 620, 690, 760], table["api00"], side="left") + 1.0
        table["top2"] = (table["lik"] >= 4) * 1.0
        table["rare"] = (table["api00"] > 850) * 1.0
        table["none"] = np.zeros(len(table["api00"]))
        table["all1"] = np.ones(len(table["api00"]))
    if "y3" in table:
        table["clu"] = np.array([f"{value:g}" for value in table["clu"]])
    return table


@cache
def population() -> dict[str, Any]:
    """Return the known totals of the api population."""
    known: dict[str, Any] = json.loads((GOLDEN / "data" / "api_population_totals.json").read_text("utf-8"))
    return known


def margin(table: Data, name: str) -> Margin:
    """Return a known margin of the api population."""
    code, levels = table.level(name)
    known = dict(zip(population()[name][name], population()[name]["Freq"], strict=True))
    return Margin(name, levels, code, np.array([[float(known[level]) for level in levels]]))


def plain(name: str, spec: dict[str, Any], **options: Any) -> Design:
    """Build the design that `design_spec` describes."""
    table = data(name)
    weights = spec.get("weights")
    strata = spec.get("strata")
    if isinstance(strata, list):
        joined = zip(*(table[column].tolist() for column in strata), strict=True)
        labels = np.array([" / ".join(map(str, row)) for row in joined])
    return sample_design(
        rows=len(next(iter(table.values()))),
        weight=table.get(weights),
        strata=None if strata is None else labels if isinstance(strata, list) else table[strata],
        units=[table[column] for column in spec.get("ids") or []],
        fpc=[table[column] for column in spec.get("fpc") or []],
        **options,
    )


@cache
def design(name: str) -> Design:
    """Build a design of the api cases by its short name."""
    if name in CALIBRATED:
        return reweighted(name).design
    for listed in ("api_mean", "api_ciprop", "public"):
        for case in cases(listed):
            if case["design"] == name:
                return plain(case["dataset"], case["design_spec"])
    raise KeyError(name)


def dataset(name: str) -> str:
    """Return the data file of a design's short name."""
    stem = name.removesuffix("_nofpc")
    if stem in CALIBRATED or stem.endswith(("clus1", "clus1_3m")):
        return "apistrat.csv" if "strat" in stem else "apiclus1.csv"
    return {"dsrs": "apisrs.csv", "dstrat": "apistrat.csv", "dclus2": "apiclus2.csv"}.get(stem, "tiny30.csv")


X_API99 = ("stype", "api99")
# method, auxiliary values, bounds
CALIBRATED: dict[str, tuple[str, tuple[str, ...], Bounds | None]] = {
    "ps_clus1_stype": ("post_stratify", ("stype",), None),
    "ps_strat_schwide": ("post_stratify", ("sch.wide",), None),
    "rake_clus1": ("margins", ("stype", "sch.wide"), None),
    "rake_clus1_3m": ("margins", ("stype", "sch.wide", "comp.imp"), None),
    "rake_strat_2m": ("margins", ("sch.wide", "comp.imp"), None),
    "cal_lin_clus1": ("linear", X_API99, None),
    "cal_lin_strat": ("linear", X_API99, None),
    "cal_rak_clus1": ("margins", ("stype", "sch.wide", "comp.imp"), None),
    "cal_rak_strat_2m": ("margins", ("sch.wide", "comp.imp"), None),
    "cal_rak_api99_clus1": ("raking", X_API99, None),
    "cal_linb_clus1": ("linear", X_API99, (0.6, 1.8)),
    "cal_logit_clus1": ("logit", X_API99, (0.5, 2.5)),
    "cal_rakb_clus1": ("raking", X_API99, (0.55, 2.2)),
    "cal_agg_clus1": ("aggregate", X_API99, None),
    "trim_clus1": ("trim", (), None),
    "trim_strict_clus1": ("trim strict", (), None),
}


def auxiliary(table: Data, names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return the columns of R's model matrix (a constant, levels but the first) and their totals."""
    columns, totals = [np.ones(len(table["snum"]))], [float(population()["N"])]
    for name in names:
        if name == "api99":
            columns.append(table[name])
            totals.append(float(population()["sum_api99"]))
        else:
            known = margin(table, name)
            columns += [(known.code == level) * 1.0 for level in range(1, len(known.levels))]
            totals += known.totals[0, 1:].tolist()
    return np.stack(columns, axis=1), np.array(totals)


@cache
def reweighted(name: str) -> Reweighted:
    """Reweight as the short name of the design says."""
    method, names, bounds = CALIBRATED[name]
    table = data(dataset(name))
    base = design("dstrat" if "strat" in name and "strict" not in name else "dclus1")
    if method == "post_stratify":
        return post_stratify(base, margin(table, names[0]))
    if method == "margins":
        return calibrate_to_margins(base, [margin(table, column) for column in names])
    if method.startswith("trim"):
        raked = reweighted("rake_clus1_3m")
        lower, upper = np.quantile(raked.design.weight, [0.1, 0.9]) if method == "trim" else (20.0, 40.0)
        trimmed = trim(raked.design, lower=float(lower), upper=float(upper), strict=method != "trim")
        return Reweighted(trimmed, raked.ratio, raked.method, None, raked.iterations, raked.gap)
    x, totals = auxiliary(table, names)
    if method == "aggregate":
        return calibrate(base, x, totals, cluster=table.level("dnum")[0])
    chosen: Method = method  # type: ignore[assignment]
    return calibrate(base, x, totals, method=chosen, bounds=bounds)


@dataclass(frozen=True)
class RakeOfR:
    """What R's rake() takes out of the variance: ten sweeps of margin means that are not weighted.

    The exact residuals differ where base weights differ inside a margin's level; this only shows that the whole
    difference to R lies here.
    """

    codes: tuple[np.ndarray, ...]
    weight: np.ndarray

    def residual(self, count: np.ndarray, influence: np.ndarray) -> np.ndarray:
        for _ in range(10):
            for code in self.codes:
                scaled = influence / self.weight[:, None]
                size = np.bincount(code)
                means = np.stack([np.bincount(code, column) / size for column in scaled.T], axis=1)
                influence = influence - self.weight[:, None] * means[code]
        return influence

    def touched(self, rows: np.ndarray) -> np.ndarray:
        return np.ones_like(rows)

    def rows(self, kept: np.ndarray) -> RakeOfR:
        return self


def as_r_rakes(name: str) -> Design:
    """Return a design of the api cases with the residuals that R's rake() uses, if it comes from rake()."""
    own = design(name)
    source = "rake_clus1_3m" if name.startswith("trim") else name
    if not source.startswith("rake"):
        return own
    codes = tuple(data(dataset(source)).level(column)[0] for column in CALIBRATED[source][1])
    sweeps: Any = RakeOfR(codes, design(source).weight)
    return replace(own, projections=(sweeps,))
