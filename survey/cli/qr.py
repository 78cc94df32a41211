"""`hailong qr …`: codes to print."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import IO

import click
from flask import current_app
from flask.cli import with_appcontext

from survey.cli.imports import write_file
from survey.codes import grouped, normalise
from survey.config import TIME_ZONE, Settings
from survey.extensions import db
from survey.filters import count
from survey.models import QrCode, Unit
from survey.services import audit, poster, qrcode
from survey.services.logo import LARGEST_BYTES, read_logo

MANY = 5
OUTPUT = click.File("wb", lazy=True)  # opened only when there is something to write
ONLINE = "trực tuyến"
AT_EXIT = "cửa ra"
LINK_COLUMNS = ("Mã đơn vị", "Đơn vị", "Quầy", "Mã", "Địa chỉ")
BUTTON_STYLE = (
    "display:inline-block;padding:12px 20px;border-radius:8px;background:#123f75;color:#fff;"
    "font:bold 18px/1.4 system-ui,Roboto,Arial,sans-serif;text-decoration:none"
)
# A spreadsheet program takes text that starts with one of these for a formula.
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")


@click.group("qr")
def qr() -> None:
    """Mã QR: áp phích ở quầy, địa chỉ, hình mã, thu hồi mã."""


@qr.command("posters")
@click.option("--unit", "unit_code", metavar="CODE", help="Mã đơn vị. Không ghi là mọi đơn vị.")
@click.option("--below", is_flag=True, help="In cả các đơn vị trực thuộc.")
@click.option(
    "--design",
    type=click.Choice([*poster.DESIGNS], case_sensitive=False),
    help="Mẫu: stand (thẻ để quầy, A5 gấp thành A6), a5, wall (treo tường, A4), exit (ở cửa ra, A4 hoặc A5).",
)
@click.option(
    "--size",
    type=click.Choice(["a5", "a4"], case_sensitive=False),
    help="Khổ giấy. Không ghi --design thì a5 là mẫu a5, a4 là mẫu wall.",
)
@click.option(
    "--language",
    type=click.Choice(["vi", "vi+en"]),
    default="vi+en",
    show_default=True,
    help="Chữ trên áp phích.",
)
@click.option("--logo", type=click.File("rb"), help="Biểu trưng của đơn vị, tệp PNG hoặc SVG.")
@click.option("--paper-forms", is_flag=True, help="Nhắc đến phiếu giấy ở cửa ra (mẫu a5, wall).")
@click.option("--out", type=OUTPUT, required=True, help="Tệp PDF.")
@with_appcontext
def posters(
    unit_code: str | None,
    below: bool,
    design: str | None,
    size: str | None,
    language: str,
    logo: IO[bytes] | None,
    paper_forms: bool,
    out: IO[bytes],
) -> None:
    """In áp phích: mỗi quầy một trang; mẫu exit thì mỗi đơn vị một trang. Chưa có mã thì được cấp mã mới."""
    now = datetime.now(TIME_ZONE)
    design, size = _design(design, size)
    layout = poster.Layout(
        design=design,
        size=size,
        english=language == "vi+en",
        paper=paper_forms,
        # One byte more than is allowed is enough to be refused.
        logo=None if logo is None else read_logo(logo.read(LARGEST_BYTES + 1)),
    )
    pdf, pages = poster.posters(
        db.session,
        unit_code,
        below=below,
        layout=layout,
        base_url=_settings().base_url,
        today=now.date(),
        now=now,
        actor=audit.COMMAND_LINE,
        progress=show_progress,
    )
    out.write(pdf)
    folded = " (in trên A5, gấp đôi)" if design == "stand" else ""
    name = "A6" if design == "stand" else size.upper()
    click.echo(f"Đã ghi {pages} áp phích khổ {name}{folded} vào {out.name}.")
    if unit_code is None or below:
        wanted = "" if unit_code is None else f" --unit {unit_code} --below"
        click.echo(f"Liên kết trực tuyến của các đơn vị: hailong qr links{wanted}")
        return
    for qr_code in _links(unit_code, below=False, now=now):
        if qr_code.is_online_link:
            click.echo(f"Liên kết trực tuyến: {poster.address(_settings().base_url, qr_code.code)}")


@qr.command("links")
@click.option("--unit", "unit_code", metavar="CODE", help="Mã đơn vị. Không ghi là mọi đơn vị.")
@click.option("--below", is_flag=True, help="Cả các đơn vị trực thuộc.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.csv", help="Ghi ra tệp CSV.")
@click.option(
    "--html", "as_html", is_flag=True, help="Nút bấm mở liên kết trực tuyến, dạng HTML để dán vào cổng thông tin."
)
@with_appcontext
def links(unit_code: str | None, below: bool, out: Path | None, as_html: bool) -> None:
    """Liệt kê địa chỉ mở phiếu: từng quầy và liên kết trực tuyến của đơn vị. Chưa có mã thì được cấp mã mới."""
    base_url = _settings().base_url
    found = _links(unit_code, below=below, now=datetime.now(TIME_ZONE))
    if as_html:
        buttons = [_button(qr_code, base_url) for qr_code in found if place_name(qr_code) == ONLINE]
        if out is None:
            click.echo("\n".join(buttons))
        else:
            write_file(out, ("\n".join(buttons) + "\n").encode())
            click.echo(f"Đã ghi {count(len(buttons))} nút bấm vào {out}.")
        return
    lines = [
        (
            qr_code.unit.code,
            qr_code.unit.name,
            place_name(qr_code),
            grouped(qr_code.code),
            poster.address(base_url, qr_code.code),
        )
        for qr_code in found
    ]
    if out is not None:
        write_file(out, csv_bytes(LINK_COLUMNS, lines))
        click.echo(f"Đã ghi {count(len(lines))} liên kết vào {out}.")
        return
    echo_table(LINK_COLUMNS, lines)


@qr.command("image")
@click.argument("code")
@click.option("--out", type=OUTPUT, required=True, help="Tệp .svg hoặc .png.")
@with_appcontext
def image(code: str, out: IO[bytes]) -> None:
    """Vẽ hình mã QR của mã CODE."""
    kind = Path(out.name).suffix.lower().removeprefix(".")
    if kind not in poster.IMAGES:
        raise click.BadParameter("tên tệp phải kết thúc bằng .svg hoặc .png", param_hint="--out")
    today = datetime.now(TIME_ZONE).date()
    base_url, wanted = _settings().base_url, normalise(code)
    drawing = poster.image(db.session, wanted, kind=kind, base_url=base_url, today=today)
    out.write(drawing)
    click.echo(f"Đã ghi {out.name}: {poster.address(base_url, wanted)}")


@qr.command("revoke")
@click.argument("code")
@with_appcontext
def revoke(code: str) -> None:
    """Thu hồi mã CODE: từ hôm nay mã không mở phiếu nữa. Phiếu đã gửi vẫn được tính."""
    now = datetime.now(TIME_ZONE)
    revoked = qrcode.revoke(db.session, normalise(code), today=now.date(), now=now, actor=audit.COMMAND_LINE)
    click.echo(f"Mã {grouped(revoked.code)} của {revoked.unit.name} đã thu hồi từ {revoked.revoked_on:%d/%m/%Y}.")


def _design(design: str | None, size: str | None) -> tuple[str, str]:
    """Settle design and size; a size alone names the design that was always printed so."""
    if design is None:
        return ("wall", "a4") if size == "a4" else ("a5", "a5")
    papers = poster.DESIGNS[design]
    if size is not None and size not in papers:
        wanted = " hoặc ".join(papers)
        raise click.BadParameter(f"mẫu {design} chỉ in được khổ {wanted}", param_hint="--size")
    return design, size or papers[0]


def _links(unit_code: str | None, *, below: bool, now: datetime) -> list[QrCode]:
    return qrcode.links(db.session, unit_code, below=below, today=now.date(), now=now, actor=audit.COMMAND_LINE)


def place_name(qr_code: QrCode) -> str:
    """Name where a code is shown."""
    if qr_code.counter is not None:
        return qr_code.counter.name
    return AT_EXIT if qr_code.is_exit else ONLINE


def echo_table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    """Print lines under their heading, in columns."""
    widths = [max(map(len, column)) for column in zip(head, *lines, strict=True)]
    for line in (head, *lines):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _button(qr_code: QrCode, base_url: str) -> str:
    """Write a link that looks like a button wherever it is pasted, with nothing else to load."""
    return (
        f'<a href="{escape(poster.address(base_url, qr_code.code))}" title="{escape(qr_code.unit.one_stop_name)}" '
        f'target="_blank" rel="noopener noreferrer" style="{BUTTON_STYLE}">Mời Ông/Bà cho ý kiến</a>'
    )


def csv_bytes(head: Sequence[str], lines: Sequence[Sequence[str]]) -> bytes:
    """Write the list with a byte-order mark for Excel; a name that would act as a formula is marked as text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([f"'{cell}" if cell.startswith(FORMULA_MARKS) else cell for cell in line] for line in lines)
    return text.getvalue().encode("utf-8-sig")


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def web_address() -> str:
    """Where this installation is reached."""
    return _settings().base_url


def show_progress(units: list[Unit]) -> Iterator[Unit]:
    """Show how far many units have been gone through."""
    if len(units) < MANY:
        yield from units
        return
    with click.progressbar(units, label="Đang in", file=sys.stderr) as bar:
        yield from bar
