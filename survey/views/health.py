"""Liveness, and readiness with a look at the database."""

from __future__ import annotations

from flask import Blueprint, current_app

from survey.extensions import db
from survey.services import schema

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> tuple[str, int]:
    """Answer that the process runs."""
    return "ok\n", 200


@blueprint.get("/readyz")
def readyz() -> tuple[str, int]:
    """Answer whether the database is there with the schema of this program."""
    engine = db.engine(current_app)
    try:
        ready = schema.is_current(engine)
    except Exception:
        current_app.logger.exception("the database does not answer")
        return "database does not answer\n", 503
    return ("ok\n", 200) if ready else ("schema is not current: run hailong upgrade\n", 503)
