"""The line that marks figures of the example on the terminal."""

from __future__ import annotations

import click
from sqlalchemy.orm import Session

from survey.services.example import EXAMPLE_WORDS, is_example


def echo_example(session: Session) -> None:
    """Say that the figures are invented, where they are."""
    if is_example(session):
        click.echo(EXAMPLE_WORDS)
