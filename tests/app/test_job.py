"""Long work: it is done once, tells how far it is, says what went wrong, and survives its worker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.models import Job, JobState, Role
from survey.services import job as jobs
from survey.services import job_kinds, work
from survey.services.job_kinds import Outcome, Task

from commands import hailong
from factories import Factory
from signing_in import sign_in
from working import work_all

NOW = datetime(2026, 8, 15, 9, 0, tzinfo=TIME_ZONE)


def ask(session: Session, actor: str = "an@example.vn", **payload: object) -> Job:
    return jobs.ask(session, "trial", payload, actor=actor, now=NOW, files={"vao.csv": b"a,b"})


@pytest.fixture
def trial(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Task], Outcome]], None]:
    return lambda handler: monkeypatch.setitem(job_kinds.KINDS, "trial", handler)


def test_what_is_asked_for_is_done_once_and_leaves_its_files(
    app: Flask, session: Session, trial: Callable[[Callable[[Task], Outcome]], None]
) -> None:
    done: list[bytes] = []

    def handler(task: Task) -> Outcome:
        done.append(task.files["vao.csv"])
        task.progress(0.5)
        return Outcome({"rows": 2}, files={"ra.csv": b"1"})

    trial(handler)
    asked = ask(session)
    assert work_all(app, now=NOW) == 1
    assert work_all(app, now=NOW) == 0
    session.expire_all()
    stored = session.get_one(Job, asked.id)
    assert (done, stored.state, stored.result["values"]) == ([b"a,b"], JobState.DONE, {"rows": 2})
    assert [file.name for file in stored.files] == ["ra.csv"]


def test_a_refusal_is_told_to_who_asked_and_to_nobody_else(
    app: Flask,
    client: FlaskClient,
    session: Session,
    factory: Factory,
    trial: Callable[[Callable[[Task], Outcome]], None],
) -> None:
    def handler(task: Task) -> Outcome:
        raise HailongError("period_closed", period="2026-Q2")

    trial(handler)
    unit = factory.unit()
    officer, other = factory.officer(unit), factory.officer(unit)
    asked = ask(session, actor=officer.email)
    work_all(app, now=NOW)
    sign_in(client, officer.email)
    page = client.get(f"/officer/jobs/{asked.id}")
    assert "Chưa làm được" in page.text
    assert "2026-Q2" in page.text
    stranger = app.test_client()
    sign_in(stranger, other.email)
    assert stranger.get(f"/officer/jobs/{asked.id}").status_code == 404
    assert stranger.get(f"/officer/jobs/{asked.id}.json").status_code == 404


@pytest.mark.parametrize(("role", "status"), [(Role.REFORM, 200), (Role.ONE_STOP, 403)])
def test_who_lost_the_role_for_a_work_sees_no_more_of_it(
    client: FlaskClient, session: Session, factory: Factory, role: Role, status: int
) -> None:
    officer = factory.officer(factory.unit(), role)
    asked = jobs.ask(session, "posters", {}, actor=officer.email, now=NOW)
    sign_in(client, officer.email)
    assert client.get(f"/officer/jobs/{asked.id}").status_code == status
    assert client.get(f"/officer/jobs/{asked.id}.json").status_code == status


def test_every_work_that_needs_a_role_is_one_that_is_done() -> None:
    assert set(job_kinds.NEEDS) <= set(job_kinds.KINDS)


def test_a_fault_of_the_program_is_tried_again_later_and_not_for_ever(
    app: Flask, session: Session, trial: Callable[[Callable[[Task], Outcome]], None]
) -> None:
    def handler(task: Task) -> Outcome:
        raise RuntimeError("broken")

    trial(handler)
    asked = ask(session)
    tries = [work_all(app, now=NOW + timedelta(days=day)) for day in range(6)]
    assert sum(tries) == jobs.MOST_ATTEMPTS
    session.expire_all()
    assert session.get_one(Job, asked.id).state is JobState.FAILED


def test_what_a_lost_worker_left_is_taken_up_again(session: Session) -> None:
    asked = ask(session)
    assert jobs.take(session, now=NOW) is not None
    assert jobs.take(session, now=NOW + timedelta(minutes=1)) is None, "somebody is at it"
    again = jobs.take(session, now=NOW + jobs.SILENCE + timedelta(minutes=1))
    assert again is not None
    assert again.id == asked.id


def test_recurring_work_is_asked_for_once_a_day(session: Session) -> None:
    for hours in (0, 1, 25):
        work.plan(session, now=NOW + timedelta(hours=hours))
    keys = session.scalars(select(Job.key).where(Job.kind == "purge").order_by(Job.key)).all()
    assert keys == ["purge 2026-08-15", "purge 2026-08-16"]


def test_the_command_does_what_waits(app: Flask, session: Session) -> None:
    result = hailong(app, "work", "--once")
    assert result.exit_code == 0, result.output
    session.expire_all()
    assert {job.state for job in session.scalars(select(Job).where(Job.kind == "purge"))} == {JobState.DONE}
