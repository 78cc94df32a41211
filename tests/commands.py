"""Run a `hailong` command in a test, exactly as the terminal does."""

from __future__ import annotations

from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo

from survey.__main__ import main


def hailong(app: Flask, *arguments: object, expect: int = 0, stdin: str | None = None) -> Result:
    """Run the command on the database of `app`; its exit status must be `expect`."""
    result = CliRunner().invoke(
        main, [str(a) for a in arguments], obj=ScriptInfo(create_app=lambda: app), input=stdin
    )
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == expect, result.output
    return result
