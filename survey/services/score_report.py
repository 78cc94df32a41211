"""A period's scores as plain values for the terminal: computed now, frozen, or a year put together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.periods import Period
from analysis.scores import UnitScore, YearScore
from survey.errors import HailongError
from survey.models import ScoreSet, Unit
from survey.services.score import closed_set, scores_of, year_rule, year_scores
from survey.services.score_store import PROGRAM_VERSION, as_plain
from survey.services.scoring import Progress, ScoredPeriod, score_period


@dataclass(frozen=True)
class PeriodReport:
    """A period's scores, whether just computed, frozen, or a year put together from quarters.

    `results` holds a `UnitScore`, a `YearScore` or a frozen score's stored fields by unit code; `names` the names.
    """

    period: str
    state: str
    computed_at: datetime
    rule: str
    versions: list[str]
    program_version: str
    tally_digest: str | None
    results: dict[str, UnitScore | YearScore | dict[str, Any]]
    names: dict[str, str]
    # Computed now: responses that do not count, by unit and reason; a frozen score's fields hold them already.
    set_aside: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def units(self) -> Iterator[dict[str, Any]]:
        """Give each unit's result as plain values, with its code and name, in the order of the codes."""
        for code in sorted(self.results):
            result = self.results[code]
            plain = result if isinstance(result, dict) else as_plain(result)
            yield self._named(code, result) | plain

    def _named(self, code: str, result: UnitScore | YearScore | dict[str, Any]) -> dict[str, Any]:
        name: dict[str, Any] = {"name": self.names[code]}
        if isinstance(result, UnitScore):
            return name | {"set_aside": self.set_aside.get(code, {})}
        return name | {"unit_id": code} if isinstance(result, YearScore) else name

    def to_json(self) -> bytes:
        """Write everything as JSON: the head, and under `units` what `units()` gives."""
        head = {
            one.name: getattr(self, one.name)
            for one in fields(self)
            if one.name not in ("results", "names", "set_aside")
        }
        # Straight from the results: plain values of a thousand units in between would take half a second.
        units = [
            orjson.Fragment(
                orjson.dumps(self._named(code, result))[:-1] + b"," + orjson.dumps(result, default=str)[1:]
            )
            for code, result in sorted(self.results.items())
        ]
        return orjson.dumps(head | {"units": units})


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
    wanted = {code: result for code, result in report.results.items() if unit_codes is None or code in unit_codes}
    return replace(report, results=wanted, names={code: names[code] for code in wanted})


def _frozen_report(session: Session, frozen: ScoreSet) -> PeriodReport:
    return PeriodReport(
        period=frozen.period,
        state=frozen.state.value,
        computed_at=frozen.computed_at,
        rule=frozen.rule,
        versions=frozen.versions,
        program_version=frozen.program_version,
        tally_digest=frozen.tally_digest,
        results={score.unit.code: score.detail for score in scores_of(session, frozen)},
        names={},
    )


def _year_report(session: Session, period: Period, year: Mapping[int, YearScore], now: datetime) -> PeriodReport:
    codes = dict(session.execute(select(Unit.id, Unit.code)).all())
    return PeriodReport(
        period=period.text,
        state="year",
        computed_at=now,
        rule=year_rule(session, period.first.year).id,
        versions=[],
        program_version=PROGRAM_VERSION,
        tally_digest=None,
        results={codes[unit_id]: result for unit_id, result in year.items()},
        names={},
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
        results={unit.unit_id: unit for unit in scored.table.units},
        names={},
        set_aside=scored.set_aside,
    )
