"""The pages: public ones without a cookie, and those of officers behind a sign-in."""

from __future__ import annotations

from flask import Flask

from survey.views import auth, citizen, errors, exports, health, scores, script

BLUEPRINTS = (
    citizen.blueprint,
    script.blueprint,
    health.blueprint,
    auth.blueprint,
    scores.blueprint,
    exports.blueprint,
)


def init_app(app: Flask) -> None:
    """Register every blueprint."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    errors.init_app(app)
