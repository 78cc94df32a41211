"""What an officer hears of by mail; and what could not be sent, for who keeps the system."""

from __future__ import annotations

from datetime import datetime

from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from forms.notice import NoticeForm
from survey.access import Permission, require
from survey.config import TIME_ZONE, Settings
from survey.errors import HailongError
from survey.extensions import db
from survey.messages import sentence
from survey.models import NoticeChoice, NoticeKind
from survey.services import notice_choice, unsent
from survey.services.unsent import Unsent
from survey.views.officer_page import officer_blueprint

blueprint = officer_blueprint("notices")


@blueprint.get("/notices")
def notices() -> str:
    """Show what the officer hears of."""
    require(Permission.READ_FEEDBACK)
    return _page(_form())


@blueprint.post("/notices")
def choose() -> Response | tuple[str, int]:
    """Store what the officer wishes to hear of."""
    officer = require(Permission.READ_FEEDBACK)
    form = _form()
    if not form.validate():
        return _page(form), 422
    chosen = {NoticeKind(kind): NoticeChoice(value) for kind, value in form.chosen.items()}
    notice_choice.choose(db.session, officer, chosen, now=_now())
    flash(_("Đã lưu. Thay đổi có hiệu lực ngay."), "good")
    return redirect(url_for("notices.notices"), 303)


@blueprint.get("/notices/unsent")
def held_up() -> str:
    """Show what could not be sent, and why."""
    require(Permission.MANAGE_OFFICERS)
    settings: Settings = current_app.config["SETTINGS"]
    return render_template(
        "officer/unsent.html",
        mail_server=settings.mail_server,
        webhook=settings.webhook,
        unsent=[(each, _reason(each)) for each in unsent.groups(db.session)],
        unsent_count=unsent.count(db.session),
    )


@blueprint.post("/notices/unsent")
def send_again() -> Response:
    """Try once more what could not be sent."""
    officer = require(Permission.MANAGE_OFFICERS)
    count = unsent.send_again(db.session, now=_now(), actor=officer.email)
    flash(_("%(count)s thông báo sẽ được gửi lại trong vài phút.", count=count), "good")
    return redirect(url_for("notices.held_up"), 303)


def _page(form: NoticeForm) -> str:
    settings: Settings = current_app.config["SETTINGS"]
    return render_template("officer/notices.html", form=form, mail_server=settings.mail_server)


def _form() -> NoticeForm:
    chosen = notice_choice.choices(db.session, current_user)
    form = NoticeForm(data={kind.value: choice.value for kind, choice in chosen.items()})
    form.offer(
        {kind.value: [choice.value for choice in offered] for kind, offered in notice_choice.CHOICES.items()}
    )
    return form


def _reason(held: Unsent) -> str:
    try:
        return str(sentence(HailongError(held.fault["code"], **held.fault["params"])))
    except KeyError:
        return str(_("Chưa rõ vì sao."))


def _now() -> datetime:
    return datetime.now(TIME_ZONE)
