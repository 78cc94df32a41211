"""`hailong index …`: the 100-point reform index of a year, from its files to its publication."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from survey.cli.example_mark import echo_example
from survey.cli.imports import echo_blank_rows, echo_warnings, file_or_usage, import_options, write_template
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.extensions import db
from survey.filters import count, decimal, signed
from survey.index_words import rank_change, rank_text
from survey.messages import sentence
from survey.models import ALL_LEVELS, IndexRound
from survey.services import (
    audit,
    index_file,
    index_frozen,
    index_publication,
    index_round,
    reform_index,
    reform_index_import,
)
from survey.services.index_round import DEFAULT_KIND, DEFAULT_RULES, LEVELS
from survey.services.index_table import IndexRow, IndexTable

YEAR = click.IntRange(2000, 2100)
ROUND = click.option("--round", "year", type=YEAR, required=True, help="Năm của đợt chấm, ví dụ 2026.")
KIND = click.option(
    "--kind",
    default=DEFAULT_KIND,
    show_default=True,
    help="Loại chỉ số: par là cải cách hành chính; hoặc tên khác.",
)
LEVEL = click.option(
    "--level",
    type=click.Choice(LEVELS),
    default=ALL_LEVELS,
    show_default=True,
    help="Cấp của đợt: province (sở), commune (xã, phường, đặc khu), district (trước 01/07/2025), all.",
)
RULES = click.option(
    "--rules", "rules_id", metavar="ID", help="Bộ quy tắc tính, ví dụ index-60-10-30; mặc định là bộ của đợt."
)


@click.group("index")
def index() -> None:
    """Chỉ số cải cách hành chính (thang 100)."""


@index.command("import")
@import_options
@ROUND
@RULES
@KIND
@LEVEL
@with_appcontext
def import_index(
    file: Path | None,
    dry_run: bool,
    template_file: Path | None,
    year: int,
    rules_id: str | None,
    kind: str,
    level: str,
) -> None:
    """Nhập điểm của một đợt từ FILE: mỗi dòng một nội dung, hoặc mỗi dòng một đơn vị."""
    if template_file is not None:
        sheet = reform_index_import.template(db.session, year=year, kind=kind, level=level, rules_id=rules_id)
        return write_template(template_file, sheet)
    data, name = file_or_usage(file)
    summary = reform_index_import.import_index(
        db.session,
        data,
        year=year,
        kind=kind,
        level=level,
        rules_id=rules_id,
        now=datetime.now(TIME_ZONE),
        actor=audit.COMMAND_LINE,
        file_name=name,
        dry_run=dry_run,
    )
    echo_warnings(summary.warnings)
    done = "Tệp hợp lệ (chạy thử, chưa ghi gì)" if dry_run else "Đã nhập"
    replaced = f", thay điểm cũ của {count(summary.updated)} đơn vị" if summary.updated else ""
    units = count(summary.created + summary.updated)
    click.echo(f"{done} đợt {year}: {count(summary.rows)} dòng, {units} đơn vị{replaced}.")
    echo_blank_rows(summary)
    return click.echo(f"Tính điểm và xếp hạng: hailong index compute --round {year}")


@index.command("compute")
@ROUND
@KIND
@LEVEL
@click.option("--json", "as_json", is_flag=True, help="In toàn bộ kết quả dạng JSON.")
@with_appcontext
def compute(year: int, kind: str, level: str, as_json: bool) -> None:
    """Tính tổng điểm, xếp hạng, xếp loại của một đợt, so với năm trước."""
    table = reform_index.compute(db.session, year=year, kind=kind, level=level)
    if as_json:
        # Points are decimals and stay exact as text.
        click.echo(json.dumps(_plain(table), ensure_ascii=False, indent=2, default=str))
        return
    echo_example(db.session)
    click.echo(f"Đợt {table.round}, {table.rules.head.title.vi} ({table.rules.id})")
    standing = index_publication.standing(db.session, _round(year, kind, level))
    if standing is not None:
        changed = "" if standing.is_current else ", số liệu đầu vào đã thay đổi từ khi công bố"
        click.echo(
            f"Đã công bố bản {standing.publication.revision}{changed}; dưới đây tính theo số liệu hiện nay."
        )
    if table.rules.head.reference:
        click.echo("Mẫu tham khảo: cần đối chiếu với quy định của nơi ban hành.")
    for number, part in enumerate(table.rules.components, start=1):
        click.echo(f"({number}) {part.title.vi}, tối đa {_short(part.maximum)} điểm")
    for group in dict.fromkeys(row.result.group for row in table.rows):
        rows = [row for row in table.rows if row.result.group == group]
        click.echo(f"\n{group or 'Không chia nhóm'}: {count(len(rows))} đơn vị")
        _echo_columns([_heading(table), *(_line(row, table) for row in rows)])
    if faults := reform_index.warning_faults(table):
        click.echo("")
        echo_warnings(faults)


@index.command("begin")
@ROUND
@KIND
@LEVEL
@click.option("--rules", "rules_id", metavar="ID", default=DEFAULT_RULES, show_default=True)
@click.option("--criteria", "criteria_id", metavar="ID", help="Bộ tiêu chí tự chấm, ví dụ criteria-commune-8.")
@with_appcontext
def begin(year: int, kind: str, level: str, rules_id: str, criteria_id: str | None) -> None:
    """Mở một đợt chấm theo bảng tiêu chí."""
    index_round.begin(
        db.session,
        year=year,
        kind=kind,
        level=level,
        rules_id=rules_id,
        criteria_id=criteria_id,
        now=datetime.now(TIME_ZONE),
        actor=audit.COMMAND_LINE,
    )
    click.echo(
        f"Đã mở đợt {year}. Bảng để điền: hailong index sheets --round {year} --level {level} --template TỆP"
    )


@index.command("publish")
@ROUND
@KIND
@LEVEL
@click.option("--reason", default="", help="Lý do, khi công bố bản đính chính.")
@with_appcontext
def publish(year: int, kind: str, level: str, reason: str) -> None:
    """Công bố kết quả của một đợt, hoặc bản đính chính; kết quả đã công bố giữ nguyên."""
    found = _round(year, kind, level)
    newest = index_frozen.latest(db.session, found)
    published = index_publication.publish(
        db.session,
        found,
        shown=0 if newest is None else newest.revision,
        now=datetime.now(TIME_ZONE),
        actor=audit.COMMAND_LINE,
        reason=reason,
    )
    click.echo(f"Đã công bố đợt {year}, bản {published.revision}.")


@index.command("sheets")
@import_options
@ROUND
@KIND
@LEVEL
@click.option(
    "--part",
    type=click.Choice([part.value for part in index_file.Part]),
    default=index_file.Part.OWN.value,
    show_default=True,
    help="Lấy điểm nào: own là tự chấm, appraisal là thẩm định, both là cả hai (đợt đã qua).",
)
@with_appcontext
def sheets(
    file: Path | None, dry_run: bool, template_file: Path | None, year: int, kind: str, level: str, part: str
) -> None:
    """Nhập bảng điểm theo tiêu chí của nhiều đơn vị từ FILE, hoặc ghi bảng để điền."""
    found = _round(year, kind, level)
    units = index_round.units_of(db.session, found)
    if template_file is not None:
        return write_template(template_file, index_file.template(db.session, found, units))
    data, name = file_or_usage(file)
    summary = index_file.import_sheets(
        db.session,
        found,
        data,
        part=index_file.Part(part),
        units=units,
        file_name=name,
        now=datetime.now(TIME_ZONE),
        actor=audit.COMMAND_LINE,
        dry_run=dry_run,
    )
    done = "Tệp hợp lệ (chạy thử, chưa ghi gì)" if dry_run else "Đã nhập"
    return click.echo(f"{done} đợt {year}: {count(summary.rows)} dòng, {count(summary.updated)} đơn vị.")


def _round(year: int, kind: str, level: str) -> IndexRound:
    found = index_round.find_round(db.session, year, kind, level)
    if found is None:
        raise HailongError("no_index_round", round=str(year), kind=kind)
    return found


def _heading(table: IndexTable) -> list[str]:
    components = [f"({number})" for number in range(1, len(table.rules.components) + 1)]
    change = ["So năm trước", "Đổi hạng"] if table.has_previous else []
    return ["Hạng", "Đơn vị", *components, "Tổng điểm", "Xếp loại", *change]


def _line(row: IndexRow, table: IndexTable) -> list[str]:
    result = row.result
    components = [
        "không phát sinh" if part.status == "not_applicable" else decimal(part.points)
        for part in result.components
    ]
    change = [signed(result.change_points), rank_change(result.change_rank)] if table.has_previous else []
    return [
        rank_text(row.result.rank),
        row.unit.name,
        *components,
        decimal(result.total),
        result.grade.title.vi if result.grade else "–",
        *change,
    ]


def _short(value: Decimal) -> str:
    return decimal(value, max(0, -int(value.normalize().as_tuple().exponent)))


def _echo_columns(rows: list[list[str]]) -> None:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        click.echo("  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)).rstrip())


def _plain(table: IndexTable) -> dict[str, Any]:
    head = table.rules.head
    titles = {part.code: part.title.vi for part in table.rules.components}
    return {
        "round": table.round,
        "kind": table.kind,
        "rules": {
            "id": head.id,
            "version": head.version,
            "reference": head.reference,
            "digest": table.rules.digest(),
            "title": head.title.vi,
            "source": head.source.vi,
        },
        "units": [_plain_row(row, titles) for row in table.rows],
        "warnings": [sentence(fault) for fault in reform_index.warning_faults(table)],
    }


def _plain_row(row: IndexRow, titles: dict[str, str]) -> dict[str, Any]:
    result = asdict(row.result)
    rank = result.pop("rank")
    for part in result["components"]:
        part["title"] = titles[part["code"]]
        part["source"] = row.sources.get(part["code"])
    return {
        "unit": result.pop("unit_id"),
        "name": row.unit.name,
        "rank": None if rank is None else rank["place"],
        "rank_text": rank_text(row.result.rank),
        "group_count": None if rank is None else rank["group_count"],
        "tied": rank is not None and rank["tied"],
        "grade": None if row.result.grade is None else row.result.grade.title.vi,
        **{key: value for key, value in result.items() if key not in ("grade", "warnings")},
        "satisfaction": None if row.satisfaction is None else asdict(row.satisfaction),
    }
