"""Hài Lòng: the Flask application."""

from __future__ import annotations

import os
from importlib.metadata import version
from types import TracebackType

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

from survey import filters, security, views
from survey.config import PROJECT_FOLDER, Settings
from survey.extensions import babel, csrf, db, limiter, login_manager
from survey.language import choose_locale
from survey.officer_session import SESSION_LIFETIME
from survey.services import deadline, questionnaire
from survey.services.opening import Openings
from survey.whole_number import WholeNumber

PROGRAM_VERSION = version("hailong")
LARGEST_BODY = 256 * 1024


class Application(Flask):
    """Flask, but its error log names the page, never the address: an address can hold somebody's code."""

    def log_exception(self, exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None]) -> None:
        """Log what went wrong without what was asked for."""
        self.logger.error("Exception in %s [%s]", request.endpoint, request.method, exc_info=exc_info)


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application from `settings`, or from the environment."""
    settings = settings or Settings.from_environment(os.environ)
    app = Application(__name__, static_folder=PROJECT_FOLDER / "static", static_url_path="/static")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SETTINGS=settings,
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        SESSION_COOKIE_NAME="hailong",
        SESSION_COOKIE_PATH="/officer",
        SESSION_COOKIE_SECURE=settings.is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=SESSION_LIFETIME,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
        BABEL_DEFAULT_LOCALE="vi",
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_HEADERS_ENABLED=False,
    )
    app.url_map.converters["int"] = WholeNumber
    if settings.trusted_proxies:
        proxies = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    db.init_app(app, settings.database_url)
    app.extensions["hailong_openings"] = Openings(db.engine(app))
    questionnaire.init_app(app, db.engine(app))
    deadline.load(settings.deadlines_file)  # a file that cannot be read stops the start, not a citizen
    if not settings.is_example:
        security.refuse_example_in_production(db.engine(app))
    babel.init_app(app, locale_selector=choose_locale)
    csrf.init_app(app)
    login_manager.init_app(app)
    limiter.init_app(app)
    # No limit holds for all pages, and those of single pages are checked where they are declared: looking for one
    # before every request costs a tenth of answering a citizen's.
    app.before_request_funcs[None].remove(limiter._check_request_limit)
    security.init_app(app)
    filters.init_app(app)
    views.init_app(app)
    return app
