"""Which requests for a form are somebody opening it, as far as that is plain. What is read here is not kept."""

from __future__ import annotations

import re

from flask import Request

# Search engines, and the programs with which chats draw a preview of a link that was sent.
ROBOT = re.compile(r"bot\b|crawl|spider|slurp|preview|facebookexternalhit|facebookcatalog|embedly", re.IGNORECASE)
# These are no browsers either; a browser inside an app names the app too, but at the end.
TOOL = re.compile(r"whatsapp/|zalo/|curl/|wget/|python-|go-http", re.IGNORECASE)


def is_visit(request: Request) -> bool:
    """Tell whether this is a person opening the form: no HEAD, no prefetch, no robot, no change of language."""
    headers = request.headers
    agent = headers.get("User-Agent", "")
    purpose = headers.get("Sec-Purpose", "") + headers.get("Purpose", "") + headers.get("X-Moz", "")
    return (
        request.method == "GET"
        and "prefetch" not in purpose
        and "preview" not in purpose
        and not ("lang" in request.args and headers.get("Sec-Fetch-Site") == "same-origin")
        and not ROBOT.search(agent)
        and not TOOL.match(agent)
    )
