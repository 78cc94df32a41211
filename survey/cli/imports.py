"""`hailong units|counters|dossiers import FILE`: all or nothing, with a dry run and a template to fill in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from analysis.periods import Period
from survey.cli.period import PERIOD
from survey.config import TIME_ZONE
from survey.errors import Fault, HailongError
from survey.extensions import db
from survey.filters import count, decimal
from survey.messages import fault_lines
from survey.services import audit, counter, dossier, unit
from survey.services.importing import ImportSummary
from survey.services.sheet import LARGEST_FILE
from survey.services.template import Template

REASONS = {
    FileNotFoundError: "không có tệp hoặc thư mục này",
    IsADirectoryError: "đây là thư mục, không phải tệp",
    PermissionError: "không có quyền",
}
Command = Callable[..., Any]


def import_options(command: Command) -> Command:
    """Add what every import takes: FILE, --dry-run, --template."""
    for option in (
        click.option(
            "--template",
            "template_file",
            type=click.Path(dir_okay=False, path_type=Path),
            metavar="FILE.xlsx",
            help="Ghi bảng mẫu có sẵn mã của đơn vị, không nhập gì.",
        ),
        click.option("--dry-run", is_flag=True, help="Chỉ kiểm tra tệp, không ghi gì."),
        click.argument("file", required=False, type=click.Path(path_type=Path)),
    ):
        command = option(command)
    return command


def file_or_usage(file: Path | None) -> tuple[bytes, str]:
    """Read the file; without one, explain how to call the command."""
    if file is None:
        raise click.UsageError("Thiếu tên tệp cần nhập (hoặc --template FILE.xlsx để lấy bảng mẫu).")
    try:
        with file.open("rb") as opened:
            # One byte more than is allowed is enough to be refused.
            return opened.read(LARGEST_FILE + 1), file.name
    except OSError as error:
        raise HailongError("file_missing", path=str(file), reason=reason_of(error)) from error


def reason_of(error: OSError) -> str:
    """Say in Vietnamese why a file could not be opened."""
    return next((words for kind, words in REASONS.items() if isinstance(error, kind)), error.strerror or "?")


def write_file(path: Path, data: bytes) -> None:
    """Write a file that was asked for. "-" is no file here; only where a command says so it is the output."""
    if str(path) == "-":
        raise HailongError("out_is_no_file")
    try:
        path.write_bytes(data)
    except OSError as error:
        raise HailongError("file_not_written", path=str(path), reason=reason_of(error)) from error


def write_template(path: Path, template: Template) -> None:
    """Write the empty sheet and say where it is."""
    write_file(path, template.workbook())
    click.echo(f"Đã ghi bảng mẫu: {path}")


def echo_warnings(warnings: Sequence[Fault]) -> None:
    """Print what a person should look at although the import went on."""
    if warnings:
        click.echo(f"Cần xem lại ({count(len(warnings))}):")
    for line in fault_lines(warnings):
        click.echo(f"  ! {line}")


def echo_blank_rows(summary: ImportSummary) -> None:
    """Say how many lines of a template were left unfilled."""
    if summary.blank_rows:
        click.echo(f"Bỏ qua {count(summary.blank_rows)} dòng mẫu chưa điền.")


def _echo_summary(summary: ImportSummary, what: str, *, dry_run: bool) -> None:
    echo_warnings(summary.warnings)
    done = "Tệp hợp lệ (chạy thử, chưa ghi gì)" if dry_run else "Đã nhập"
    click.echo(
        f"{done}: {count(summary.rows)} dòng; {what}: {count(summary.created)} mới, "
        f"{count(summary.updated)} cập nhật, {count(summary.unchanged)} giữ nguyên."
    )
    echo_blank_rows(summary)


def _now() -> datetime:
    return datetime.now(TIME_ZONE)


@click.group("units")
def units() -> None:
    """Danh mục đơn vị."""


@units.command("import")
@import_options
@with_appcontext
def import_units(file: Path | None, dry_run: bool, template_file: Path | None) -> None:
    """Nhập danh mục đơn vị từ FILE (CSV hoặc XLSX); đơn vị đã có thì cập nhật theo mã."""
    if template_file is not None:
        return write_template(template_file, unit.template(db.session))
    data, name = file_or_usage(file)
    summary = unit.import_units(
        db.session, data, now=_now(), actor=audit.COMMAND_LINE, file_name=name, dry_run=dry_run
    )
    return _echo_summary(summary, "đơn vị", dry_run=dry_run)


@click.group("counters")
def counters() -> None:
    """Quầy của Bộ phận Một cửa."""


@counters.command("import")
@import_options
@with_appcontext
def import_counters(file: Path | None, dry_run: bool, template_file: Path | None) -> None:
    """Nhập quầy và lĩnh vực của quầy từ FILE (CSV hoặc XLSX); quầy đã có thì cập nhật theo mã."""
    if template_file is not None:
        return write_template(template_file, counter.template(db.session))
    data, name = file_or_usage(file)
    summary = counter.import_counters(
        db.session, data, now=_now(), actor=audit.COMMAND_LINE, file_name=name, dry_run=dry_run
    )
    return _echo_summary(summary, "quầy", dry_run=dry_run)


@click.group("dossiers")
def dossiers() -> None:
    """Số hồ sơ của các kỳ."""


@dossiers.command("import")
@import_options
@click.option("--period", type=PERIOD, help="Kỳ của số liệu: 2026-Q3, 2026 hoặc 2026-06-15..2026-09-14.")
@click.option("--correction", is_flag=True, help="Sửa số hồ sơ của kỳ đã chốt, để lập bản đính chính.")
@with_appcontext
def import_dossiers(
    file: Path | None, dry_run: bool, template_file: Path | None, period: Period | None, correction: bool
) -> None:
    """Nhập số hồ sơ của một kỳ từ FILE: mỗi dòng một số đếm, hoặc biểu II.06; số cũ của đơn vị được thay."""
    if template_file is not None:
        return write_template(template_file, dossier.template(db.session, _now()))
    data, name = file_or_usage(file)
    if period is None:
        raise click.UsageError("Thiếu --period, ví dụ --period 2026-Q3.")
    summary = dossier.import_dossiers(
        db.session,
        data,
        period,
        now=_now(),
        actor=audit.COMMAND_LINE,
        file_name=name,
        dry_run=dry_run,
        correcting=correction,
    )
    return _echo_dossiers(summary, dry_run=dry_run)


def _echo_dossiers(summary: dossier.DossierSummary, *, dry_run: bool) -> None:
    echo_warnings(summary.warnings)
    done = "Tệp hợp lệ (chạy thử, chưa ghi gì)" if dry_run else "Đã nhập"
    click.echo(
        f"{done} kỳ {summary.period}: {count(summary.rows)} dòng, {count(summary.units)} đơn vị, "
        f"{count(summary.dossiers)} hồ sơ."
    )
    if summary.received or summary.carried_over:
        total = summary.received + summary.carried_over
        click.echo(f"Tiếp nhận {count(total)} hồ sơ, trong đó {count(summary.carried_over)} từ kỳ trước.")
    if summary.settled:
        on_time = count(summary.settled - summary.overdue)
        click.echo(
            f"Đã giải quyết {count(summary.settled)} hồ sơ: trước và đúng hạn {on_time} "
            f"({decimal(summary.on_time_percent)}%), quá hạn {count(summary.overdue)}."
        )
    echo_blank_rows(summary)
    if summary.replaced:
        verb = "Sẽ thay" if dry_run else "Đã thay"
        click.echo(f"{verb} số cũ của kỳ này ở {count(len(summary.replaced))} đơn vị: {_some(summary.replaced)}.")


def _some(codes: Sequence[str], most: int = 10) -> str:
    more = f" và {count(len(codes) - most)} đơn vị khác" if len(codes) > most else ""
    return ", ".join(codes[:most]) + more
