"""All units of a report as one: what the line of a province says, on paper as in what is published."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Together:
    """The units that have a score, each weighing what its dossiers do; the other units leave every sum."""

    unit_count: int
    missing_count: int
    responses: int
    dossiers: int
    index_share: float
