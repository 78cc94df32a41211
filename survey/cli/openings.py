"""`hailong qr openings`: how often each code was opened and its form sent."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from analysis.periods import Period, quarter_of
from survey.cli.imports import write_file
from survey.cli.period import PERIOD
from survey.cli.qr import csv_bytes, echo_table, place_name
from survey.codes import grouped
from survey.config import TIME_ZONE
from survey.extensions import db
from survey.filters import count, percent
from survey.services import opening, unit_tree

COLUMNS = ("Mã đơn vị", "Đơn vị", "Quầy", "Mã", "Đã mở", "Đã gửi", "Tỷ lệ gửi")


@click.command("openings")
@click.option("--period", type=PERIOD, help="Kỳ, ví dụ 2026-Q3. Không ghi là quý này.")
@click.option("--unit", "unit_code", metavar="CODE", help="Mã đơn vị. Không ghi là mọi đơn vị.")
@click.option("--below", is_flag=True, help="Cả các đơn vị trực thuộc.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.csv", help="Ghi ra tệp CSV.")
@with_appcontext
def openings(period: Period | None, unit_code: str | None, below: bool, out: Path | None) -> None:
    """Đếm số lượt mở và số phiếu đã gửi của từng mã. Chỉ là con số theo mã và ngày, không nhận ra ai."""
    today = datetime.now(TIME_ZONE).date()
    wanted = period or quarter_of(today)
    unit_ids: set[int] | None = None
    if unit_code is not None:
        unit = unit_tree.unit_by_code(db.session, unit_code)
        unit_ids = set(db.session.scalars(unit_tree.ids_below([unit.id]))) if below else {unit.id}
    counted = opening.code_counts(db.session, wanted, unit_ids)
    lines = [
        (
            one.qr_code.unit.code,
            one.qr_code.unit.name,
            place_name(one.qr_code),
            grouped(one.qr_code.code),
            count(one.opened),
            count(one.sent),
            percent(one.sent_share, 0),
        )
        for one in counted
    ]
    if out is not None:
        write_file(out, csv_bytes(COLUMNS, lines))
        click.echo(f"Đã ghi {count(len(lines))} mã vào {out}.")
        return
    echo_table(COLUMNS, lines)
    click.echo(
        f"Kỳ {wanted.text}: mở {count(sum(one.opened for one in counted))} lượt, "
        f"gửi {count(sum(one.sent for one in counted))} phiếu. "
        "Một người mở hai lần là hai lượt; số của vài chục giây gần nhất có thể chưa kịp ghi."
    )
    if any(one.is_incomplete for one in counted):
        click.echo(
            "Nơi nào số gửi nhiều hơn số mở thì không tính tỷ lệ: phiếu mở trước kỳ mà gửi trong kỳ (phiếu giữ "
            "được 7 ngày), hoặc lượt mở chưa kịp ghi khi máy chủ dừng đột ngột."
        )
