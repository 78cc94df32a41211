"""Put the components of one unit's index together: its sheet, what was entered, leaders, closed quarters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from analysis.criteria_points import SheetPoints
from analysis.points import Conversion, check_printed, round_half_up, to_points
from analysis.reform_index import IndexEntry as AnalysisEntry
from analysis.rules import Component, IndexRules
from analysis.scores import Warning, YearScore
from survey.models import IndexEntry, Unit
from survey.services.index_round import SHEET_COMPONENT
from survey.services.index_table import Source

# The component that our own leaders' survey fills where nothing was entered for it.
LEADERS_COMPONENT = "lanh-dao"


@dataclass(frozen=True)
class Draft:
    """The components of a unit before they are added up and ranked, and where each comes from."""

    entry: AnalysisEntry
    satisfaction: YearScore | None
    sources: Mapping[str, Source]
    warnings: tuple[Warning, ...]


def put_together(
    unit: Unit,
    rules: IndexRules,
    entered: Mapping[str, IndexEntry],
    year: YearScore | None,
    leaders: Decimal | None,
) -> Draft:
    """Put a unit's components together.

    The closed periods go before what was entered for satisfaction; points entered for the leaders' rating go
    before our own survey among leaders, because a decision may have settled them otherwise.
    """
    points: dict[str, Decimal | None] = {}
    sources: dict[str, Source] = {}
    warnings = []
    measured = None
    for part in rules.components:
        entry = entered.get(part.code)
        given = None if entry is None else entered_points(entry, part)
        share = year.index_share if year is not None and part.origin == "satisfaction" else None
        if year is None or share is None:
            rated = leaders if part.code == LEADERS_COMPONENT and entry is None else None
            points[part.code] = given if rated is None else round_half_up(rated * part.maximum)
            if points[part.code] is not None:
                sources[part.code] = "entered" if rated is None else "leaders"
            continue
        measured = year
        computed = year_points(year, share, part)
        points[part.code] = computed
        sources[part.code] = "closed"
        if given is not None and not check_printed(given, computed).agrees:
            values = {"entered": str(given), "computed": str(computed)}
            warnings.append(Warning("satisfaction_differs", values))
        if year.missing:
            warnings.append(Warning("year_incomplete", {"missing": ", ".join(year.missing)}))
    not_applicable = frozenset(code for code, entry in entered.items() if entry.not_applicable)
    entry_of_unit = AnalysisEntry(
        unit_id=unit.code, group=unit.ranking_group or "", points=points, not_applicable=not_applicable
    )
    return Draft(entry_of_unit, measured, sources, tuple(warnings))


def with_sheet(draft: Draft, rules: IndexRules, sheet: SheetPoints | None) -> Draft:
    """Fill the results component from an appraised sheet, which goes before what was entered for it.

    Where the tree's maximum is not the component's, points and maximum are converted in proportion.
    """
    part = next((one for one in rules.components if one.code == SHEET_COMPONENT), None)
    if sheet is None or part is None or sheet.whole.points is None:
        return draft
    factor = part.maximum / sheet.full_maximum
    points = round_half_up(sheet.whole.points * factor)
    entry = replace(
        draft.entry,
        points={**draft.entry.points, part.code: points},
        not_applicable=draft.entry.not_applicable - {part.code},
        maxima={part.code: max(points, round_half_up(sheet.whole.maximum * factor))},
        adjustment=sheet.adjustment,
    )
    return replace(draft, entry=entry, sources={**draft.sources, part.code: "sheet"})


def entered_points(entry: IndexEntry, part: Component) -> Decimal | None:
    """Points as entered, or converted from the percentage: 87.60% of 30 is 26.28."""
    if entry.points is not None:
        return entry.points
    return None if entry.percent is None else round_half_up(entry.percent * part.maximum / 100)


def year_points(year: YearScore, share: float, part: Component) -> Decimal:
    """A measured year in points of this component, whatever maximum the score rule had."""
    return to_points(share, Conversion(maximum=part.maximum))
