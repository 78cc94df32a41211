"""`hailong …`: exit status 0 when done, 1 when refused with a message, 2 on wrong usage."""

from __future__ import annotations

import gettext
import os
from pathlib import Path
from typing import Any

import click
from flask.cli import ScriptInfo
from sqlalchemy.exc import OperationalError, ProgrammingError

from analysis.errors import AnalysisError
from survey import PROGRAM_VERSION, create_app
from survey.cli import COMMANDS
from survey.config import SettingsError
from survey.errors import HailongError, ImportRefused
from survey.messages import analysis_sentence, fault_lines, sentence

TRANSLATIONS = Path(__file__).resolve().parent / "translations"


def let_click_speak_vietnamese() -> None:
    """Give Click's own words ("Usage", "Missing argument") from our catalogue, as all else here is Vietnamese.

    Click asks the process's text domain, whose language only the environment can name.
    """
    os.environ["LANGUAGE"] = "vi"
    gettext.bindtextdomain("click", TRANSLATIONS)
    gettext.textdomain("click")


class HailongGroup(click.Group):
    """Says in plain sentences why a use case was refused, instead of a traceback."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run as a program, in Vietnamese."""
        let_click_speak_vietnamese()
        return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what was refused goes to standard error, with exit status 1."""
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            lines = [str(error)]
        except HailongError as error:
            faults = error.faults if isinstance(error, ImportRefused) else []
            lines = [sentence(error), *fault_lines(faults)]
        except AnalysisError as error:
            lines = [analysis_sentence(error)]
        except (OperationalError, ProgrammingError) as error:
            # Both engines say so in words of their own when a table is missing.
            if "no such table" not in str(error) and "does not exist" not in str(error):
                raise
            lines = [sentence(HailongError("no_schema"))]
        for line in lines:
            click.echo(line, err=True)
        return ctx.exit(1)


@click.group(
    cls=HailongGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Hài Lòng: phiếu lấy ý kiến, điểm hài lòng và chỉ số cải cách hành chính.",
)
@click.version_option(PROGRAM_VERSION, prog_name="hailong", help="In phiên bản rồi thoát.")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Let the commands build the application only when they run, so that `--help` needs no settings."""
    ctx.obj = ctx.obj or ScriptInfo(create_app=create_app)


for command in COMMANDS:
    main.add_command(command)

if __name__ == "__main__":
    main(prog_name="hailong")
