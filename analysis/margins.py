"""What the weights of each unit must meet: its responses and dossiers by level, with unknown and rare levels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.population import Population
from analysis.rules.score_rule import MARGINS, MarginName, ScoreRule
from analysis.scores import MarginStatus
from analysis.sums import BoolArray, FloatArray, IndexArray, group_sums, ratio
from analysis.tally import Tally

MARGIN_STATUSES: Final[tuple[MarginStatus, ...]] = (
    "used",
    "not_given",
    "not_asked",
    "unknown_share",
    "few_responses",
    "dropped",
)


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The responses of each unit by field × channel × outcome: the only places where weights differ.

    Cells stand in the order of their units; a level of -1 is unknown. The patterns of cell c are the tally's rows
    `rows[c]` to `rows[c + 1]`.
    """

    rows: IndexArray
    unit: IndexArray
    levels: dict[MarginName, IndexArray]
    count: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class MarginPlan:
    """One margin of every unit (U units, L levels and, last, "unknown").

    `status` indexes `MARGIN_STATUSES`; `level_of_cell` is each cell's level after merging; `target` adds up to the
    unit's number of responses where the margin is used; `merged_into[u, l]` is the level that l joined (or l);
    `foreign[u, l]` marks levels with responses but without dossiers; `responses` and `shares` are by own level.
    """

    name: MarginName
    levels: tuple[str, ...]
    status: NDArray[np.int8]
    known_share: FloatArray
    level_of_cell: IndexArray
    target: FloatArray
    merged_into: IndexArray
    foreign: BoolArray
    responses: FloatArray
    shares: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Margins:
    """The units of a tally and a population put side by side.

    `responses` is n and `dossiers` N by unit; `cross` the dossiers of each cell and `cross_complete` whether the
    cells can be weighted one by one (None when the rule does not ask or no full cross is known).
    """

    unit_ids: tuple[str, ...]
    cells: Cells
    plans: tuple[MarginPlan, ...]
    responses: FloatArray
    dossiers: FloatArray
    cross: FloatArray | None
    cross_complete: BoolArray | None


def plan_margins(tally: Tally, population: Population, rule: ScoreRule) -> Margins:
    """Decide for every unit and margin what can be calibrated to (methodology: unknown levels, rare levels).

    A margin known for less than the rule's share of responses is not used. Responses of a level without dossiers
    count as unknown. A field with fewer than `collapse_below` responses joins the unit's field with most responses
    (the first by name among equals); a channel or outcome margin with such a level is not used.
    """
    unit_ids = tuple(sorted({*tally.unit_ids, *population.unit_ids}))
    unit_count = len(unit_ids)
    tally_units = _places(tally.unit_ids, unit_ids)
    population_units = _places(population.unit_ids, unit_ids)
    levels = {
        name: tuple(sorted({*getattr(tally, f"{name}_levels"), *getattr(population, f"{name}_levels")}))
        for name in MARGINS
    }
    cells = _cells(tally, tally_units, levels)
    responses = group_sums(cells.unit, cells.count, unit_count)
    dossiers = np.zeros(unit_count)
    dossiers[population_units] = population.total
    plans = []
    for name in MARGINS:
        known = np.zeros((unit_count, len(levels[name])))
        columns = _places(getattr(population, f"{name}_levels"), levels[name])
        known[np.ix_(population_units, columns)] = getattr(population, name)
        # a margin that does not add up to the total is only partly known
        known[~np.isclose(known.sum(axis=1), dossiers, rtol=1e-9)] = 0
        plans.append(_plan(name, levels[name], cells, responses, known, rule))
    cross, complete = _cross(cells, population, population_units, levels, rule, unit_count)
    return Margins(unit_ids, cells, tuple(plans), responses, dossiers, cross, complete)


def _places(names: Sequence[str], among: Sequence[str]) -> IndexArray:
    place = {name: number for number, name in enumerate(among)}
    return np.array([place[name] for name in names], np.intp)


