"""Rounds of the reform index: beginning one, its criteria, its units, and the grades decided for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.criteria import CriteriaSet
from analysis.errors import AnalysisError
from analysis.rules import (
    DEFAULT_INDEX_RULES,
    BandCondition,
    Bilingual,
    GradeBand,
    IndexRules,
    check_bands,
)
from survey.database import write
from survey.errors import HailongError
from survey.models import ALL_LEVELS, IndexPublication, IndexRound, IndexSheet, Unit, UnitKind
from survey.services import audit
from survey.services.index_structure import find_criteria, find_rules

DEFAULT_KIND = "par"
DEFAULT_RULES = DEFAULT_INDEX_RULES
KIND = re.compile(r"[a-z][a-z0-9-]{0,15}")
# The component that a sheet of criteria fills.
SHEET_COMPONENT = "ket-qua"
UNIT_KINDS = {
    "province": (UnitKind.PROVINCE, UnitKind.DEPARTMENT),
    "commune": (UnitKind.WARD, UnitKind.COMMUNE, UnitKind.SPECIAL_ZONE),
    "district": (UnitKind.DISTRICT, UnitKind.CITY),
}
LEVELS = (*UNIT_KINDS, ALL_LEVELS)


def find_round(session: Session, year: int, kind: str, level: str = ALL_LEVELS) -> IndexRound | None:
    """Return the round of a year, kind and level."""
    return session.scalar(
        select(IndexRound).where(IndexRound.name == str(year), IndexRound.kind == kind, IndexRound.level == level)
    )


def rounds(session: Session) -> Sequence[IndexRound]:
    """List all rounds, the newest year first."""
    order = (IndexRound.name.desc(), IndexRound.kind.desc(), IndexRound.level)
    return session.scalars(select(IndexRound).order_by(*order)).all()


def round_before(session: Session, index_round: IndexRound) -> IndexRound | None:
    """Return the round of the year before, of the same level or, failing that, of all levels together."""
    year, kind = int(index_round.name) - 1, index_round.kind
    return find_round(session, year, kind, index_round.level) or find_round(session, year, kind)


def begin(
    session: Session,
    *,
    year: int,
    kind: str,
    level: str,
    rules_id: str,
    criteria_id: str | None,
    now: datetime,
    actor: str,
) -> IndexRound:
    """Begin a round; HailongError where it exists, or its rules and criteria do not fit."""
    if not KIND.fullmatch(kind):
        raise HailongError("index_kind_letters", kind=kind)
    rules = find_rules(session, rules_id)
    if criteria_id is not None:
        _check_criteria(find_criteria(session, criteria_id), rules, year=year, level=level)
    if level == "district":
        _check_year(year, last=LAST_DISTRICT_YEAR)
    with write(session):
        if find_round(session, year, kind, level) is not None:
            raise HailongError("index_round_exists", round=str(year), kind=kind)
        begun = IndexRound(name=str(year), kind=kind, level=level, rules=rules_id, criteria=criteria_id)
        session.add(begun)
        audit.record(
            session,
            now=now,
            actor=actor,
            action="index.begin",
            subject=f"{year} {kind} {level}",
            detail={"rules": rules_id, "criteria": criteria_id},
        )
    return begun


LAST_DISTRICT_YEAR = 2024


def _check_criteria(criteria: CriteriaSet, rules: IndexRules, *, year: int, level: str) -> None:
    if criteria.level != level:
        raise HailongError("index_criteria_level")
    if criteria.last_year is not None:
        _check_year(year, last=criteria.last_year)
    if SHEET_COMPONENT not in {part.code for part in rules.components}:
        raise HailongError("index_rules_without_sheet", rules=rules.head.title.vi)


def _check_year(year: int, *, last: int) -> None:
    if year > last:
        raise HailongError("index_district_year", round=str(year), last=str(last))


def rules_of(session: Session, index_round: IndexRound) -> IndexRules:
    """The rules of a round, with the grades decided for it."""
    rules = find_rules(session, index_round.rules)
    return rules if index_round.bands is None else replace(rules, bands=_read_bands(index_round.bands))


def change_rules(session: Session, index_round: IndexRound, rules: IndexRules) -> None:
    """Give a round another split, inside a transaction; HailongError where what it holds follows the old one."""
    published = select(IndexPublication.id).where(IndexPublication.round_id == index_round.id).limit(1)
    if index_round.criteria is not None or session.scalar(published) is not None:
        raise HailongError("index_rules_kept", round=index_round.name, rules=index_round.rules)
    try:
        check_bands(_read_bands(index_round.bands or ()), rules.components, "round")
    except AnalysisError as error:
        raise HailongError("index_rules_bands", round=index_round.name, wanted=rules.id) from error
    index_round.rules = rules.id


def criteria_of(session: Session, index_round: IndexRound) -> CriteriaSet:
    """The criteria of a round; HailongError where it has none."""
    if index_round.criteria is None:
        raise HailongError("index_round_without_criteria")
    return find_criteria(session, index_round.criteria)


def units_of(session: Session, index_round: IndexRound) -> list[Unit]:
    """List the units of a round: those of its level that stood at the end of its year, and those with a sheet.

    A province without a ranking group is not scored; in a round of all levels nor is any other unit without one.
    """
    last = date(int(index_round.name), 12, 31)
    kinds = UNIT_KINDS.get(index_round.level)
    standing = (Unit.valid_from <= last) & (Unit.valid_to.is_(None) | (Unit.valid_to >= last))
    begun = Unit.id.in_(select(IndexSheet.unit_id).where(IndexSheet.round_id == index_round.id))
    is_grouped = Unit.ranking_group.is_not(None)
    of_level = (
        is_grouped if kinds is None else Unit.kind.in_(kinds) & (is_grouped | (Unit.kind != UnitKind.PROVINCE))
    )
    fits = standing & of_level
    return list(session.scalars(select(Unit).where(fits | begun).order_by(Unit.ranking_group, Unit.code)))


@dataclass(frozen=True)
class Band:
    """A grade as it is decided for a round; `component` must reach `least` percent, where that is given."""

    title: str
    from_percent: Decimal
    component: str = ""
    least: Decimal | None = None


def set_bands(
    session: Session, index_round: IndexRound, bands: Sequence[Band] | None, *, now: datetime, actor: str
) -> None:
    """Decide the grades of a round, or with None return to those of the rules.

    Raises HailongError `index_bands`, or `index_bands_none` where no grade is named.
    """
    if bands is not None and not bands:
        raise HailongError("index_bands_none")
    ordered = tuple(map(_band, sorted(bands or (), key=lambda band: band.from_percent, reverse=True)))
    try:
        check_bands(ordered, find_rules(session, index_round.rules).components, "round")
    except AnalysisError as error:
        raise HailongError("index_bands") from error
    kept = None if bands is None else [_kept(band) for band in ordered]
    with write(session):
        found = session.get_one(IndexRound, index_round.id, populate_existing=True)
        found.bands = kept
        audit.record(
            session,
            now=now,
            actor=actor,
            action="index.bands",
            subject=f"{found.name} {found.kind} {found.level}",
            detail={"bands": kept},
        )


def _band(band: Band) -> GradeBand:
    conditions = () if band.least is None else (BandCondition(band.component, band.least),)
    return GradeBand(band.title, Bilingual(band.title, band.title), band.from_percent, conditions)


def _kept(band: GradeBand) -> dict[str, object]:
    conditions = [{"component": one.component, "from": str(one.from_percent)} for one in band.conditions]
    return {"title": band.title.vi, "from": str(band.from_percent), "conditions": conditions}


def _read_bands(kept: Sequence[dict[str, object]]) -> tuple[GradeBand, ...]:
    return tuple(
        GradeBand(
            code=f"bac-{place}",
            title=Bilingual(str(one["title"]), str(one["title"])),
            from_percent=Decimal(str(one["from"])),
            conditions=tuple(
                BandCondition(condition["component"], Decimal(condition["from"]))
                for condition in one.get("conditions", [])  # type: ignore[attr-defined]
            ),
        )
        for place, one in enumerate(kept, start=1)
    )
