"""Import responses that were collected elsewhere: LimeSurvey, Google Forms, a table of paper forms.

All or nothing, marked `assisted`, one finished batch for each unit, that can be set aside like a box of paper.
Of the file nothing is kept but the answers, the unit and the day.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from forms.questionnaire import SKIPPED
from survey.config import TIME_ZONE
from survey.database import wait_for_closing, write
from survey.errors import Fault, HailongError
from survey.models import (
    BatchState,
    Officer,
    PaperBatch,
    Response,
    ResponseExtra,
    Source,
    Trust,
    Unit,
)
from survey.services import audit
from survey.services.columns import Progress, Row, Table, read_table
from survey.services.destination import Destination, resolve_place
from survey.services.paper_check import NUMBER_BYTES
from survey.services.response import number_hash
from survey.services.response_file import UnitRows, check, columns, constants, given, key_of, taken
from survey.services.response_map import ResponseMap
from survey.services.service_field import ALL_FIELDS

_RANDOM = secrets.SystemRandom()


@dataclass(frozen=True)
class UnitCount:
    """What the file has of one unit: `batch` is the id of its batch, None in a dry run."""

    unit: Unit
    stored: int
    invalid: int
    trial: int
    first_day: date
    last_day: date
    batch: str | None = None


@dataclass(frozen=True)
class ResponseSummary:
    """What was imported or would be: `answers` counts each question's stored characters."""

    rows: int
    left_out: int
    units: tuple[UnitCount, ...]
    answers: Mapping[str, Mapping[str, int]]
    warnings: tuple[Fault, ...] = ()


