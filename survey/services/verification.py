"""Compute a closed result again from the stored responses, and say exactly what differs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.errors import AnalysisError
from analysis.periods import Period, parse_period
from survey.database import write
from survey.errors import HailongError
from survey.models import Score, ScoreSet, ScoreState, Unit, Verification
from survey.services import audit
from survey.services.annex import ANNEX
from survey.services.score import closed_set, revision_set, scores_of
from survey.services.score_store import PROGRAM_VERSION, columns_of
from survey.services.scoring import Progress, ScoredPeriod, digest_of, dossier_rows, recompute

# Counts, digests and points must be equal; floats may differ by so much, of another processor or library.
TOLERANCE = 1e-9
MOST_KEPT = 500
HEAD = ("rule_digest", "population_digest", "tally_digest", "response_count", "versions")


@dataclass(frozen=True)
class Difference:
    """One thing that is stored otherwise than computed; `unit` is the unit's code, None for the whole result.

    `path` names the column, or the place inside the details: `items.Q1.rating_counts.4`.
    """

    unit: str | None
    path: str
    stored: str
    computed: str


def verify(
    session: Session,
    period: Period,
    *,
    now: datetime,
    actor: str,
    revision: int | None = None,
    progress: Progress | None = None,
) -> Verification:
    """Recompute a closed revision of `period`, the newest or `revision`, and keep what was found.

    Raises HailongError `period_not_closed` or `revision_unknown`.
    """
    score_set = closed_revision(session, period.text, revision)
    found = list(differences(session, score_set, now=now, progress=progress))
    with write(session):
        verification = Verification(
            score_set_id=score_set.id,
            at=now,
            actor=actor,
            program_version=PROGRAM_VERSION,
            agrees=not found,
            difference_count=len(found),
            differences=[asdict(difference) for difference in found[:MOST_KEPT]],
        )
        session.add(verification)
        detail = {"revision": score_set.revision, "differences": len(found)}
        audit.record(session, now=now, actor=actor, action="period.verify", subject=period.text, detail=detail)
    return verification


def closed_revision(session: Session, period: str, revision: int | None) -> ScoreSet:
    """Fetch the newest closed revision, or one of them; raise HailongError where there is none."""
    newest = closed_set(session, period)
    if newest is None:
        raise HailongError("period_not_closed", period=period)
    wanted = newest if revision is None else revision_set(session, period, revision)
    if wanted is None or wanted.state is not ScoreState.CLOSED:
        raise HailongError("revision_unknown", period=period, revision=str(revision), newest=str(newest.revision))
    return wanted


def last_verification(session: Session, score_set: ScoreSet) -> Verification | None:
    """The newest recomputation of a result."""
    query = select(Verification).where(Verification.score_set_id == score_set.id)
    return session.scalar(query.order_by(Verification.id.desc()).limit(1))


def dossiers_changed(session: Session, score_set: ScoreSet) -> bool:
    """Tell whether the dossiers of a closed period are not any more those that it was closed with."""
    if score_set.population_digest is None:
        return False
    return digest_of(dossier_rows(session, parse_period(score_set.period))) != score_set.population_digest


def differences(
    session: Session, score_set: ScoreSet, *, now: datetime, progress: Progress | None = None
) -> Iterator[Difference]:
    """Name everything in which a stored result is not what its responses, dossiers and rule give."""
    try:
        scored = recompute(session, score_set, now=now, progress=progress)
    except HailongError as error:
        if error.code not in ("rule_unknown", "rule_changed", "questionnaire_unknown", "period_without_dossiers"):
            raise
        yield Difference(None, error.code, score_set.rule, "–")
        return
    except AnalysisError as error:
        # A stored answer that no form could have sent, or dossiers below zero.
        yield Difference(None, "unreadable", "–", f"{error.where}: {error.got}")
        return
    yield from _of_head(score_set, scored)
    codes = dict(session.execute(select(Unit.id, Unit.code)).all())
    stored = {codes[score.unit_id]: score for score in scores_of(session, score_set)}
    computed = {unit.unit_id: unit for unit in scored.table.units}
    for code in sorted(stored.keys() | computed.keys()):
        if code not in computed or code not in stored:
            yield Difference(code, "unit", _written(code in stored), _written(code in computed))
            continue
        yield from _of_unit(code, stored[code], columns_of(scored, computed[code]))


def _of_head(score_set: ScoreSet, scored: ScoredPeriod) -> Iterator[Difference]:
    computed = {
        "rule_digest": scored.rule.digest(),
        "population_digest": scored.population_digest,
        "tally_digest": scored.table.tally_digest,
        "response_count": scored.response_count,
        "versions": scored.questionnaire_versions,
    }
    for name in HEAD:
        stored = getattr(score_set, name)
        if stored is not None and stored != computed[name]:
            yield Difference(None, name, _written(stored), _written(computed[name]))


def _of_unit(code: str, score: Score, computed: Mapping[str, Any]) -> Iterator[Difference]:
    for name, value in computed.items():
        stored = getattr(score, name)
        if name == "tally_digest" and stored is None:
            continue  # closed by a version that did not keep it
        if name == "detail":
            # As it stood on the day of closing; cases were answered since.
            stored = {part: kept for part, kept in stored.items() if part != ANNEX}
        for path, one, other in _apart("" if name == "detail" else name, stored, value):
            yield Difference(code, path, _written(one), _written(other))


def _apart(path: str, stored: Any, computed: Any) -> Iterator[tuple[str, Any, Any]]:
    """Walk through two JSON values; what an older version did not store yet is not compared."""
    if isinstance(stored, dict) and isinstance(computed, dict):
        for name, value in stored.items():
            yield from _apart(_joined(path, name), value, computed.get(name))
    elif isinstance(stored, list) and isinstance(computed, list):
        if len(stored) != len(computed):
            yield f"{path}.#", len(stored), len(computed)
            return
        for number, (one, other) in enumerate(zip(stored, computed, strict=True)):
            yield from _apart(_joined(path, _name_of(one, number)), one, other)
    elif not _equal(stored, computed):
        yield path, stored, computed


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _name_of(entry: Any, number: int) -> str:
    if isinstance(entry, dict):
        named: Sequence[Any] = [entry[key] for key in ("code", "name") if key in entry]
        if named:
            return str(named[0])
        if {"formula", "aggregation"} <= entry.keys():
            return f"{entry['formula']}-{entry['aggregation']}"
    return str(number + 1)


def _equal(stored: Any, computed: Any) -> bool:
    if isinstance(stored, float) and isinstance(computed, float):
        return math.isclose(stored, computed, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    if isinstance(stored, Decimal) or isinstance(computed, Decimal):
        return stored is not None and computed is not None and Decimal(stored) == Decimal(computed)
    return bool(stored == computed)


def _written(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
