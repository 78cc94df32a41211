"""The one exception of the statistics: what went wrong, where, and how to mend it."""

from collections.abc import Mapping


class AnalysisError(ValueError):
    """Input that cannot yield a trustworthy figure.

    `code` is stable and `params` are plain text, so that the interface can word the fault in its own language;
    `str(error)` is the English sentence for a terminal.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        where: str = "",
        got: object = "",
        expected: str = "",
        remedy: str = "",
    ) -> None:
        self.message = message
        self.code = code
        self.where = where
        self.got = str(got)
        self.expected = expected
        self.remedy = remedy
        named = (("where", where), ("got", self.got), ("expected", expected), ("remedy", remedy))
        super().__init__("; ".join([message, *(f"{name}: {text}" for name, text in named if text)]))

    @property
    def params(self) -> Mapping[str, str]:
        """Return the parts of the fault by name, for a translated message."""
        return {"where": self.where, "got": self.got, "expected": self.expected, "remedy": self.remedy}
