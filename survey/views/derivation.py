"""Where a unit's score comes from, on one page to print; and what the unit holds against its draft."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from analysis.periods import Period
from survey.access import Permission, unit_or_refuse, visible_units
from survey.config import TIME_ZONE
from survey.derivation_words import margin_notes
from survey.errors import HailongError
from survey.extensions import db
from survey.figure_messages import CHANNEL_WORDS
from survey.messages import sentence, status_word, warning_sentence
from survey.models import ScoreSet, Unit
from survey.services import objection, score
from survey.services.derivation import derive
from survey.services.names import code_names
from survey.views.known_period import known_period
from survey.views.officer_page import officer_blueprint
from survey.whole_number import whole_number

blueprint = officer_blueprint("derivation")


@blueprint.get("/scores/<period>/<unit_code>")
def derivation(period: str, unit_code: str) -> str:
    """Show the six steps of a unit's score, of the newest result or of `?revision=`."""
    unit = unit_or_refuse(unit_code, Permission.SEE_SCORES)
    return _page(known_period(period), unit)


@blueprint.post("/scores/<period>/<unit_code>/objections")
def object_to(period: str, unit_code: str) -> Response | tuple[str, int]:
    """Keep what the unit holds against its draft score."""
    unit = unit_or_refuse(unit_code, Permission.OBJECT_TO_SCORES)
    wanted, text = known_period(period), request.form.get("text", "")
    try:
        objection.write_objection(db.session, wanted.text, unit, text, now=_now(), actor=current_user.email)
    except HailongError as error:
        return _page(wanted, unit, fault=sentence(error), typed=text), 422
    flash(_("Đã gửi kiến nghị. Câu trả lời sẽ hiện ở trang này."), "good")
    return redirect(
        url_for("derivation.derivation", period=wanted.text, unit_code=unit.code, _anchor="objections"), 303
    )


def _page(period: Period, unit: Unit, *, fault: str = "", typed: str = "") -> str:
    score_set = _score_set(period)
    found = None if score_set is None else derive(db.session, score_set, unit)
    names = code_names(db.session, str(get_locale()))
    draft = objection.newest_draft(db.session, period.text)
    may_object = unit.id in visible_units(
        db.session, current_user._get_current_object(), Permission.OBJECT_TO_SCORES
    )
    return render_template(
        "officer/derivation.html",
        period=period,
        unit=unit,
        score_set=score_set,
        found=found,
        status=None if score_set is None else _status(score_set, unit),
        names=names,
        channel_words=CHANNEL_WORDS,
        words="en" if str(get_locale()) == "en" else "vi",
        notes=[] if found is None else margin_notes(found.detail, partial(warning_sentence, names=names)),
        draft=draft,
        may_object=may_object
        and draft is not None
        and _now().date() <= draft.until
        and score.closed_set(db.session, period.text) is None,
        objections=objection.objections(db.session, period.text, [unit.id]),
        fault=fault,
        typed=typed,
    )


def _score_set(period: Period) -> ScoreSet | None:
    revision = request.args.get("revision", type=whole_number)
    if revision is None:
        return score.shown_set(db.session, period.text)
    found = score.revision_set(db.session, period.text, revision)
    if found is None:
        abort(404)
    return found


def _status(score_set: ScoreSet, unit: Unit) -> str:
    own = score.scores_of(db.session, score_set, [unit.id])
    return status_word(own[0].status if own else "no_dossiers")


def _now() -> datetime:
    return datetime.now(TIME_ZONE)
