"""The figures of a closed period as one long table: a line for each number, for statistics programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from survey.reports.quarter import Figures, QuarterReport, UnitReport, safe_cell
from survey.reports.quarter_annex import AnswerFigures, FeedbackFigures, FlowFigures

HEADINGS = ("period", "revision", "unit", "unit_name", "table", "part", "channel", "measure", "value")
_ESTIMATE = ("n", "share", "lower_share", "upper_share")
_FIGURES, _ANSWERS, _CASES = (
    tuple(each.name for each in fields(kind)) for kind in (Figures, AnswerFigures, FeedbackFigures)
)
_FLOWS = tuple(each.name for each in fields(FlowFigures)[2:])
Line = tuple[str, str, str, str, Any]


def long_bytes(report: QuarterReport) -> bytes:
    """Write UTF-8 with a byte-order mark; what may not be shown or is not stated has no line."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(HEADINGS)
    for unit in report.units:
        head = (report.period, report.revision, unit.code, safe_cell(unit.name))
        writer.writerows((*head, *line) for line in _lines(unit) if line[-1] is not None)
    for one in report.cases_elsewhere:
        head = (report.period, report.revision, one.code, safe_cell(one.name))
        writer.writerows((*head, *line) for line in _cases(one.feedback))
    return buffer.getvalue().encode("utf-8-sig")


def _lines(unit: UnitReport) -> Iterator[Line]:
    yield "unit", "", "", "status", unit.status
    for name in ("responses", "dossiers", "response_share", "minimum_sample", "excluded", "flagged", "rank"):
        yield "unit", "", "", name, getattr(unit, name)
    if unit.figures is not None:
        for name in _FIGURES:
            yield "unit", "", "", name, getattr(unit.figures, name)
    for way, number in sorted(unit.trust_counts.items()):
        yield "way_in", way, "", "responses", number
    for factor in unit.factors:
        for name in (*_ESTIMATE, "mean5_share"):
            yield "factor", factor.code, "", name, getattr(factor, name)
    annex = unit.annex
    for item in annex.items:
        for rating, number in enumerate(item.counts or (), 1):
            yield "item", item.code, "", f"rating_{rating}", number
        for name in ("not_applicable", "skipped", "share", "lower_share", "upper_share"):
            yield "item", item.code, "", name, getattr(item, name)
    for table, parts in (("field", annex.fields), ("channel", annex.channels)):
        for part in parts:
            for name in ("dossiers", *_ESTIMATE):
                yield table, part.level, "", name, getattr(part, name)
    for cell in annex.cells:
        for name in ("dossiers", "weight", *_ESTIMATE):
            yield "cell", cell.field, cell.channel, name, getattr(cell, name)
    for flow in annex.flows:
        for name in _FLOWS:
            yield "dossiers", flow.field, "", name, getattr(flow, name)
    for name in _ANSWERS:
        yield "answers", "", "", name, getattr(annex.answers, name)
    if annex.feedback is not None:
        yield from _cases(annex.feedback)


def _cases(feedback: FeedbackFigures) -> Iterator[Line]:
    for name in _CASES:
        yield "feedback", "", "", name, getattr(feedback, name)
