"""Export a closed period: collect its frozen figures, leave out what may not be shown, write the file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.periods import Period
from analysis.rules import ScoreRule
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.models import Score, ScoreSet, SiteFact, Unit
from survey.models.site import EXAMPLE_FACT
from survey.reports.quarter import (
    CasesElsewhere,
    FactorFigures,
    Figures,
    Head,
    Method,
    QuarterReport,
    UnitReport,
    csv_bytes,
    json_bytes,
)
from survey.reports.quarter_annex import FeedbackFigures, UnitAnnex
from survey.reports.quarter_docx import docx_bytes
from survey.reports.quarter_long import long_bytes
from survey.reports.quarter_paper import QuarterPaper, paper_of
from survey.reports.quarter_pdf import pdf_bytes
from survey.reports.quarter_together import Together
from survey.reports.workbook import xlsx_bytes
from survey.services.figure import combined_figure
from survey.services.frozen_paper import PaperFacts, facts_of
from survey.services.letterhead import Place, called, codes_above, letterhead_at
from survey.services.quarter_detail import Detail
from survey.services.score import closed_set
from survey.services.scoreboard import SUPPRESSED, Row, Scoreboard, scoreboard

Progress = Callable[[float], None]
TABLE_WRITERS: Mapping[str, Callable[[QuarterReport], bytes]] = {
    "csv": csv_bytes,
    "json": json_bytes,
    "long": long_bytes,
}
PAPER_WRITERS: Mapping[str, Callable[[QuarterPaper], bytes]] = {"docx": docx_bytes, "pdf": pdf_bytes}
FORMATS = ("xlsx", "csv", "json", *PAPER_WRITERS)
# A province's file is made in the request; from so many units on it would take longer than a request may.
MANY_UNITS = 300
SOME = 200


def file_name(period: Period, format: str) -> str:
    """Name a file."""
    return f"diem-hai-long-{period.text}.{format}"


def takes_long(unit_count: int) -> bool:
    """Tell whether a file of so many units is better made by the worker."""
    return unit_count >= MANY_UNITS


def export_bytes(
    session: Session,
    period: Period,
    format: str,
    unit_ids: Collection[int] | None = None,
    *,
    progress: Progress | None = None,
) -> bytes:
    """Write the frozen figures of `period` for all units, or those of `unit_ids`, in one of FORMATS.

    The same closed period gives the same bytes. Raises HailongError if the period is not closed.
    """
    if format not in FORMATS:
        raise HailongError("unknown_format", format=format, known=", ".join(FORMATS))
    tell = progress or (lambda _share: None)
    report = quarter_report(session, period, unit_ids, progress=lambda share: tell(0.4 * share))
    # The words of an official file do not follow the language of a page.
    with force_locale("vi"):
        return written(report, format, lambda share: tell(0.4 + 0.6 * share))


def written(report: QuarterReport, format: str, progress: Progress | None = None) -> bytes:
    """Write a report in one of FORMATS."""
    if format == "xlsx":
        return xlsx_bytes(report, progress)
    if format in TABLE_WRITERS:
        return TABLE_WRITERS[format](report)
    return PAPER_WRITERS[format](paper_of(report))


def _head(places: Mapping[str, Place], codes: Iterable[str]) -> Head:
    """Head and foot of the lowest unit that stands above all that are listed, or is the only one."""
    common: list[str] | None = None
    for code in codes:
        above = codes_above(places, code)
        common = above if common is None else [one for one in common if one in above]
    lowest = common[0] if common else ""
    name = called(places[lowest]) if common else "cơ quan"
    return Head(**asdict(letterhead_at(places, lowest)), called=name)


def quarter_report(
    session: Session,
    period: Period,
    unit_ids: Collection[int] | None = None,
    *,
    score_set: ScoreSet | None = None,
    progress: Progress = lambda _share: None,
) -> QuarterReport:
    """Collect what an export shows; ranks count the whole group even where only some units are listed.

    It is the newest closed revision, or the one given.
    """
    score_set = score_set or closed_set(session, period.text)
    if score_set is None:
        raise HailongError("period_not_closed", period=period.text)
    facts = facts_of(session, score_set)
    elsewhere = _cases_elsewhere(session, facts, unit_ids)
    if unit_ids is None:
        unit_ids = session.scalars(select(Score.unit_id).where(Score.score_set_id == score_set.id)).all()
    board = scoreboard(session, score_set, unit_ids=set(unit_ids), named=facts.name_of)
    detail = Detail(session, score_set, period, board.rule, facts.names)
    units = _unit_reports(session, score_set, board, facts, detail, progress)
    return QuarterReport(
        period=period.text,
        first=period.first,
        last=period.last,
        closed_at=score_set.computed_at.astimezone(TIME_ZONE),
        revision=score_set.revision,
        method=_method(score_set, board.rule),
        units=tuple(units[row.unit.id] for row in board.rows),
        together=_together(session, score_set, unit_ids),
        cases_elsewhere=elsewhere,
        names=facts.names,
        head=_head(facts.places, [row.unit.code for row in board.rows]),
        is_example=session.get(SiteFact, EXAMPLE_FACT) is not None,
        replaces=score_set.replaces,
        reason=score_set.reason,
    )


def _together(session: Session, score_set: ScoreSet, unit_ids: Collection[int]) -> Together | None:
    """Put the units together as the published line above them does."""
    figure = combined_figure(session, score_set, unit_ids)
    if figure is None:
        return None
    return Together(figure.unit_count, figure.missing_count, figure.n, figure.dossiers, figure.share)


def _unit_reports(
    session: Session,
    score_set: ScoreSet,
    board: Scoreboard,
    facts: PaperFacts,
    annexes: Detail,
    progress: Progress,
) -> dict[int, UnitReport]:
    rows = {row.unit.id: row for row in board.rows}
    query = select(Score).where(Score.score_set_id == score_set.id, Score.unit_id.in_(list(rows)))
    found: dict[int, UnitReport] = {}
    # The details of a whole nation do not lie in memory at once.
    for score in session.scalars(query.execution_options(yield_per=SOME)):
        found[score.unit_id] = _unit_report(rows[score.unit_id], score, facts, annexes)
        if len(found) % SOME == 0:
            progress(len(found) / len(rows))
    return found


def _cases_elsewhere(
    session: Session, facts: PaperFacts, unit_ids: Collection[int] | None
) -> tuple[CasesElsewhere, ...]:
    codes = select(Unit.code).where(Unit.code.in_(list(facts.feedback)))
    if unit_ids is not None:
        codes = codes.where(Unit.id.in_(unit_ids))
    return tuple(
        CasesElsewhere(code, facts.places[code].name, FeedbackFigures(**facts.feedback[code]))
        for code in sorted(session.scalars(codes))
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


def _unit_report(row: Row, score: Score, facts: PaperFacts, annexes: Detail) -> UnitReport:
    unit, status, rank, detail = row.unit, row.status, row.rank, score.detail
    # Nothing at all is told of a unit with so few responses that they could be recognised.
    is_silent = status == SUPPRESSED
    set_aside = detail.get("set_aside", {})
    return UnitReport(
        code=unit.code,
        name=facts.name_of(unit),
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
        factors=() if is_silent else tuple(_factor(factor, facts.names) for factor in detail["factors"]),
        warnings=() if is_silent else tuple(detail["warnings"]),
        annex=UnitAnnex() if is_silent else annexes.of(score),
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
