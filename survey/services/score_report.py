"""A period's scores as plain values for the terminal: computed now, frozen, or a year put together."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.periods import Period
from analysis.rules import DEFAULT_SCORE_RULE
from analysis.scores import YearScore
from survey.errors import HailongError
from survey.models import ScoreSet, Unit
from survey.services.score import PROGRAM_VERSION, as_plain, closed_set, scores_of, year_scores
from survey.services.scoring import Progress, ScoredPeriod, score_period


@dataclass(frozen=True)
class PeriodReport:
    """A period's scores as plain values, whether just computed, frozen, or a year put together from quarters.

    `units` holds one mapping per unit: the fields of `UnitScore` (or `YearScore`) and the unit's name.
    """

    period: str
    state: str
    computed_at: datetime
    rule: str
    versions: list[str]
    program_version: str
    tally_digest: str | None
    units: list[dict[str, Any]]


def report_period(
    session: Session,
    period: Period,
    *,
    now: datetime,
    unit_codes: Collection[str] | None = None,
    progress: Progress | None = None,
) -> PeriodReport:
    """Show a period: its frozen scores, a year from its frozen quarters, or else scores computed now."""
    names = dict(session.execute(select(Unit.code, Unit.name)).all())
    if unit_codes is not None and (unknown := sorted(set(unit_codes) - names.keys())):
        raise HailongError("unknown_unit", unit=", ".join(unknown))
    if (frozen := closed_set(session, period.text)) is not None:
        report = _frozen_report(session, frozen)
    elif period.kind == "year" and (year := year_scores(session, period.first.year)):
        report = _year_report(session, period, year, now)
    else:
        report = _open_report(score_period(session, period, now=now, unit_codes=unit_codes, progress=progress))
    units = [
        {"name": names[row["unit_id"]]} | row
        for row in report.units
        if unit_codes is None or row["unit_id"] in unit_codes
    ]
    return replace(report, units=sorted(units, key=lambda row: str(row["unit_id"])))


def _frozen_report(session: Session, frozen: ScoreSet) -> PeriodReport:
    return PeriodReport(
        period=frozen.period,
        state=frozen.state.value,
        computed_at=frozen.computed_at,
        rule=frozen.rule,
        versions=frozen.versions,
        program_version=frozen.program_version,
        tally_digest=frozen.tally_digest,
        units=[score.detail for score in scores_of(session, frozen)],
    )


def _year_report(session: Session, period: Period, year: Mapping[int, YearScore], now: datetime) -> PeriodReport:
    codes = dict(session.execute(select(Unit.id, Unit.code)).all())
    return PeriodReport(
        period=period.text,
        state="year",
        computed_at=now,
        rule=DEFAULT_SCORE_RULE,
        versions=[],
        program_version=PROGRAM_VERSION,
        tally_digest=None,
        units=[{"unit_id": codes[unit_id]} | as_plain(result) for unit_id, result in year.items()],
    )


def _open_report(scored: ScoredPeriod) -> PeriodReport:
    return PeriodReport(
        period=scored.period.text,
        state="open",
        computed_at=scored.computed_at,
        rule=scored.rule.id,
        versions=scored.questionnaire_versions,
        program_version=PROGRAM_VERSION,
        tally_digest=scored.table.tally_digest,
        units=[as_plain(unit) for unit in scored.table.units],
    )
