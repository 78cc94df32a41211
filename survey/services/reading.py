"""What pages show beside a score: parts of the unit, importance, signs, and the standing.

Worked out once, when a period is computed, and stored with the scores: a page only reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.breakdown import Part, break_down
from analysis.importance import Importance, importances
from analysis.periods import Period
from analysis.satisfaction import Weighed
from analysis.scores import ScoreTable, UnitScore
from analysis.screening import Check, count_patterns, screen_rate
from analysis.standing import Ranked, Standing, standings
from analysis.sums import FloatArray, IndexArray
from analysis.tally import Tally
from survey.models import Response, Unit
from survey.services.tally import counts_towards


@dataclass(frozen=True)
class Sign:
    """A rate of the unit against its group's; `raised` where an honest unit would hardly show it."""

    name: str
    hits: int
    n: int
    expected_share: float
    raised: bool


@dataclass(frozen=True)
class Reading:
    """One unit's figures beside the score; every part of it may be shown to who may see the score."""

    fields: tuple[Part, ...]
    channels: tuple[Part, ...]
    cells: tuple[Part, ...]
    importance: Importance | None
    flags: Mapping[str, int]
    signs: tuple[Sign, ...]
    standing: Standing | None


def read(
    session: Session, period: Period, weighed: Weighed, table: ScoreTable, groups: Mapping[str, str | None]
) -> dict[str, Reading]:
    """Read the units of a scored period, by unit code, each beside those of its ranking group."""
    codes = weighed.margins.unit_ids
    parts, important = break_down(weighed), importances(weighed)
    flags = _flags(session, period, weighed)
    signs = _signs(weighed.counted, groups)
    places = _standings(table, groups, weighed.rule.level)
    return {
        code: Reading(
            fields=parts[number].fields,
            channels=parts[number].channels,
            cells=parts[number].cells,
            importance=important[number],
            flags=flags.get(code, {}),
            signs=signs.get(code, ()),
            standing=places.get(code),
        )
        for number, code in enumerate(codes)
    }


def _flags(session: Session, period: Period, weighed: Weighed) -> dict[str, dict[str, int]]:
    """Count each flag by unit; a response with two flags counts under both."""
    query = (
        select(Unit.code, Response.flags, func.count())
        .join(Unit, Unit.id == Response.unit_id)
        .where(counts_towards(session, period, weighed.rule.trust_levels), Response.flags != "")
        .group_by(Unit.code, Response.flags)
    )
    found: dict[str, dict[str, int]] = {}
    for code, flags, count in session.execute(query):
        own = found.setdefault(code, {})
        for flag in flags:
            own[flag] = own.get(flag, 0) + count
    return found


def _signs(tally: Tally, groups: Mapping[str, str | None]) -> dict[str, tuple[Sign, ...]]:
    """Compare what the patterns of each unit show with its ranking group."""
    if not tally.unit_ids:
        return {}
    counts = count_patterns(tally)
    names = [groups.get(code) for code in tally.unit_ids]
    numbers = {name: number for number, name in enumerate(sorted({name for name in names if name}))}
    # a unit of no group is compared with nobody
    group: IndexArray = np.array(
        [numbers[name] if name else len(numbers) + place for place, name in enumerate(names)], np.intp
    )
    of: dict[str, tuple[FloatArray, FloatArray]] = {
        "same_answers": (counts.same_answers, counts.judged),
        "varied": (counts.varied, counts.judged),
        "assisted": (counts.assisted, counts.responses),
    }
    checks = [screen_rate(name, hits, n, group) for name, (hits, n) in of.items()]
    return {code: _signs_of(checks, unit) for unit, code in enumerate(tally.unit_ids)}


def _signs_of(checks: Sequence[Check], unit: int) -> tuple[Sign, ...]:
    return tuple(
        Sign(
            check.name,
            int(check.hits[unit]),
            int(check.n[unit]),
            float(check.expected_share[unit]),
            bool(check.raised[unit]),
        )
        for check in checks
        if check.compared[unit]
    )


def _standings(table: ScoreTable, groups: Mapping[str, str | None], level: float) -> dict[str, Standing]:
    """Let the units of each ranking group stand; marked and suppressed ones and those of no group do not."""
    members: dict[str, list[Ranked]] = {}
    for unit in table.units:
        group = groups.get(unit.unit_id)
        if group and unit.status == "scored" and (ranked := _ranked(unit)) is not None:
            members.setdefault(group, []).append(ranked)
    return {standing.unit_id: standing for own in members.values() for standing in standings(own, level=level)}


def _ranked(unit: UnitScore) -> Ranked | None:
    figures = (unit.points, unit.index_share, unit.se, unit.lower, unit.upper)
    points, share, se, lower, upper = figures
    if points is None or share is None or se is None or lower is None or upper is None:
        return None
    return Ranked(unit.unit_id, points, share, se, lower, upper, unit.n, unit.df or 1)
