"""The period of an address."""

from __future__ import annotations

from flask import abort

from analysis.errors import AnalysisError
from analysis.periods import Period, parse_period
from survey.extensions import db
from survey.services import score


def known_period(text: str) -> Period:
    """Read a period that has dossiers or a result; answer 404 for any other."""
    try:
        period = parse_period(text)
    except AnalysisError:
        abort(404)
    if period not in score.periods(db.session):
        abort(404)
    return period
