"""The link with which an officer sets the first password, or another after forgetting it."""

from __future__ import annotations

from datetime import datetime

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from forms.account import InvitationForm
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.extensions import db
from survey.messages import sentence
from survey.services import invitation, password
from survey.views import known_browser
from survey.views.officer_page import officer_blueprint

blueprint = officer_blueprint("invitation", signed_in=False)


@blueprint.route("/invitation/<token>", methods=["GET", "POST"])
def accept(token: str) -> Response | str | tuple[str, int]:
    """Ask for a password; looking at the page uses nothing up, so that a preview in a chat spoils no link."""
    now = datetime.now(TIME_ZONE)
    try:
        officer = invitation.invited(db.session, token, now=now)
    except HailongError as error:
        title = _("Liên kết không dùng được")
        return render_template("officer/error.html", title=title, text=sentence(error)), 404
    form = InvitationForm(name="" if officer.name == officer.email else officer.name)
    if form.validate_on_submit():
        try:
            invitation.accept(db.session, token, form.password.data, name=form.name.data, now=now)
        except HailongError as error:
            form.password.errors = [sentence(error)]
        else:
            flash(_("Đã đặt mật khẩu. Xin đăng nhập bằng mật khẩu mới."), "good")
            response = redirect(url_for("auth.sign_in"), 303)
            # Whoever guesses at this account from elsewhere does not keep its officer out of this browser.
            known_browser.remember(response, officer.email)
            return response
    page = render_template(
        "officer/invitation.html", form=form, officer=officer, shortest=password.SHORTEST_PASSWORD
    )
    return (page, 422) if form.is_submitted() else page
