"""`hailong analyse`: survey statistics for the columns of any table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from analysis.design import Design, Lonely
from analysis.estimators import Statistic, domain_figures, kish
from analysis.intervals import INTERVAL_METHODS, IntervalMethod, interval, plain
from analysis.margin_checks import Margin
from analysis.newton import METHODS, Bounds, Method
from analysis.reweighting import Reweighted, calibrate_to_margins
from analysis.sampling import sample_design
from survey.errors import AnalysisRefused, Fault
from survey.reports.analysis_workbook import analysis_workbook
from survey.services.data_table import DataTable, read_columns
from survey.services.spelling import clean, fold

Measure = Literal["mean", "top2", "total"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
LONELY: tuple[Lonely, ...] = get_args(Lonely)
CALIBRATION_METHODS: tuple[Method, ...] = METHODS
INTERVALS: tuple[IntervalMethod, ...] = INTERVAL_METHODS
FEW = 30


@dataclass(frozen=True)
class Question:
    """What to compute from which columns; names are headings of the file."""

    items: tuple[str, ...]
    statistic: Measure = "mean"
    by: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    weight: str | None = None
    strata: str | None = None
    psu: tuple[str, ...] = ()
    fpc: tuple[str, ...] = ()
    lonely: Lonely = "fail"
    margins: tuple[str, ...] = ()
    count: str | None = None
    within: str | None = None
    method: Method = "raking"
    bounds: Bounds | None = None
    interval: IntervalMethod | None = None
    level: float = 0.95


@dataclass(frozen=True)
class AnalysedRow:
    """One figure: an item in one domain; a number that cannot be computed is None."""

    item: str
    statistic: Measure
    by: dict[str, str]
    n: int
    estimate: float | None
    se: float | None
    lower: float | None
    upper: float | None
    df: int
    deff: float | None
    n_effective: float | None


@dataclass(frozen=True)
class Analysed:
    """Every figure asked for, how the weights turned out, and what a reader should know."""

    rows: list[AnalysedRow]
    weights: dict[str, Any]
    warnings: list[dict[str, Any]] = field(default_factory=list)


def analyse(
    data: bytes,
    question: Question,
    *,
    population: bytes | None = None,
    progress: Callable[[float], None] | None = None,
) -> Analysed:
    """Compute the figures of a table; a blank answer is item nonresponse and stays in the design.

    `where` leaves rows out before anything else, also of the population if it has the column. Raises
    AnalysisRefused with every unreadable cell, AnalysisError when design or margins cannot be used.
    """
    table = _filtered(read_columns(data, _columns(question)), question.where)
    values = np.stack([_values(table, item, question.statistic) for item in question.items], axis=1)
    design = _design(table, question)
    domains, code, warnings = _domains(table, question.by)
    reweighted = None
    if population is not None and question.margins:
        reweighted, found = _reweighted(table, design, population, question)
        design = reweighted.design
        warnings += found
    else:
        table.check()
    statistic: Statistic = "total" if question.statistic == "total" else "mean"
    rows: list[AnalysedRow] = []
    for number, labels in enumerate(domains):
        figures = domain_figures(design, values, code == number, statistic)
        lower, upper = _interval(question, values, figures.estimate, figures.variance, figures.n, figures.df)
        columns = (figures.estimate, np.sqrt(figures.variance), lower, upper, figures.deff, figures.effective)
        shown = dict(zip(question.by, labels, strict=True))
        for place, item in enumerate(question.items):
            n = round(float(figures.n[place]))
            estimate, se, low, high, deff, effective = (
                float(column[place]) if n and np.isfinite(column[place]) else None for column in columns
            )
            df = int(figures.df[place])
            rows.append(
                AnalysedRow(item, question.statistic, shown, n, estimate, se, low, high, df, deff, effective)
            )
        if progress is not None:
            progress((number + 1) / len(domains))
    return Analysed(rows, _diagnostics(design, reweighted), warnings + _remarks(rows))


def workbook(
    heads: Sequence[str],
    rows: Sequence[Sequence[str | float | None]],
    weights: Sequence[tuple[str, str]],
    remarks: Sequence[str],
) -> bytes:
    """Return figures, weights and remarks, already worded, as an XLSX file."""
    return analysis_workbook(heads, rows, weights, remarks)


def _columns(question: Question) -> list[str]:
    single = [question.weight, question.strata, question.within]
    filters = [name for name, _ in question.where]
    listed = [*question.items, *question.by, *filters, *question.psu, *question.fpc, *question.margins]
    return [*listed, *(name for name in single if name is not None)]


def _filtered(table: DataTable, where: Sequence[tuple[str, str]]) -> DataTable:
    for name, value in where:
        if name not in table.columns:
            continue
        rows = table.labels(name) == clean(value)
        if not rows.any():
            seen = sorted(set(table.columns[name]))[:20]
            raise AnalysisRefused([Fault(None, name, "no_row_with", {"got": value, "known": ", ".join(seen)})])
        table = table.kept(rows)
    return table


def _values(table: DataTable, item: str, statistic: Measure) -> NDArray[np.float64]:
    numbers = table.numbers(item)
    if statistic != "top2":
        return numbers
    given = ~np.isnan(numbers)
    table.reject(item, given & ~np.isin(numbers, (1, 2, 3, 4, 5)), "not_a_rating")
    return np.where(given, (numbers >= 4).astype(np.float64), np.nan)


def _design(table: DataTable, question: Question) -> Design:
    def labels(name: str) -> NDArray[np.str_]:
        return table.labels(name, filled=True)

    fpc = [table.counts(name) for name in question.fpc]
    units = [labels(name) for name in question.psu]
    strata = None if question.strata is None else labels(question.strata)
    weight = None if question.weight is None else table.numbers(question.weight, filled=True, at_least=0)
    for name in (*question.margins, *([] if question.within is None else [question.within])):
        labels(name)
    table.check()
    return sample_design(
        rows=len(table.row_numbers), weight=weight, strata=strata, units=units, fpc=fpc, lonely=question.lonely
    )


def _domains(
    table: DataTable, by: Sequence[str]
) -> tuple[list[tuple[str, ...]], NDArray[np.intp], list[dict[str, Any]]]:
    """Return the domains in order, the domain of each row (-1 if a label is blank), and what to say of blanks."""
    if not by:
        return [()], np.zeros(len(table.row_numbers), np.intp), []
    columns = [table.labels(name) for name in by]
    blank = np.any([column == "" for column in columns], axis=0)
    own = list(zip(*(column.tolist() for column in columns), strict=True))
    domains = sorted({labels for labels, missing in zip(own, blank, strict=True) if not missing}, key=_in_order)
    place = {labels: number for number, labels in enumerate(domains)}
    code = np.array([place.get(labels, -1) for labels in own], np.intp)
    warnings = [{"code": "by_blank", "rows": int(blank.sum())}] if blank.any() else []
    return domains, code, warnings


def _in_order(labels: tuple[str, ...]) -> tuple[tuple[float, str, str], ...]:
    """Order labels that are numbers by their size, others by their letters, Đ among the D."""
    return tuple((float(text) if text.isdecimal() else np.inf, fold(text), text) for text in labels)


def _reweighted(
    table: DataTable, design: Design, population: bytes, question: Question
) -> tuple[Reweighted, list[dict[str, Any]]]:
    count = question.count or ""
    within = [] if question.within is None else [question.within]
    filters = [name for name, _ in question.where]
    known = read_columns(population, [*question.margins, *within, count], optional=filters, file="--population")
    known = _filtered(known, [(name, value) for name, value in question.where if name in known.columns])
    people = known.counts(count)
    known.check()
    groups, group, there, warnings = _groups(table, known, question.within)
    margins = []
    for name in question.margins:
        own, stated = table.labels(name), known.labels(name)
        # a population may list each margin by itself: a blank level belongs to the other margin
        used = (stated != "") & (there >= 0)
        levels, code = np.unique(np.concatenate([own, stated[used]]), return_inverse=True)
        totals = np.zeros((len(groups), len(levels)))
        np.add.at(totals, (there[used], code[len(own) :]), people[used])
        margins.append(Margin(name, tuple(levels.tolist()), code[: len(own)], totals))
    reweighted = calibrate_to_margins(
        design, margins, group=group, group_names=groups, method=question.method, bounds=question.bounds
    )
    return reweighted, warnings


def _groups(
    table: DataTable, known: DataTable, within: str | None
) -> tuple[list[str], NDArray[np.intp], NDArray[np.intp], list[dict[str, Any]]]:
    """Return the groups to calibrate separately, the group of each row and of each population row (-1 none)."""
    if within is None:
        return [""], np.zeros(len(table.row_numbers), np.intp), np.zeros(len(known.row_numbers), np.intp), []
    names, group = np.unique(table.labels(within), return_inverse=True)
    place = {name: number for number, name in enumerate(names.tolist())}
    stated = known.columns[within]
    there = np.array([place.get(name, -1) for name in stated], np.intp)
    silent = sorted(set(stated) - place.keys())
    warnings = [{"code": "group_without_responses", "column": within, "groups": tuple(silent)}] if silent else []
    return names.tolist(), group.astype(np.intp, copy=False), there, warnings


def _interval(
    question: Question,
    values: NDArray[np.float64],
    estimate: NDArray[np.float64],
    variance: NDArray[np.float64],
    n: NDArray[np.float64],
    df: NDArray[np.int64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the interval asked for; shares take any, other means and totals only estimate ± t se."""
    method = question.interval or ("xlogit" if question.statistic == "top2" else "mean")
    freedom = np.where(df > 0, df, np.nan).astype(np.float64)
    answers = values[~np.isnan(values)]
    shares = question.statistic != "total" and bool(((answers >= 0) & (answers <= 1)).all())
    if method != "mean" and not shares:
        raise AnalysisRefused([Fault(None, None, "interval_needs_share", {"got": method})])
    if not shares:
        return plain(estimate, variance, freedom, question.level)
    return interval(method, estimate, variance, n, freedom, question.level)


