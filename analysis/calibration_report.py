"""What was done to weight each unit, in words that a machine can store and an interface can print."""

from typing import Literal

import numpy as np

from analysis.diagnostics import margin_gaps
from analysis.margins import MARGIN_STATUSES, MarginPlan, Margins
from analysis.rules.score_rule import MARGINS, ScoreRule
from analysis.scores import CalibrationReport, CellWeight, MarginReport, Warning
from analysis.sums import BoolArray, FloatArray
from analysis.weights import UnitWeights


def calibration_reports(margins: Margins, weights: UnitWeights, rule: ScoreRule) -> list[CalibrationReport | None]:
    """Return one report for each unit; None where there are no responses or no dossiers to weight to."""
    by_plan = [
        _margin_reports(plan, weights.status[place], margin_gaps(margins, plan, weights.ratio))
        for place, plan in enumerate(margins.plans)
    ]
    lowest, highest = _extremes(margins, weights)
    weighted = (margins.responses > 0) & (margins.dossiers > 0)
    shown = weighted & (margins.responses >= rule.suppress_below)
    cells = _cell_weights(margins, weights)
    reports: list[CalibrationReport | None] = []
    for unit, known in enumerate(weighted.tolist()):
        if not known:
            reports.append(None)
            continue
        own = tuple(plan[unit] for plan in by_plan)
        upper = float(weights.upper[unit])
        method: Literal["raked", "cross", "base"] = "base"
        if np.isfinite(upper):
            method = "cross" if weights.by_cross[unit] else "raked"
        gaps = [report.gap for report in own if report.gap is not None]
        reports.append(
            CalibrationReport(
                method=method,
                bounds=None if method == "base" else (rule.lower_bound, upper),
                widened=method != "base" and upper > rule.upper_bound,
                margins=own,
                lowest_ratio=float(lowest[unit]),
                highest_ratio=float(highest[unit]),
                gap=max(gaps, default=None),
                iterations=int(weights.iterations[unit]),
                cells=tuple(cells[unit]) if shown[unit] else (),
            )
        )
    return reports


def calibration_warnings(report: CalibrationReport) -> list[Warning]:
    """Return what a reader of the score must know about its weights."""
    found: list[Warning] = []
    for margin in report.margins:
        name = margin.name
        # outcomes are rarely known: only the report mentions that they were not used
        silent = (
            ("used", "not_asked") if name != "outcome" else ("used", "not_asked", "not_given", "unknown_share")
        )
        if margin.status not in silent and report.method != "cross":
            known = {} if margin.known_share is None else {"known_share": margin.known_share}
            found.append(Warning(f"margin_{margin.status}", {"margin": name, **known}))
        found += [Warning("level_merged", {"margin": name, "level": a, "into": b}) for a, b in margin.merged]
        found += [Warning("level_without_dossiers", {"margin": name, "level": level}) for level in margin.foreign]
    if report.widened and report.bounds is not None:
        found.append(Warning("bounds_widened", {"upper": report.bounds[1]}))
    if report.method == "base":
        found.append(Warning("equal_weights"))
    return found


def _margin_reports(
    plan: MarginPlan, status: np.ndarray[tuple[int], np.dtype[np.int8]], gaps: FloatArray
) -> list[MarginReport]:
    levels = np.arange(len(plan.levels))
    merged = (plan.merged_into[:, :-1] != levels) & ~plan.foreign & (plan.shares > 0)
    joins = _by_unit(merged)
    foreign = _by_unit(plan.foreign)
    reports = []
    for unit, (known, gap) in enumerate(zip(plan.known_share.tolist(), gaps.tolist(), strict=True)):
        text = MARGIN_STATUSES[status[unit]]
        given = text not in ("not_given", "not_asked")
        reports.append(
            MarginReport(
                name=plan.name,
                status=text,
                known_share=known if given else None,
                merged=tuple(
                    (plan.levels[level], plan.levels[plan.merged_into[unit, level]])
                    for level in joins.get(unit, ())
                )
                if text == "used"
                else (),
                foreign=tuple(plan.levels[level] for level in foreign.get(unit, ())) if given else (),
                gap=None if gap != gap else gap,
            )
        )
    return reports


def _cell_weights(margins: Margins, weights: UnitWeights) -> list[list[CellWeight]]:
    names = {plan.name: [*plan.levels, None] for plan in margins.plans}
    found: list[list[CellWeight]] = [[] for _ in margins.unit_ids]
    levels = (margins.cells.levels[name].tolist() for name in MARGINS)
    for unit, field, channel, outcome, n, ratio in zip(
        margins.cells.unit.tolist(), *levels, margins.cells.count.tolist(), weights.ratio.tolist(), strict=True
    ):
        # the last name of each list, at -1, stands for "unknown"
        place = names["field"][field], names["channel"][channel], names["outcome"][outcome]
        found[unit].append(CellWeight(*place, int(n), ratio))
    return found


def _by_unit(mask: BoolArray) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for unit, level in np.argwhere(mask).tolist():
        found.setdefault(unit, []).append(level)
    return found


def _extremes(margins: Margins, weights: UnitWeights) -> tuple[FloatArray, FloatArray]:
    units = len(margins.unit_ids)
    lowest, highest = np.full(units, np.inf), np.full(units, -np.inf)
    np.minimum.at(lowest, margins.cells.unit, weights.ratio)
    np.maximum.at(highest, margins.cells.unit, weights.ratio)
    return lowest, highest
