"""Every kind of work that `hailong work` does, and what it does by itself at fixed times."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from analysis.periods import Period, parse_period
from survey.config import TIME_ZONE, Settings
from survey.models import Unit
from survey.permissions import Permission
from survey.services import (
    deadline,
    export,
    feedback_reply,
    notice_round,
    notice_sending,
    package,
    poster,
    publication,
    retention,
    score,
    score_draft,
    upload,
    verification,
    what_if,
)

Progress = Callable[[float], None]
HALF_HOUR = 30  # minutes


@dataclass(frozen=True)
class Task:
    """What a handler gets: its input, and how to tell how far it is."""

    session: Session
    owner_session: Session
    settings: Settings
    payload: Mapping[str, Any]
    files: Mapping[str, bytes]
    actor: str
    now: datetime
    progress: Progress


@dataclass(frozen=True)
class Outcome:
    """What a handler leaves: values for the page that shows the finished job, and files to fetch there.

    `page` and `arguments` name the endpoint that the finished job leads to.
    """

    values: dict[str, Any] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    page: str | None = None
    arguments: dict[str, Any] = field(default_factory=dict)


def _refresh_scores(task: Task) -> Outcome:
    period = parse_period(task.payload["period"])
    score.refresh(task.session, period, now=task.now, actor=task.actor, progress=task.progress)
    return Outcome(page="scores.scores", arguments={"period": period.text})


def _posters(task: Task) -> Outcome:
    def told(units: list[Unit]) -> Iterator[Unit]:
        for number, unit in enumerate(units):
            task.progress(number / len(units))
            yield unit

    pdf, pages = poster.posters(
        task.session,
        task.payload["unit"],
        below=True,
        layout=poster.Layout(**task.payload["layout"]),
        base_url=task.settings.base_url,
        today=task.now.astimezone(TIME_ZONE).date(),
        now=task.now,
        actor=task.actor,
        progress=told,
    )
    return Outcome({"pages": pages}, files={f"ap-phich-{task.payload['unit'].replace('/', '-')}.pdf": pdf})


def _close_period(task: Task) -> Outcome:
    period = parse_period(task.payload["period"])
    score.close(
        task.session,
        period,
        now=task.now,
        actor=task.actor,
        revision_of=task.payload.get("revision_of"),
        reason=task.payload.get("reason", ""),
        progress=task.progress,
    )
    return _to_closing(period)


def _send_draft(task: Task) -> Outcome:
    period, days = parse_period(task.payload["period"]), task.payload["days"]
    score_draft.send_draft(task.session, period, days=days, now=task.now, actor=task.actor, progress=task.progress)
    return _to_closing(period)


def _verify_period(task: Task) -> Outcome:
    period, revision = parse_period(task.payload["period"]), task.payload["revision"]
    verification.verify(
        task.session, period, now=task.now, actor=task.actor, revision=revision, progress=task.progress
    )
    return _to_closing(period)


def _publish_period(task: Task) -> Outcome:
    period = parse_period(task.payload["period"])
    publication.publish(task.session, period, now=task.now, actor=task.actor, progress=task.progress)
    return _to_closing(period)


def _compare_rules(task: Task) -> Outcome:
    period, rules = parse_period(task.payload["period"]), task.payload["rules"]
    result = what_if.compare(task.session, period, rules, now=task.now, progress=task.progress)
    return Outcome(result, page="rules.compare", arguments={"period": period.text})


def _export_file(task: Task) -> Outcome:
    period, format = parse_period(task.payload["period"]), task.payload["format"]
    data = export.export_bytes(task.session, period, format, task.payload["unit_ids"], progress=task.progress)
    return Outcome(files={export.file_name(period, format): data})


def _export_package(task: Task) -> Outcome:
    period, kind = parse_period(task.payload["period"]), package.Package(task.payload["package"])
    data = package.package_bytes(
        task.session,
        period,
        kind,
        now=task.now,
        actor=task.actor,
        unit_ids=task.payload["unit_ids"],
        progress=task.progress,
    )
    return Outcome(files={package.file_name(period, kind): data})


def _to_closing(period: Period) -> Outcome:
    return Outcome(page="closing.closing", arguments={"period": period.text})


def _refresh_open(task: Task) -> Outcome:
    refreshed = score.refresh_open(task.session, now=task.now, actor=task.actor, progress=task.progress)
    return Outcome({"periods": refreshed})


def _purge(task: Task) -> Outcome:
    purged = retention.purge(
        task.owner_session,
        contact_days=task.settings.contact_days,
        text_days=task.settings.text_days,
        now=task.now,
        actor=task.actor,
        dry_run=False,
    )
    return Outcome({name: getattr(purged, name) for name in purged.__dataclass_fields__})


def _publish_replies(task: Task) -> Outcome:
    return Outcome({"replies": feedback_reply.publish_due(task.session, now=task.now)})


def _announce(task: Task) -> Outcome:
    # How many there were is not kept: it would tell how many citizens wrote in which hour.
    notice_round.announce(task.session, now=task.now)
    return Outcome()


def _deadlines(task: Task) -> Outcome:
    calendar = deadline.load(task.settings.deadlines_file).calendar
    return Outcome({"escalated": notice_round.deadlines(task.session, calendar, now=task.now)})


def _digests(task: Task) -> Outcome:
    return Outcome({"asked": notice_round.digests(task.session, now=task.now)})


def _sending(send: Callable[..., None]) -> Callable[[Task], Outcome]:
    def handler(task: Task) -> Outcome:
        send(task.session, task.settings, task.payload, now=task.now)
        return Outcome()

    return handler


def _check_upload(task: Task) -> Outcome:
    reach = upload.reach_of(dict(task.payload))
    upload.check(task.session, task.payload["upload"], reach=reach, now=task.now, progress=task.progress)
    return Outcome(page="uploads.show", arguments={"upload_id": task.payload["upload"]})


def _import_upload(task: Task) -> Outcome:
    upload.carry_out(
        task.session,
        task.payload["upload"],
        reach=upload.reach_of(dict(task.payload)),
        actor=task.actor,
        now=task.now,
        progress=task.progress,
    )
    return Outcome(page="uploads.show", arguments={"upload_id": task.payload["upload"]})


KINDS: dict[str, Callable[[Task], Outcome]] = {
    "announce": _announce,
    "deadlines": _deadlines,
    "digests": _digests,
    "mail_draft": _sending(notice_sending.mail_draft),
    "mail_digest": _sending(notice_sending.mail_digest),
    "mail_notice": _sending(notice_sending.mail_notice),
    "posters": _posters,
    "check_upload": _check_upload,
    "import_upload": _import_upload,
    "publish_replies": _publish_replies,
    "close_period": _close_period,
    "export_file": _export_file,
    "export_package": _export_package,
    what_if.KIND: _compare_rules,
    "publish_period": _publish_period,
    "purge": _purge,
    "send_draft": _send_draft,
    "verify_period": _verify_period,
    "refresh_open": _refresh_open,
    "refresh_scores": _refresh_scores,
    "tell_citizen": _sending(notice_sending.tell_citizen),
    "webhook": _sending(notice_sending.send_event),
}
# What the kinds that pages ask for take: who asked and has lost the role since sees no more of the work and gets
# none of its files. What an upload takes depends on the table in it, and its own page asks for that.
NEEDS: dict[str, Permission] = {
    "close_period": Permission.CLOSE_PERIOD,
    "export_file": Permission.EXPORT_SCORES,
    "export_package": Permission.EXPORT_SCORES,
    "posters": Permission.MANAGE_UNITS,
    "publish_period": Permission.CLOSE_PERIOD,
    "refresh_scores": Permission.REFRESH_SCORES,
    "send_draft": Permission.CLOSE_PERIOD,
    "verify_period": Permission.CLOSE_PERIOD,
    what_if.KIND: Permission.EDIT_RULES,
}
# Work without anybody asking: the key of the piece that is due at a moment, so that each is done once.
RECURRING: dict[str, Callable[[datetime], str]] = {
    "announce": notice_round.round_key,
    "deadlines": notice_round.deadlines_key,
    "digests": notice_round.digests_key,
    "purge": lambda now: f"purge {now:%Y-%m-%d}",
    "refresh_open": lambda now: f"refresh_open {now:%Y-%m-%d %H}:{now.minute // HALF_HOUR * HALF_HOUR:02d}",
}
