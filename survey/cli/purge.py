"""`hailong purge`: delete what is past its time."""

from __future__ import annotations

from datetime import datetime

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from survey.config import TIME_ZONE, Settings
from survey.database import opened
from survey.filters import count
from survey.services import audit, retention


@click.command("purge")
@click.option("--dry-run", is_flag=True, help="Chỉ đếm, không xoá.")
@with_appcontext
def purge(dry_run: bool) -> None:
    """Xoá cách liên hệ, nội dung góp ý và mã dùng một lần đã hết thời hạn lưu; nên chạy mỗi ngày."""
    settings: Settings = current_app.config["SETTINGS"]
    with (
        opened(settings.owner_database_url) as engine,
        Session(engine, expire_on_commit=False) as session,
    ):
        purged = retention.purge(
            session,
            contact_days=settings.contact_days,
            text_days=settings.text_days,
            now=datetime.now(TIME_ZONE),
            actor=audit.COMMAND_LINE,
            dry_run=dry_run,
        )
    click.echo("Sẽ xoá khi chạy không có --dry-run:" if dry_run else "Đã xoá:")
    click.echo(f"  cách liên hệ quá {settings.contact_days} ngày: {count(purged.contacts)}")
    click.echo(f"  nội dung góp ý, phản ánh quá {settings.text_days} ngày: {count(purged.cases)}")
    click.echo(f"  ý kiến thêm quá {settings.text_days} ngày: {count(purged.comments)}")
    click.echo(f"  mã dùng một lần đã hết hạn: {count(purged.one_time_codes)}")
    click.echo(f"  dấu của phiếu đã gửi quá {retention.SPENT_NONCE_DAYS} ngày: {count(purged.spent_nonces)}")
