"""The points of one unit's sheet: sums by field, what did not arise leaves the denominator, bonus and penalty."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from analysis.criteria import CriteriaSet, Leaf
from analysis.points import add_points, percent_of


@dataclass(frozen=True, slots=True)
class SheetPart:
    """Points of a field or of the whole: `maximum` counts what arose only; None until every leaf has points."""

    points: Decimal | None
    maximum: Decimal
    percent: Decimal | None


@dataclass(frozen=True, slots=True)
class SheetPoints:
    """A sheet summed up; `adjustment` is the bonus less the penalty, not part of `whole`.

    `full_maximum` is that of the tree, whatever arose.
    """

    fields: Mapping[str, SheetPart]
    whole: SheetPart
    adjustment: Decimal
    missing: tuple[str, ...]
    full_maximum: Decimal


def sum_sheet(
    points: Mapping[str, Decimal | None], criteria: CriteriaSet, *, not_applicable: Collection[str] = ()
) -> SheetPoints:
    """Add a sheet up, exactly; a bonus or penalty that nobody wrote down is none.

    A field of which nothing arose has the maximum 0 and no percentage.
    """
    of_fields = {field.code: field.leaves for field in criteria.fields}
    fields = {code: _part(leaves, points, not_applicable) for code, leaves in of_fields.items()}
    leaves = [leaf for of_field in of_fields.values() for leaf in of_field]
    given = {leaf.kind: points.get(leaf.code) or Decimal(0) for leaf in criteria.extras}
    return SheetPoints(
        fields=fields,
        whole=_part(leaves, points, not_applicable),
        adjustment=given.get("bonus", Decimal(0)) - given.get("penalty", Decimal(0)),
        missing=tuple(
            leaf.code for leaf in leaves if leaf.code not in not_applicable and points.get(leaf.code) is None
        ),
        full_maximum=criteria.maximum,
    )


def _part(
    leaves: Iterable[Leaf], points: Mapping[str, Decimal | None], not_applicable: Collection[str]
) -> SheetPart:
    arising = [leaf for leaf in leaves if leaf.code not in not_applicable]
    given = [found for leaf in arising if (found := points.get(leaf.code)) is not None]
    maximum = sum((leaf.maximum for leaf in arising), Decimal(0))
    if len(given) < len(arising):
        return SheetPart(None, maximum, None)
    total = add_points(given)
    return SheetPart(total, maximum, percent_of(total, maximum) if maximum else None)
