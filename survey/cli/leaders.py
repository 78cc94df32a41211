"""`hailong leaders …`: personal links for the leaders' survey, and what came of it."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from survey.cli.example_mark import echo_example
from survey.cli.imports import file_or_usage
from survey.cli.index import YEAR
from survey.cli.private_file import private_file
from survey.config import TIME_ZONE, Settings
from survey.extensions import db
from survey.filters import count, decimal
from survey.services import audit, leader_invitation, leader_survey, poster
from survey.services.leader_invitation import Recipient
from survey.services.leader_survey import LeaderResult

COLUMNS = ("Mã đơn vị", "Đơn vị", "Người nhận", "Địa chỉ")
# A spreadsheet program takes text that starts with one of these for a formula.
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")
ROUND = click.option("--round", "year", type=YEAR, required=True, help="Năm của đợt chấm, ví dụ 2026.")


@click.group("leaders")
def leaders() -> None:
    """Phiếu lãnh đạo đánh giá đơn vị (thành phần 10 điểm)."""


@leaders.command("invite")
@click.argument("file", type=click.Path(path_type=Path))
@ROUND
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE.csv",
    help="Tệp liên kết.",
)
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Hạn trả lời, ví dụ 2026-12-31.")
@click.option(
    "--version",
    default=leader_survey.DEFAULT_VERSION,
    show_default=True,
    metavar="ID",
    help="Bộ câu hỏi cho lãnh đạo.",
)
@with_appcontext
def invite(file: Path, year: int, out: Path, until: datetime, version: str) -> None:
    """Tạo liên kết riêng cho từng dòng của FILE: cột “Mã đơn vị” (đơn vị được đánh giá) và “Người nhận”.

    Người nhận chỉ được ghi vào tệp liên kết, không lưu trong hệ thống. Mỗi liên kết chỉ gửi được một phiếu.
    """
    data, _name = file_or_usage(file)
    recipients = leader_invitation.read_recipients(db.session, data)
    with private_file(out) as links:
        drawn = leader_survey.invite(
            db.session,
            [recipient.unit for recipient in recipients],
            round_name=str(year),
            version=version,
            expires_on=until.date(),
            now=datetime.now(TIME_ZONE),
            actor=audit.COMMAND_LINE,
        )
        links.write(_csv(recipients, drawn))
    click.echo(f"Đã ghi {count(len(drawn))} liên kết vào {out}, dùng được đến hết ngày {until:%d/%m/%Y}.")
    click.echo("Ai giữ tệp này thì gửi được thay người nhận: gửi xong hãy xoá.")
    for result in leader_survey.results(db.session, round_name=str(year)):
        if result.asked < result.points_from:
            click.echo(
                f"  ! {result.unit.name} mới mời {count(result.asked)} lãnh đạo; "
                f"từ {count(result.points_from)} phiếu mới tính điểm."
            )


@leaders.command("results")
@ROUND
@click.option("--json", "as_json", is_flag=True, help="In kết quả dạng JSON.")
@with_appcontext
def results(year: int, as_json: bool) -> None:
    """Tính điểm lãnh đạo đánh giá của từng đơn vị. Chỉ số của đợt tự lấy điểm này nếu chưa nhập điểm khác."""
    found = leader_survey.results(db.session, round_name=str(year))
    if as_json:
        units = [_plain(result) for result in found]
        click.echo(json.dumps({"round": str(year), "units": units}, ensure_ascii=False, indent=2))
        return
    echo_example(db.session)
    rows = [("Đơn vị", "Phiếu/mời", "Điểm"), *(_line(result) for result in found)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    few = Counter(result.points is None for result in found)[True]
    if few:
        click.echo(f"{count(few)} đơn vị chưa đủ phiếu: dưới {found[0].points_from} phiếu thì không tính điểm.")
    click.echo(f"Tính chỉ số: hailong index compute --round {year}")


def _line(result: LeaderResult) -> tuple[str, str, str]:
    points = "–" if result.points is None else f"{decimal(result.points)}/{decimal(result.maximum, 0)}"
    return result.unit.name, f"{result.answered}/{result.asked}", points


def _plain(result: LeaderResult) -> dict[str, Any]:
    """Points are decimals and stay exact as text."""
    return {
        "unit": result.unit.code,
        "name": result.unit.name,
        "version": result.version,
        "asked": result.asked,
        "answered": result.answered,
        "points": None if result.points is None else str(result.points),
        "maximum": str(result.maximum),
        "items": {code: str(points) for code, points in result.items.items()},
    }


def _csv(recipients: Sequence[Recipient], drawn: Sequence[str]) -> bytes:
    """Write the links with a byte-order mark for Excel; a name that would act as a formula is marked as text."""
    settings: Settings = current_app.config["SETTINGS"]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for recipient, code in zip(recipients, drawn, strict=True):
        name = f"'{recipient.name}" if recipient.name.startswith(FORMULA_MARKS) else recipient.name
        writer.writerow((recipient.unit.code, recipient.unit.name, name, poster.address(settings.base_url, code)))
    return text.getvalue().encode("utf-8-sig")
