"""`hailong score`: a period's satisfaction scores on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import click
from flask.cli import with_appcontext

from analysis.periods import Period
from survey.cli.example_mark import echo_example
from survey.cli.period import PERIOD
from survey.config import TIME_ZONE
from survey.extensions import db
from survey.filters import count, decimal, moment, percent
from survey.messages import status_word, warning_sentence
from survey.services.names import code_names
from survey.services.score_report import report_period
from survey.set_aside_messages import set_aside_line

STATES = {
    "open": "tạm tính, chưa chốt",
    "closed": "đã chốt",
    "year": "cả năm, gộp từ các quý đã chốt",
}

TRUST = {"dossier": "mã hồ sơ", "counter": "mã ở quầy và liên kết chung", "assisted": "có hỗ trợ"}


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[float], None]]:
    """Show on standard error how far a long computation has come; a terminal only, never a file."""
    with click.progressbar(length=100, label=label, file=sys.stderr) as bar:

        def tell(share: float) -> None:
            bar.update(round(100 * share) - bar.pos)

        yield tell


@click.command("score")
@click.argument("period", type=PERIOD)
@click.option("--unit", "unit_code", metavar="CODE", help="Chỉ tính một đơn vị.")
@click.option("--json", "as_json", is_flag=True, help="In toàn bộ kết quả dạng JSON.")
@with_appcontext
def score(period: Period, unit_code: str | None, as_json: bool) -> None:
    """Tính và in điểm hài lòng của kỳ PERIOD; không chốt gì. Kỳ đã chốt thì in điểm đã chốt."""
    with progress_bar("Đang tính") as tell:
        report = report_period(
            db.session,
            period,
            now=datetime.now(TIME_ZONE),
            unit_codes=None if unit_code is None else [unit_code],
            progress=tell,
        )
    if as_json:
        click.echo(report.to_json())
        return
    echo_example(db.session)
    click.echo(f"Kỳ {report.period} ({STATES[report.state]}), tính đến {moment(report.computed_at)}")
    click.echo(
        f"Quy tắc {report.rule}; phiếu {', '.join(report.versions) or '–'}; hailong {report.program_version}"
    )
    names = code_names(db.session, "vi")
    for unit in report.units():
        click.echo("")
        for line in _unit_lines(unit, names):
            click.echo(line)


def _unit_lines(unit: dict[str, Any], names: dict[str, str]) -> Iterator[str]:
    yield f"{unit['name']} ({unit['unit_id']})"
    yield f"  {count(unit['n'])} phiếu trong {count(unit['dossiers'])} hồ sơ"
    if unit["points"] is None:
        yield f"  Chưa có điểm: {status_word(unit.get('status', 'no_score'))}"
    else:
        yield (
            f"  Điểm {decimal(float(unit['points']))}, khoảng tin cậy 95%: "
            f"{decimal(float(unit['points_lower']))} đến {decimal(float(unit['points_upper']))}"
        )
        lower, upper = percent(unit["lower"], 2), percent(unit["upper"], 2)
        yield f"  Chỉ số {percent(unit['index_share'], 2)} ({lower} đến {upper})"
        if "trust_counts" in unit:
            mix = (f"{words} {count(unit['trust_counts'][level])}" for level, words in TRUST.items())
            yield f"  Nguồn phiếu: {', '.join(mix)}"
        if "set_aside" in unit:
            yield f"  Phiếu loại: {set_aside_line(unit['set_aside'])}"
    if unit.get("n_effective") is not None:
        yield (
            f"  Cỡ mẫu hiệu dụng {decimal(unit['n_effective'], 1)}; "
            f"hồ sơ có đại diện {percent(unit['coverage_share'])}; "
            f"không gia quyền {percent(unit['unweighted']['estimate']['share'], 2)}"
        )
    for warning in unit.get("warnings", []):
        yield f"  ! {warning_sentence(warning['code'], warning['params'], names)}"
    if missing := unit.get("missing"):
        yield f"  ! Quý không có điểm, không tính vào năm: {', '.join(missing)}"
