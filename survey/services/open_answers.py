"""How many were asked for money or gifts beyond the receipt, as it may be published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.intervals import wilson
from analysis.periods import Period
from analysis.rules import ScoreRule
from analysis.suppression import is_small
from forms.questionnaire import load_questionnaire
from survey.models import Response
from survey.services.tally import counts_towards

QUESTION = "Q7"
YES, NO = "1", "2"


@dataclass(frozen=True)
class ExtraFees:
    """Persons who said yes or no; who would rather not say is in neither."""

    yes: int
    no: int

    def plain(self, rule: ScoreRule, *, is_known: bool) -> dict[str, Any] | None:
        """Write the share for at least `mark_below` persons; None where fewer answered.

        `yes` is None where one side is small, or where another publication left it out.
        """
        asked, least = self.yes + self.no, rule.suppress_below
        if asked < rule.mark_below:
            return None
        if not is_known or is_small(self.yes, least) or is_small(self.no, least):
            few = is_known and is_small(self.yes, least)
            return {"asked": asked, "yes": None, "few": few, "share": None, "lower": None, "upper": None}
        share = np.array([self.yes / asked])
        lower, upper = wilson(share, np.array([float(asked)]), rule.level)
        interval = {"share": float(share[0]), "lower": float(lower[0]), "upper": float(upper[0])}
        return {"asked": asked, "yes": self.yes, "few": False, **interval}


def are_mixed(withheld: Sequence[ExtraFees], rule: ScoreRule) -> bool:
    """Tell whether a total lets each of the withheld counts be one more or one less.

    Readers know that each lies from 1 to one below the least shown: no sum of them may be at either end.
    """
    most = rule.suppress_below - 1
    for counts in ([one.yes for one in withheld], [one.no for one in withheld]):
        small = [count for count in counts if is_small(count, rule.suppress_below)]
        if small and not (len(small) > 1 and len(small) < sum(small) < most * len(small)):
            return False
    return True


def extra_fees(session: Session, period: Period, rule: ScoreRule) -> dict[int, ExtraFees]:
    """Count the answers of every unit, in all versions of the questionnaire that ask."""
    counts: dict[int, dict[str, int]] = {}
    counted = counts_towards(session, period, rule.trust_levels)
    for version in session.scalars(select(Response.version).where(counted).distinct()):
        place = load_questionnaire(version).positions.get(QUESTION)
        if place is None:
            continue
        answer = func.substr(Response.answers, place + 1, 1)
        query = select(Response.unit_id, answer, func.count()).where(counted, Response.version == version)
        for unit_id, said, count in session.execute(query.group_by(Response.unit_id, answer)):
            own = counts.setdefault(unit_id, {})
            own[said] = own.get(said, 0) + count
    return {unit_id: ExtraFees(own.get(YES, 0), own.get(NO, 0)) for unit_id, own in counts.items()}
