"""The pages: public ones without a cookie, and those of officers behind a sign-in."""

from __future__ import annotations

from flask import Flask

from survey.views import (
    auth,
    cases,
    citizen,
    deliveries,
    devices,
    errors,
    exports,
    feedback,
    feedback_lists,
    health,
    inbox,
    jobs,
    kiosk,
    notices,
    paper,
    paper_check,
    questionnaire_drafts,
    questionnaires,
    scores,
    script,
    tracking,
)

BLUEPRINTS = (
    citizen.blueprint,
    script.blueprint,
    feedback.blueprint,
    tracking.blueprint,
    kiosk.blueprint,
    health.blueprint,
    auth.blueprint,
    scores.blueprint,
    devices.blueprint,
    paper.blueprint,
    paper_check.blueprint,
    exports.blueprint,
    jobs.blueprint,
    notices.blueprint,
    deliveries.blueprint,
    inbox.blueprint,
    cases.blueprint,
    feedback_lists.blueprint,
    questionnaires.blueprint,
    questionnaire_drafts.blueprint,
)


def init_app(app: Flask) -> None:
    """Register every blueprint."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    errors.init_app(app)
