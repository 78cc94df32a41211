"""The command line: `hailong …`, one module per command group."""

from __future__ import annotations

import click

from survey.cli import analyse, demo, export, imports, index, officers, qr, questionnaires, score, setup

COMMANDS: tuple[click.Command, ...] = (
    setup.init,
    demo.demo,
    imports.units,
    imports.counters,
    imports.dossiers,
    index.index,
    score.score,
    score.close,
    export.export,
    analyse.analyse_command,
    qr.qr,
    questionnaires.questionnaires,
    officers.officers,
)
