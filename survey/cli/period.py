"""The type of a PERIOD argument."""

from __future__ import annotations

from typing import Any

import click

from analysis.errors import AnalysisError
from analysis.periods import Period, parse_period


class PeriodType(click.ParamType[Period]):
    """A period as people write it: 2026-Q3, 2026, or 2026-06-15..2026-09-14."""

    name = "period"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Period:
        """Read the text, or fail with the forms that are understood."""
        try:
            return value if isinstance(value, Period) else parse_period(value)
        except AnalysisError:
            self.fail(
                f"“{value}” không phải là kỳ. Hãy viết 2026-Q3, 2026 hoặc 2026-06-15..2026-09-14.", param, ctx
            )


PERIOD = PeriodType()
