"""`hailong init`: the schema and the presets."""

from __future__ import annotations

from datetime import datetime

import click
from flask import current_app
from flask.cli import with_appcontext

from survey.config import TIME_ZONE, Settings
from survey.database import opened
from survey.extensions import db
from survey.services import presets, schema


@click.command("init")
@with_appcontext
def init() -> None:
    """Tạo hoặc nâng cấp cơ sở dữ liệu, nạp danh mục lĩnh vực và phiếu mẫu."""
    settings: Settings = current_app.config["SETTINGS"]
    today = datetime.now(TIME_ZONE).date()
    with opened(settings.owner_database_url) as engine:
        schema.upgrade_schema(engine, today=today)
    presets.load(db.session, today=today)
    click.echo("""Cơ sở dữ liệu đã sẵn sàng. Việc tiếp theo:
  1. Đơn vị:     hailong units add "Phường Tân Hoà" --code P01
     (cả tỉnh:   hailong units import --template don-vi.xlsx, điền rồi: hailong units import don-vi.xlsx)
  2. Tài khoản:  hailong officers add EMAIL --role reform --unit P01
  3. Đăng nhập ở /officer: trang hướng dẫn dẫn qua từng bước, từ quầy và áp phích đến ngày bắt đầu đo.""")
