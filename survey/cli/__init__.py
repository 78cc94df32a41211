"""The command line: `hailong …`, one module per command group."""

from __future__ import annotations

import click

from survey.cli import imports, qr, setup

COMMANDS: tuple[click.Command, ...] = (setup.init, imports.units, imports.counters, imports.dossiers, qr.qr)
