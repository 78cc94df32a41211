"""The figures of a closed period as plain data, and their CSV and JSON files."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson

from survey.messages import status_word, warning_sentence
from survey.reports.letterhead import Letterhead
from survey.reports.quarter_annex import FeedbackFigures, UnitAnnex
from survey.reports.quarter_together import Together

FORMAT = "hailong-quarter-1"
# A spreadsheet program takes text that starts with one of these for a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class FactorFigures:
    """One factor of one unit; every figure is None where it may not be shown. `used` tells whether it counts."""

    code: str
    title: str
    used: bool
    n: int | None = None
    share: float | None = None
    lower_share: float | None = None
    upper_share: float | None = None
    mean5_share: float | None = None


@dataclass(frozen=True)
class Figures:
    """What is shown of a unit with a score: the points with everything that belongs to them."""

    points: Decimal
    points_lower: Decimal
    points_upper: Decimal
    index_share: float
    standard_error: float
    lower_share: float
    upper_share: float
    design_effect: float
    effective_responses: float
    coverage_share: float
    unweighted_share: float
    unweighted_points: Decimal
    mean5_share: float | None
    weighting: str
    highest_weight_ratio: float
    sampling_units: str
    sampling_unit_count: int


@dataclass(frozen=True)
class UnitReport:
    """One unit. A suppressed unit has neither figures nor counts, so that nothing can be worked out."""

    code: str
    name: str
    group: str
    status: str
    rank: int | None
    group_count: int | None
    tied: bool
    responses: int | None
    dossiers: int | None
    response_share: float | None
    minimum_sample: int | None
    # All that do not count: by the rule, and those set aside, which stand by reason beside it.
    excluded: int | None
    set_aside: Mapping[str, int]
    flagged: int | None
    trust_counts: Mapping[str, int]
    figures: Figures | None
    factors: tuple[FactorFigures, ...]
    warnings: tuple[Mapping[str, Any], ...]
    annex: UnitAnnex


@dataclass(frozen=True)
class Method:
    """What a result was made with; `weight_bounds` are the limits of the weight ratio in the order tried."""

    rule: str
    rule_version: str
    rule_digest: str
    rule_title: str
    rule_source: str
    is_reference: bool
    formula: str
    aggregation: str
    maximum_points: Decimal
    is_linear: bool
    level: float
    weight_bounds: tuple[float, ...]
    suppress_below: int
    mark_below: int
    factor_minimum: int
    questionnaires: tuple[str, ...]
    program_version: str
    tally_digest: str


@dataclass(frozen=True, kw_only=True)
class Head(Letterhead):
    """Head and foot of the report; the number and the day stay blank for the clerk.

    `called` is the body that reports, as a sentence names it.
    """

    called: str


@dataclass(frozen=True)
class CasesElsewhere:
    """The cases of a unit that has no score, such as a province that people wrote to about those below it."""

    code: str
    name: str
    feedback: FeedbackFigures


@dataclass(frozen=True)
class QuarterReport:
    """A closed period; `names` are the names of fields and factors whose codes stand in warnings.
    `together` is None where no unit has a score.

    A corrected one says which revision it `replaces` and for what `reason`.
    """

    period: str
    first: date
    last: date
    closed_at: datetime
    revision: int
    method: Method
    units: tuple[UnitReport, ...]
    together: Together | None
    cases_elsewhere: tuple[CasesElsewhere, ...]
    names: Mapping[str, str]
    head: Head
    is_example: bool
    replaces: int | None = None
    reason: str | None = None

    def warnings_of(self, unit: UnitReport) -> list[str]:
        """Word the warnings of a unit."""
        return [warning_sentence(warning["code"], warning["params"], self.names) for warning in unit.warnings]


def json_bytes(report: QuarterReport) -> bytes:
    """Write the report as JSON with every digit; points are numbers with two decimals."""
    content = {
        "format": FORMAT,
        "example": report.is_example,
        "period": {"text": report.period, "first": report.first, "last": report.last},
        "state": "closed",
        "revision": report.revision,
        "replaces": report.replaces,
        "reason": report.reason,
        "closed_at": report.closed_at.isoformat(timespec="seconds"),
        "method": report.method,
        "units": [_plain_unit(report, unit) for unit in report.units],
        "cases_elsewhere": report.cases_elsewhere,
    }
    return orjson.dumps(content, default=float, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _plain_unit(report: QuarterReport, unit: UnitReport) -> dict[str, Any]:
    # Only the words of a warning: its numbers may be about a factor that is suppressed.
    codes = [warning["code"] for warning in unit.warnings]
    worded = [{"code": code, "text": text} for code, text in zip(codes, report.warnings_of(unit), strict=True)]
    own = {field.name: getattr(unit, field.name) for field in fields(unit)}
    return own | {"status_text": str(status_word(unit.status)), "warnings": worded}


def csv_bytes(report: QuarterReport) -> bytes:
    """Write one line a unit: byte-order mark for Excel, decimal points, no cell that acts as a formula."""
    factors = {factor.code: factor for unit in report.units for factor in unit.factors}
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for number, unit in enumerate(report.units):
        line = _csv_line(report, unit, list(factors))
        if number == 0:
            writer.writerow(line)
        writer.writerow(safe_cell(value) for value in line.values())
    return buffer.getvalue().encode("utf-8-sig")


def _csv_line(report: QuarterReport, unit: UnitReport, factors: Sequence[str]) -> dict[str, Any]:
    shown = ("code", "name", "group", "status", "rank", "group_count", "responses", "dossiers", "response_share",
             "minimum_sample", "excluded", "flagged")  # fmt: skip
    by_code = {factor.code: factor for factor in unit.factors}
    method = report.method
    return {
        "period": report.period,
        **{name: getattr(unit, name) for name in shown},
        **{field.name: getattr(unit.figures, field.name, None) for field in fields(Figures)},
        **{
            f"factor_{code}_{name}": getattr(by_code.get(code), name, None)
            for code in factors
            for name in ("n", "share", "lower_share", "upper_share")
        },
        "rule": method.rule,
        "rule_version": method.rule_version,
        "questionnaires": " ".join(method.questionnaires),
        "program_version": method.program_version,
        "tally_digest": method.tally_digest,
        "closed_at": report.closed_at.isoformat(timespec="seconds"),
        "revision": report.revision,
        "replaces": report.replaces,
        "reason": report.reason,
        "warnings": " ".join(report.warnings_of(unit)),
    }


def safe_cell(value: Any) -> Any:
    """Keep text from being taken for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value
