"""What every page of the citizens shares: one request with its style inside, no cookie, compressed here."""

from __future__ import annotations

import re
import zlib
from typing import Any

from flask import Response, current_app, g, request, url_for
from markupsafe import Markup, escape
from werkzeug.wrappers import Response as AnyResponse

from survey.config import Settings
from survey.language import LANGUAGES, NAMES, choose_language, offered_languages
from survey.views.script import SCRIPT
from survey.views.slotted import SlottedPage
from survey.views.stylesheet import Stylesheet, read_stylesheet

FORM_STYLE = read_stylesheet("citizen.css")
REFUSED_STYLE = read_stylesheet("citizen.css", "error.css")
PAGE_STYLE = read_stylesheet("citizen.css", "page.css")
FEEDBACK_STYLE = read_stylesheet("citizen.css", "error.css", "page.css", "feedback.css")
_GZIP = zlib.MAX_WBITS + 16


def is_example() -> bool:
    """Tell whether this is the example, which says so on every page."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.is_example


def own_url(endpoint: str, **values: Any) -> str:
    """Make an address in the language of this one, whatever the browser prefers."""
    if choose_language() != LANGUAGES[0] or "lang" in request.args:
        values["lang"] = choose_language()
    return url_for(endpoint, **values)


def switches(sent: Any) -> dict[str, int]:
    """Take large text and dark page along, as a form sent them."""
    return {name: 1 for name in ("to", "td") if sent[name].data}


def vietnamese(name: str) -> Markup:
    """Put a Vietnamese name into a page, marked as such where the page is in another language."""
    if choose_language() == "vi":
        return escape(name)
    return Markup('<span lang="vi">{}</span>').format(name)


def render(template: str, *, style: Stylesheet = PAGE_STYLE, **context: Any) -> str:
    """Render a template of the citizens in the language of the request.

    Not by `render_template`: what extensions add there reads the session, and these pages have none.
    """
    language = choose_language()
    html = current_app.jinja_env.get_template(template).render(
        language=language,
        other_languages=[(other, NAMES[other]) for other in offered_languages() if other != language],
        example=is_example(),
        # A link to the same page in another language may only repeat what changes nothing.
        may_reload=request.method == "GET",
        style=style.text,
        script=SCRIPT.address,
        **context,
    )
    return re.sub(r">\s+<", "><", html)


def respond(html: str, status: int = 200, *, style: Stylesheet = PAGE_STYLE) -> Response:
    """Answer with a page made for this request."""
    return _response(_compress(html.encode()) if _takes_gzip() else html.encode(), status, style)


def respond_slotted(page: SlottedPage, slot: str, *, style: Stylesheet) -> Response:
    """Answer with a kept page and what is new in it."""
    return _response(page.gzipped(slot) if _takes_gzip() else page.plain(slot), 200, style)


def keep_nowhere(response: AnyResponse) -> AnyResponse:
    """Leave no copy of what is one person's own in the browser: it may be a shared one."""
    response.headers["Cache-Control"] = "no-store"
    return response


def _response(body: bytes, status: int, style: Stylesheet) -> Response:
    g.content_security_policy = {"style-src": style.source, "img-src": "data:", "font-src": ""}
    response = Response(body, status, mimetype="text/html")
    response.headers["Vary"] = "Accept-Encoding, Accept-Language"
    if _takes_gzip():
        response.headers["Content-Encoding"] = "gzip"
    return response


def _takes_gzip() -> bool:
    return request.accept_encodings["gzip"] > 0


def _compress(body: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, _GZIP)
    return packer.compress(body) + packer.flush()
