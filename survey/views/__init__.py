"""The pages: public ones without a cookie, and those of officers behind a sign-in."""

from __future__ import annotations

from flask import Flask

from survey.views import (
    account,
    auth,
    cases,
    citizen,
    closing,
    deliveries,
    derivation,
    devices,
    dossiers,
    errors,
    exports,
    feedback,
    feedback_lists,
    health,
    inbox,
    invitation,
    jobs,
    kiosk,
    letterhead,
    notices,
    officer_changes,
    officers,
    paper,
    paper_check,
    periods,
    questionnaire_drafts,
    questionnaires,
    rule_drafts,
    rules,
    scores,
    script,
    second_factor,
    set_aside,
    single_sign_on,
    tracking,
    uploads,
    verify,
)

BLUEPRINTS = (
    citizen.blueprint,
    script.blueprint,
    feedback.blueprint,
    tracking.blueprint,
    verify.blueprint,
    kiosk.blueprint,
    health.blueprint,
    auth.blueprint,
    single_sign_on.blueprint,
    invitation.blueprint,
    account.blueprint,
    second_factor.blueprint,
    officers.blueprint,
    officer_changes.blueprint,
    scores.blueprint,
    closing.blueprint,
    derivation.blueprint,
    rules.blueprint,
    rule_drafts.blueprint,
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
    set_aside.blueprint,
    dossiers.blueprint,
    letterhead.blueprint,
    periods.blueprint,
    uploads.blueprint,
)


def init_app(app: Flask) -> None:
    """Register every blueprint."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    errors.init_app(app)
