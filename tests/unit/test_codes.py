"""Codes as people read and type them."""

from __future__ import annotations

import secrets

import pytest

from survey.codes import ALPHABET, check_character, encode_bits, grouped, is_qr_code, new_qr_code, normalise


def test_new_codes_are_valid_and_differ() -> None:
    codes = {new_qr_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(is_qr_code(code) for code in codes)


def test_every_single_wrong_character_is_found() -> None:
    code = new_qr_code()
    for place in range(len(code)):
        for character in set(ALPHABET) - {code[place]}:
            assert not is_qr_code(code[:place] + character + code[place + 1 :])


def test_most_neighbours_in_the_wrong_order_are_found() -> None:
    swaps = found = 0
    for _ in range(300):
        code = new_qr_code()
        for place in range(len(code) - 1):
            swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
            if swapped != code:
                swaps += 1
                found += not is_qr_code(swapped)
    assert found / swaps > 0.96


@pytest.mark.parametrize("typed", ["4k7m-2xq3", " 4K7M 2XQ3 ", "4K7M\u00a02XQ3", "4k7m2xq3"])
def test_what_people_type_is_forgiven(typed: str) -> None:
    assert normalise(typed) == "4K7M2XQ3"
    assert is_qr_code(normalise(typed))


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    assert normalise("oOiIlL") == "001111"
    assert not set("ILOU") & set(ALPHABET)


@pytest.mark.parametrize("code", ["", "4K7M2XQ", "4K7M2XQ33", "4K7M2XQ!", "ĐĐĐĐĐĐĐĐ", "4k7m2xq3"])
def test_what_cannot_be_a_code_is_refused(code: str) -> None:
    assert not is_qr_code(code)


def test_check_characters_use_the_whole_alphabet() -> None:
    found = {check_character("".join(secrets.choice(ALPHABET) for _ in range(7))) for _ in range(3000)}
    assert found == set(ALPHABET)


def test_bits_are_written_as_base_32_in_groups() -> None:
    assert encode_bits(bytes(10)) == "0" * 16
    assert encode_bits(b"\xff" * 10) == "Z" * 16
    assert grouped(encode_bits(bytes(9) + b"\x01")) == "0000-0000-0000-0001"
    with pytest.raises(ValueError, match="multiple of 5"):
        encode_bits(b"abc")
