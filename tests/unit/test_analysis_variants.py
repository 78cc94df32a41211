"""The same score from fewer responses, and what of it is never told."""

from __future__ import annotations

import pytest

from analysis.population import DossierRow, population_from_rows
from analysis.rules import load_score_rule
from analysis.satisfaction import FactorSpec, score_units, weigh
from analysis.tally import Tally, TallyBuilder, TallyRow
from analysis.variants import Variant, score_variants

ITEMS = ("a", "b")
FACTORS = tuple(FactorSpec(item, (item,)) for item in ITEMS)
RULE = load_score_rule()
POPULATION = population_from_rows(
    DossierRow(unit, "received", field, "direct", None, count)
    for unit, field, count in (("U", "land", 400), ("U", "civil", 600), ("V", "land", 500), ("W", "land", 300))
)


def row(unit: str, field: str, trust: str, flagged: bool, answers: str, count: int) -> TallyRow:
    return (unit, "v", trust, int(flagged), field, "direct", None, None, None, answers, count)


def tally(*rows: TallyRow) -> Tally:
    builder = TallyBuilder(ITEMS, {"v": {item: place for place, item in enumerate(ITEMS)}})
    builder.add(rows)
    return builder.build()


def variants(whole: Tally) -> dict[str, dict[str, Variant]]:
    weighed = weigh(whole, POPULATION, rule=RULE, factors=FACTORS)
    return {
        unit: {variant.name: variant for variant in found}
        for unit, found in score_variants(weighed, POPULATION).items()
    }


def test_a_variant_is_what_the_responses_left_would_score() -> None:
    whole = tally(
        row("U", "land", "counter", False, "55", 40),
        row("U", "civil", "dossier", False, "42", 30),
        row("U", "civil", "counter", True, "11", 7),
        row("V", "land", "counter", False, "53", 60),
        row("V", "land", "assisted", False, "55", 20),
    )
    found = variants(whole)
    assert found["U"].keys() == {"without_flagged", "dossier_only"}, "nothing of it was assisted"
    assert found["V"].keys() == {"without_assisted"}, "nothing of it was flagged, or came with a dossier's code"
    chosen = whole.without_flagged()
    alone = score_units(chosen, POPULATION, rule=RULE, factors=FACTORS).by_unit()["U"]
    without = found["U"]["without_flagged"]
    assert (without.n, without.removed) == (70, 7)
    assert without.index_share == pytest.approx(alone.index_share, abs=1e-12)
    assert (without.points, without.points_lower, without.points_upper) == (
        alone.points,
        alone.points_lower,
        alone.points_upper,
    )


@pytest.mark.parametrize(("left", "removed"), [(40, 4), (4, 40)])
def test_few_left_or_left_out_have_numbers_but_no_figure(left: int, removed: int) -> None:
    found = variants(
        tally(
            row("U", "land", "counter", False, "55", left),
            row("U", "land", "counter", True, "11", removed),
            # another unit's figure is no reason to tell this one's
            row("V", "land", "counter", False, "55", 40),
            row("V", "land", "counter", True, "11", 40),
        )
    )
    assert found["U"]["without_flagged"] == Variant("without_flagged", left, removed, None, None, None, None)
    assert found["V"]["without_flagged"].points is not None
    assert found["W"] == {}
