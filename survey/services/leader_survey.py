"""The leaders' survey: a few leaders rate a unit through personal one-time links, for the 10-point component."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.orm import Session

from analysis.points import round_half_up
from forms.questionnaire import Purpose, Questionnaire, load_questionnaire
from survey.codes import LINK_CODE_LENGTH, new_code
from survey.database import write
from survey.errors import HailongError
from survey.models import LeaderResponse, LeaderSurvey, Unit
from survey.models import Purpose as CodePurpose
from survey.services import audit, one_time_code
from survey.services.destination import Destination
from survey.services.one_time_code import Grant

DEFAULT_VERSION = "leaders-v1"
_STORE = insert(LeaderResponse)
_ASKED = (
    select(LeaderSurvey.asked, Unit.name)
    .join(Unit, Unit.id == LeaderSurvey.unit_id)
    .where(LeaderSurvey.id == bindparam("survey_id"))
)


@dataclass(frozen=True)
class Asked:
    """What a leader is told: which unit is rated, and how many leaders were asked to."""

    unit_name: str
    leaders: int


@dataclass(frozen=True)
class LeaderResult:
    """What the leaders made of a unit: points of `maximum`, None where too few answered; `share` of the maximum
    is not rounded. `items` are the mean points of single questions, empty where too few answered for these.
    """

    unit: Unit
    version: str
    points_from: int
    asked: int
    answered: int
    share: Decimal | None
    points: Decimal | None
    maximum: Decimal
    items: Mapping[str, Decimal]


def is_asked(destination: Destination) -> bool:
    """Tell whether a code leads to the leaders' survey."""
    return destination.ticket is not None and destination.ticket.purpose is CodePurpose.LEADER


def asked(connection: Connection, destination: Destination) -> Asked | None:
    """Find which unit a leader's link is about and how many were asked; None where a code is not for leaders."""
    if destination.ticket is None or not is_asked(destination):
        return None
    found = connection.execute(_ASKED, {"survey_id": destination.ticket.survey_id}).one()
    return Asked(unit_name=found.name, leaders=found.asked)


def check_purpose(destination: Destination, questionnaire: Questionnaire) -> None:
    """Refuse, as an unknown code, a leaders' form sent through a citizen's code or the other way round."""
    if is_asked(destination) != (questionnaire.purpose is Purpose.LEADER):
        raise HailongError("unknown_code")


def store(connection: Connection, destination: Destination, number_hash: bytes, answers: str) -> None:
    """Store a leader's answers in the transaction that uses the link up."""
    assert destination.ticket is not None  # noqa: S101  only called for a leader's link
    row = {"number_hash": number_hash, "survey_id": destination.ticket.survey_id, "answers": answers}
    connection.execute(_STORE, row)


def invite(
    session: Session,
    units: Sequence[Unit],
    *,
    round_name: str,
    version: str,
    expires_on: date,
    now: datetime,
    actor: str,
) -> list[str]:
    """Draw one personal link for each entry of `units` (a unit stands there once for each of its leaders).

    Who the leaders are is not known here. Raises HailongError when the version is not for leaders, the day has
    passed, or a unit was rated by another version before.
    """
    questionnaire = load_questionnaire(version)
    if questionnaire.purpose is not Purpose.LEADER:
        raise HailongError("questionnaire_for_citizens", version=version)
    if expires_on < now.date():
        raise HailongError("invitation_in_the_past")
    with write(session):
        surveys = {unit.id: _survey(session, unit, round_name, version) for unit in dict.fromkeys(units)}
        for unit in units:
            surveys[unit.id].asked += 1
        session.flush()
        grants = [
            Grant(
                unit_id=unit.id,
                expires_on=expires_on,
                purpose=CodePurpose.LEADER,
                version=version,
                survey_id=surveys[unit.id].id,
            )
            for unit in units
        ]
        drawn = [new_code(LINK_CODE_LENGTH) for _ in units]
        one_time_code.issue(session, grants, codes=[(code,) for code in drawn], today=now.date())
        audit.record(
            session,
            now=now,
            actor=actor,
            action="leaders.invite",
            subject=round_name,
            detail={"units": len(surveys), "links": len(units), "version": version, "until": f"{expires_on}"},
        )
    return drawn


def results(session: Session, *, round_name: str) -> list[LeaderResult]:
    """Compute the points of every unit of a round, in order of the units' codes; HailongError if there is none.

    A leader's points are the mean of what that leader rated, a unit's the mean over its leaders.
    """
    surveys = session.scalars(
        select(LeaderSurvey).join(LeaderSurvey.unit).where(LeaderSurvey.round == round_name).order_by(Unit.code)
    ).all()
    if not surveys:
        raise HailongError("no_leader_survey", round=round_name)
    return _results(session, surveys)


def shares(session: Session, *, round_name: str) -> dict[int, Decimal]:
    """Return the share of the maximum by unit id, where enough leaders answered; empty without a survey."""
    surveys = session.scalars(select(LeaderSurvey).where(LeaderSurvey.round == round_name)).all()
    found = _results(session, surveys)
    return {result.unit.id: result.share for result in found if result.share is not None}


def _results(session: Session, surveys: Sequence[LeaderSurvey]) -> list[LeaderResult]:
    patterns: dict[int, list[str]] = {}
    wanted = LeaderResponse.survey_id.in_([survey.id for survey in surveys])
    for survey_id, answers in session.execute(
        select(LeaderResponse.survey_id, LeaderResponse.answers).where(wanted)
    ):
        patterns.setdefault(survey_id, []).append(answers)
    return [_result(survey, patterns.get(survey.id, [])) for survey in surveys]


def _result(survey: LeaderSurvey, responses: Sequence[str]) -> LeaderResult:
    questionnaire = load_questionnaire(survey.version)
    by_leader = [points for points in (_points(questionnaire, answers) for answers in responses) if points]
    maximum = questionnaire.rating_points[-1]
    enough = len(by_leader) >= questionnaire.points_from
    share = _mean([_mean(list(points.values())) for points in by_leader]) / maximum if enough else None
    items: dict[str, Decimal] = {}
    for code in questionnaire.rating_items:
        given = [points[code] for points in by_leader if code in points]
        if len(given) >= questionnaire.details_from:
            items[code] = round_half_up(_mean(given))
    return LeaderResult(
        unit=survey.unit,
        version=survey.version,
        points_from=questionnaire.points_from,
        asked=survey.asked,
        answered=len(responses),
        share=share,
        points=None if share is None else round_half_up(share * maximum),
        maximum=maximum,
        items=items,
    )


def _points(questionnaire: Questionnaire, answers: str) -> dict[str, Decimal]:
    """What one leader gave, by question; what the leader could not tell is left out."""
    given = {code: answers[questionnaire.positions[code]] for code in questionnaire.rating_items}
    worth = {str(rating): points for rating, points in enumerate(questionnaire.rating_points, start=1)}
    return {code: worth[rating] for code, rating in given.items() if rating in worth}


def _mean(values: Sequence[Decimal]) -> Decimal:
    return sum(values, Decimal(0)) / len(values)


def _survey(session: Session, unit: Unit, round_name: str, version: str) -> LeaderSurvey:
    found = session.scalar(
        select(LeaderSurvey).where(LeaderSurvey.round == round_name, LeaderSurvey.unit_id == unit.id)
    )
    if found is None:
        found = LeaderSurvey(round=round_name, unit_id=unit.id, version=version, asked=0)
        session.add(found)
    elif found.version != version:
        raise HailongError("leader_survey_other_version", unit=unit.name, version=found.version)
    return found
