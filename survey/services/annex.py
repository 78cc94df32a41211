"""What a closed period's report says beside the scores, counted when it is closed and never again.

Answers about fees, trips and the appointed day, and the feedback cases as they stood on that day. Later answers to
a case, an erased text or a transferred case must not change a report that is out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Integer, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session

from analysis.periods import Period
from analysis.rules import ScoreRule
from forms.questionnaire import Kind, Question, Questionnaire, load_questionnaire
from survey.models import (
    RESTRICTED,
    CaseState,
    Category,
    EntryKind,
    FeedbackCase,
    FeedbackEntry,
    Reader,
    Response,
    ResponseExtra,
    Unit,
)
from survey.services.tally import counts_towards

# Under this name a score's details keep it; a recomputation leaves it alone.
ANNEX = "annex"


@dataclass(frozen=True)
class Meaning:
    """What the values of a question say, by the name under which they are counted."""

    code: str
    values: Mapping[str, str]


# Questions of the program's own forms; a form made here may keep them, and then means the same.
MEANINGS: Mapping[str, tuple[Meaning, ...]] = {
    "fees": (
        Meaning("Q7", {"1": "yes", "2": "no", "3": "declined"}),
        Meaning("C6", {"1": "no", "2": "yes", "3": "yes", "4": "declined"}),
    ),
    "trips": (Meaning("Q6", {"0": "0", "1": "1", "2": "2", "3": "3", "4": "4"}),),
    "promised": (Meaning("Q8", {"1": "kept", "2": "kept", "3": "late", "4": "late", "5": "not_due"}),),
}


def annexes(
    session: Session, period: Period, rule: ScoreRule, versions: Collection[str], today: date
) -> dict[str, dict[str, Any]]:
    """Count everything by unit code, as plain values to store."""
    codes = dict(session.execute(select(Unit.id, Unit.code)).all())
    found: dict[str, dict[str, Any]] = {code: {"answers": {}, "feedback": {}} for code in codes.values()}
    for unit_id, subject, meaning, number in _answers(session, period, rule, versions):
        counts = found[codes[unit_id]]["answers"].setdefault(subject, {})
        counts[meaning] = counts.get(meaning, 0) + number
    for unit_id, counts in _feedback(session, period, today).items():
        found[codes[unit_id]]["feedback"] = counts
    return found


def _answers(
    session: Session, period: Period, rule: ScoreRule, versions: Collection[str]
) -> Iterator[tuple[int, str, str, int]]:
    counted = counts_towards(session, period, rule.trust_levels)
    for version in sorted(versions):
        questionnaire = load_questionnaire(version)
        for subject, meaning in _asked(questionnaire, questionnaire.questions):
            value = func.substr(Response.answers, questionnaire.positions[meaning.code] + 1, 1)
            query = (
                select(Response.unit_id, value, func.count())
                .where(counted, Response.version == version)
                .group_by(Response.unit_id, value)
            )
            for unit_id, answer, number in session.execute(query):
                if answer in meaning.values:
                    yield unit_id, subject, meaning.values[answer], number
        for subject, meaning in _asked(questionnaire, questionnaire.extra_questions):
            value = func.substr(ResponseExtra.answers, questionnaire.extra_columns.index(meaning.code) + 1, 1)
            query = (
                select(Response.unit_id, value, func.count())
                .join(
                    ResponseExtra,
                    and_(
                        ResponseExtra.number_hash == Response.number_hash,
                        ResponseExtra.version == version,
                    ),
                )
                .where(
                    counted,
                    Response.version == version,
                    ResponseExtra.local_date >= period.first,
                )
                .group_by(Response.unit_id, value)
            )
            for unit_id, answer, number in session.execute(query):
                if answer in meaning.values:
                    yield unit_id, subject, meaning.values[answer], number


def _asked(questionnaire: Questionnaire, questions: Collection[Question]) -> Iterator[tuple[str, Meaning]]:
    """Name the questions that are among `questions` and offer exactly the choices that are known."""
    by_code = {question.code: question for question in questions}
    for subject, meanings in MEANINGS.items():
        for meaning in meanings:
            question = by_code.get(meaning.code)
            if question is not None and question.kind is Kind.CHOICE and question.values == set(meaning.values):
                yield subject, meaning


def _feedback(session: Session, period: Period, today: date) -> dict[int, dict[str, int]]:
    """Count the cases that came in during the period and stood with each unit when it was closed.

    Not among them: what is for a leader's eyes only, and complaints and denunciations, which have their own way.
    A case that was sent to the level above is the upper unit's, never told of the one that it is about.
    """
    last_reply = (
        select(func.max(FeedbackEntry.on_date))
        .where(FeedbackEntry.case_key == FeedbackCase.key, FeedbackEntry.kind == EntryKind.REPLY)
        .scalar_subquery()
    )
    rated = (
        select(func.max(cast(FeedbackEntry.satisfied, Integer)))
        .where(FeedbackEntry.case_key == FeedbackCase.key, FeedbackEntry.satisfied.is_not(None))
        .scalar_subquery()
    )
    unrelated = func.coalesce(FeedbackCase.category == Category.UNRELATED, False)
    answered = and_(~unrelated, FeedbackCase.state.in_((CaseState.ANSWERED, CaseState.CLOSED)))
    is_open = and_(
        ~unrelated, FeedbackCase.state.not_in((CaseState.ANSWERED, CaseState.CLOSED, CaseState.WITHDRAWN))
    )
    settled_late = func.coalesce(func.coalesce(last_reply, FeedbackCase.settled_on) > FeedbackCase.due_on, False)
    kinds = {
        "received": FeedbackCase.state.is_not(None),
        "unrelated": unrelated,
        "answered": answered,
        "answered_late": and_(answered, settled_late),
        "open": is_open,
        "open_late": and_(is_open, func.coalesce(FeedbackCase.due_on < today, False)),
        "withdrawn": and_(~unrelated, FeedbackCase.state == CaseState.WITHDRAWN),
        "satisfied": and_(answered, rated == 1),
        "dissatisfied": and_(answered, rated == 0),
    }
    query = (
        select(
            FeedbackCase.reader_unit_id,
            *(func.sum(case((condition, 1), else_=0)) for condition in kinds.values()),
        )
        .where(
            FeedbackCase.trial.is_(False),
            FeedbackCase.reader != Reader.LEADER,
            FeedbackCase.merged_into.is_(None),
            or_(FeedbackCase.category.is_(None), FeedbackCase.category.not_in(RESTRICTED)),
            FeedbackCase.received_on.between(period.first, period.last),
        )
        .group_by(FeedbackCase.reader_unit_id)
    )
    return {
        unit_id: dict(zip(kinds, (int(number) for number in numbers), strict=True))
        for unit_id, *numbers in session.execute(query)
    }
