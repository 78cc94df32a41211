"""What the files of a closed result say beside its figures, kept when it is closed: names, heads, other cases.

A unit that is renamed, moved in the tree or given a new letterhead later changes no file of a closed period.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from survey.models import FrozenPaper, ScoreSet, Unit
from survey.services.letterhead import Place, place_of, places
from survey.services.names import code_names


@dataclass(frozen=True)
class PaperFacts:
    """Names of fields and factors, every unit by code, and the counted cases of units that have no score."""

    names: Mapping[str, str]
    places: Mapping[str, Place]
    feedback: Mapping[str, Mapping[str, int]]

    def name_of(self, unit: Unit) -> str:
        """The name that a unit had."""
        place = self.places.get(unit.code)
        return unit.name if place is None else place.name


def freeze(
    session: Session, score_set: ScoreSet, feedback: Mapping[str, Mapping[str, int]], scored: Collection[str]
) -> None:
    """Keep it for a stored result, inside the caller's transaction; `feedback` are the cases of every unit."""
    content: dict[str, Any] = {
        "names": code_names(session, "vi"),
        "units": {code: place.plain() for code, place in places(session).items()},
        "feedback": {code: counts for code, counts in feedback.items() if counts and code not in scored},
    }
    session.add(FrozenPaper(score_set_id=score_set.id, content=content))


def facts_of(session: Session, score_set: ScoreSet) -> PaperFacts:
    """Read what was kept; of a result from before there was anything to keep, as it is today."""
    kept = session.get(FrozenPaper, score_set.id)
    if kept is None:
        return PaperFacts(code_names(session, "vi"), places(session), {})
    content = kept.content
    return PaperFacts(
        content["names"],
        {code: place_of(stored) for code, stored in content["units"].items()},
        content["feedback"],
    )