def import_responses(
    session: Session,
    data: bytes,
    mapping: ResponseMap,
    *,
    now: datetime,
    actor: str,
    file_name: str,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ResponseSummary:
    """Store the responses of a file as batches, one for each unit.

    A row with too few ratings is counted as an invalid form, as on paper. Raises ImportRefused with every fault,
    HailongError `unknown_officer`, `map_faulty`, or `responses_imported` for a file that was imported before.
    """
    officer = session.scalars(select(Officer).where(Officer.email == mapping.officer)).one_or_none()
    if officer is None:
        raise HailongError("unknown_officer", email=mapping.officer)
    digest = hashlib.sha256(data).hexdigest()
    _refuse_known(session, digest)
    table = read_table(data, columns(session, mapping), others=True, progress=progress)
    rows, left_out = taken(table, mapping)
    found = check(session, table, rows, mapping, today=now.astimezone(TIME_ZONE).date())
    table.check()
    if dry_run:
        return _summary(session, table, mapping, found, left_out, {})
    with write(session):
        wait_for_closing(session.connection(), closing=False)
        _refuse_known(session, digest)
        check(session, table, rows, mapping, today=now.astimezone(TIME_ZONE).date())
        table.check()
        batches = {
            read.unit.id: _store(session, read, mapping, officer=officer, digest=digest, now=now) for read in found
        }
        summary = _summary(session, table, mapping, found, left_out, batches)
        audit.record(
            session,
            now=now,
            actor=actor,
            action="responses.import",
            subject=file_name[-120:],
            detail={
                "source": mapping.source,
                "officer": officer.email,
                "witness": mapping.witness,
                "version": mapping.questionnaire.id,
                "stored": sum(one.stored for one in summary.units),
                "codes": [one.unit.code for one in summary.units],
                "batches": list(batches.values()),
            },
        )
    return summary


def _refuse_known(session: Session, digest: str) -> None:
    known = session.scalars(select(PaperBatch).where(PaperBatch.file_digest == digest).limit(1)).one_or_none()
    if known is not None:
        raise HailongError("responses_imported", batch=known.id, day=f"{known.opened_on:%d/%m/%Y}")


def _split(row: Row, mapping: ResponseMap) -> tuple[str, str]:
    """The two strings that are stored: the answers, and those of the second part."""
    answered = given(row, mapping)
    extra = {question.code for question in mapping.questionnaire.extra_questions}
    return (
        mapping.questionnaire.encode({code: value for code, value in answered.items() if code not in extra}),
        mapping.questionnaire.encode_extra({code: value for code, value in answered.items() if code in extra}),
    )


def _store(
    session: Session, read: UnitRows, mapping: ResponseMap, *, officer: Officer, digest: str, now: datetime
) -> str:
    """Store a unit's batch, its responses in an order of their own: nobody can count down to a row of the file."""
    batch = PaperBatch(
        id=secrets.token_hex(16),
        unit_id=read.unit.id,
        counter_id=None,
        version=mapping.questionnaire.id,
        state=BatchState.FINISHED,
        first_day=min(read.days),
        last_day=max(read.days),
        opened_on=now.astimezone(TIME_ZONE).date(),
        opener_one=officer.name,
        opener_two=mapping.witness,
        found_count=len(read.rows) + read.invalid,
        officer_id=officer.id,
        started_at=now,
        ended_at=now,
        stored_count=len(read.rows),
        invalid_count=read.invalid,
        compared_count=0,
        agreed_count=0,
        source=mapping.source,
        file_digest=digest,
    )
    session.add(batch)
    session.flush()
    same = constants(session, mapping)
    places: dict[date, Destination] = {}
    responses, extras = [], []
    for row, day in _RANDOM.sample(read.rows, len(read.rows)):
        if day not in places:
            places[day] = resolve_place(session.connection(), unit_id=read.unit.id, counter_id=None, today=day)
        answers, extra = _split(row, mapping)
        key = {"local_date": day, "number_hash": number_hash(secrets.token_bytes(NUMBER_BYTES))}
        responses.append(
            key | _booked(row, places[day], day, same, batch.version) | {"answers": answers, "batch_id": batch.id}
        )
        if extra.strip(SKIPPED):
            extras.append(key | {"version": mapping.questionnaire.id, "answers": extra})
    if responses:
        session.execute(insert(Response), responses)
    if extras:
        session.execute(insert(ResponseExtra), extras)
    return batch.id


def _booked(row: Row, place: Destination, day: date, same: Mapping[str, Any], version: str) -> dict[str, Any]:
    declared = same.get("field") or row[key_of("field")]
    field_code = None if declared == ALL_FIELDS else declared
    channel = same.get("channel") or row[key_of("channel")]
    return {
        "unit_id": place.unit_id,
        "counter_id": None,
        "version": version,
        "trust": Trust.ASSISTED,
        "flags": "",
        "trial": place.is_trial(day),
        "field": field_code,
        "field_source": Source.DECLARED if field_code else Source.UNKNOWN,
        "channel": None if channel is None else str(channel),
        "channel_source": Source.DECLARED if channel else Source.UNKNOWN,
        "outcome": None,
        "outcome_source": Source.UNKNOWN,
    }


def _summary(
    session: Session,
    table: Table,
    mapping: ResponseMap,
    found: list[UnitRows],
    left_out: int,
    batches: Mapping[int, str],
) -> ResponseSummary:
    counts: dict[str, Counter[str]] = {code: Counter() for code in mapping.columns}
    for read in found:
        for row, _ in read.rows:
            answered = given(row, mapping)
            for code, counter in counts.items():
                counter[answered.get(code, SKIPPED)] += 1
    return ResponseSummary(
        rows=len(table.rows),
        left_out=left_out,
        units=tuple(_counted(session, read, batches) for read in found),
        answers=counts,
        warnings=tuple(table.warnings),
    )


def _counted(session: Session, read: UnitRows, batches: Mapping[int, str]) -> UnitCount:
    started = read.unit.start_date
    return UnitCount(
        unit=read.unit,
        stored=len(read.rows),
        invalid=read.invalid,
        trial=sum(started is None or day < started for _, day in read.rows),
        first_day=min(read.days),
        last_day=max(read.days),
        batch=batches.get(read.unit.id),
    )
