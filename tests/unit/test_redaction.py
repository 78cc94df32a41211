"""What points at a person goes before a text leaves; days, money and counters stay."""

from __future__ import annotations

import pytest

from survey.services.redaction import redact, redact_suggested, suggested_names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Gọi 0912345678 nhé", "Gọi [số điện thoại] nhé"),
        ("Gọi 0912.345.678.", "Gọi [số điện thoại]."),
        ("Gọi +84 912 345 678, gấp", "Gọi [số điện thoại], gấp"),
        ("bàn (0236) 3 822 000.", "bàn [số điện thoại]."),
        ("CCCD 079123456789", "CCCD [số giấy tờ]"),
        ("CMND 250123456", "CMND [số giấy tờ]"),
        ("CCCD: 079 123 456 789", "CCCD: [số giấy tờ]"),
        ("Hồ sơ 000.00.15.H10-250701-0001 trễ", "Hồ sơ [mã hồ sơ] trễ"),
        ("h10.25.3-250701-0001", "[mã hồ sơ]"),
        ("thư ten.toi+1@mail.example.vn", "thư [e-mail]"),
    ],
)
def test_numbers_and_addresses_go(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "ngày 20/11/2026, 7 giờ 40",
        "ngày 20-11-2026",
        "phí 150.000.000 đồng",
        "phí 1500000000 đ",
        "Quầy số 3, lượt 1245",
        "Quyết định 5359/QĐ-UBND ngày 31/12/2021",
    ],
)
def test_days_money_and_ordinary_numbers_stay(text: str) -> None:
    assert redact_suggested(text) == text


def test_names_after_a_form_of_address_are_only_suggested() -> None:
    text = "Cán bộ Trần Văn Mẫu và chị Lan Anh ở Quầy 2, gặp bà ở Một cửa, công chức Một cửa, Ông/Bà."
    assert suggested_names([text]) == ["Lan Anh", "Trần Văn Mẫu"]
    assert redact(text) == text
    assert "Trần" not in redact(text, ["Trần Văn Mẫu"])
    assert redact_suggested(text).startswith("Cán bộ [tên] và chị [tên] ở Quầy 2")


def test_a_name_is_not_cut_out_of_another_word() -> None:
    assert redact("Lan can ở Lan", ["Lan"]) == "[tên] can ở [tên]"
    assert redact("Hoàng Lanh", ["Lan"]) == "Hoàng Lanh"
