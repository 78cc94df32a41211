"""Feedback of the example province, so that its inbox shows what one looks like. Invented, about nobody."""

from __future__ import annotations

import hashlib
import secrets
import tomllib
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from survey.codes import encode_bits
from survey.config import TIME_ZONE
from survey.database import write
from survey.models import CaseState, Category, Comment, Officer, Reader, Topic, Unit
from survey.services import feedback, feedback_answer, feedback_handling, reply_template
from survey.services.deadline import Deadlines
from survey.services.desk import desk_of
from survey.services.feedback import NewCase, Once

CASES = Path(__file__).resolve().parent.parent / "presets" / "example-feedback.toml"
LUNCH = time(11, 30)


def fill(
    session: Session, *, unit: Unit, officer: Officer, sealing_key: bytes, deadlines: Deadlines, today: date
) -> int:
    """Send, handle and answer the example's cases at `unit`, and store its remarks; return how many cases."""
    content = tomllib.loads(CASES.read_text(encoding="utf-8"))
    now = datetime.combine(today, LUNCH, TIME_ZONE)
    for template in content["template"]:
        reply_template.add(session, unit=unit, **template, actor=officer.email, now=now)
    for told in content["case"]:
        _Story(session, told, unit, officer, deadlines, today).play(sealing_key)
    monday = today - timedelta(days=today.weekday() + 7)
    with write(session):
        session.add_all(
            Comment(id=secrets.token_bytes(16), unit_id=unit.id, week_of=monday, trial=False, **remark)
            for remark in content["remark"]
        )
    return len(content["case"])


class _Story:
    """What happened to one case of the example, at noon of working days."""

    def __init__(
        self,
        session: Session,
        told: dict[str, Any],
        unit: Unit,
        officer: Officer,
        deadlines: Deadlines,
        today: date,
    ) -> None:
        self._session, self._told, self._officer, self._deadlines = session, told, officer, deadlines
        self._desk = desk_of(session, unit.id, today=today)
        self._received = today
        for _ in range(told["days_ago"]):
            self._received = _working_day_before(self._received, deadlines)
        self._code = encode_bits(secrets.token_bytes(10))
        self._key = feedback.case_key(self._code)

    def play(self, sealing_key: bytes) -> None:
        """Send the case and do what was done with it."""
        told = self._told
        reader = Reader(told.get("reader", "unit"))
        feedback.send(
            self._session,
            NewCase(Topic(told["topic"]), reader, told["text"], None, "contact-v1"),
            code=self._code,
            desk=self._desk,
            once=self._once(),
            sealing_key=sealing_key,
            deadlines=self._deadlines,
            today=self._received,
        )
        who: dict[str, Any] = {"actor": self._officer.email, "now": self._at(1)}
        if "category" in told:
            category = Category(told["category"])
            feedback_handling.classify(self._session, self._key, category, deadlines=self._deadlines, **who)
        if told.get("assigned"):
            feedback_handling.assign(self._session, self._key, self._officer, **who)
        if "state" in told:
            feedback_answer.set_state(self._session, self._key, CaseState(told["state"]), **who)
        if "note" in told:
            feedback_handling.add_note(self._session, self._key, told["note"], **who)
        if "reply" in told:
            self._answer(told["reply"])

    def _answer(self, text: str) -> None:
        answered = self._at(5)
        feedback_answer.reply(self._session, self._key, text, actor=self._officer.email, now=answered)
        if "reopened" in self._told:
            feedback.reopen(
                self._session,
                self._code,
                self._told["reopened"],
                once=self._once(),
                deadlines=self._deadlines,
                today=self._at(7).date(),
            )

    def _once(self) -> Once:
        return Once(hashlib.sha256(secrets.token_bytes(16)).digest(), self._received)

    def _at(self, days: int) -> datetime:
        return datetime.combine(self._deadlines.calendar.add(self._received, days), LUNCH, TIME_ZONE)


def _working_day_before(day: date, deadlines: Deadlines) -> date:
    day -= timedelta(days=1)
    while not deadlines.calendar.is_working(day):
        day -= timedelta(days=1)
    return day
