"""Published results for everybody: what the newest revision of a period says, and what it corrected."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as AnyResponse

from analysis.errors import AnalysisError
from analysis.periods import Period, parse_period
from survey import results_messages as words
from survey.extensions import db
from survey.language import choose_language
from survey.models import PublishedUnit
from survey.services import published
from survey.services.axis import axis_of, share_axis
from survey.services.published import OpenResult
from survey.views import public_page
from survey.whole_number import whole_number

blueprint = Blueprint("results", __name__)

LINES_PER_PAGE = 100


@blueprint.after_request
def may_be_kept(response: AnyResponse) -> AnyResponse:
    """Let a browser ask whether its copy is still the newest, instead of loading it again."""
    response.headers["Cache-Control"] = "no-cache"
    if response.status_code == 200:
        response.add_etag()
        response.make_conditional(request)
    return response


@blueprint.get("/results")
def index() -> Response:
    """List the published periods."""
    results = published.newest_results(db.session)
    above = {one.id: _first_line(one) for one in results}
    return _page("results/index.html", results=results, above=above)


@blueprint.get("/results/<period>")
def show(period: str) -> Response:
    """List the lines of a period, with a search by name."""
    every = _revisions(period)
    result = _wanted(every)
    asked, page = request.args.get("q", "").strip(), max(request.args.get("page", 1, int), 1)
    found = published.named_lines(db.session, result, asked)
    start = (page - 1) * LINES_PER_PAGE
    if page > 1 and start >= len(found):
        abort(404)
    return _page(
        "results/period.html",
        result=result,
        revisions=every,
        lines=found[start : start + LINES_PER_PAGE],
        asked=asked,
        page=page,
        pages=-(-len(found) // LINES_PER_PAGE),
    )


@blueprint.get("/results/<period>/<unit>")
def unit(period: str, unit: str) -> Response:
    """Show one line: the first screen that a citizen wants to see."""
    every = _revisions(period)
    result = _wanted(every)
    line = published.line_of(db.session, result, unit) or abort(404)
    before = [(one, published.line_of(db.session, one, unit)) for one in every]
    others = [
        one
        for one in published.newest_results(db.session)
        if one.period != result.period and published.line_of(db.session, one, unit) is not None
    ]
    return _page(
        "results/unit.html",
        result=result,
        revisions=before,
        line=line,
        one=line.content,
        axes=_axes(line, result),
        others=others,
    )


def _revisions(text: str) -> list[OpenResult]:
    """The published revisions of a period, or 404: a period that is not published does not exist here."""
    return published.revisions(db.session, known_period(text).text) or abort(404)


def known_period(text: str) -> Period:
    """Read a period in an address, or 404."""
    try:
        return parse_period(text)
    except AnalysisError:
        abort(404)


def _wanted(every: list[OpenResult]) -> OpenResult:
    if "revision" not in request.args:
        return every[0]
    number = request.args.get("revision", type=whole_number)
    return next((one for one in every if one.revision == number), None) or abort(404)


def _first_line(result: OpenResult) -> PublishedUnit | None:
    found = published.lines(db.session, result, count=1)
    return found[0] if found else None


def _axes(line: PublishedUnit, result: OpenResult) -> dict[str, Any]:
    one = line.content
    if one["points"] is None:
        return {}
    edges = [Decimal(one[name]) for name in ("points_lower", "points", "points_upper")]
    factors = [factor[name] for factor in one["factors"] or () for name in ("lower", "upper")]
    return {
        "points": axis_of(edges, Decimal(result.content["maximum_points"])),
        "factors": share_axis(factors),
    }


def _page(template: str, **context: Any) -> Response:
    html = public_page.render(
        template, words=words, own_url=public_page.own_url, vietnamese=public_page.vietnamese, **context
    )
    response = Response(html, mimetype="text/html")
    response.headers["Vary"] = "Accept-Language"
    response.headers["Content-Language"] = choose_language()
    return response
