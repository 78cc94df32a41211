"""A page compressed once with a slot filled per request must unpack to exactly the page."""

from __future__ import annotations

import gzip
import random
import zlib

import pytest

from survey.views.slotted import SLOT, SlottedPage

PAGE = "<p>Rất không hài lòng</p>" * 400 + f'<input value="{SLOT}">' + "<p>Rất không hài lòng</p>" * 3


def test_gzipped_and_plain_are_the_same_page() -> None:
    page = SlottedPage(PAGE, 8)
    expected = PAGE.replace(SLOT, "ab-cd_ef").encode()
    assert page.plain("ab-cd_ef") == expected
    assert gzip.decompress(page.gzipped("ab-cd_ef")) == expected


@pytest.mark.parametrize("seed", range(20))
def test_any_slot_anywhere_unpacks(seed: int) -> None:
    chance = random.Random(seed)
    words = ["hài lòng", "bình thường", "\0\0\0\0\0\0\0\0\0\0", "<label>", "2026"]
    before, after = (" ".join(chance.choices(words, k=chance.randrange(9000))) for _ in range(2))
    size = chance.randrange(1, 90)
    page = SlottedPage(before + SLOT + after, size)
    slot = "".join(chance.choices("abcXYZ01_-", k=size))
    assert gzip.decompress(page.gzipped(slot)).decode() == before + slot + after


def test_it_is_about_as_small_as_compressing_the_whole_page_each_time() -> None:
    page = SlottedPage(PAGE, 8)
    whole = zlib.compress(PAGE.replace(SLOT, "ab-cd_ef").encode(), 9)
    assert len(page.gzipped("ab-cd_ef")) < len(whole) + 60


def test_a_slot_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="8 characters cannot take 9"):
        SlottedPage(PAGE, 8).gzipped("123456789")
