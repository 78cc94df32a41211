"""The year of a unit from its frozen quarters."""

from collections.abc import Sequence

import numpy as np

from analysis.aggregate import combine, combined_interval
from analysis.points import to_points
from analysis.rules.score_rule import ScoreRule
from analysis.scores import QuarterResult, YearScore


def combine_year(quarters: Sequence[QuarterResult], *, rule: ScoreRule) -> YearScore:
    """Put frozen quarters of one unit together, weighted by their dossiers; points are given once.

    I = sum of N_q I_q / sum of N_q, V = sum of (N_q / N)² V_q for quarters sampled independently, degrees of
    freedom by Satterthwaite (1946). A quarter without a score leaves both sums and is named in `missing`.

    >>> from analysis.rules import load_score_rule
    >>> first = QuarterResult("2026-Q1", 1000, 200, 0.90, 0.02, 199)
    >>> second = QuarterResult("2026-Q2", 3000, 300, 0.80, 0.02, 299)
    >>> third = QuarterResult("2026-Q3", 500, 0, None, None, None)
    >>> year = combine_year([first, second, third], rule=load_score_rule())
    >>> round(year.index_share, 6), round(year.se, 6), year.points, year.missing
    (0.825, 0.015811, Decimal('24.75'), ('2026-Q3',))
    """
    scored = [quarter for quarter in quarters if quarter.index_share is not None and quarter.dossiers > 0]
    missing = tuple(quarter.period for quarter in quarters if quarter not in scored)
    names = tuple(quarter.period for quarter in scored)
    n, dossiers = sum(quarter.n for quarter in scored), sum(quarter.dossiers for quarter in scored)
    if not scored:
        return YearScore(n, dossiers, None, None, None, None, None, None, None, None, names, missing)
    year = combine(
        np.array([quarter.index_share for quarter in scored], np.float64),
        np.array([quarter.se or 0.0 for quarter in scored]) ** 2,
        np.array([quarter.df or 1 for quarter in scored], np.float64),
        np.array([quarter.dossiers for quarter in scored], np.float64),
    )
    # a mean out of 5 runs from 0.2 to 1: its interval is made on the scale from 0 to 1
    scale = (0.2, 1.0) if rule.formula == "MEAN5" else (0.0, 1.0)
    lower, upper = combined_interval(year, n=n, level=rule.level, scale=scale)
    return YearScore(
        n=n,
        dossiers=dossiers,
        index_share=year.share,
        se=year.variance**0.5,
        lower=lower,
        upper=upper,
        df=int(year.df),
        points=to_points(year.share, rule.conversion),
        points_lower=to_points(lower, rule.conversion),
        points_upper=to_points(upper, rule.conversion),
        quarters=names,
        missing=missing,
    )
