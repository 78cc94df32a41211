"""Trees of fields, criteria and sub-criteria of the reform index: versioned data, one TOML file each here."""

from importlib import resources
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
from analysis.errors import AnalysisError

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

_FOLDER: Final = resources.files("analysis.criteria")


def list_criteria() -> tuple[CriteriaSet, ...]:
    """Return all sets that come with the program, in the order of their ids."""
    return tuple(load_criteria(set_id) for set_id in _ids())


def load_criteria(set_id: str) -> CriteriaSet:
    """Load a set that comes with the program."""
    known = _ids()
    if set_id not in known:
        raise AnalysisError(
            "there is no such set of criteria",
            code="rule_unknown",
            where="criteria",
            got=set_id,
            expected=", ".join(known),
            remedy="choose one of these",
        )
    return criteria_from_toml((_FOLDER / f"{set_id}.toml").read_text("utf-8"), where=set_id)


def _ids() -> list[str]:
    names = (entry.name for entry in _FOLDER.iterdir())
    return sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))
