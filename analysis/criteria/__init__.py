"""Trees of fields, criteria and sub-criteria of the reform index: versioned data, one TOML file each here."""

from typing import Final

from analysis.criteria.criteria_set import (
    LEVELS,
    CriteriaSet,
    Criterion,
    Field,
    Leaf,
    Level,
    criteria_data,
    criteria_from_data,
    criteria_from_toml,
)
from analysis.packaged import packaged_ids, packaged_text

__all__ = [
    "LEVELS",
    "CriteriaSet",
    "Criterion",
    "Field",
    "Leaf",
    "Level",
    "criteria_data",
    "criteria_from_data",
    "criteria_from_toml",
    "list_criteria",
    "load_criteria",
]

_PACKAGE: Final = "analysis.criteria"


def list_criteria() -> tuple[CriteriaSet, ...]:
    """Return all sets that come with the program, in the order of their ids."""
    return tuple(load_criteria(set_id) for set_id in packaged_ids(_PACKAGE))


def load_criteria(set_id: str) -> CriteriaSet:
    """Load a set that comes with the program."""
    return criteria_from_toml(packaged_text(_PACKAGE, set_id, where="criteria"), where=set_id)
