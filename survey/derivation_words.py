"""Sentences about how a unit's responses were weighted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

# Said of the weights; what else a score warns about stands beside the score itself.
_ABOUT_WEIGHTS = ("level_merged", "level_without_dossiers", "bounds_widened", "equal_weights")


def margin_notes(detail: Mapping[str, Any], worded: Callable[[str, Mapping[str, Any]], str]) -> list[str]:
    """Word what was not used to weight a unit, and what was joined."""
    return list(_notes(detail, worded))


def _notes(detail: Mapping[str, Any], worded: Callable[[str, Mapping[str, Any]], str]) -> Iterator[str]:
    calibration = detail["calibration"]
    for margin in calibration["margins"] if calibration and calibration["method"] != "cross" else ():
        if margin["status"] not in ("used", "not_asked"):
            params = {"margin": margin["name"], "known_share": margin["known_share"]}
            yield worded(f"margin_{margin['status']}", params)
    for warning in detail["warnings"]:
        if warning["code"] in _ABOUT_WEIGHTS:
            yield worded(warning["code"], warning["params"])
