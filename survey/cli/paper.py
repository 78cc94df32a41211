"""`hailong qr paper`: the form for those who would rather not use a phone."""

from __future__ import annotations

from datetime import datetime
from typing import IO

import click
from flask.cli import with_appcontext

from survey.cli.qr import OUTPUT, show_progress, web_address
from survey.config import TIME_ZONE
from survey.extensions import db
from survey.services import audit
from survey.services.paper_form import paper_forms


@click.command("paper")
@click.option("--unit", "unit_code", metavar="CODE", help="Mã đơn vị. Không ghi là mọi đơn vị.")
@click.option("--below", is_flag=True, help="In cả các đơn vị trực thuộc.")
@click.option(
    "--size",
    type=click.Choice(["a5", "a4"], case_sensitive=False),
    help="a5: hai phiếu trên một tờ A4, cắt đôi; a4: một phiếu chữ to. Không ghi thì vi là a5, vi+en là a4.",
)
@click.option(
    "--language", type=click.Choice(["vi", "vi+en"]), default="vi", show_default=True, help="Chữ trên phiếu."
)
@click.option("--out", type=OUTPUT, required=True, help="Tệp PDF.")
@with_appcontext
def paper(unit_code: str | None, below: bool, size: str | None, language: str, out: IO[bytes]) -> None:
    """In phiếu giấy cùng câu hỏi với phiếu trên điện thoại: mỗi đơn vị một tờ A4, đem photo đủ số cần dùng."""
    english = language == "vi+en"
    if english and size == "a5":
        raise click.BadParameter("phiếu hai thứ tiếng chỉ in được khổ a4", param_hint="--size")
    now = datetime.now(TIME_ZONE)
    pdf, sheets = paper_forms(
        db.session,
        unit_code,
        below=below,
        size=size or ("a4" if english else "a5"),
        english=english,
        base_url=web_address(),
        today=now.date(),
        now=now,
        actor=audit.COMMAND_LINE,
        progress=show_progress,
    )
    out.write(pdf)
    click.echo(f"Đã ghi phiếu giấy của {sheets} đơn vị vào {out.name}. Nhập phiếu đã thu ở trang /officer/paper.")
