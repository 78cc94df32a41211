"""A published round of the index as it is stored, and read back: the figures of that day, whatever came after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from analysis.criteria_points import SheetPart, SheetPoints
from analysis.points import PrintedCheck
from analysis.ranking import Rank
from analysis.reform_index import ComponentResult, GroupMean, IndexResult
from analysis.rules import BandCondition, Bilingual, GradeBand, index_rules_data, index_rules_from_data
from analysis.scores import Warning, YearScore
from survey.models import IndexPublication, IndexPublishedUnit, IndexRound, SheetState, Unit
from survey.services.index_structure import parsed, written
from survey.services.index_table import CriteriaHead, FieldTitle, IndexRow, IndexTable, SheetSums


def publications(session: Session, index_round: IndexRound) -> list[IndexPublication]:
    """List the published revisions of a round, newest first."""
    query = select(IndexPublication).where(IndexPublication.round_id == index_round.id)
    return list(session.scalars(query.order_by(IndexPublication.revision.desc())))


def latest(session: Session, index_round: IndexRound) -> IndexPublication | None:
    """Return the newest published revision of a round; None while none is published."""
    return next(iter(publications(session, index_round)), None)


def newest_revisions(session: Session) -> dict[int, int]:
    """Return the newest published revision of every round that has one, by round id."""
    newest = func.max(IndexPublication.revision)
    rows = session.execute(select(IndexPublication.round_id, newest).group_by(IndexPublication.round_id))
    return {row[0]: row[1] for row in rows}


def table_of(session: Session, publication: IndexPublication) -> IndexTable:
    """Read a published round: its rules, its units under the names of that day, its figures."""
    query = select(IndexPublishedUnit).where(IndexPublishedUnit.publication_id == publication.id)
    query = query.order_by(IndexPublishedUnit.position).options(joinedload(IndexPublishedUnit.unit))
    head = parsed(publication.structure)
    return IndexTable(
        round=head["round"],
        kind=head["kind"],
        rules=index_rules_from_data(head["rules"]),
        has_previous=head["has_previous"],
        rows=tuple(_row(one) for one in session.scalars(query)),
        criteria=None if head["criteria"] is None else _criteria(head["criteria"]),
        quarters=head["quarters"],
        means={group: _mean(kept) for group, kept in head["means"].items()},
    )


def left_out_of(publication: IndexPublication) -> list[str]:
    """List the units that a published round does not hold, under the names of that day."""
    return [unit["name"] for unit in parsed(publication.structure)["left_out"]]


def incomplete_groups(publication: IndexPublication) -> set[str]:
    """Return the groups from which a published round leaves units out."""
    return {unit["group"] for unit in parsed(publication.structure)["left_out"]}


def structure_of(table: IndexTable, left_out: Sequence[Unit]) -> str:
    """Write what a published round says about itself, and which units it does not hold."""
    return written(
        {
            "round": table.round,
            "kind": table.kind,
            "has_previous": table.has_previous,
            "rules": index_rules_data(table.rules),
            "criteria": None if table.criteria is None else asdict(table.criteria),
            "quarters": dict(table.quarters),
            "means": {group: asdict(mean) for group, mean in table.means.items()},
            "left_out": [{"name": unit.name, "group": unit.ranking_group or ""} for unit in left_out],
        }
    )


def content_of(row: IndexRow) -> dict[str, Any]:
    """Write one unit of a round; points are text, so that they stay what they are."""
    result = asdict(row.result)
    result.pop("warnings")
    content = {
        "result": result,
        "satisfaction": None if row.satisfaction is None else asdict(row.satisfaction),
        "sources": dict(row.sources),
        "warnings": [{"code": one.code, "params": dict(one.params)} for one in row.warnings],
        "sums": None if row.sums is None else asdict(row.sums),
        "on_time": row.on_time,
    }
    plain: dict[str, Any] = _plain(content)
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _row(stored: IndexPublishedUnit) -> IndexRow:
    content = stored.content
    warnings = tuple(Warning(one["code"], one["params"]) for one in content["warnings"])
    return IndexRow(
        unit=stored.unit,
        name=stored.name,
        result=_result(content["result"]),
        satisfaction=None if content["satisfaction"] is None else _year(content["satisfaction"]),
        sources=content["sources"],
        warnings=warnings,
        state=None if content["sums"] is None else SheetState.PUBLISHED,
        sums=None if content["sums"] is None else _sums(content["sums"]),
        on_time=_decimal(content["on_time"]),
    )


def _result(kept: dict[str, Any]) -> IndexResult:
    printed = kept["printed"]
    return IndexResult(
        unit_id=kept["unit_id"],
        group=kept["group"],
        status=kept["status"],
        components=tuple(_component(one) for one in kept["components"]),
        total=_decimal(kept["total"]),
        maximum=_decimal(kept["maximum"]),
        percent=_decimal(kept["percent"]),
        rank=_rank(kept["rank"]),
        grade=_band(kept["grade"]),
        change_points=_decimal(kept["change_points"]),
        change_rank=kept["change_rank"],
        printed=None
        if printed is None
        else PrintedCheck(
            Decimal(printed["printed"]),
            Decimal(printed["computed"]),
            Decimal(printed["difference"]),
            printed["agrees"],
        ),
        warnings=(),
        adjustment=Decimal(kept["adjustment"]),
        grade_held_back=_band(kept["grade_held_back"]),
    )


def _component(kept: dict[str, Any]) -> ComponentResult:
    return ComponentResult(
        code=kept["code"],
        maximum=Decimal(kept["maximum"]),
        status=kept["status"],
        points=_decimal(kept["points"]),
        percent=_decimal(kept["percent"]),
        rank=_rank(kept["rank"]),
        change_points=_decimal(kept["change_points"]),
    )


def _rank(kept: dict[str, Any] | None) -> Rank | None:
    return None if kept is None else Rank(**kept)


def _band(kept: dict[str, Any] | None) -> GradeBand | None:
    if kept is None:
        return None
    conditions = tuple(BandCondition(one["component"], Decimal(one["from_percent"])) for one in kept["conditions"])
    return GradeBand(kept["code"], Bilingual(**kept["title"]), Decimal(kept["from_percent"]), conditions)


def _year(kept: dict[str, Any]) -> YearScore:
    points = {name: _decimal(kept[name]) for name in ("points", "points_lower", "points_upper")}
    quarters = {name: tuple(kept[name]) for name in ("quarters", "missing")}
    return YearScore(**(kept | points | quarters))


def _sums(kept: dict[str, Any]) -> SheetSums:
    appraised = kept["appraised"]
    return SheetSums(_points(kept["own"]), None if appraised is None else _points(appraised))


def _points(kept: dict[str, Any]) -> SheetPoints:
    return SheetPoints(
        fields={code: _part(part) for code, part in kept["fields"].items()},
        whole=_part(kept["whole"]),
        adjustment=Decimal(kept["adjustment"]),
        missing=tuple(kept["missing"]),
        full_maximum=Decimal(kept["full_maximum"]),
    )


def _part(kept: dict[str, Any]) -> SheetPart:
    return SheetPart(_decimal(kept["points"]), Decimal(kept["maximum"]), _decimal(kept["percent"]))


def _mean(kept: dict[str, Any]) -> GroupMean:
    points = {code: Decimal(one) for code, one in kept["points"].items()}
    return GroupMean(kept["unit_count"], Decimal(kept["total"]), Decimal(kept["percent"]), points)


def _criteria(kept: dict[str, Any]) -> CriteriaHead:
    fields = tuple(
        FieldTitle(one["code"], Bilingual(**one["title"]), Decimal(one["maximum"])) for one in kept["fields"]
    )
    title, source = Bilingual(**kept["title"]), Bilingual(**kept["source"])
    return CriteriaHead(kept["id"], kept["version"], title, source, kept["digest"], fields, kept["reference"])


def _decimal(kept: str | None) -> Decimal | None:
    return None if kept is None else Decimal(kept)
