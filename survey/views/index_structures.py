"""Own splits of the points and sets of criteria: the list, one of them, its files, and registering another."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from io import BytesIO

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from forms.reform_index import StructureForm
from survey import index_words
from survey.access import Permission, require, require_at_top
from survey.config import TIME_ZONE
from survey.errors import HailongError, ImportRefused
from survey.extensions import db
from survey.index_words import in_language
from survey.messages import fault_line, sentence
from survey.services import index_structure, index_structure_file
from survey.services.cells import BadCell, decimal_number
from survey.services.index_structure import Offered, Structure
from survey.services.index_structure_file import Head
from survey.services.sheet import LARGEST_FILE, Cell
from survey.views.uploads import takes_files

blueprint = takes_files("index_structures")
Page = Response | str | tuple[str, int]


@blueprint.get("/index/structures")
def structures() -> str:
    """List the splits and the sets of criteria."""
    require(Permission.SEE_INDEX)
    return render_template(
        "officer/index_structures.html",
        rules=index_structure.rules_offered(db.session),
        criteria=index_structure.criteria_offered(db.session),
        broken=[
            sentence(HailongError("index_structure_changed", structure=one))
            for one in index_structure.broken(db.session)
        ],
        words=index_words,
        in_language=in_language,
    )


@blueprint.get("/index/structures/<structure_id>")
def structure(structure_id: str) -> str:
    """Show everything that a structure says."""
    require(Permission.SEE_INDEX)
    found = _structure(structure_id)
    return _structure_page(found.structure, offered=found)


@blueprint.get("/index/structures/<structure_id>/file.<any(toml, xlsx):ending>")
def download(structure_id: str, ending: str) -> Response:
    """Hand a structure out as a file, to be changed and registered as another one."""
    require(Permission.SEE_INDEX)
    found = _structure(structure_id).structure
    is_toml = ending == "toml"
    content = index_structure_file.as_toml(found) if is_toml else index_structure_file.as_workbook(found)
    return send_file(BytesIO(content), as_attachment=True, download_name=f"{found.id}.{ending}")


@blueprint.route("/index/structures/new/<any(criteria, index):kind>", methods=["GET", "POST"])
def new(kind: str) -> Page:
    """Take a file in and show what it says, before it is registered."""
    require_at_top(Permission.APPRAISE_INDEX)
    form = StructureForm()
    form.offer([(level, str(words)) for level, words in index_words.LEVELS.items() if level != "all"])
    if not form.is_submitted():
        return _new_page(kind, form)
    if not form.validate():
        return _new_page(kind, form), 422
    try:
        found = index_structure_file.read_file(
            form.file.data.stream.read(LARGEST_FILE + 1),
            form.file.data.filename or "?",
            kind=kind,
            head=_head(form),
        )
        index_structure.checked(db.session, found)
    except ImportRefused as refused:
        return _new_page(kind, form, [fault_line(one) for one in refused.faults]), 422
    except HailongError as error:
        return _new_page(kind, form, [sentence(error)]), 422
    definition = index_structure.written(index_structure.content_of(found))
    return _structure_page(found, definition=definition)


@blueprint.post("/index/structures/register")
def register() -> Page:
    """Register the structure that the officer has looked through."""
    officer = require_at_top(Permission.APPRAISE_INDEX)
    now = datetime.now(TIME_ZONE)
    try:
        made = index_structure.register(
            db.session, request.form.get("definition", ""), now=now, today=now.date(), actor=officer.email
        )
    except HailongError as error:
        flash(sentence(error), "warning")
        return redirect(url_for("index_structures.structures"), 303)
    done = _(
        "Đã đăng ký %(structure)s. Từ giờ không ai sửa được; muốn đổi thì đăng ký bản khác.", structure=made.id
    )
    flash(done, "good")
    return redirect(url_for("index_structures.structure", structure_id=made.id), 303)


def _head(form: StructureForm) -> Head:
    scale = (form.scale_to.data or "").strip()
    return Head(
        id=(form.id.data or "").strip().lower(),
        version=(form.version.data or "").strip() or "1",
        title=(form.title.data or "").strip(),
        source=(form.source.data or "").strip(),
        level=form.level.data or "",
        when_missing=form.when_missing.data or "",
        when_not_applicable=form.when_not_applicable.data or "",
        scale_to=_number(scale) if scale else None,
        ties=tuple(code for part in (form.ties.data or "").split(",") if (code := part.strip())),
    )


def _number(text: str) -> Decimal:
    try:
        return decimal_number(Cell(text))
    except BadCell as bad:
        raise HailongError("structure_scale") from bad


def _structure(structure_id: str) -> Offered:
    return index_structure.find(db.session, structure_id) or abort(404)


def _structure_page(found: Structure, *, offered: Offered | None = None, definition: str = "") -> str:
    return render_template(
        "officer/index_structure.html",
        found=found,
        is_rules=found.head.kind == "index",
        offered=offered,
        definition=definition,
        words=index_words,
        in_language=in_language,
    )


def _new_page(kind: str, form: StructureForm, lines: list[str] | None = None) -> str:
    return render_template("officer/index_structure_new.html", kind=kind, form=form, lines=lines or [])
