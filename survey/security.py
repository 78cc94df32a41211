"""Response headers that hold for every page, and the fence around the example."""

from __future__ import annotations

import ipaddress

from flask import Flask, Request, Response, abort, g, request
from flask.sessions import NullSession, SecureCookieSession, SecureCookieSessionInterface
from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError, ProgrammingError

from survey.config import Settings, SettingsError
from survey.models.site import EXAMPLE_FACT, SiteFact

POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "font-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


class OfficerSessions(SecureCookieSessionInterface):
    """Sessions of the officers' pages only: whatever an extension does, a citizen's page sets no cookie."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | NullSession | None:
        """Read the cookie where a sign-in exists; elsewhere give a session that can only be read, and is empty."""
        if request.path.startswith(self.get_cookie_path(app)):
            return super().open_session(app, request)
        return self.make_null_session(app)


def init_app(app: Flask) -> None:
    """Add the headers, and let nobody but this machine open the example."""
    settings: Settings = app.config["SETTINGS"]
    app.session_interface = OfficerSessions()

    @app.before_request
    def guard_example() -> None:
        # The example has printed passwords: it must never face a network.
        if settings.is_example and not _is_loopback(request.remote_addr):
            abort(403)

    @app.after_request
    def add_headers(response: Response) -> Response:
        policy = POLICY | g.get("content_security_policy", {})
        response.headers["X-Content-Type-Options"] = "nosniff"
        # A policy says what a page may do; a script obeys that of the page which loads it.
        if response.mimetype != "text/javascript":
            response.headers["Content-Security-Policy"] = "; ".join(f"{k} {v}" for k, v in policy.items() if v)
            response.headers["Referrer-Policy"] = "no-referrer"
            if settings.is_secure:
                response.headers["Strict-Transport-Security"] = "max-age=31536000"
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


def refuse_example_in_production(engine: Engine) -> None:
    """Do not start production on an example database: everyone who has seen its printout knows the passwords."""
    try:
        with engine.connect() as connection:
            name = connection.scalar(select(SiteFact.name).where(SiteFact.name == EXAMPLE_FACT))
    except (OperationalError, ProgrammingError):
        return  # no database or no tables yet: nothing to give away, and /readyz says so
    if name is not None:
        engine.dispose()
        raise SettingsError(
            "Cơ sở dữ liệu này chứa dữ liệu ví dụ, không dùng được ở chế độ production. "
            "Hãy đặt HAILONG_DATABASE_URL tới cơ sở dữ liệu khác, hoặc HAILONG_ENV=example để xem thử."
        )


def _is_loopback(address: str | None) -> bool:
    return address is not None and ipaddress.ip_address(address).is_loopback
