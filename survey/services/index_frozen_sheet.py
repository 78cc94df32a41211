"""The sheets behind a published round, line by line, as they were: points, notes, and which files proved them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import IndexEvidence, IndexPublication, IndexPublishedUnit, IndexRound, IndexScore


def sheet_lines(
    session: Session, index_round: IndexRound, unit_ids: Collection[int]
) -> dict[int, list[dict[str, Any]]]:
    """Write the lines of these units' sheets, by unit id and in the order of their codes; points are text."""
    evidence: dict[tuple[int, str], list[dict[str, Any]]] = {}
    columns = (IndexEvidence.unit_id, IndexEvidence.code, IndexEvidence.id, IndexEvidence.file_name)
    files = select(*columns, IndexEvidence.digest).where(IndexEvidence.round_id == index_round.id)
    for row in session.execute(files.order_by(IndexEvidence.added_at, IndexEvidence.id)):
        file = {"id": row.id, "file_name": row.file_name, "digest": row.digest}
        evidence.setdefault((row.unit_id, row.code), []).append(file)
    scores = select(IndexScore).where(IndexScore.round_id == index_round.id).order_by(IndexScore.code)
    lines: dict[int, list[dict[str, Any]]] = {}
    for score in session.scalars(scores):
        if score.unit_id in unit_ids:
            files_of_line = evidence.get((score.unit_id, score.code), [])
            lines.setdefault(score.unit_id, []).append(_line(score) | {"evidence": files_of_line})
    return lines


def is_published(session: Session, evidence: IndexEvidence) -> bool:
    """Tell whether a published revision rests on a file."""
    query = (
        select(IndexPublishedUnit.content)
        .join(IndexPublication, IndexPublication.id == IndexPublishedUnit.publication_id)
        .where(
            IndexPublication.round_id == evidence.round_id,
            IndexPublishedUnit.unit_id == evidence.unit_id,
        )
    )
    lines = [line for content in session.scalars(query) for line in content.get("lines", ())]
    return any(file["id"] == evidence.id for line in lines for file in line["evidence"])


def _line(score: IndexScore) -> dict[str, Any]:
    return {
        "code": score.code,
        "self_points": None if score.self_points is None else str(score.self_points),
        "self_not_applicable": score.self_not_applicable,
        "self_note": score.self_note,
        "points": None if score.points is None else str(score.points),
        "not_applicable": score.not_applicable,
        "note": score.note,
    }
