"""Everything on a closed period in one archive, with the digest of each file: to be checked, or for the public.

The package to be checked adds how often each pattern of ratings occurred in each cell that was weighted, without
counter, day and the question about fees, so that anybody can compute the scores again. The public one holds
published figures only, without anything made of few people.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import numpy as np
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.periods import Period
from analysis.tally import TRUST_LEVELS, Tally
from survey.config import PROJECT_FOLDER
from survey.database import write
from survey.errors import HailongError
from survey.models import PublishedUnit, Score, ScoreSet, Unit
from survey.reports.quarter import QuarterReport, UnitReport
from survey.reports.quarter_annex import UnitAnnex
from survey.services import audit
from survey.services.export import quarter_report, written
from survey.services.publication import published_set
from survey.services.score import closed_set
from survey.services.score_rule import find_rule
from survey.services.tally import count_responses

FORMAT = "hailong-package-1"
RATING_MARKS = "-12345x"
SCHEMA = PROJECT_FOLDER / "static" / "schema" / "hailong-quarter-1.json"
Progress = Callable[[float], None]


class Package(StrEnum):
    """For whom an archive is."""

    VERIFICATION = "verification"
    PUBLIC = "public"


NAMES = {Package.VERIFICATION: "kiem-chung", Package.PUBLIC: "cong-khai"}


def file_name(period: Period, package: Package) -> str:
    """Name the archive."""
    return f"hai-long-{period.text}-{NAMES[package]}.zip"


def package_bytes(
    session: Session,
    period: Period,
    package: Package,
    *,
    now: datetime,
    actor: str,
    unit_ids: Collection[int] | None = None,
    progress: Progress | None = None,
) -> bytes:
    """Write the archive of all units, or of `unit_ids`, and note who had it made; the same bytes each time.

    Raises HailongError `period_not_closed`, `period_not_published` or `responses_changed`.
    """
    score_set = _set_of(session, period, package)
    tell = progress or (lambda _share: None)
    report = quarter_report(
        session, period, unit_ids, score_set=score_set, progress=lambda share: tell(0.2 * share)
    )
    # The words of an official file do not follow the language of a page.
    with force_locale("vi"):
        if package is Package.PUBLIC:
            report = public_report(report, published_lines(session, score_set))
            files = {f"so-lieu.{kind}": written(report, kind) for kind in ("csv", "json")}
        else:
            files = {"bieu.xlsx": written(report, "xlsx", lambda share: tell(0.2 + 0.4 * share))}
            files |= {f"bao-cao.{kind}": written(report, kind) for kind in ("docx", "pdf")}
            tell(0.65)
            files |= {f"so-lieu.{kind}": written(report, kind) for kind in ("csv", "json")}
            tell(0.7)
            files["to-hop-tra-loi.csv"] = _patterns(
                session, period, score_set, report, lambda share: tell(0.7 + 0.15 * share)
            )
        files["so-lieu-dai.csv"] = written(report, "long")
    files["so-lieu.schema.json"] = SCHEMA.read_bytes()
    tell(0.95)
    files["manifest.json"] = _manifest(report, score_set, package, files)
    data = _archive(files, report.closed_at)
    with write(session):
        detail = {"package": package.value, "revision": report.revision, "units": len(report.units)}
        detail["sha256"] = hashlib.sha256(data).hexdigest()
        audit.record(session, now=now, actor=actor, action="export.package", subject=period.text, detail=detail)
    tell(1)
    return data


def _set_of(session: Session, period: Period, package: Package) -> ScoreSet:
    newest = closed_set(session, period.text)
    if newest is None:
        raise HailongError("period_not_closed", period=period.text)
    if package is Package.VERIFICATION:
        return newest
    published = published_set(session, period.text)
    if published is None:
        raise HailongError("period_not_published", period=period.text)
    return published


def published_lines(session: Session, score_set: ScoreSet) -> dict[str, Mapping[str, Any]]:
    """What was published of each unit, by code: small counts are left out of it already."""
    query = select(PublishedUnit.code, PublishedUnit.content).where(PublishedUnit.score_set_id == score_set.id)
    return dict(session.execute(query).all())


def public_report(report: QuarterReport, published: Mapping[str, Mapping[str, Any]]) -> QuarterReport:
    """Leave what the open results show too, and nothing beside it from which their gaps could be filled."""
    units = tuple(_public(unit, published.get(unit.code, {})) for unit in report.units)
    return replace(report, units=units, cases_elsewhere=())


def _public(unit: UnitReport, line: Mapping[str, Any]) -> UnitReport:
    if line.get("points") is None:
        return replace(
            unit,
            rank=None,
            group_count=None,
            tied=False,
            responses=None,
            dossiers=None,
            response_share=None,
            minimum_sample=None,
            excluded=None,
            set_aside={},
            flagged=None,
            trust_counts={},
            figures=None,
            factors=(),
            warnings=(),
            annex=UnitAnnex(),
        )
    return replace(
        unit,
        excluded=None,
        set_aside=line.get("set_aside") or {},
        flagged=None,
        trust_counts={},
        factors=unit.factors if line.get("factors") else (),
        # A warning may tell how few answered something.
        warnings=(),
        annex=UnitAnnex(flows=unit.annex.flows),
    )


def _patterns(
    session: Session, period: Period, score_set: ScoreSet, report: QuarterReport, progress: Progress
) -> bytes:
    rule = find_rule(session, score_set.rule)
    tally = count_responses(session, period, rule=rule, progress=progress).tally
    _refuse_changed(session, score_set, tally)
    shown = {unit.code for unit in report.units if unit.responses is not None}
    numbers = [number for number, code in enumerate(tally.unit_ids) if code in shown]
    tally = tally.select(np.isin(tally.unit, numbers))
    keys = np.column_stack(
        [tally.unit, tally.field, tally.channel, tally.outcome, tally.trust, tally.flagged, tally.ratings]
    )
    # Without the sampling unit, which is counter and week, lines that differed only in it become one.
    distinct, place = np.unique(keys, axis=0, return_inverse=True)
    counts = np.bincount(place.ravel(), weights=tally.count, minlength=len(distinct)).astype(np.int64)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(("unit", "field", "channel", "outcome", "trust", "flagged", *tally.items, "count"))
    levels = (tally.unit_ids, tally.field_levels, tally.channel_levels, tally.outcome_levels, TRUST_LEVELS)
    # The last of each stands for -1: what is not known has no name, what does not apply is "x".
    named = [np.array([*known, ""], dtype=object)[distinct[:, at]] for at, known in enumerate(levels)]
    marks = np.array([*RATING_MARKS], dtype=object)
    ratings = [marks[distinct[:, at]] for at in range(len(levels) + 1, distinct.shape[1])]
    writer.writerows(zip(*named, distinct[:, len(levels)].tolist(), *ratings, counts.tolist(), strict=True))
    return buffer.getvalue().encode("utf-8-sig")


def _refuse_changed(session: Session, score_set: ScoreSet, tally: Tally) -> None:
    """Refuse patterns that are not those of the closed scores: the archive would contradict itself."""
    digests = tally.unit_digests()
    kept_by_unit = (
        select(Unit.code, Score.tally_digest)
        .join(Unit, Unit.id == Score.unit_id)
        .where(Score.score_set_id == score_set.id)
        .order_by(Unit.code)
    )
    for code, kept in session.execute(kept_by_unit):
        if kept is not None and kept != digests.get(code, kept):
            raise HailongError("responses_changed", period=score_set.period, unit=code)


def _manifest(report: QuarterReport, score_set: ScoreSet, package: Package, files: dict[str, bytes]) -> bytes:
    content: dict[str, Any] = {
        "format": FORMAT,
        "package": NAMES[package],
        "example": report.is_example,
        "period": report.period,
        "revision": report.revision,
        "closed_at": report.closed_at.isoformat(timespec="seconds"),
        "program_version": report.method.program_version,
        "rule": {"id": report.method.rule, "sha256": report.method.rule_digest},
        "input": {"responses_sha256": score_set.tally_digest, "dossiers_sha256": score_set.population_digest},
        "files": [
            {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in sorted(files.items())
        ],
    }
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def _archive(files: dict[str, bytes], moment: datetime) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(name, moment.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return buffer.getvalue()
