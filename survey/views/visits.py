"""Which requests for a form are somebody opening it, as far as that is plain. What is read here is not kept."""

from __future__ import annotations

import re

from flask import Request

# Search engines, and the programs with which chats draw a preview of a link that was sent.
ROBOT = re.compile(
    r"bot\b|crawl|spider|slurp|preview|facebookexternalhit|facebookcatalog|whatsapp/|zalo/|embedly|curl/|wget/"
    r"|python-|go-http|headlesschrome|lighthouse",
    re.IGNORECASE,
)
IN_APP = re.compile(r"mozilla/", re.IGNORECASE)


def is_visit(request: Request) -> bool:
    """Tell whether this is a person opening the form: no HEAD, no prefetch, no robot, no change of language."""
    headers = request.headers
    purpose = headers.get("Sec-Purpose", "") + headers.get("Purpose", "") + headers.get("X-Moz", "")
    return (
        request.method == "GET"
        and "prefetch" not in purpose
        and "preview" not in purpose
        and not ("lang" in request.args and headers.get("Sec-Fetch-Site") == "same-origin")
        and not _is_robot(headers.get("User-Agent", ""))
    )


def _is_robot(agent: str) -> bool:
    found = ROBOT.search(agent)
    # Zalo's and WhatsApp's own browsers name themselves too, behind the name of the phone's browser.
    return found is not None and not (
        found[0].endswith("/") and IN_APP.match(agent) and "bot" not in agent.lower()
    )