def _diagnostics(design: Design, reweighted: Reweighted | None) -> dict[str, Any]:
    used = np.ones((design.row_count, 1), np.bool_)
    effective = float(kish(design, used)[0])
    found: dict[str, Any] = {
        "n": design.row_count,
        "sum": float(design.row_weight.sum()),
        "minimum": float(design.weight.min()),
        "maximum": float(design.weight.max()),
        "n_effective": effective,
        "deff_kish": design.row_count / effective,
        "df": design.degrees_of_freedom(),
        "calibration": None,
    }
    if reweighted is not None:
        found["calibration"] = {
            "method": reweighted.method,
            "bounds": None if reweighted.bounds is None else list(reweighted.bounds),
            "ratio_minimum": float(reweighted.ratio.min()),
            "ratio_maximum": float(reweighted.ratio.max()),
            "gap": reweighted.gap,
            "groups": len(reweighted.iterations),
            "iterations": int(reweighted.iterations.max()),
        }
    return found


def _remarks(rows: Sequence[AnalysedRow]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for code, count in (
        ("no_answers", sum(row.n == 0 for row in rows)),
        ("few_responses", sum(0 < row.n < FEW for row in rows)),
        ("no_degrees_of_freedom", sum(row.n > 0 and row.df < 1 for row in rows)),
        ("no_variance", sum(row.se == 0 and row.n > 1 for row in rows)),
    ):
        if count:
            found.append({"code": code, "rows": count, **({"minimum": FEW} if code == "few_responses" else {})})
    return found
