"""The command line: `hailong …`, one module per command group."""

from __future__ import annotations

import click

from survey.cli import (
    analyse,
    closing,
    demo,
    export,
    imports,
    index,
    leaders,
    officers,
    openings,
    paper,
    purge,
    qr,
    questionnaires,
    receipts,
    responses,
    score,
    setup,
    work,
)

COMMANDS: tuple[click.Command, ...] = (
    setup.init,
    demo.demo,
    imports.units,
    imports.counters,
    imports.dossiers,
    responses.responses,
    index.index,
    leaders.leaders,
    score.score,
    closing.close,
    closing.verify,
    closing.publish,
    export.export,
    analyse.analyse_command,
    qr.qr,
    questionnaires.questionnaires,
    officers.officers,
    purge.purge,
    work.work,
)
qr.qr.add_command(openings.openings)
qr.qr.add_command(paper.paper)
qr.qr.add_command(receipts.receipts)
