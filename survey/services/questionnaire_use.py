"""Which version citizens of a unit are asked: the nearest assignment in the tree, else the short form."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, func, literal, or_, select
from sqlalchemy.orm import Session

from forms.questionnaire import Purpose, Questionnaire, QuestionnaireError, load_questionnaire
from survey.config import TIME_ZONE
from survey.database import write
from survey.errors import HailongError
from survey.models import QuestionnaireUse, Unit
from survey.services import audit

DEFAULT_VERSION = "short-v1"
# Deeper than any administration; a faulty tree that bites its own tail ends here.
DEEPEST = 16

_UP = select(Unit.id, Unit.parent_id, literal(0).label("height")).where(Unit.id == bindparam("unit_id")).cte(
    "up", recursive=True
)  # fmt: skip
_UP = _UP.union_all(
    select(Unit.id, Unit.parent_id, _UP.c.height + 1).where(Unit.id == _UP.c.parent_id, _UP.c.height < DEEPEST)
)
# Nearest unit first; of two on one unit the later start, of two with one start the later entered.
_IN_USE = (
    select(QuestionnaireUse.version)
    .join(_UP, _UP.c.id == QuestionnaireUse.unit_id)
    .where(
        QuestionnaireUse.valid_from <= bindparam("today"),
        or_(QuestionnaireUse.valid_to.is_(None), QuestionnaireUse.valid_to >= bindparam("today")),
    )
    .order_by(_UP.c.height, QuestionnaireUse.valid_from.desc(), QuestionnaireUse.id.desc())
)
_ANY = select(func.count()).select_from(QuestionnaireUse)


def for_citizens(connection: Connection, unit_id: int, *, today: date) -> Questionnaire:
    """Return the version to be asked in a unit today; one that is not in force is passed over."""
    # Most installations assign nothing, and asking that first costs less than walking up the tree.
    if connection.scalar(_ANY):
        for version in connection.scalars(_IN_USE, {"unit_id": unit_id, "today": today}):
            questionnaire = load_questionnaire(version)
            if questionnaire.is_in_force(today):
                return questionnaire
    return load_questionnaire(DEFAULT_VERSION)


def assign(
    session: Session,
    version: str,
    *,
    unit: Unit,
    valid_from: date,
    valid_to: date | None,
    now: datetime,
    actor: str,
) -> QuestionnaireUse:
    """Let citizens of `unit` and all below it answer `version` from one day to another, or without end.

    Raises HailongError for an unknown version, one for leaders, days that run backwards or lie outside its own,
    and days that have passed: what people were asked then is not changed afterwards.
    """
    try:
        questionnaire = load_questionnaire(version)
    except QuestionnaireError as error:
        raise HailongError("questionnaire_unknown", version=version) from error
    if questionnaire.purpose is not Purpose.CITIZEN:
        raise HailongError("questionnaire_for_leaders", version=version)
    if valid_to is not None and valid_to < valid_from:
        raise HailongError("use_backwards")
    if valid_from < now.date():
        raise HailongError("use_in_the_past")
    if not questionnaire.is_in_force(valid_from) or not questionnaire.is_in_force(valid_to or valid_from):
        raise HailongError("use_outside_force", version=version)
    with write(session):
        use = QuestionnaireUse(unit_id=unit.id, version=version, valid_from=valid_from, valid_to=valid_to)
        session.add(use)
        audit.record(
            session,
            now=now,
            actor=actor,
            action="questionnaire.assign",
            subject=version,
            detail={"unit": unit.code, "from": f"{valid_from}", "to": f"{valid_to}" if valid_to else None},
        )
    return use


def end(session: Session, use: QuestionnaireUse, *, now: datetime, actor: str) -> None:
    """Let an assignment end with today, or take it back if it has not begun; one that is over stays as it is."""
    today = now.astimezone(TIME_ZONE).date()
    with write(session):
        session.refresh(use, with_for_update=True)
        if use.valid_to is not None and use.valid_to <= today:
            return
        if use.valid_from > today:
            session.delete(use)
        else:
            use.valid_to = today
        audit.record(
            session,
            now=now,
            actor=actor,
            action="questionnaire.unassign",
            subject=use.version,
            detail={"unit": use.unit.code, "from": f"{use.valid_from}", "to": f"{today}"},
        )


def uses(session: Session, unit_ids: Collection[int], version: str | None = None) -> Sequence[QuestionnaireUse]:
    """List the assignments on these units, newest first."""
    query = select(QuestionnaireUse).where(QuestionnaireUse.unit_id.in_(unit_ids))
    if version is not None:
        query = query.where(QuestionnaireUse.version == version)
    return session.scalars(query.order_by(QuestionnaireUse.valid_from.desc(), QuestionnaireUse.id.desc())).all()
