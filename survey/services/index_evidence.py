"""Evidence of a sheet (tài liệu kiểm chứng): a few kinds of files of limited size, read only behind a sign-in."""

from __future__ import annotations

import hashlib
import io
import secrets
import zipfile
from datetime import datetime
from pathlib import PurePath

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.database import write
from survey.errors import HailongError
from survey.models import IndexEvidence, IndexRound, SheetState, Unit
from survey.services import audit, index_sheet
from survey.services.index_frozen_sheet import is_published
from survey.services.index_round import criteria_of

LARGEST_FILE = 20 * 1024 * 1024
MOST_FILES = 10
_OFFICE = "application/vnd.openxmlformats-officedocument."
MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".docx": f"{_OFFICE}wordprocessingml.document",
    ".xlsx": f"{_OFFICE}spreadsheetml.sheet",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
}
_PARTS = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml"}
_STARTS = {".pdf": b"%PDF-", ".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff"}


def add(
    session: Session,
    index_round: IndexRound,
    unit: Unit,
    code: str,
    data: bytes,
    *,
    file_name: str,
    now: datetime,
    actor: str,
) -> IndexEvidence:
    """Keep a file beside a criterion of a draft; HailongError for one too large, of another kind, or too many."""
    name = PurePath(file_name.replace("\\", "/")).name.strip() or "?"
    media_type = check_file(name, data)
    if code not in {leaf.code for leaf in criteria_of(session, index_round).leaves}:
        raise HailongError("criterion_unknown", got=code)
    with write(session):
        sheet = index_sheet.begun(session, index_round, unit, now=now, actor=actor)
        if sheet.state is not SheetState.DRAFT:
            raise HailongError("index_sheet_state")
        if _count(session, index_round, unit, code) >= MOST_FILES:
            raise HailongError("evidence_too_many", most=str(MOST_FILES))
        added = IndexEvidence(
            id=secrets.token_hex(16),
            round_id=index_round.id,
            unit_id=unit.id,
            code=code,
            file_name=name[-160:],
            media_type=media_type,
            size=len(data),
            digest=hashlib.sha256(data).hexdigest(),
            content=data,
            added_by=actor,
            added_at=now,
        )
        session.add(added)
        index_sheet.ask_again(session, index_round, unit, code)
        _record(session, added, unit, "index.evidence.add", now=now, actor=actor)
    return added


def remove(session: Session, evidence: IndexEvidence, unit: Unit, *, now: datetime, actor: str) -> None:
    """Take a file away from a draft; HailongError `evidence_published` where a published result rests on it."""
    with write(session):
        found = session.get_one(IndexEvidence, evidence.id, populate_existing=True)
        index_round = session.get_one(IndexRound, found.round_id)
        if index_sheet.begun(session, index_round, unit, now=now, actor=actor).state is not SheetState.DRAFT:
            raise HailongError("index_sheet_state")
        if is_published(session, found):
            raise HailongError("evidence_published")
        index_sheet.ask_again(session, index_round, unit, found.code)
        _record(session, found, unit, "index.evidence.remove", now=now, actor=actor)
        session.delete(found)


def read(session: Session, evidence: IndexEvidence, unit: Unit, *, now: datetime, actor: str) -> bytes:
    """Hand a file out, and note who read it."""
    content, evidence_id = evidence.content, evidence.id
    with write(session):
        found = session.get_one(IndexEvidence, evidence_id)
        _record(session, found, unit, "index.evidence.read", now=now, actor=actor)
    return content


def check_file(name: str, data: bytes) -> str:
    """Return the media type; HailongError unless the file is of an allowed kind inside and by name."""
    if len(data) > LARGEST_FILE:
        raise HailongError("evidence_too_large", limit=str(LARGEST_FILE // 1024 // 1024))
    ending = PurePath(name).suffix.lower()
    if ending not in MEDIA_TYPES or not _is_what_it_says(ending, data):
        raise HailongError("evidence_kind", name=name)
    return MEDIA_TYPES[ending]


def _is_what_it_says(ending: str, data: bytes) -> bool:
    if ending in _STARTS:
        return data.startswith(_STARTS[ending])
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile:
        return False
    # A document with macros is a program; it has no place here under another ending.
    return _PARTS[ending] in names and not any(name.endswith("vbaProject.bin") for name in names)


def _count(session: Session, index_round: IndexRound, unit: Unit, code: str) -> int:
    query = select(func.count()).select_from(IndexEvidence)
    return session.scalar(query.filter_by(round_id=index_round.id, unit_id=unit.id, code=code)) or 0


def _record(
    session: Session, evidence: IndexEvidence, unit: Unit, action: str, *, now: datetime, actor: str
) -> None:
    detail = {"criterion": evidence.code, "digest": evidence.digest, "size": evidence.size}
    audit.record(session, now=now, actor=actor, action=action, subject=unit.code, detail=detail)
