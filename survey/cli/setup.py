"""`hailong init`: the schema, the presets, and the first administrator."""

from __future__ import annotations

from datetime import datetime

import click
from flask import current_app
from flask.cli import with_appcontext

from survey.cli.officers import echo_invitation
from survey.config import TIME_ZONE, Settings
from survey.database import opened
from survey.extensions import db
from survey.services import audit, first_administrator, presets, schema


@click.command("init")
@click.option("--administrator", metavar="EMAIL", help="Mời người quản trị đầu tiên.")
@click.option("--unit-code", default="", metavar="MÃ", help="Mã đơn vị đầu tiên, khi chưa có đơn vị nào.")
@click.option("--unit-name", default="", metavar="TÊN", help="Tên đơn vị ấy, ví dụ “Phường Tân Hoà”.")
@with_appcontext
def init(administrator: str | None, unit_code: str, unit_name: str) -> None:
    """Tạo hoặc nâng cấp cơ sở dữ liệu, nạp danh mục lĩnh vực và phiếu mẫu, mời người quản trị đầu tiên."""
    settings: Settings = current_app.config["SETTINGS"]
    now = datetime.now(TIME_ZONE)
    today = now.date()
    with opened(settings.owner_database_url) as engine:
        schema.upgrade_schema(engine, today=today)
    presets.load(db.session, today=today)
    if administrator is not None:
        added = first_administrator.invite(
            db.session,
            administrator,
            unit_code=unit_code,
            unit_name=unit_name,
            now=now,
            actor=audit.COMMAND_LINE,
        )
        click.echo(f"Cơ sở dữ liệu đã sẵn sàng. Người quản trị: {added.officer.email}.")
        echo_invitation(added)
        return
    click.echo("""Cơ sở dữ liệu đã sẵn sàng. Việc tiếp theo, làm trên trang web:
  hailong init --administrator EMAIL --unit-code P01 --unit-name "Phường Tân Hoà"
  rồi mở liên kết mời và đăng nhập: trang hướng dẫn dẫn qua từng bước, từ quầy và áp phích đến ngày bắt đầu đo.
Hoặc bằng lệnh:
  1. Danh mục đơn vị:   hailong units import --template don-vi.xlsx, điền rồi: hailong units import don-vi.xlsx
  2. Quầy:              hailong counters import --template quay.xlsx, điền rồi: hailong counters import quay.xlsx
  3. Tài khoản:         hailong officers add EMAIL --role reform --unit MÃ
  4. Áp phích để in:    hailong qr posters --unit MÃ --out ap-phich.pdf""")
