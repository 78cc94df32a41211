"""`hailong init`: the schema and the presets."""

from __future__ import annotations

from datetime import datetime

import click
from flask import current_app
from flask.cli import with_appcontext

from survey.config import TIME_ZONE, Settings
from survey.database import make_engine
from survey.extensions import db
from survey.services import presets, schema


@click.command("init")
@with_appcontext
def init() -> None:
    """Create or upgrade the schema and load the presets."""
    settings: Settings = current_app.config["SETTINGS"]
    today = datetime.now(TIME_ZONE).date()
    schema.upgrade_schema(make_engine(settings.owner_database_url), today=today)
    presets.load(db.session, today=today)
    click.echo("Cơ sở dữ liệu đã sẵn sàng.")
