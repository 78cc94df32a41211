"""The command line: `hailong …`, one module per command group."""

from __future__ import annotations

import click

from survey.cli import qr, setup

COMMANDS: tuple[click.Command, ...] = (setup.init, qr.qr)
