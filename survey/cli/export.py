"""`hailong export PERIOD`: the frozen figures of a closed period as a file."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from analysis.periods import Period
from survey.cli.imports import write_file
from survey.cli.period import PERIOD
from survey.cli.score import progress_bar
from survey.extensions import db
from survey.services.export import FORMATS, export_bytes


@click.command("export")
@click.argument("period", type=PERIOD)
@click.option("--format", "kind", type=click.Choice(list(FORMATS)), required=True, help="Dạng tệp.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    required=True,
    metavar="FILE",
    help="Tệp ghi ra; - là đầu ra chuẩn.",
)
@with_appcontext
def export(period: Period, kind: str, out: Path) -> None:
    """Xuất điểm của kỳ PERIOD đã chốt."""
    with progress_bar("Đang ghi") as tell:
        content = export_bytes(db.session, period, kind, progress=tell)
    if str(out) == "-":
        click.echo(content, nl=False)
        return
    write_file(out, content)
    click.echo(f"Đã ghi {out}")
