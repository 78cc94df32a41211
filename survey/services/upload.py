"""Tables sent in through the pages: check, show, and import them once the officer has seen what would change."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from analysis.periods import parse_period
from survey.database import write
from survey.errors import Fault, HailongError, ImportRefused
from survey.models import AuditEvent, Job, Officer, Unit, Upload, UploadKind, UploadState
from survey.services import counter, dossier, findings, job, unit
from survey.services.columns import Column, Progress
from survey.services.importing import ImportSummary, Reach
from survey.services.template import Template

# A table that nobody imported goes after so long.
FORGOTTEN_AFTER = timedelta(days=7)
# Some 700 rows; reading more takes longer than a page may and is left to the worker.
CHECKED_AT_ONCE = 30_000  # bytes
READING_SHARE = 0.8


def receive(
    session: Session,
    kind: UploadKind,
    data: bytes,
    *,
    file_name: str,
    period: str | None,
    reach: Reach,
    officer: Officer,
    now: datetime,
) -> Upload:
    """Keep a table and check it: at once where it is small, else as work of `job_id`. Nothing is imported."""
    upload = Upload(
        id=secrets.token_hex(16),
        kind=kind,
        state=UploadState.RECEIVED,
        period=period,
        file_name=file_name[-120:],
        content=data,
        officer_id=officer.id,
        uploaded_at=now,
        findings={},
    )
    with write(session):
        session.execute(
            delete(Upload).where(Upload.state != UploadState.DONE, Upload.uploaded_at < now - FORGOTTEN_AFTER)
        )
        session.add(upload)
        if len(data) > CHECKED_AT_ONCE:
            upload.job_id = job.enqueue(
                session, "check_upload", _payload(upload, reach), actor=officer.email, now=now
            ).id
    if upload.job_id is None:
        check(session, upload.id, reach=reach, now=now)
    return upload


def check(
    session: Session,
    upload_id: str,
    *,
    reach: Reach,
    now: datetime,
    progress: Callable[[float], None] | None = None,
) -> None:
    """Find out what is wrong with a table, or what importing it would change, and keep that beside it."""
    upload = session.get_one(Upload, upload_id)
    kind, content = upload.kind, upload.content or b""
    try:
        summary = _run(
            session, upload, actor="", reach=reach, now=now, dry_run=True, progress=_rows_of(content, progress)
        )
        found, state = findings.of_summary(summary), UploadState.CHECKED
    except ImportRefused as refused:
        found, state = findings.of_refusal(refused), UploadState.FAULTY
    except HailongError as error:
        found = findings.of_refusal(ImportRefused([Fault(None, None, error.code, error.params)]))
        state = UploadState.FAULTY
    found["table"] = findings.rows_to_show(content, COLUMNS[kind], found["faults"] or found["warnings"])
    with write(session):
        upload = session.get_one(Upload, upload_id, populate_existing=True)
        upload.findings, upload.state, upload.job_id = found, state, None


def confirm(session: Session, upload: Upload, *, reach: Reach, officer: Officer, now: datetime) -> Job:
    """Ask the worker to import a checked table; asked twice, it is imported once.

    Raises HailongError `upload_not_checked` for one that has faults or is imported already.
    """
    with write(session):
        upload = session.get_one(Upload, upload.id, with_for_update=True, populate_existing=True)
        if upload.state not in (UploadState.CHECKED, UploadState.IMPORTING):
            raise HailongError("upload_not_checked")
        asked = job.enqueue(
            session,
            "import_upload",
            _payload(upload, reach),
            actor=officer.email,
            now=now,
            key=f"upload {upload.id}",
        )
        upload.state, upload.job_id = UploadState.IMPORTING, asked.id
    return asked


def carry_out(
    session: Session,
    upload_id: str,
    *,
    reach: Reach,
    actor: str,
    now: datetime,
    progress: Callable[[float], None] | None = None,
) -> None:
    """Import a table that was confirmed; what has become wrong since it was checked is shown like any fault."""
    upload = session.get_one(Upload, upload_id)
    if upload.state is not UploadState.IMPORTING:
        return
    content = upload.content or b""
    kind = upload.kind
    try:
        summary = _run(
            session, upload, actor=actor, reach=reach, now=now, dry_run=False, progress=_rows_of(content, progress)
        )
        found, state = findings.of_summary(summary), UploadState.DONE
    except ImportRefused as refused:
        found, state = findings.of_refusal(refused), UploadState.FAULTY
        found["table"] = findings.rows_to_show(content, COLUMNS[kind], found["faults"])
    except HailongError as error:
        found = findings.of_refusal(ImportRefused([Fault(None, None, error.code, error.params)]))
        state = UploadState.FAULTY
    with write(session):
        upload = session.get_one(Upload, upload_id, populate_existing=True)
        upload.findings, upload.state, upload.job_id = found, state, None
        if state is UploadState.DONE:
            upload.content = None


def give_up(session: Session, upload: Upload) -> None:
    """Forget a table that was not imported."""
    with write(session):
        upload = session.get_one(Upload, upload.id, with_for_update=True, populate_existing=True)
        if upload.state in (UploadState.RECEIVED, UploadState.CHECKED, UploadState.FAULTY):
            session.delete(upload)


def reach_of(payload: dict[str, Any]) -> Reach:
    """Read the reach that a job was asked for with."""
    return Reach(frozenset(payload["unit_ids"]), payload["at_top"])


@dataclass(frozen=True)
class Past:
    """An import of the past, through the pages or the command line."""

    event: AuditEvent
    codes: tuple[str, ...]

    @property
    def file_name(self) -> str:
        return str(self.event.detail.get("file") or self.event.subject)


def history(session: Session, kind: UploadKind, reach: Reach, *, most: int = 20) -> list[Past]:
    """List the newest imports that named any unit within `reach`."""
    codes = set(session.scalars(select(Unit.code).where(Unit.id.in_(reach.unit_ids))))
    events = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.action == f"{kind.value}.import")
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(20 * most)
    )
    past = (Past(event, tuple(event.detail.get("codes") or event.detail.get("replaced", ()))) for event in events)
    return [one for one in past if codes.intersection(one.codes)][:most]


def template(session: Session, kind: UploadKind, *, reach: Reach, now: datetime) -> Template:
    """The sheet to fill in, with the codes of the units within reach."""
    if kind is UploadKind.DOSSIERS:
        return dossier.template(session, now, reach)
    return unit.template(session, reach) if kind is UploadKind.UNITS else counter.template(session, reach)


def _run(
    session: Session,
    upload: Upload,
    *,
    actor: str,
    reach: Reach,
    now: datetime,
    dry_run: bool,
    progress: Progress | None,
) -> ImportSummary:
    shared: dict[str, Any] = {
        "now": now,
        "actor": actor,
        "file_name": upload.file_name,
        "dry_run": dry_run,
        "reach": reach,
        "progress": progress,
    }
    data = upload.content or b""
    if upload.kind is UploadKind.DOSSIERS:
        return dossier.import_dossiers(session, data, parse_period(upload.period or ""), **shared)
    run = unit.import_units if upload.kind is UploadKind.UNITS else counter.import_counters
    return run(session, data, **shared)


def _nothing(_cell: object) -> Any:
    return None


# Only the headings matter where rows are shown as they stand.
COLUMNS: dict[UploadKind, Sequence[Column]] = {
    UploadKind.DOSSIERS: dossier.columns(_nothing, _nothing),
    UploadKind.UNITS: unit.COLUMNS,
    UploadKind.COUNTERS: counter.columns(_nothing, _nothing),
}


def _rows_of(content: bytes, progress: Callable[[float], None] | None) -> Progress | None:
    """Turn the rows read into a share of the work: a row of numbers takes some sixty bytes of a file."""
    if progress is None:
        return None
    expected = max(1, len(content) // 60)
    return lambda rows: progress(READING_SHARE * min(1.0, rows / expected))


def _payload(upload: Upload, reach: Reach) -> dict[str, Any]:
    return {"upload": upload.id, "unit_ids": sorted(reach.unit_ids), "at_top": reach.at_top}
