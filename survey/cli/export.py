"""`hailong export PERIOD`: the frozen figures of a closed period as a file."""

from __future__ import annotations

from codecs import BOM_UTF8
from datetime import datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from analysis.periods import Period
from survey.cli.imports import write_file
from survey.cli.period import PERIOD
from survey.cli.score import progress_bar
from survey.config import TIME_ZONE
from survey.extensions import db
from survey.services.audit import COMMAND_LINE
from survey.services.export import FORMATS, export_bytes
from survey.services.package import Package, package_bytes


@click.command("export")
@click.argument("period", type=PERIOD)
@click.option("--format", "kind", type=click.Choice([*FORMATS, "zip"]), required=True, help="Dạng tệp.")
@click.option(
    "--package",
    type=click.Choice([each.value for each in Package]),
    default=Package.VERIFICATION.value,
    show_default=True,
    help="Với zip: gói kiểm chứng hay gói công khai.",
)
@click.option("--bom/--no-bom", default=True, help="Với csv: có dấu thứ tự byte ở đầu tệp cho Excel.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    required=True,
    metavar="FILE",
    help="Tệp ghi ra; - là đầu ra chuẩn.",
)
@with_appcontext
def export(period: Period, kind: str, package: str, bom: bool, out: Path) -> None:
    """Xuất điểm của kỳ PERIOD đã chốt: một tệp, hoặc cả gói (zip) kèm mã kiểm của từng tệp."""
    with progress_bar("Đang ghi") as tell:
        if kind == "zip":
            content = package_bytes(
                db.session,
                period,
                Package(package),
                now=datetime.now(TIME_ZONE),
                actor=COMMAND_LINE,
                progress=tell,
            )
        else:
            content = export_bytes(db.session, period, kind, progress=tell)
    if kind == "csv" and not bom:
        content = content.removeprefix(BOM_UTF8)
    if str(out) == "-":
        click.echo(content, nl=False)
        return
    write_file(out, content)
    click.echo(f"Đã ghi {out}")
