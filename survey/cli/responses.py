"""`hailong responses import FILE --map MAP.toml`: responses collected elsewhere, all or nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from survey.cli.imports import echo_warnings, file_or_usage
from survey.config import TIME_ZONE
from survey.extensions import db
from survey.filters import count, day
from survey.services import audit, response_import
from survey.services.response_import import ResponseSummary
from survey.services.response_map import ResponseMap, read_map


@click.group("responses")
def responses() -> None:
    """Phiếu thu thập ở nơi khác."""


@responses.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--map",
    "map_file",
    type=click.Path(path_type=Path),
    required=True,
    metavar="MAP.toml",
    help="Tệp ánh xạ: cột nào trả lời câu nào (xem docs/imports.md).",
)
@click.option("--dry-run", is_flag=True, help="Chỉ kiểm tra và xem trước, không ghi gì.")
@with_appcontext
def import_responses(file: Path, map_file: Path, dry_run: bool) -> None:
    """Nhập phiếu từ FILE (CSV hoặc XLSX của LimeSurvey, Google Forms, bảng phiếu giấy) theo tệp ánh xạ."""
    mapping = read_map(file_or_usage(map_file)[0])
    data, name = file_or_usage(file)
    with _reading() as progress:
        summary = response_import.import_responses(
            db.session,
            data,
            mapping,
            now=datetime.now(TIME_ZONE),
            actor=audit.COMMAND_LINE,
            file_name=name,
            dry_run=dry_run,
            progress=progress,
        )
    _echo(summary, mapping, dry_run=dry_run)


@contextmanager
def _reading() -> Iterator[Callable[[int], None]]:
    """Tell on a terminal how many rows are read; how many there will be is not known before."""
    shown = sys.stderr.isatty()

    def tell(rows: int) -> None:
        if shown:
            click.echo(f"\rĐang đọc: {count(rows)} dòng", nl=False, err=True)

    yield tell
    if shown:
        click.echo("\r" + " " * 40 + "\r", nl=False, err=True)


def _echo(summary: ResponseSummary, mapping: ResponseMap, *, dry_run: bool) -> None:
    echo_warnings(summary.warnings)
    done = "Tệp hợp lệ (chạy thử, chưa ghi gì)" if dry_run else "Đã nhập"
    stored = sum(one.stored for one in summary.units)
    click.echo(f"{done}: {count(summary.rows)} dòng, {count(stored)} phiếu, nguồn: {mapping.source}.")
    if summary.left_out:
        click.echo(f"Bỏ qua {count(summary.left_out)} dòng theo mục [only] của tệp ánh xạ.")
    for one in summary.units:
        days = f"{day(one.first_day)}–{day(one.last_day)}"
        trial = f", {count(one.trial)} phiếu thử (trước ngày bắt đầu đo)" if one.trial else ""
        batch = f"; lô {one.batch}" if one.batch else ""
        click.echo(
            f"  {one.unit.code} {one.unit.name}: {count(one.stored)} phiếu{trial}, "
            f"{count(one.invalid)} không hợp lệ, {days}{batch}"
        )
    click.echo("Số phiếu theo câu trả lời:")
    for code, counts in summary.answers.items():
        words = [f"{label} {count(counts.get(value, 0))}" for value, label in mapping.answer_words(code)]
        click.echo(f"  {code}: {'; '.join(words)}; bỏ trống {count(counts.get('-', 0))}")
