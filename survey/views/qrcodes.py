"""The codes of a unit: how each stands, make one, its days, replace, revoke; pictures to take along."""

from __future__ import annotations

from datetime import date, datetime

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from analysis.periods import quarter_of
from forms.setup import CodeForm, DaysForm, ReplaceForm
from survey.access import Permission, require, unit_of_id_or_refuse
from survey.config import TIME_ZONE, Settings
from survey.errors import HailongError
from survey.extensions import db
from survey.messages import sentence
from survey.models import Channel, Counter, QrCode, Unit
from survey.services import poster, qrcode, qrcode_care
from survey.unit_messages import CODE_STATE_WORDS
from survey.views.officer_page import officer_blueprint

blueprint = officer_blueprint("qrcodes")
EXIT, ONLINE = "exit", "online"
MIME_TYPES = {"svg": "image/svg+xml", "png": "image/png"}
FIELDS = {"code_days_backwards": "valid_to", "code_last_day_past": "valid_to", "code_is_revoked": "valid_from"}


@blueprint.get("/units/<int:unit_id>/codes")
def codes(unit_id: int) -> str:
    """List the codes of a unit with their state and numbers."""
    unit = unit_of_id_or_refuse(unit_id, Permission.MANAGE_UNITS)
    form = CodeForm()
    form.place.choices = list(_places(unit))
    return _list_page(unit, form)


@blueprint.post("/units/<int:unit_id>/codes")
def make(unit_id: int) -> Response | tuple[str, int]:
    """Make a code for a counter, the exit or the online link."""
    unit = unit_of_id_or_refuse(unit_id, Permission.MANAGE_UNITS)
    officer = require(Permission.MANAGE_UNITS)
    form = CodeForm()
    form.place.choices = list(_places(unit))
    if form.validate():
        counters = {str(counter.id): counter for counter in unit.open_counters}
        try:
            made = qrcode_care.make(
                db.session,
                unit,
                counter=counters.get(form.place.data),
                channel=Channel.ONLINE if form.place.data == ONLINE else Channel.DIRECT,
                valid_from=form.valid_from.data,
                valid_to=form.valid_to.data,
                now=_now(),
                actor=officer.email,
            )
        except HailongError as error:
            field = form[FIELDS.get(error.code, "place")]
            field.errors = [*field.errors, sentence(error)]
        else:
            flash(_("Đã tạo mã mới."), "good")
            return redirect(url_for("qrcodes.code", code=made.code), 303)
    return _list_page(unit, form), 422


@blueprint.get("/codes/<code>")
def code(code: str) -> str:
    """Show one code: where it leads, its pictures, its days, and how to replace or revoke it."""
    return _code_page(_code(code))


@blueprint.post("/codes/<code>/days")
def days(code: str) -> Response | tuple[str, int]:
    """Set the first and the last day of a code."""
    changed = _code(code)
    officer = require(Permission.MANAGE_UNITS)
    form = DaysForm()
    if form.validate():
        try:
            qrcode_care.set_days(
                db.session,
                changed,
                valid_from=form.valid_from.data,
                valid_to=form.valid_to.data,
                now=_now(),
                actor=officer.email,
            )
        except HailongError as error:
            field = form[FIELDS[error.code]]
            field.errors = [*field.errors, sentence(error)]
        else:
            flash(_("Đã lưu thời gian dùng của mã."), "good")
            return redirect(url_for("qrcodes.code", code=code), 303)
    return _code_page(changed, days=form), 422


@blueprint.post("/codes/<code>/replace")
def replace(code: str) -> Response | tuple[str, int]:
    """Make a new code for the same place; the old one stops on a day."""
    old = _code(code)
    officer = require(Permission.MANAGE_UNITS)
    form = ReplaceForm()
    if form.validate() and form.last_day.data:
        try:
            new = qrcode_care.rotate(db.session, old, last_day=form.last_day.data, now=_now(), actor=officer.email)
        except HailongError as error:
            form.last_day.errors = [sentence(error)]
        else:
            flash(
                _("Đây là mã mới. Mã cũ dùng đến hết ngày %(day)s.", day=f"{form.last_day.data:%d/%m/%Y}"), "good"
            )
            return redirect(url_for("qrcodes.code", code=new.code), 303)
    return _code_page(old, replacing=form), 422


@blueprint.post("/codes/<code>/revoke")
def revoke(code: str) -> Response:
    """Stop a code at once and for good."""
    revoked = _code(code)
    officer = require(Permission.MANAGE_UNITS)
    qrcode.revoke(db.session, revoked.code, today=_now().date(), now=_now(), actor=officer.email)
    flash(_("Mã đã thu hồi, không mở phiếu nữa. Phiếu đã gửi vẫn được tính."), "good")
    return redirect(url_for("qrcodes.code", code=code), 303)


@blueprint.get("/codes/<code>.<any(svg, png):kind>")
def picture(code: str, kind: str) -> Response:
    """Hand out the symbol of a code, to be shown (`?show`) or kept."""
    drawn = poster.symbol(base_url(), _code(code).code, kind=kind)
    response = current_app.response_class(drawn, content_type=MIME_TYPES[kind])
    how = "inline" if "show" in request.args else "attachment"
    response.headers.set("Content-Disposition", how, filename=f"ma-{code}.{kind}")
    return response


def base_url() -> str:
    """The address that stands in codes."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.base_url


def _places(unit: Unit) -> list[tuple[str, str]]:
    def named(counter: Counter) -> tuple[str, str]:
        return str(counter.id), counter.name

    return [
        *map(named, unit.open_counters),
        (ONLINE, _("Liên kết trực tuyến của đơn vị")),
        (EXIT, _("Cửa ra, chung cho mọi quầy")),
    ]


def _list_page(unit: Unit, form: CodeForm) -> str:
    period = quarter_of(_now().date())
    return render_template(
        "officer/qrcodes.html",
        unit=unit,
        form=form,
        codes=qrcode_care.listed(db.session, unit, period, today=_now().date()),
        period=period,
        states=CODE_STATE_WORDS,
    )


def _code_page(shown: QrCode, *, days: DaysForm | None = None, replacing: ReplaceForm | None = None) -> str:
    today = _now().date()
    return render_template(
        "officer/qrcode.html",
        code=shown,
        state=qrcode_care.state_of(shown, today),
        states=CODE_STATE_WORDS,
        address=poster.address(base_url(), shown.code),
        days=days or DaysForm(formdata=None, obj=shown),
        replacing=replacing or ReplaceForm(formdata=None, last_day=_a_month_on(today)),
        today=today,
    )


def _a_month_on(day: date) -> date:
    """Leave time to hang the new posters."""
    return date.fromordinal(day.toordinal() + 30)


def _code(code: str) -> QrCode:
    require(Permission.MANAGE_UNITS)
    found = db.session.get(QrCode, code)
    if found is None:
        abort(404)
    unit_of_id_or_refuse(found.unit_id, Permission.MANAGE_UNITS)
    return found


def _now() -> datetime:
    return datetime.now(TIME_ZONE)
