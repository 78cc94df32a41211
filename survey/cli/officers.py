"""`hailong officers …`: accounts."""

from __future__ import annotations

import sys
from datetime import datetime

import click
from flask import current_app
from flask.cli import with_appcontext

from survey.config import TIME_ZONE, Settings
from survey.extensions import db
from survey.models import Role
from survey.services import audit, invitation, officer


@click.group("officers")
def officers() -> None:
    """Tài khoản của công chức."""


@officers.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True, help="Vai trò.")
@click.option("--unit", "unit_code", required=True, metavar="CODE", help="Mã đơn vị; gồm cả đơn vị trực thuộc.")
@click.option("--name", default="", help="Họ và tên.")
@click.option("--password-stdin", is_flag=True, help="Đọc mật khẩu từ đầu vào chuẩn thay vì gửi liên kết.")
@with_appcontext
def add(email: str, role: str, unit_code: str, name: str, password_stdin: bool) -> None:
    """Mở tài khoản EMAIL, hoặc giao thêm vai trò cho tài khoản đã có."""
    # Not an option with a value: what stands on the command line can be seen by every user of the machine.
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    added = officer.add(
        db.session,
        email,
        role=Role(role),
        unit_code=unit_code,
        name=name,
        new_password=password,
        now=datetime.now(TIME_ZONE),
        actor=audit.COMMAND_LINE,
    )
    click.echo(f"{added.officer.email}: {role}, {unit_code}.")
    echo_invitation(added)


@officers.command("invite")
@click.argument("email")
@with_appcontext
def invite(email: str) -> None:
    """Tạo liên kết mới để EMAIL đặt mật khẩu, khi liên kết cũ quá hạn hoặc quên mật khẩu."""
    echo_invitation(officer.invite(db.session, email, now=datetime.now(TIME_ZONE), actor=audit.COMMAND_LINE))


@officers.command("disable")
@click.argument("email")
@with_appcontext
def disable(email: str) -> None:
    """Khoá tài khoản EMAIL ngay, kể cả khi đang đăng nhập."""
    closed = officer.disable(db.session, email, now=datetime.now(TIME_ZONE), actor=audit.COMMAND_LINE)
    click.echo(f"Đã khoá tài khoản {closed.email}.")


def echo_invitation(added: officer.AddedOfficer) -> None:
    """Print the link that sets the password, if one was made: it is shown once and stored nowhere."""
    if added.token is None:
        return
    settings: Settings = current_app.config["SETTINGS"]
    days = invitation.LIFETIME.days
    click.echo(f"Liên kết đặt mật khẩu (chỉ hiện một lần, dùng một lần, trong {days} ngày):")
    click.echo(f"  {settings.base_url}/officer/invitation/{added.token}")
