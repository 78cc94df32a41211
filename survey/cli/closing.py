"""`hailong close`, `verify`, `publish`: freeze a period, compute it again, make it public."""

from __future__ import annotations

import sys
from datetime import datetime

import click
from flask.cli import with_appcontext

from analysis.periods import Period
from survey.cli.period import PERIOD
from survey.cli.score import progress_bar
from survey.closing_messages import difference_line
from survey.config import TIME_ZONE
from survey.extensions import db
from survey.filters import count, moment
from survey.services import audit, publication, verification
from survey.services import score as scores
from survey.services.exclusion import waiting_requests

MOST_LINES = 200


@click.command("close")
@click.argument("period", type=PERIOD)
@click.option("--revision-of", type=int, metavar="N", help="Lập bản đính chính thay bản N; bản N vẫn được giữ.")
@click.option("--reason", default="", metavar="LÝ DO", help="Vì sao đính chính; in kèm bản đính chính.")
@with_appcontext
def close(period: Period, revision_of: int | None, reason: str) -> None:
    """Chốt kỳ PERIOD: điểm từ đó không thay đổi nữa."""
    if reason and revision_of is None:
        raise click.UsageError("--reason chỉ dùng cùng --revision-of.")
    if waiting := sum(number for _, number in waiting_requests(db.session, period)):
        click.echo(f"Lưu ý: còn {count(waiting)} đề nghị không tính phiếu của kỳ này chưa ai duyệt.", err=True)
    with progress_bar("Đang chốt") as tell:
        frozen = scores.close(
            db.session,
            period,
            now=datetime.now(TIME_ZONE),
            actor=audit.COMMAND_LINE,
            revision_of=revision_of,
            reason=reason,
            progress=tell,
        )
    scored = sum(score.points is not None for score in frozen.scores)
    click.echo(f"Đã chốt kỳ {frozen.period}: {count(frozen.response_count)} phiếu, {scored} đơn vị có điểm.")
    if frozen.replaces is not None:
        click.echo(f"Bản {frozen.revision}, thay bản {frozen.replaces}. Lý do: {frozen.reason}")
    click.echo(f"Mã kiểm tra dữ liệu đầu vào (SHA-256): {frozen.tally_digest}")
    click.echo(f"Tính lại để kiểm: hailong verify {frozen.period}. Công bố: hailong publish {frozen.period}")
    click.echo(f"Xuất báo cáo: hailong export {frozen.period} --format xlsx --out diem-{frozen.period}.xlsx")


@click.command("verify")
@click.argument("period", type=PERIOD)
@click.option("--revision", type=int, metavar="N", help="Kiểm bản N thay vì bản mới nhất.")
@with_appcontext
def verify(period: Period, revision: int | None) -> None:
    """Tính lại kỳ đã chốt PERIOD từ các phiếu đang lưu và nêu từng chỗ khác; có chỗ khác thì thoát với mã 1."""
    with progress_bar("Đang tính lại") as tell:
        found = verification.verify(
            db.session,
            period,
            now=datetime.now(TIME_ZONE),
            actor=audit.COMMAND_LINE,
            revision=revision,
            progress=tell,
        )
    score_set = verification.closed_revision(db.session, period.text, revision)
    click.echo(
        f"Kỳ {score_set.period}, bản {score_set.revision}, chốt lúc {moment(score_set.computed_at)} "
        f"bằng hailong {score_set.program_version}; tính lại bằng hailong {found.program_version}."
    )
    if found.agrees:
        click.echo("Khớp: số phiếu, mã kiểm và điểm giống hệt; các số thực giống đến 1e-9.")
        return
    for difference in found.differences[:MOST_LINES]:
        click.echo(f"  {difference_line(difference)}")
    if found.difference_count > MOST_LINES:
        click.echo(f"  … và {count(found.difference_count - MOST_LINES)} chỗ khác.")
    click.echo(f"KHÔNG KHỚP: {count(found.difference_count)} chỗ khác với bản đã chốt.")
    sys.exit(1)


@click.command("publish")
@click.argument("period", type=PERIOD)
@with_appcontext
def publish(period: Period) -> None:
    """Công bố bản chốt mới nhất của kỳ PERIOD, sau khi tính lại và thấy khớp; đã công bố thì không rút lại."""
    with progress_bar("Đang tính lại") as tell:
        published = publication.publish(
            db.session, period, now=datetime.now(TIME_ZONE), actor=audit.COMMAND_LINE, progress=tell
        )
    click.echo(
        f"Đã công bố kỳ {published.period}, bản {published.revision}, lúc {moment(published.published_at)}."
    )
