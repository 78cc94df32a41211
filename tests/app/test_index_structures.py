"""Own splits of the points and sets of criteria: taken in from a file, looked through, registered, and used."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from analysis.criteria import list_criteria, load_criteria
from analysis.rules import BandCondition, IndexRules, list_rules, load_index_rules
from survey.errors import HailongError, ImportRefused
from survey.models import IndexStructure, Role, Unit, UnitKind
from survey.services import index_round, index_structure, index_structure_file
from survey.services.index_structure_file import Head

from factories import Factory
from index_rounds import begin
from signing_in import csrf_token, sign_in

NEW = "/officer/index/structures/new"
HEAD = {"id": "xa-binh-minh-2026", "version": "1", "title": "Bộ tiêu chí cấp xã của tỉnh Bình Minh",
        "source": "QĐ 99/QĐ-UBND ngày 02/01/2026", "level": "commune"}  # fmt: skip


@pytest.fixture
def top(factory: Factory) -> Unit:
    return factory.unit(code="TINH", name="Tỉnh Bình Minh", kind=UnitKind.PROVINCE, ranking_group=None)


@pytest.fixture
def chief(app: Flask, factory: Factory, top: Unit) -> FlaskClient:
    client = app.test_client()
    assert sign_in(client, factory.officer(top, Role.REFORM).email).status_code == 303
    return client


def send(client: FlaskClient, address: str, **data: Any) -> TestResponse:
    return client.post(address, data={"csrf_token": csrf_token(client.get("/officer/account")), **data})


def sent(client: FlaskClient, kind: str, data: bytes, name: str = "bang.xlsx", **head: str) -> TestResponse:
    return send(client, f"{NEW}/{kind}", file=(io.BytesIO(data), name), **head)


def edited(client: FlaskClient, structure: str, **cells: Any) -> bytes:
    """A structure's table as it is handed out, with `cells` written over it by address."""
    book = load_workbook(io.BytesIO(client.get(f"/officer/index/structures/{structure}/file.xlsx").data))
    for address, value in cells.items():
        book.worksheets[0][address] = value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def definition(page: TestResponse) -> str:
    found = re.search(r'name="definition" value="([^"]+)"', page.text)
    assert found, page.text
    return unescape(found[1])


def test_own_criteria_from_a_table_to_a_round(chief: FlaskClient, session: Session, factory: Factory) -> None:
    assert "criteria-commune-8" in chief.get("/officer/index/structures").text
    checked = sent(chief, "criteria", edited(chief, "criteria-commune-8", C2="Chỉ đạo, điều hành riêng"), **HEAD)
    assert checked.status_code == 200, checked.text
    assert "Chỉ đạo, điều hành riêng" in checked.text
    assert session.get(IndexStructure, HEAD["id"]) is None, "looked through first"
    session.rollback()
    done = send(chief, "/officer/index/structures/register", definition=definition(checked))
    assert done.status_code == 303
    shown = chief.get(done.location).text
    assert "QĐ 99/QĐ-UBND" in shown
    assert "Bản riêng" in shown
    assert HEAD["title"] in chief.get("/officer/index").text, "offered for a new round"
    index = begin(session, criteria_id=HEAD["id"])
    criteria = index_round.criteria_of(session, index)
    assert criteria.fields[0].title.vi == "Chỉ đạo, điều hành riêng"
    assert (criteria.maximum, criteria.head.reference) == (65, False)
    # What is registered is never registered again.
    again = sent(chief, "criteria", edited(chief, HEAD["id"]), **HEAD)
    assert again.status_code == 422
    assert "đã có" in again.text
    twice = send(chief, "/officer/index/structures/register", definition=definition(checked))
    assert twice.location == "/officer/index/structures"


