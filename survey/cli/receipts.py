"""`hailong qr receipts FILE`: slips and personal links with one-time codes for a list of dossiers."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import click
from flask import current_app
from flask.cli import with_appcontext

from survey.cli.imports import echo_warnings, file_or_usage, import_options, write_template
from survey.cli.private_file import private_file
from survey.cli.qr import csv_bytes
from survey.config import TIME_ZONE
from survey.extensions import db
from survey.filters import count
from survey.services import audit, receipt
from survey.services.receipt import Link, Output, Receipts

COLUMNS = ("Mã hồ sơ", "Mã đơn vị", "Liên kết", "Dùng đến hết ngày")
MANY = 50
Shown = TypeVar("Shown")
OUTPUT_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("receipts")
@import_options
@click.option(
    "--out", type=OUTPUT_FILE, metavar="FILE.pdf", help="Phiếu mã để in, cắt và trao: 8 phiếu một trang A4."
)
@click.option(
    "--links",
    type=OUTPUT_FILE,
    metavar="FILE.csv",
    help="Mỗi hồ sơ một liên kết riêng, để gửi tin nhắn, Zalo, thư.",
)
@click.option(
    "--days",
    type=click.IntRange(1, 365),
    default=30,
    show_default=True,
    help="Mã dùng được bao nhiêu ngày sau ngày hẹn trả (hoặc sau hôm nay), tính tròn đến hết tháng.",
)
@with_appcontext
def receipts(
    file: Path | None, dry_run: bool, template_file: Path | None, out: Path | None, links: Path | None, days: int
) -> None:
    """Phát mã dùng một lần cho danh sách hồ sơ FILE (CSV hoặc XLSX), mỗi dòng một hồ sơ.

    Mã hồ sơ chỉ in ra tệp, không lưu lại. Mỗi lần chạy phát mã mới: một danh sách chỉ nên chạy một lần.
    """
    now = datetime.now(TIME_ZONE)
    if template_file is not None:
        return write_template(template_file, receipt.template(db.session, today=now.date()))
    data, name = file_or_usage(file)
    if out is None and links is None and not dry_run:
        raise click.UsageError("Thiếu --out FILE.pdf (phiếu để in) hoặc --links FILE.csv (liên kết để gửi).")
    wanted = Output(out is not None, links is not None, days, current_app.config["SETTINGS"].base_url)
    with ExitStack() as files:
        pdf_file, links_file = (
            files.enter_context(private_file(path)) if path is not None and not dry_run else None
            for path in (out, links)
        )
        made = receipt.make_receipts(
            db.session,
            data,
            wanted,
            now=now,
            actor=audit.COMMAND_LINE,
            file_name=name,
            dry_run=dry_run,
            progress=_progress,
        )
        if pdf_file is not None:
            pdf_file.write(made.pdf)
        if links_file is not None:
            links_file.write(csv_bytes(COLUMNS, [_line(link) for link in made.links]))
    return _echo(made, out, links, dry_run=dry_run)


def _echo(made: Receipts, out: Path | None, links: Path | None, *, dry_run: bool) -> None:
    echo_warnings(made.warnings)
    what = f"{count(made.dossiers)} hồ sơ của {count(made.units)} đơn vị"
    if made.blank_rows:
        click.echo(f"Bỏ qua {count(made.blank_rows)} dòng mẫu chưa điền.")
    if dry_run:
        click.echo(f"Tệp hợp lệ (chạy thử, chưa phát mã nào): {what}.")
        return
    click.echo(f"Đã phát mã cho {what}.")
    if out is not None:
        click.echo(
            f"Phiếu để in: {out} ({count(made.pages)} trang A4). Cắt theo nét đứt, xé bỏ phần cuối khi trao."
        )
    if links is not None:
        click.echo(f"Liên kết để gửi: {links}")
    click.echo("Chỉ những tệp này cho biết mã nào của hồ sơ nào: trao, gửi xong hãy xoá đi.")


def _progress(slips: Sequence[Shown]) -> Iterator[Shown]:
    if len(slips) < MANY:
        yield from slips
        return
    with click.progressbar(slips, label="Đang vẽ mã", file=sys.stderr) as bar:
        yield from bar


def _line(link: Link) -> tuple[str, ...]:
    return link.number, link.unit, link.address, f"{link.expires_on:%d/%m/%Y}"
