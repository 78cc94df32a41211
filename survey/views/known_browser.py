"""Browsers from which an officer has signed in before ("device cookies", OWASP).

Wrong passwords are counted apart for each of them, so that guessing from elsewhere does not lock the officer out.
The cookie lets nobody in: it only decides whose wrong guesses are counted together.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from flask import current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response

COOKIE = "hailong-browser"
PATH = "/officer/sign-in"
LIFETIME = timedelta(days=180)


def mark(email: str) -> str | None:
    """Return this browser's own mark if it has signed in with `email` before."""
    try:
        account, browser = _signer().loads(request.cookies.get(COOKIE, ""), max_age=int(LIFETIME.total_seconds()))
    except (BadData, ValueError):
        return None
    return f"browser:{browser}" if account == _digest(email) else None


def remember(response: Response, email: str) -> None:
    """Give the browser a mark for `email`."""
    response.set_cookie(
        COOKIE,
        _signer().dumps([_digest(email), secrets.token_hex(8)]),
        max_age=LIFETIME,
        path=PATH,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="known browser")


def _digest(email: str) -> str:
    return hashlib.sha256(email.encode()).hexdigest()[:32]