def test_an_own_split_decides_ties(chief: FlaskClient, session: Session) -> None:
    head = {"id": "co-cau-2026", "title": "55 + 15 + 30", "source": "QĐ 98/QĐ-UBND", "when_missing": "unranked",
            "when_not_applicable": "leave", "ties": "hai-long, dung-han"}  # fmt: skip
    checked = sent(chief, "index", edited(chief, "index-60-10-30", E2=55, E3=15), **head)
    assert checked.status_code == 200, checked.text
    assert "tỷ lệ hồ sơ giải quyết đúng hạn trong năm" in checked.text
    assert send(chief, "/officer/index/structures/register", definition=definition(checked)).status_code == 303
    rules = index_structure.find_rules(session, "co-cau-2026")
    assert [part.maximum for part in rules.components] == [55, 15, 30]
    assert rules.ties == ("hai-long", "dung-han")
    assert [band.title.vi for band in rules.bands][:2] == ["Xuất sắc", "Tốt"]
    wrong = sent(chief, "index", edited(chief, "index-60-10-30"), **(head | {"id": "khac", "ties": "khong-co"}))
    assert wrong.status_code == 422
    assert "khong-co" in wrong.text


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"E2": 9}, r"E2.*cộng các dòng bên dưới.*được 7 điểm, dòng này ghi 9"),
        ({"E4": None}, r"E4"),
        ({"E4": "một"}, r"E4.*“một” không phải số"),
        ({"E4": "=1+1"}, r"E4.*công thức"),
        ({"A2": "Tiêu chí"}, r"A2.*Hãy đặt dưới một dòng “Lĩnh vực”"),
        ({"A3": "Mục"}, r"A3.*“Mục”"),
        ({"B4": "1"}, r"B4"),
        ({"B4": "1 1.1"}, r"B4.*không có dấu cách"),
        ({"C4": None}, r"C4"),
        ({"E4": 0}, r"E4.*từ 0,01"),
    ],
)
def test_a_faulty_table_is_refused_whole_with_the_cell(
    chief: FlaskClient, session: Session, cells: dict[str, Any], told: str
) -> None:
    refused = sent(chief, "criteria", edited(chief, "criteria-commune-8", **cells), **HEAD)
    assert refused.status_code == 422
    assert re.search(told, unescape(refused.text)), refused.text
    assert session.get(IndexStructure, HEAD["id"]) is None


def test_a_file_of_toml_says_everything_itself(chief: FlaskClient, session: Session) -> None:
    text = chief.get("/officer/index/structures/index-65-25-10/file.toml").text
    mine = text.replace('"index-65-25-10"', '"co-cau-toml"')
    checked = sent(chief, "index", mine.encode(), "co-cau.toml")
    assert checked.status_code == 200, checked.text
    assert send(chief, "/officer/index/structures/register", definition=definition(checked)).status_code == 303
    assert index_structure.find_rules(session, "co-cau-toml").components == (
        load_index_rules("index-65-25-10").components
    )
    other = mine.replace("co-cau-toml", "co-cau-hai")
    for broken, told in (
        (f"{mine}\n[[".encode(), "line"),
        (mine.replace("maximum = 65", 'maximum = "nhiều"').encode(), "components 1: maximum"),
        (mine.replace("maximum = 65", "maksimum = 65").encode(), "Còn thiếu “components 1: maximum”"),
        (f"diem = 1\n{mine}".encode(), "Mục “diem” không có"),
        (mine.replace("co-cau-toml", "Mã có dấu").encode(), "chữ thường không dấu"),
        (other.replace('"lanh-dao"', '"lãnh đạo"').encode(), "không có dấu cách"),
        (b"\xff\xfe", "TOML"),
    ):
        refused = sent(chief, "index", broken, "co-cau.toml")
        assert refused.status_code == 422, broken
        assert told in unescape(refused.text)
    wrong_kind = sent(chief, "criteria", mine.encode(), "co-cau.toml")
    assert wrong_kind.status_code == 422
    assert "không phải loại đang đăng ký" in wrong_kind.text


