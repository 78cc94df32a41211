"""Tables as officers really save them: any of Excel's encodings, delimiters and number styles."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook

from survey.errors import Fault, ImportRefused
from survey.services.cells import day, decimal_number, percentage, text, whole_number, yes_no
from survey.services.columns import Column, Table, read_table
from survey.services.sheet import LARGEST_FILE

COLUMNS = (
    Column("unit", ("Đơn vị", "Mã đơn vị"), text(20), required=True, filled=True),
    Column("number", ("Số hồ sơ", "Count"), whole_number, required=True),
    Column("points", ("Điểm",), decimal_number),
    Column("share", ("Tỷ lệ (%)",), percentage),
    Column("since", ("Từ ngày",), day),
    Column("ticked", ("Không phát sinh",), yes_no),
)
PLAIN = "Đơn vị,Số hồ sơ\nPhường Tân Hoà,12\n"


def read(content: str | bytes) -> Table:
    return read_table(content if isinstance(content, bytes) else content.encode(), COLUMNS)


def values(table: Table) -> list[dict[str, Any]]:
    table.check()
    return [dict(row.values) for row in table.rows]


def faults_of(content: str | bytes) -> list[Fault]:
    with pytest.raises(ImportRefused) as refused:
        read(content).check()
    return refused.value.faults


def only_code(content: str | bytes) -> str:
    faults = faults_of(content)
    assert len(faults) == 1
    return faults[0].code


def workbook(*rows: list[Any], merge: str | None = None, formats: dict[str, str] | None = None) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for address, number_format in (formats or {}).items():
        sheet[address].number_format = number_format
    if merge:
        sheet.merge_cells(merge)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_encoding_and_delimiter_reads_the_same(encoding: str, delimiter: str) -> None:
    content = PLAIN.replace(",", delimiter).replace("\n", "\r\n").encode(encoding)
    assert values(read(content)) == [{"unit": "Phường Tân Hoà", "number": 12}]


def test_decomposed_letters_become_the_composed_ones() -> None:
    decomposed = "Đơn vị,Số hồ sơ\nPhươ\u0300ng Tân Hoa\u0300,1\n"
    assert values(read(decomposed))[0]["unit"] == "Phường Tân Hoà"


@pytest.mark.parametrize(
    "header", ["ĐƠN VỊ,SỐ HỒ SƠ", "don vi,so ho so", " Unit , COUNT ", "Mã đơn vị:,Số  hồ sơ"]
)
def test_headers_are_understood_however_they_are_typed(header: str) -> None:
    assert len(values(read(f"{header}\nP1,3\n"))) == 1


def test_a_title_above_and_remarks_beside_are_no_data() -> None:
    content = "Biểu tổng hợp quý III,,\n\nSTT,Đơn vị,Số hồ sơ,Ghi chú\n1,P1,3,số tạm tính\n"
    table = read(content)
    assert values(table) == [{"unit": "P1", "number": 3}]
    assert table.rows[0].number == 4


def test_row_numbers_are_those_of_the_spreadsheet_program() -> None:
    content = 'Đơn vị,Số hồ sơ\n\n"Tên trên\nhai dòng",1\n\nP2,x\n'
    (fault,) = faults_of(content)
    assert (fault.row, fault.column, fault.code) == (5, "Số hồ sơ", "not_a_number")


def test_excel_delimiter_line_is_obeyed() -> None:
    assert values(read("sep=;\r\nĐơn vị;Số hồ sơ\r\nP1;3\r\n"))[0]["number"] == 3


@pytest.mark.parametrize("encoding", ["cp1258", "latin-1"])
def test_another_encoding_is_named_with_its_line(encoding: str) -> None:
    # What cp1258 cannot hold is left out: the point is the bytes that are no UTF-8.
    content = "unit,count\nP1,1\nPhường Hoà Bình,1\n".encode(encoding, errors="ignore")
    (fault,) = faults_of(content)
    assert (fault.code, fault.row) == ("wrong_encoding", 3)


@pytest.mark.parametrize("name", ["Ph­êng 6", "QuËn §èng §a", "PhÆ°á»ng 6", "Phu?ng Tân", "Ph\ufffdng"])
def test_text_of_old_fonts_and_lost_marks_is_refused(name: str) -> None:
    assert only_code(f"Đơn vị,Số hồ sơ\n{name},1\n") == "garbled_text"


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("47563", 47563), ("47.563", 47563), ("47,563", 47563), ("47 563", 47563), ("47\u00a0563", 47563),
        ("1.234", 1234), ("1,234,567", 1234567), ("1.234.567", 1234567), ("0", 0), ("12,0", 12),
        ("1,234.00", 1234),
    ],
)  # fmt: skip
def test_counts_in_vietnamese_and_english_style(written: str, number: int) -> None:
    assert values(read(f"Đơn vị;Số hồ sơ\nP1;{written}\n"))[0]["number"] == number


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("-3", "negative_number"), ("\u22123", "negative_number"), ("2.5", "fractional_count"),
        ("2,5", "fractional_count"), ("0.123", "fractional_count"), ("mười", "not_a_number"),
        ("12 hồ sơ", "not_a_number"), ("1.23.456", "not_a_number"), ("1.234,5,6", "not_a_number"),
        ("1e5", "not_a_number"), ("4 5", "not_a_number"), ("=1+1", "not_a_number"),
        ("99999999999", "number_too_large"),
    ],
)  # fmt: skip
def test_what_is_no_count_is_named(written: str, code: str) -> None:
    assert only_code(f"Đơn vị;Số hồ sơ\nP1;{written}\n") == code


@pytest.mark.parametrize(
    ("written", "points"),
    [("88,41", "88.41"), ("88.41", "88.41"), ("1.234", "1.234"), ("60", "60"), ("1.234,5", "1234.5"), ("0", "0")],
)
def test_a_single_mark_in_points_is_the_decimal_mark(written: str, points: str) -> None:
    row = values(read(f"Đơn vị;Số hồ sơ;Điểm\nP1;1;{written}\n"))[0]
    assert str(row["points"]) == points


@pytest.mark.parametrize(
    ("written", "share"), [("87,60", "87.6"), ("87.6%", "87.6"), ("0,5 %", "0.5"), ("100", "100")]
)
def test_percentages(written: str, share: str) -> None:
    assert values(read(f"Đơn vị;Số hồ sơ;Tỷ lệ (%)\nP1;1;{written}\n"))[0]["share"] == Decimal(share)


@pytest.mark.parametrize(("written", "code"), [("0,876", "share_not_percent"), ("101", "percent_outside")])
def test_a_share_is_not_taken_for_a_percentage(written: str, code: str) -> None:
    assert only_code(f"Đơn vị;Số hồ sơ;Tỷ lệ (%)\nP1;1;{written}\n") == code


@pytest.mark.parametrize("written", ["01/07/2026", "1/7/2026", "1.7.2026", "2026-07-01"])
def test_dates_have_the_day_first(written: str) -> None:
    assert values(read(f"Đơn vị;Số hồ sơ;Từ ngày\nP1;1;{written}\n"))[0]["since"] == date(2026, 7, 1)


def test_an_american_date_is_refused_and_not_guessed() -> None:
    assert only_code("Đơn vị;Số hồ sơ;Từ ngày\nP1;1;07/13/2026\n") == "not_a_date"


def test_unknown_missing_and_repeated_columns_are_faults() -> None:
    faults = faults_of("Đơn vị;Mã đơn vị;Số phiếu\nP1;P1;3\n")
    assert {(fault.column, fault.code) for fault in faults} == {
        ("Mã đơn vị", "duplicate_column"),
        ("Số phiếu", "unknown_column"),
        ("Số hồ sơ", "missing_column"),
    }


def test_all_faults_are_found_in_one_go_in_the_order_of_the_rows() -> None:
    faults = faults_of("Đơn vị;Số hồ sơ;Điểm\n;-1;x\nP2;1;2\nP3;1,5;88,41\n")
    assert [(fault.row, fault.code) for fault in faults] == [
        (2, "blank_cell"),
        (2, "negative_number"),
        (2, "not_points"),
        (4, "fractional_count"),
    ]


def test_an_unquoted_decimal_comma_is_seen_by_the_extra_cell() -> None:
    assert only_code("Đơn vị,Số hồ sơ,Điểm\nP1,1,88,41\n") == "too_many_cells"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"\xef\xbb\xbf\r\n\r\n", "file_empty"),
        (b",,,\n,,\n", "file_empty"),
        (b"%PDF-1.7 ...", "not_a_spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_excel"),
        (b"<html><table><tr><td>P1</td></tr></table></html>", "not_a_spreadsheet"),
        (b"PK\x03\x04 broken", "not_a_spreadsheet"),
        (bytes(range(256)) * 4, "wrong_encoding"),
        (b"x" * (LARGEST_FILE + 1), "file_too_large"),
        ("xin chào\ncác bạn\n".encode(), "no_header"),
        ("Đơn vị,Số hồ sơ\n".encode(), "no_rows"),
        ('Đơn vị,Số hồ sơ\n"P1,1\nP2,2\n'.encode(), "broken_quotes"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content: bytes, code: str) -> None:
    assert only_code(content) == code


def test_a_zip_that_is_no_workbook_and_one_that_swells_are_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", "x")
    assert only_code(buffer.getvalue()) == "not_a_spreadsheet"
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("bomb", "w") as member:
        for _ in range(401):
            member.write(b"\0" * 1024 * 1024)
    assert only_code(buffer.getvalue()) == "file_too_large"


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "docProps/core.xml", "xl/styles.xml"]
)
def test_a_damaged_workbook_is_refused_in_words(part: str) -> None:
    plain = workbook(["Đơn vị", "Số hồ sơ"], ["P1", 1])
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content[: len(content) // 2] if name == part else content)
    assert only_code(buffer.getvalue()) == "not_a_spreadsheet"
    assert only_code(plain[: len(plain) // 2]) == "not_a_spreadsheet"


def test_a_workbook_keeps_its_types() -> None:
    data = workbook(
        ["Đơn vị", "Số hồ sơ", "Điểm", "Tỷ lệ (%)", "Từ ngày", "Không phát sinh"],
        [27, 12, 26.28, 0.876, date(2026, 7, 1), True],
        formats={"D2": "0.00%"},
    )
    assert values(read(data)) == [
        {
            "unit": "27",
            "number": 12,
            "points": Decimal("26.28"),
            "share": Decimal("87.6"),
            "since": date(2026, 7, 1),
            "ticked": True,
        }
    ]


def test_a_workbook_number_is_taken_as_it_is_shown() -> None:
    data = workbook(["Đơn vị", "Số hồ sơ", "Điểm"], ["P1", 1, 26.279999999999998])
    assert values(read(data))[0]["points"] == Decimal("26.28")


def test_formatting_that_is_not_understood_is_passed_over_in_silence() -> None:
    plain = workbook(["Đơn vị", "Số hồ sơ"], ["P1", 1])
    extension = b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"/></extLst></worksheet>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b"</worksheet>", extension))
    assert values(read(buffer.getvalue())) == [{"unit": "P1", "number": 1}]


def test_formulas_dates_and_errors_are_named_by_their_cells() -> None:
    data = workbook(
        ["Đơn vị", "Số hồ sơ"],
        ["P1", "=SUM(B3:B4)"],
        ["P2", date(2026, 7, 1)],
        ["P3", 47.563],
        ["P4", "#REF!"],
    )
    faults = faults_of(data)
    assert [(fault.cell, fault.code) for fault in faults] == [
        ("B2", "formula"),
        ("B3", "date_not_number"),
        ("B4", "fractional_count"),
        ("B5", "error_value"),
    ]


def test_merged_cells_are_refused_in_the_table_but_not_in_its_title() -> None:
    title, header, row = ["Biểu 5", None], ["Đơn vị", "Số hồ sơ"], ["P1", 1]
    assert len(values(read(workbook(title, header, row, merge="A1:B1")))) == 1
    # The second of the two is blank now, which is what makes merged cells dangerous.
    faults = faults_of(workbook(title, header, row, ["P1", 2], merge="A3:A4"))
    assert [(fault.code, fault.cell or fault.row) for fault in faults] == [
        ("merged_cells", "A3"),
        ("blank_cell", "A4"),
    ]


def test_a_code_that_excel_made_a_date_is_noticed() -> None:
    assert only_code(workbook(["Đơn vị", "Số hồ sơ"], [date(2026, 1, 2), 1])) == "date_not_text"
