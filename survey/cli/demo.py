"""`hailong demo`: fill an empty database with an example province and say how to look at it."""

from __future__ import annotations

from datetime import datetime

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select

from survey.cli.score import progress_bar
from survey.codes import grouped
from survey.config import TIME_ZONE, Settings
from survey.database import opened
from survey.errors import HailongError
from survey.extensions import db
from survey.models import Officer, Role
from survey.services import (
    audit,
    deadline,
    example,
    example_feedback,
    example_set_aside,
    index_publication,
    index_round,
    officer,
    password,
    presets,
    publication,
    schema,
    score,
)
from survey.services.reform_index_import import import_index
from survey.services.unit_tree import unit_by_code


@click.command("demo")
@click.option("--units", default=34, show_default=True, type=click.IntRange(4, 5000), help="Số đơn vị.")
@click.option(
    "--responses",
    default=8_000,
    show_default=True,
    type=click.IntRange(100, 1_000_000),
    help="Số phiếu của hai quý.",
)
@click.option("--seed", default=2026, show_default=True, help="Cùng một số thì cùng một dữ liệu.")
@with_appcontext
def demo(units: int, responses: int, seed: int) -> None:
    """Nạp một tỉnh ví dụ vào cơ sở dữ liệu trống: đơn vị, mã QR, hồ sơ, phiếu của hai quý, chỉ số, tài khoản."""
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.is_example:
        raise HailongError("example_needs_example_mode")
    now = datetime.now(TIME_ZONE)
    with opened(settings.owner_database_url) as engine:
        schema.upgrade_schema(engine, today=now.date())
    presets.load(db.session, today=now.date())
    with progress_bar("Đang nạp dữ liệu ví dụ") as tell:
        filled = example.fill(
            db.session,
            today=now.date(),
            unit_count=units,
            response_count=responses,
            seed=seed,
            progress=tell,
        )
    first, second = filled.periods
    score.close(db.session, first, now=now, actor=audit.COMMAND_LINE)
    publication.publish(db.session, first, now=now, actor=audit.COMMAND_LINE)
    score.refresh(db.session, second, now=now, actor=audit.COMMAND_LINE)
    year = first.first.year
    for round_year, imported in ((year - 1, True), (year, False)):
        import_index(
            db.session,
            example.index_sheet(db.session, seed=seed + round_year, with_satisfaction=imported),
            year=round_year,
            now=now,
            actor=audit.COMMAND_LINE,
            file_name=f"example-{round_year}.csv",
        )
    if (last_year := index_round.find_round(db.session, year - 1, index_round.DEFAULT_KIND)) is not None:
        index_publication.publish(db.session, last_year, shown=0, now=now, actor=audit.COMMAND_LINE)
    accounts = [
        (email, meaning, _account(email, name, role, unit, now=now))
        for email, name, meaning, role, unit in (
            (
                f"cchc@{filled.domain}",
                "Lê Thị Minh Châu",
                "cán bộ cải cách hành chính của tỉnh, xem mọi đơn vị",
                Role.REFORM,
                example.PROVINCE_CODE,
            ),
            (
                f"mot.cua@{filled.domain}",
                "Trần Văn Bình",
                f"cán bộ một cửa của {filled.unit_name}",
                Role.ONE_STOP,
                filled.unit_code,
            ),
            (
                f"lanh.dao@{filled.domain}",
                "Phạm Thu Hà",
                f"lãnh đạo {filled.unit_name}, xem cả góp ý chỉ gửi lãnh đạo",
                Role.LEADER,
                filled.unit_code,
            ),
            (
                f"quan.tri@{filled.domain}",
                "Nguyễn Quốc Anh",
                "quản trị hệ thống của tỉnh: tài khoản, không xem nội dung",
                Role.ADMINISTRATOR,
                example.PROVINCE_CODE,
            ),
            (
                f"kiem.tra@{filled.domain}",
                "Hoàng Đức Long",
                "kiểm tra, cấp trên: đọc mọi đơn vị, không sửa gì",
                Role.INSPECTOR,
                example.PROVINCE_CODE,
            ),
            (
                f"van.phong@{filled.domain}",
                "Đỗ Thanh Mai",
                "Văn phòng UBND tỉnh: số hồ sơ và góp ý của mọi đơn vị",
                Role.DOSSIERS,
                example.PROVINCE_CODE,
            ),
        )
    ]
    shown = unit_by_code(db.session, filled.unit_code)
    example_set_aside.fill(db.session, unit=shown, period=second, officer=_officer(accounts[0][0]), now=now)
    example_feedback.fill(
        db.session,
        unit=shown,
        officer=_officer(accounts[1][0]),
        sealing_key=settings.key_for("feedback contact"),
        deadlines=deadline.load(settings.deadlines_file),
        today=now.date(),
    )
    address = settings.base_url
    click.echo(f"""
DỮ LIỆU VÍ DỤ: {filled.province}. Không phải số liệu của địa phương nào.

Phiếu lấy ý kiến (như quét mã ở quầy):  {address}/q/{filled.link}
Nhập mã bằng tay:                       {address}/q  rồi gõ {grouped(filled.link)}
Trang của cán bộ:                       {address}/officer/sign-in""")
    for email, meaning, drawn in accounts:
        click.echo(f"  {email}  mật khẩu {drawn}  ({meaning})")
    click.echo(f"""
Kết quả công bố cho người dân:          {address}/results
Kỳ {first.text}: đã chốt. Xuất báo cáo:    hailong export {first.text} --format xlsx --out diem.xlsx
Kỳ {second.text}: đang mở. Tính thử:       hailong score {second.text} --unit {filled.unit_code}
Chỉ số cải cách hành chính {year}:        hailong index compute --round {year}
Áp phích để in:                         hailong qr posters --unit {filled.unit_code} --out ap-phich.pdf
""")


def _officer(email: str) -> Officer:
    return db.session.scalars(select(Officer).where(Officer.email == email)).one()


def _account(email: str, name: str, role: Role, unit_code: str, *, now: datetime) -> str:
    """Make an account of the example and return its password: who looks at the example is invited by nobody."""
    drawn = password.draw()
    officer.add(
        db.session,
        email,
        name=name,
        role=role,
        unit_code=unit_code,
        new_password=drawn,
        now=now,
        actor=audit.COMMAND_LINE,
    )
    return drawn
