"""The pages: public ones without a cookie, and those of officers behind a sign-in."""

from __future__ import annotations

from flask import Flask

from survey.views import health

BLUEPRINTS = (health.blueprint,)


def init_app(app: Flask) -> None:
    """Register every blueprint."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
