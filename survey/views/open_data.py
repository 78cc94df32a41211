"""Published results as open data: JSON described by OpenAPI, and CSV; only what was written when publishing."""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson
from flask import Blueprint, Response, abort, current_app, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from survey.config import Settings
from survey.extensions import db, limiter
from survey.models import PublishedUnit
from survey.services import open_table, published
from survey.services.presets import OPENAPI
from survey.services.published import OpenResult
from survey.views.feedback import network
from survey.views.results import known_period

blueprint = Blueprint("open_data", __name__, url_prefix="/api/v1")

LINES_PER_PAGE = 100
MOST_PER_PAGE = 500
ASKED_PER_NETWORK = "600 per 10 minutes"
ask_limit = limiter.shared_limit(ASKED_PER_NETWORK, scope="open data", key_func=network)


@blueprint.after_request
def open_to_all(response: AnyResponse) -> AnyResponse:
    """Let any page read it, and whoever has a copy ask whether it is still the newest."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag, Link"
    response.headers["Cache-Control"] = "public, no-cache"
    if response.status_code == 200:
        response.add_etag()
        response.make_conditional(request)
    return response


@blueprint.errorhandler(HTTPException)
def refuse(error: HTTPException) -> Response:
    """Say what is wrong as JSON (RFC 9457)."""
    problem = {"type": "about:blank", "title": error.name, "status": error.code or 500}
    response = Response(orjson.dumps(problem), error.code, content_type="application/problem+json")
    if error.code == 429:
        response.headers["Retry-After"] = "600"
    return response


@blueprint.get("/openapi.json")
def describe() -> Response:
    """Describe this interface."""
    settings: Settings = current_app.config["SETTINGS"]
    return _json(_description() | {"servers": [{"url": f"{settings.base_url}/api/v1"}]})


@blueprint.get("/periods")
@ask_limit
def periods() -> Response:
    """List the published periods, newest first, a page at a time."""
    start, size = _page()
    every = published.newest_results(db.session)
    items = [_period(one) for one in every[start : start + size]]
    return _list(items, len(every), start, size)


@blueprint.get("/periods/<period>")
@ask_limit
def period(period: str) -> Response:
    """Tell how a period was made, and every revision of it."""
    every = _revisions(period)
    revisions = [
        {name: one.content[name] for name in ("revision", "replaces", "reason", "published_at")} for one in every
    ]
    return _json(_wanted(every).content | {"revisions": revisions})


@blueprint.get("/periods/<period>/units")
@ask_limit
def units(period: str) -> Response:
    """List the lines of a period, a page at a time."""
    result = _wanted(_revisions(period))
    start, size = _page()
    lines = published.lines(db.session, result, start=start, count=size)
    return _list([_line(line) for line in lines], published.line_count(db.session, result), start, size)


@blueprint.get("/periods/<period>/units.csv")
@ask_limit
def table(period: str) -> Response:
    """Give all lines of a period as a CSV file."""
    result = _wanted(_revisions(period))
    content = open_table.csv_bytes(result, published.lines(db.session, result))
    response = Response(content, content_type="text/csv; charset=utf-8")
    name = f"hai-long-{result.period.text}-{result.revision}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.get("/periods/<period>/units/<code>")
@ask_limit
def unit(period: str, code: str) -> Response:
    """Give one line of a period."""
    line = published.line_of(db.session, _wanted(_revisions(period)), code) or abort(404)
    return _json(_line(line))


@cache
def _description() -> dict[str, Any]:
    description: dict[str, Any] = orjson.loads(OPENAPI.read_bytes())
    return description


def _revisions(text: str) -> list[OpenResult]:
    return published.revisions(db.session, known_period(text).text) or abort(404)


def _wanted(every: list[OpenResult]) -> OpenResult:
    if "revision" not in request.args:
        return every[0]
    number = _number("revision", 1)
    return next((one for one in every if one.revision == number), None) or abort(404)


def _number(name: str, default: int) -> int:
    text = request.args.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= 10**6:
        abort(400)
    return int(text[:9])


def _page() -> tuple[int, int]:
    """Where the wanted page starts, and how much it holds."""
    size = min(_number("per_page", LINES_PER_PAGE), MOST_PER_PAGE)
    return (_number("page", 1) - 1) * size, size


def _period(result: OpenResult) -> dict[str, Any]:
    names = ("period", "first", "last", "revision", "published_at", "maximum_points", "units")
    return {name: result.content[name] for name in names}


def _line(line: PublishedUnit) -> dict[str, Any]:
    return {"code": line.code, "parent": line.parent_code, **line.content}


def _list(items: list[dict[str, Any]], total: int, start: int, size: int) -> Response:
    page = start // size + 1
    response = _json({"items": items, "page": page, "per_page": size, "total": total})
    links: list[str] = []

    def to(number: int) -> str:
        kept: dict[str, Any] = {**(request.view_args or {}), **request.args.to_dict(), "page": str(number)}
        return url_for(request.endpoint or "", **kept)

    if start + size < total:
        links.append(f'<{to(page + 1)}>; rel="next"')
    if page > 1:
        links.append(f'<{to(page - 1)}>; rel="prev"')
    if links:
        response.headers["Link"] = ", ".join(links)
    return response


def _json(content: Any) -> Response:
    return Response(orjson.dumps(content, option=orjson.OPT_SORT_KEYS), content_type="application/json")
