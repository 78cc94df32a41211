"""Contact details under lock."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag

from survey.services.contact import Contact, seal, unseal

KEY, CASE = b"k" * 32, b"c" * 32
HOA = Contact(name="Nguyễn Thị Hoà", phone="0912 345 678", email="")


def test_only_the_key_opens_it_and_only_for_its_case() -> None:
    sealed = seal(KEY, CASE, HOA)
    assert unseal(KEY, CASE, sealed) == HOA
    for key, case, text in ((b"x" * 32, CASE, sealed), (KEY, b"d" * 32, sealed), (KEY, CASE, sealed[:-1] + b"x")):
        with pytest.raises(InvalidTag):
            unseal(key, case, text)


def test_nothing_of_it_shows_not_even_how_long_it_is() -> None:
    sealed = seal(KEY, CASE, HOA)
    assert b"0912" not in sealed
    assert "Hoà".encode() not in sealed
    assert seal(KEY, CASE, HOA) != sealed
    assert len(sealed) == len(seal(KEY, CASE, Contact(name="", phone="", email="a@b.vn")))
