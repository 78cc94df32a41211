"""Deadlines as data: the preset, an installation's own file, and what is wrong with one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from survey.errors import HailongError
from survey.models import Category, Topic
from survey.services.deadline import PRESET, load


def test_every_number_of_the_program_is_marked_as_a_reference_only() -> None:
    for deadline in load().by_category.values():
        assert deadline.source
        assert deadline.reference or deadline.days is None


def test_the_citizens_topic_counts_until_a_category_is_given() -> None:
    monday_before_tet = date(2026, 2, 9)
    assert load().due_on(None, Topic.CONDUCT, since=monday_before_tet) == date(2026, 3, 2)
    assert load().due_on(Category.COMPLAINT, Topic.CONDUCT, since=monday_before_tet) == date(2026, 2, 12)
    assert load().due_on(None, Topic.PRAISE, since=monday_before_tet) is None


def test_a_province_brings_its_own_days_and_source(tmp_path: Path) -> None:
    text = PRESET.read_text(encoding="utf-8").replace("days_off = []", "days_off = [2026-11-23]")
    own = tmp_path / "thoi-han.toml"
    own.write_text(text.replace("days = 10\nreference = true", "days = 5", 1), encoding="utf-8")
    deadlines = load(own)
    assert deadlines.of(Category.PETITION, Topic.REPORT).reference is False
    assert deadlines.due_on(Category.PETITION, Topic.REPORT, since=date(2026, 11, 20)) == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('category = "praise"', 'category = "lob"'),
        ('category = "praise"', 'category = "petition"'),
        ("days = 10", 'days = "ten"'),
        ("days = 10", "days = 0"),
        ("days_off = []", 'days_off = ["01/01/2027"]'),
        ('source = "Lời khen không có hạn trả lời."', ""),
        ("[[deadline]]", "[[deadline"),
    ],
)
def test_a_file_with_a_fault_is_refused_with_its_name(tmp_path: Path, old: str, new: str) -> None:
    own = tmp_path / "thoi-han.toml"
    own.write_text(PRESET.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(HailongError) as refused:
        load(own)
    assert refused.value.code == "deadlines_unreadable"
    assert refused.value.params["file"] == str(own)
