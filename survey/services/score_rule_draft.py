"""Drafts of new score rules: begun from a released one, saved as often as wanted, released once."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from analysis.errors import AnalysisError
from analysis.rules import ScoreRule, score_rule_from_data
from survey.database import write
from survey.errors import HailongError
from survey.models import ScoreRuleDraft, ScoreRuleVersion
from survey.services import audit
from survey.services.score_rule import definition_of, packaged_rules, parsed, written

FORM_OF_ID = re.compile(r"[a-z0-9][a-z0-9-]{2,58}")
# Below this many answers a figure could tell what a single person said; no rule may go lower.
LEAST_SUPPRESSED = 5


def begin(session: Session, base: str, *, now: datetime, actor: str) -> ScoreRuleDraft:
    """Store a new draft made from the released rule `base`. Raises HailongError `rule_unknown`."""
    data = definition_of(session, base)
    taken = {*packaged_rules(), *session.scalars(select(ScoreRuleVersion.id))}
    taken |= {str(parsed(draft.definition)["id"]) for draft in drafts(session)}
    stem = re.sub(r"-b\d+$", "", base)[:50]
    data["id"] = next(name for number in range(1, 10_000) if (name := f"{stem}-b{number}") not in taken)
    data["reference"] = True
    with write(session):
        draft = ScoreRuleDraft(
            id=secrets.token_hex(16), base=base, definition=written(data), author=actor, changed_at=now
        )
        session.add(draft)
        audit.record(session, now=now, actor=actor, action="rule.copy", subject=base)
    return draft


def drafts(session: Session) -> Sequence[ScoreRuleDraft]:
    """Every draft, last changed first."""
    return session.scalars(select(ScoreRuleDraft).order_by(ScoreRuleDraft.changed_at.desc())).all()


def stamp(draft: ScoreRuleDraft) -> str:
    """Tell one state of a draft from another."""
    return hashlib.sha256(draft.definition.encode()).hexdigest()[:16]


def save(
    session: Session, draft_id: str, data: dict[str, Any], *, shown: str, now: datetime, actor: str
) -> ScoreRuleDraft:
    """Keep a draft as typed, with its faults, where it still is what was `shown`; the same sent twice is fine.

    Raises HailongError `draft_gone` or `draft_changed`.
    """
    with write(session):
        draft = _locked(session, draft_id)
        text = written(data)
        if text != draft.definition:
            if stamp(draft) != shown:
                raise HailongError("draft_changed")
            draft.definition, draft.changed_at = text, now
            audit.record(session, now=now, actor=actor, action="rule.edit", subject=str(data["id"])[:120])
    return draft


def discard(session: Session, draft_id: str, *, now: datetime, actor: str) -> None:
    """Throw a draft away. Raises HailongError `draft_gone`."""
    with write(session):
        draft = _locked(session, draft_id)
        subject = str(parsed(draft.definition)["id"])[:120]
        session.delete(draft)
        audit.record(session, now=now, actor=actor, action="rule.discard", subject=subject)


def release(session: Session, draft_id: str, *, shown: str, now: datetime, today: date, actor: str) -> ScoreRule:
    """Turn a draft into a rule that nobody can change any more, if it is what the officer has seen.

    Raises HailongError `draft_gone`, `draft_changed`, `rule_released`, or AnalysisError where a value is unusable.
    """
    with write(session):
        draft = _locked(session, draft_id)
        if stamp(draft) != shown:
            raise HailongError("draft_changed")
        rule = checked(parsed(draft.definition))
        if rule.id in packaged_rules() or session.get(ScoreRuleVersion, rule.id) is not None:
            raise HailongError("rule_released", rule=rule.id)
        session.add(
            ScoreRuleVersion(
                id=rule.id,
                base=draft.base,
                digest=rule.digest(),
                definition=draft.definition,
                released_on=today,
                released_by=actor,
            )
        )
        detail = {"base": draft.base, "digest": rule.digest()}
        session.delete(draft)
        try:
            session.flush()
        except IntegrityError as error:  # another draft of this id, released at the same moment
            raise HailongError("rule_released", rule=rule.id) from error
        audit.record(session, now=now, actor=actor, action="rule.release", subject=rule.id, detail=detail)
    return rule


def checked(data: dict[str, Any]) -> ScoreRule:
    """Read a draft as the rule it would become; raise AnalysisError that names the first unusable value."""
    rule = score_rule_from_data(data)
    if not FORM_OF_ID.fullmatch(rule.id):
        raise _unusable("id", rule.id)
    if rule.suppress_below < LEAST_SUPPRESSED:
        raise _unusable("minimum: suppress_below", rule.suppress_below)
    return rule


def _unusable(where: str, got: object) -> AnalysisError:
    return AnalysisError(
        "a draft holds a value that cannot be used",
        code="rule_value",
        where=f"score rule: {where}",
        got=got,
        expected="another value",
        remedy="mend the draft",
    )


def _locked(session: Session, draft_id: str) -> ScoreRuleDraft:
    draft = session.get(ScoreRuleDraft, draft_id, with_for_update=True, populate_existing=True)
    if draft is None:
        raise HailongError("draft_gone")
    return draft