def test_what_is_missing_beside_a_table_is_asked_for(chief: FlaskClient) -> None:
    refused = sent(chief, "criteria", edited(chief, "criteria-commune-8"), level="commune")
    assert refused.status_code == 422
    assert "Xin ghi “Mã”." in unescape(refused.text)
    assert "Căn cứ" in refused.text
    assert sent(chief, "index", b"", "").status_code == 422


def test_only_the_top_registers(app: Flask, factory: Factory, top: Unit) -> None:
    ward = factory.unit(code="AH", parent=top)
    client = app.test_client()
    sign_in(client, factory.officer(ward, Role.REFORM).email)
    assert client.get("/officer/index/structures").status_code == 200
    assert client.get(f"{NEW}/criteria").status_code == 403
    assert send(client, "/officer/index/structures/register", definition="{}").status_code == 403


def test_a_structure_that_was_changed_in_the_database_is_refused(chief: FlaskClient, session: Session) -> None:
    checked = sent(chief, "criteria", edited(chief, "criteria-commune-8"), **HEAD)
    send(chief, "/officer/index/structures/register", definition=definition(checked))
    row = session.get_one(IndexStructure, HEAD["id"])
    session.execute(update(IndexStructure).values(definition=row.definition.replace("65", "66", 1), digest="0"))
    session.commit()
    session.expire_all()
    with pytest.raises(HailongError) as refused:
        index_structure.find_criteria(session, HEAD["id"])
    assert refused.value.code == "index_structure_changed"
    for nonsense in ("", "[]", "{}", '{"kind": "index"}', "null"):
        assert send(chief, "/officer/index/structures/register", definition=nonsense).status_code == 303


def posted(client: FlaskClient, text: str) -> str:
    """Register what a page posts back, and return where it led."""
    return send(client, "/officer/index/structures/register", definition=text).location or ""


def split(chief: FlaskClient, name: str) -> str:
    text = chief.get("/officer/index/structures/index-60-10-30/file.toml").text
    return definition(sent(chief, "index", text.replace("index-60-10-30", name).encode(), "a.toml"))


def test_a_number_written_with_a_nought_behind_its_point_is_usable_for_good(
    chief: FlaskClient, session: Session
) -> None:
    text = split(chief, "co-cau-60").replace('"maximum": 60', '"maximum": 60.0')
    assert posted(chief, text) == "/officer/index/structures/co-cau-60"
    assert index_structure.find_rules(session, "co-cau-60").components[0].maximum == 60
    for page in ("/officer/index", "/officer/index/structures", "/officer/index/structures/co-cau-60"):
        assert chief.get(page).status_code == 200


