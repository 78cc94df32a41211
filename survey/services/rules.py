"""The score rule in force, as far as pages need it."""

from __future__ import annotations

from decimal import Decimal

from analysis.rules import DEFAULT_SCORE_RULE, load_score_rule


def maximum_points() -> Decimal:
    """Return the points of an index of 1 under the default rule."""
    return load_score_rule(DEFAULT_SCORE_RULE).maximum_points
