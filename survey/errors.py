"""What can go wrong in a use case, and the page that says so."""

from __future__ import annotations

from dataclasses import dataclass, field


class HailongError(Exception):
    """A use case cannot be carried out; `code` selects the sentence shown, `params` fill it.

    The sentences themselves live in `survey/messages.py`.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class ElsewhereError(HailongError):
    """Another server did not do its part; trying again later may help."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong in an imported file: where it stands, what is wrong (a message code), how to name it."""

    row: int | None
    column: str | None
    code: str
    params: dict[str, object] = field(default_factory=dict)
    cell: str | None = None


class ImportRefused(HailongError):  # noqa: N818  it names what happened, as the message does
    """Nothing of a file was imported; every fault found is listed."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("import_refused", count=len(faults))
        self.faults = faults


class AnalysisRefused(ImportRefused):
    """Nothing of a table was analysed; every fault found is listed."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(faults)
        self.code = "analysis_refused"