def test_one_broken_structure_does_not_close_the_pages_of_the_others(chief: FlaskClient, session: Session) -> None:
    for name in ("co-cau-a", "co-cau-b"):
        assert posted(chief, split(chief, name)).endswith(name)
    session.execute(update(IndexStructure).where(IndexStructure.id == "co-cau-a").values(digest="0"))
    session.commit()
    page = chief.get("/officer/index/structures")
    assert page.status_code == 200
    assert "“co-cau-a” đã bị sửa trong cơ sở dữ liệu" in unescape(page.text)
    assert "/officer/index/structures/co-cau-b" in page.text
    assert chief.get("/officer/index").status_code == 200
    assert posted(chief, split(chief, "co-cau-c")).endswith("co-cau-c")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("maximum = 60", "maximum = " + "9" * 5000, "TOML"),
        ("maximum = 60", "maximum = 0x" + "f" * 5000, "TOML"),
        ("maximum = 60", "maximum = 1e6000", "components 1: maximum"),
        ("maximum = 60", "maximum = 1e999999999999999999999", "TOML"),
        ("maximum = 60", "maximum = 1e30", "components 1: maximum"),
        ("maximum = 60", "maximum = 60.123456789", "components 1: maximum"),
        ("components", "a = " + "[" * 3000 + "]" * 3000 + "\n[[components", "TOML"),
        ('version = "', 'version = "\\u0000', "ký tự điều khiển"),
        ('version = "', 'version = "Quyết định số 1234/QĐ-UBND ', "tối đa 20 ký tự"),
        ('title = { vi = "', 'title = { vi = "' + "Cơ cấu " * 60, "tối đa 200 ký tự"),
    ],
)
def test_nonsense_in_a_file_of_toml_is_refused_in_words(chief: FlaskClient, old: str, new: str, told: str) -> None:
    text = chief.get("/officer/index/structures/index-60-10-30/file.toml").text
    assert old in text
    mine = text.replace("index-60-10-30", "co-cau-la").replace(f"[[{old}" if "[[" in new else old, new, 1)
    refused = sent(chief, "index", mine.encode(), "co-cau.toml")
    assert refused.status_code == 422
    assert told in unescape(refused.text), refused.text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"maximum": 60', '"maximum": 1e6000'),
        ('"maximum": 60', '"maximum": 1e999999999999999999999'),
        ('"maximum": 60', '"maximum": ' + "9" * 5000),
        ('"maximum": 60', '"maximum": NaN'),
        ('"version": "', '"version": "\\ud800'),
        ('"version": "', '"version": "\\u0000'),
        ('"co-cau-la"', '"\\ud800"'),
        ('"components": ', '"components": ' + "[" * 100_000),
    ],
)
def test_nonsense_is_not_registered(chief: FlaskClient, session: Session, old: str, new: str) -> None:
    text = split(chief, "co-cau-la")
    assert old in text
    assert posted(chief, text.replace(old, new, 1)) == "/officer/index/structures"
    assert session.get(IndexStructure, "co-cau-la") is None
    assert chief.get("/officer/index/structures").status_code == 200


def test_every_preset_goes_out_and_comes_back_the_same() -> None:
    presets = [
        *map(load_index_rules, (head.id for head in list_rules() if head.kind == "index")),
        *list_criteria(),
    ]
    for one in presets:
        kind = one.head.kind
        back = index_structure_file.read_file(
            index_structure_file.as_toml(one), "x.toml", kind=kind, head=Head("", "", "", "")
        )
        assert back == one
        assert back.digest() == one.digest()
        head = Head("x", "1", "Tên", "Căn cứ", level=getattr(one, "level", ""))
        table = index_structure_file.read_file(
            index_structure_file.as_workbook(one), "x.xlsx", kind=kind, head=head
        )
        assert table.maximum == one.maximum
        assert getattr(table, "last_year", None) == getattr(one, "last_year", None)


def test_the_conditions_of_grades_come_back_from_a_table() -> None:
    rules = load_index_rules("index-65-25-10")
    condition = BandCondition(rules.components[-1].code, Decimal("80.5"))
    first, *others = rules.bands
    own = replace(rules, bands=(replace(first, conditions=(condition,)), *others))
    data, head = index_structure_file.as_workbook(own), Head("x", "1", "Tên", "Căn cứ")
    back = index_structure_file.read_file(data, "x.xlsx", kind="index", head=head)
    assert isinstance(back, IndexRules)
    assert back.bands == own.bands


def test_a_table_says_its_bonus_and_its_last_year_once() -> None:
    lines = [["Điểm thưởng", "", "Thưởng", "", 1], ["Điểm thưởng", "", "Thưởng thêm", "", 2]]
    book = load_workbook(io.BytesIO(index_structure_file.as_workbook(load_criteria("criteria-commune-8"))))
    for line in [*lines, ["Năm cuối", "", "Năm cuối", "", 2024], ["Năm cuối", "", "Năm cuối", "", 2025]]:
        book.worksheets[0].append(line)
    buffer = io.BytesIO()
    book.save(buffer)
    head = Head("x", "1", "Tên", "Căn cứ", level="commune")
    with pytest.raises(ImportRefused) as refused:
        index_structure_file.read_file(buffer.getvalue(), "x.xlsx", kind="criteria", head=head)
    assert {fault.code for fault in refused.value.faults} == {"duplicate_row"}
    assert {fault.column for fault in refused.value.faults} == {"Bậc"}
