"""What an administrator changes about one account."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from forms.officers import GrantForm
from survey.access import Permission, officer_or_refuse, require, unit_or_refuse
from survey.errors import HailongError
from survey.extensions import db
from survey.filters import count
from survey.messages import sentence
from survey.models import Officer, Role
from survey.officer_messages import BELONGINGS
from survey.services import administration, handover
from survey.views.officer_page import officer_blueprint
from survey.views.officers import WRONG, administered, hand_over_form, now, offer, page_of, to_officer

blueprint = officer_blueprint("officer_changes")


@blueprint.post("/officers/<officer_id>/grants")
def grant(officer_id: str) -> Response | tuple[str, int]:
    """Give another role."""
    shown, form = officer_or_refuse(officer_id), offer(GrantForm())
    if not form.validate():
        return page_of(shown, form, hand_over_form(shown, formdata=None)), WRONG
    unit = unit_or_refuse(form.unit.data, Permission.MANAGE_OFFICERS)
    try:
        administration.grant(db.session, shown, unit, Role(form.role.data), now=now(), actor=_actor())
    except HailongError as error:
        form.role.errors = [sentence(error)]
        return page_of(shown, form, hand_over_form(shown, formdata=None)), WRONG
    flash(_("Đã giao vai trò."), "good")
    return to_officer(shown)


@blueprint.post("/officers/<officer_id>/grants/<unit_code>/<role>/take-back")
def take_back(officer_id: str, unit_code: str, role: str) -> Response:
    """Take a role away."""
    shown = officer_or_refuse(officer_id)
    unit = unit_or_refuse(unit_code, Permission.MANAGE_OFFICERS)
    if role not in set(Role):
        abort(404)
    return _do(
        shown,
        lambda: administration.take_back(db.session, shown, unit, Role(role), now=now(), actor=_actor()),
        _("Đã thu hồi vai trò."),
    )


@blueprint.post("/officers/<officer_id>/close")
def close(officer_id: str) -> Response:
    """Close the account at once."""
    shown = officer_or_refuse(officer_id)
    return _do(
        shown,
        lambda: administration.close(db.session, shown, administered(), now=now(), actor=_actor()),
        _("Đã khoá tài khoản; nơi nào đang đăng nhập cũng bị thoát ngay."),
    )


@blueprint.post("/officers/<officer_id>/reopen")
def reopen(officer_id: str) -> Response:
    """Open a closed account again."""
    shown = officer_or_refuse(officer_id)
    return _do(
        shown,
        lambda: administration.reopen(db.session, shown, administered(), now=now(), actor=_actor()),
        _("Đã mở lại tài khoản."),
    )


@blueprint.post("/officers/<officer_id>/invitation")
def invitation(officer_id: str) -> Response:
    """Make a new link for a first or a forgotten password."""
    shown = officer_or_refuse(officer_id)
    return _do(
        shown,
        lambda: administration.renew_invitation(db.session, shown, administered(), now=now(), actor=_actor()),
        _("Đã tạo liên kết mới; liên kết trước không còn dùng được."),
    )


@blueprint.post("/officers/<officer_id>/second-factor")
def reset_second_factor(officer_id: str) -> Response:
    """Let an officer without phone and recovery codes set the second factor up anew."""
    shown = officer_or_refuse(officer_id)
    return _do(
        shown,
        lambda: administration.reset_second_factor(db.session, shown, administered(), now=now(), actor=_actor()),
        _("Đã xoá xác thực hai lớp. Lần đăng nhập tới chỉ cần mật khẩu."),
    )


@blueprint.post("/officers/<officer_id>/hand-over")
def hand_over(officer_id: str) -> Response | tuple[str, int]:
    """Pass everything that somebody has in hand to another."""
    shown = officer_or_refuse(officer_id)
    form = hand_over_form(shown)
    if not form.validate():
        return page_of(shown, offer(GrantForm(formdata=None)), form), WRONG
    successor = officer_or_refuse(form.successor.data)
    try:
        passed = handover.hand_over(
            db.session,
            shown,
            successor,
            administered(),
            with_roles=form.with_roles.data,
            with_closing=form.with_closing.data,
            now=now(),
            actor=_actor(),
        )
    except HailongError as error:
        form.successor.errors = [sentence(error)]
        return page_of(shown, offer(GrantForm(formdata=None)), form), WRONG
    flash(_("Đã bàn giao cho %(name)s: %(things)s.", name=successor.name, things=_things(passed)), "good")
    return to_officer(shown)


def _do(shown: Officer, action: Callable[[], str | None], done: str) -> Response:
    """Carry out a change that needs no form, and say what came of it; a token that it returns is shown once."""
    try:
        token = action()
    except HailongError as error:
        flash(sentence(error), "warning")
        return to_officer(shown)
    flash(done, "good")
    return to_officer(shown, token)


def _things(passed: dict[str, int]) -> str:
    return "; ".join(f"{BELONGINGS[name]}: {count(number)}" for name, number in passed.items())


def _actor() -> Officer:
    return require(Permission.MANAGE_OFFICERS)
