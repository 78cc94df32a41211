"""Export a closed period: collect its frozen figures, leave out what may not be shown, write the file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.periods import Period
from analysis.ranking import Rank
from analysis.rules import ScoreRule
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.models import Score, ScoreSet, SiteFact, Unit
from survey.models.site import EXAMPLE_FACT
from survey.reports.quarter import (
    FactorFigures,
    Figures,
    Method,
    QuarterReport,
    UnitReport,
    csv_bytes,
    json_bytes,
)
from survey.reports.workbook import xlsx_bytes
from survey.services.names import code_names
from survey.services.score import closed_set
from survey.services.scoreboard import SUPPRESSED, scoreboard

WRITERS: Mapping[str, Callable[[QuarterReport], bytes]] = {
    "xlsx": xlsx_bytes,
    "csv": csv_bytes,
    "json": json_bytes,
}


def export_bytes(session: Session, period: Period, format: str, unit_ids: Collection[int] | None = None) -> bytes:
    """Write the frozen figures of `period` for all units, or those of `unit_ids`, as xlsx, csv or json.

    The same closed period gives the same bytes. Raises HailongError if the period is not closed.
    """
    if format not in WRITERS:
        raise HailongError("unknown_format", format=format, known=", ".join(WRITERS))
    report = quarter_report(session, period, unit_ids)
    # The words of an official file do not follow the language of a page.
    with force_locale("vi"):
        return WRITERS[format](report)


def quarter_report(session: Session, period: Period, unit_ids: Collection[int] | None = None) -> QuarterReport:
    """Collect what an export shows; ranks count the whole group even where only some units are listed."""
    score_set = closed_set(session, period.text)
    if score_set is None:
        raise HailongError("period_not_closed", period=period.text)
    if unit_ids is None:
        unit_ids = session.scalars(select(Score.unit_id).where(Score.score_set_id == score_set.id)).all()
    board = scoreboard(session, score_set, unit_ids=set(unit_ids))
    scores = {score.unit_id: score for score in score_set.scores}
    names = code_names(session, "vi")
    return QuarterReport(
        period=period.text,
        first=period.first,
        last=period.last,
        closed_at=score_set.computed_at.astimezone(TIME_ZONE),
        revision=score_set.revision,
        method=_method(score_set, board.rule),
        units=tuple(
            _unit_report(row.unit, scores[row.unit.id], row.status, row.rank, names) for row in board.rows
        ),
        names=names,
        is_example=session.get(SiteFact, EXAMPLE_FACT) is not None,
        replaces=score_set.replaces,
        reason=score_set.reason,
    )


def _method(score_set: ScoreSet, rule: ScoreRule) -> Method:
    return Method(
        rule=score_set.rule,
        rule_version=rule.head.version,
        rule_digest=score_set.rule_digest,
        rule_title=rule.head.title.vi,
        rule_source=" ".join(rule.head.source.vi.split()),
        is_reference=rule.head.reference,
        formula=rule.formula,
        aggregation=rule.aggregation,
        maximum_points=rule.maximum_points,
        is_linear=not rule.conversion.steps,
        level=rule.level,
        weight_bounds=(rule.lower_bound, rule.upper_bound, *rule.bound_steps),
        suppress_below=rule.suppress_below,
        mark_below=rule.mark_below,
        factor_minimum=rule.factor_minimum,
        questionnaires=tuple(score_set.versions),
        program_version=score_set.program_version,
        tally_digest=score_set.tally_digest,
    )


def _unit_report(unit: Unit, score: Score, status: str, rank: Rank | None, names: Mapping[str, str]) -> UnitReport:
    detail = score.detail
    # Nothing at all is told of a unit with so few responses that they could be recognised.
    is_silent = status == SUPPRESSED
    set_aside = detail.get("set_aside", {})
    return UnitReport(
        code=unit.code,
        name=unit.name,
        group=score.ranking_group or "",
        status=status,
        rank=None if rank is None else rank.place,
        group_count=None if rank is None else rank.group_count,
        tied=rank is not None and rank.tied,
        responses=None if is_silent else score.response_count,
        dossiers=None if is_silent else score.dossier_count,
        response_share=None if is_silent else detail["response_share"],
        minimum_sample=None if is_silent else detail["minimum_sample"],
        excluded=None if is_silent else detail["excluded_count"] + sum(set_aside.values()),
        set_aside={} if is_silent else set_aside,
        flagged=None if is_silent else detail["flagged_count"],
        trust_counts={} if is_silent else detail["trust_counts"],
        figures=None if score.points is None or is_silent else _figures(score),
        factors=() if is_silent else tuple(_factor(factor, names) for factor in detail["factors"]),
        warnings=() if is_silent else tuple(detail["warnings"]),
    )


def _figures(score: Score) -> Figures:
    detail = score.detail
    calibration = detail["calibration"]
    return Figures(
        points=_known(score.points),
        points_lower=_known(score.lower_points),
        points_upper=_known(score.upper_points),
        index_share=_known(score.index_share),
        standard_error=_known(score.standard_error),
        lower_share=_known(score.lower_share),
        upper_share=_known(score.upper_share),
        design_effect=detail["deff"],
        effective_responses=_known(score.effective_count),
        coverage_share=_known(score.coverage_share),
        unweighted_share=_known(score.unweighted_share),
        unweighted_points=Decimal(detail["unweighted"]["points"]),
        mean5_share=_alternative(detail, "MEAN5", "factors"),
        weighting=calibration["method"] if calibration else "base",
        highest_weight_ratio=calibration["highest_ratio"] if calibration else 1.0,
        sampling_units=detail["psu"],
        sampling_unit_count=detail["psu_count"],
    )


def _known(value: Any) -> Any:
    if value is None:
        raise ValueError("a score with points lacks a figure that belongs to them")
    return value


def _alternative(detail: Mapping[str, Any], formula: str, aggregation: str) -> float | None:
    return next(
        (
            other["estimate"]["share"]
            for other in detail["alternatives"]
            if (other["formula"], other["aggregation"]) == (formula, aggregation)
        ),
        None,
    )


def _factor(factor: Mapping[str, Any], names: Mapping[str, str]) -> FactorFigures:
    code = factor["code"]
    estimate = factor["estimate"]
    if estimate["share"] is None:
        return FactorFigures(code, names.get(code, code), used=False)
    return FactorFigures(
        code=code,
        title=names.get(code, code),
        used=factor["status"] == "used",
        n=factor["n"],
        share=estimate["share"],
        lower_share=estimate["lower"],
        upper_share=estimate["upper"],
        mean5_share=factor["mean5"]["share"],
    )