def _cells(tally: Tally, units: IndexArray, levels: dict[MarginName, tuple[str, ...]]) -> Cells:
    # tally rows of one cell are neighbours: that is the tally's canonical order
    rows = tally.pattern_count
    starts = np.zeros(rows, np.bool_)
    starts[:1] = True
    for column in (tally.unit, tally.field, tally.channel, tally.outcome):
        starts[1:] |= column[1:] != column[:-1]
    first = np.flatnonzero(starts)
    unit = units[tally.unit[first]] if rows else np.zeros(0, np.intp)
    by_name: dict[MarginName, IndexArray] = {}
    for name in MARGINS:
        # the last place serves -1: unknown stays unknown
        place = np.append(_places(getattr(tally, f"{name}_levels"), levels[name]), -1)
        by_name[name] = place[getattr(tally, name)[first]]
    count = np.add.reduceat(tally.count, first).astype(np.float64) if rows else np.zeros(0)
    return Cells(np.append(first, rows), unit, by_name, count)


def _plan(
    name: MarginName,
    levels: tuple[str, ...],
    cells: Cells,
    responses: FloatArray,
    known: FloatArray,
    rule: ScoreRule,
) -> MarginPlan:
    units, unknown = len(responses), len(levels)
    level = np.where(cells.levels[name] < 0, unknown, cells.levels[name])
    own = _by_level(cells.unit, level, cells.count, (units, unknown + 1))
    foreign = (own[:, :unknown] > 0) & (known == 0)
    merged_into = np.broadcast_to(np.arange(unknown + 1), (units, unknown + 1)).copy()
    merged_into[:, :unknown][foreign] = unknown
    rare = (known > 0) & (own[:, :unknown] < rule.collapse_below)
    if name == "field" and unknown:
        largest = np.where(known > 0, own[:, :unknown], -1).argmax(axis=1)
        merged_into[:, :unknown] = np.where(rare, largest[:, None], merged_into[:, :unknown])
    level_of_cell = merged_into[cells.unit, level]
    effective = _by_level(cells.unit, level_of_cell, cells.count, (units, unknown + 1))
    known_share = 1 - ratio(effective[:, unknown], responses)
    shares = ratio(known, known.sum(axis=1, keepdims=True))
    target = np.zeros((units, unknown + 1))
    np.add.at(target, (np.arange(units)[:, None], merged_into[:, :unknown]), shares)
    # the levels of dossiers never join "unknown": only foreign levels do, and they have no dossiers
    target *= (responses * known_share)[:, None]
    target[:, unknown] = effective[:, unknown]
    given = known.any(axis=1)
    status = np.select(
        [
            np.full(units, name not in rule.margins),
            ~given,
            (known_share < rule.margin_known_share) | (known_share == 0),
            (name != "field") & rare.any(axis=1),
        ],
        [MARGIN_STATUSES.index(text) for text in ("not_asked", "not_given", "unknown_share", "few_responses")],
        MARGIN_STATUSES.index("used"),
    ).astype(np.int8)
    return MarginPlan(
        name, levels, status, known_share, level_of_cell, target, merged_into, foreign, own[:, :unknown], shares
    )


def _cross(
    cells: Cells,
    population: Population,
    population_units: IndexArray,
    levels: dict[MarginName, tuple[str, ...]],
    rule: ScoreRule,
    unit_count: int,
) -> tuple[FloatArray | None, BoolArray | None]:
    if population.cross is None or not rule.use_cross:
        return None, None
    full = np.zeros((unit_count, *(len(levels[name]) for name in MARGINS)))
    columns = [_places(getattr(population, f"{name}_levels"), levels[name]) for name in MARGINS]
    full[np.ix_(population_units, *columns)] = population.cross
    place = tuple(cells.levels[name] for name in MARGINS)
    known = np.all([level >= 0 for level in place], axis=0)
    dossiers = np.where(known, full[(cells.unit, *place)], 0.0)
    enough = (dossiers > 0) & (cells.count >= rule.collapse_below)
    fits = group_sums(cells.unit, ~enough, unit_count) == 0
    reached = group_sums(cells.unit, enough, unit_count) == np.count_nonzero(full, axis=(1, 2, 3))
    return dossiers, fits & reached & full.any(axis=(1, 2, 3))


def _by_level(unit: IndexArray, level: IndexArray, count: FloatArray, shape: tuple[int, int]) -> FloatArray:
    return group_sums(unit * shape[1] + level, count, shape[0] * shape[1]).reshape(shape)
