"""Rules: every preset loads, says where it comes from, and a faulty one is refused with the place named."""

from decimal import Decimal
from importlib import resources

import pytest

from analysis.errors import AnalysisError
from analysis.rules import (
    index_rules_from_toml,
    list_rules,
    load_index_rules,
    load_score_rule,
    score_rule_from_toml,
)


def preset_text(rule_id: str) -> str:
    return (resources.files("analysis.rules") / f"{rule_id}.toml").read_text("utf-8")


SCORE = preset_text("score-top2-factors")
INDEX = preset_text("index-60-10-30")


def test_every_preset_loads_under_its_own_name_with_its_source_in_both_languages() -> None:
    heads = list_rules()
    assert len({head.id for head in heads}) == len(heads) >= 12
    for head in heads:
        rule = load_score_rule(head.id) if head.kind == "score" else load_index_rules(head.id)
        assert rule.id == head.id
        assert head.reference
        assert len(head.source.vi) > 30
        assert len(head.source.en) > 30


def test_the_default_score_rule_is_the_one_described() -> None:
    rule = load_score_rule()
    assert (rule.formula, rule.aggregation, rule.within_factor) == ("TOP2", "factors", "items")
    assert (rule.factor_minimum, rule.suppress_below, rule.mark_below) == (30, 5, 30)
    assert (rule.maximum_points, rule.conversion.steps, rule.level) == (Decimal(30), (), 0.95)
    assert (rule.lower_bound, rule.upper_bound, rule.bound_steps) == (0.3, 3.0, (5.0, 10.0))
    assert (rule.margin_known_share, rule.collapse_below, rule.use_cross, rule.fpc) == (0.7, 5, False, False)
    assert (rule.psu, rule.minimum_psus) == ("counter_week", 10)


@pytest.mark.parametrize(
    ("rule_id", "maxima"),
    [
        ("index-60-10-30", ["60", "10", "30"]),
        ("index-65-25-10", ["65", "25", "10"]),
        ("index-70-30", ["70", "30"]),
        ("index-total-100", ["100"]),
        ("index-self-8-fields-65", ["7", "5", "14", "7.5", "8", "8.5", "9", "6"]),
    ],
)
def test_component_maxima(rule_id: str, maxima: list[str]) -> None:
    rules = load_index_rules(rule_id)
    assert [component.maximum for component in rules.components] == [Decimal(maximum) for maximum in maxima]


def test_a_changed_rule_has_another_digest() -> None:
    changed = score_rule_from_toml(SCORE.replace("factor_answers = 30", "factor_answers = 20"))
    assert changed.digest() != load_score_rule().digest()
    assert score_rule_from_toml(SCORE).digest() == load_score_rule().digest()


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('formula = "TOP2"', 'formula = "TOP3"', "formula"),
        ("factor_answers = 30", "factor_answers = 0", "minimum: factor_answers"),
        ("factor_answers = 30", "factor_answers = true", "minimum: factor_answers"),
        ("suppress_below = 5", "suppress_below = 50", "suppress_below"),
        ("level = 0.95", "level = 95", "level"),
        ("level = 0.95", "level = nan", "level"),
        ("fpc = false", 'fpc = "no"', "fpc"),
        ("bound_steps = [5, 10]", "bound_steps = [10, 5]", "bound_steps"),
        ('margins = ["field", "channel", "outcome"]', 'margins = ["field", "field"]', "margins"),
        ('trust_levels = ["dossier", "counter", "assisted"]', "trust_levels = []", "trust_levels"),
        ("use_cross = false", "use_cross = false\nuse_corss = true", "use_corss"),
        ("reference = true\n", "", "reference"),
        (
            "maximum = 30",
            "maximum = 30\nsteps = [{from_share = 0.9, points = 10}, {from_share = 0.5, points = 20}]",
            "steps",
        ),
        ("maximum = 30", "maximum = 30\nsteps = [{from_share = 0.9, points = 40}]", "points"),
        ('kind = "score"', 'kind = "index"', "kind"),
    ],
)
def test_a_faulty_score_rule_names_the_place(old: str, new: str, place: str) -> None:
    assert old in SCORE
    with pytest.raises(AnalysisError) as fault:
        score_rule_from_toml(SCORE.replace(old, new), where="ours")
    assert fault.value.code == "rule_value"
    assert place in fault.value.where


def test_a_step_table_and_factor_weights_can_be_given() -> None:
    text = SCORE.replace(
        "maximum = 30", "maximum = 30\nsteps = [{from_share = 0.9, points = 30}, {from_share = 0.8, points = 25}]"
    )
    rule = score_rule_from_toml(text + "\n[factor_weights]\nthai-do = 2\nket-qua = 1.5\n")
    assert [step.points for step in rule.conversion.steps] == [30, 25]
    assert rule.factor_weights == {"thai-do": 2.0, "ket-qua": 1.5}


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("maximum = 60", "maximum = 0", "maximum"),
        ('code = "lanh-dao"', 'code = "ket-qua"', "components"),
        ("from_percent = 80", "from_percent = 90", "bands"),
        ("from_percent = 0", "from_percent = 10", "bands"),
        ('origin = "satisfaction"', 'origin = "guessed"', "origin"),
    ],
)
def test_faulty_index_rules_name_the_place(old: str, new: str, place: str) -> None:
    assert old in INDEX
    with pytest.raises(AnalysisError) as fault:
        index_rules_from_toml(INDEX.replace(old, new))
    assert place in fault.value.where


def test_what_is_not_toml_or_not_there_says_so() -> None:
    with pytest.raises(AnalysisError) as broken:
        score_rule_from_toml("formula = ")
    assert broken.value.code == "rule_toml"
    for unknown in ("score-none", "../score-top2-factors"):
        with pytest.raises(AnalysisError) as missing:
            load_score_rule(unknown)
        assert missing.value.code == "rule_unknown"
        assert "score-top2-factors" in missing.value.expected
