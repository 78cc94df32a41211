"""`hailong qr receipts`: from a list of dossiers to slips and links that open the form once."""

from __future__ import annotations

import csv
import io
import re
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.codes import grouped
from survey.config import TIME_ZONE
from survey.extensions import db
from survey.models import AuditEvent, Model, OneTimeCode, OpenTicket, Response, SiteFact, Trust
from survey.services.receipt import dossier_number
from survey.services.sheet import Cell

from citizens import count, send
from commands import hailong
from conftest import BASE_URL
from factories import Factory
from printed import links_in

TODAY = datetime.now(TIME_ZONE).date()
LIST = """Mã hồ sơ;Mã đơn vị;Lĩnh vực;Kênh tiếp nhận;Kết quả;Ngày hẹn trả;Ghi chú
H10.25.3-250701-0001;AH;Đất đai;trực tiếp;quá hạn;;gấp
h10.25.3–250701–0002;AH;dat-dai;trực tuyến;;;
;Phường An Hoà;Hộ tịch;bưu chính;đúng hạn;;
"""


@pytest.fixture
def folder(factory: Factory, tmp_path: Path) -> Path:
    """A folder with a list of three dossiers of one unit."""
    unit = factory.unit(code="AH", name="Phường An Hoà")
    factory.counter(unit)
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8-sig")
    return tmp_path


def paths(links: list[str]) -> list[str]:
    assert all(link.startswith(f"{BASE_URL}/q/") for link in links)
    return [urlsplit(link).path for link in links]


def text_of(pdf: Path) -> str:
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        texts = []
        for page in document:
            with closing(page), closing(page.get_textpage()) as words:
                texts.append(words.get_text_range())
        return "\n".join(texts)


def test_every_dossier_gets_a_slip_that_opens_the_form_once(app: Flask, folder: Path, session: Session) -> None:
    done = hailong(app, "qr", "receipts", folder / "list.csv", "--out", folder / "slips.pdf")
    assert "Đã phát mã cho 3 hồ sơ của 1 đơn vị." in done.stdout
    assert "1 trang A4" in done.stdout
    assert "hãy xoá đi" in done.stdout
    links = links_in(folder / "slips.pdf")
    assert len(set(links)) == 3
    client = app.test_client()
    for path in paths(links):
        assert send(client, path).status_code == 303
        assert client.get(path).status_code == 410
    session.rollback()
    stored = session.scalars(select(Response)).all()
    assert {response.trust for response in stored} == {Trust.DOSSIER}
    assert sorted((str(one.field), str(one.channel), str(one.outcome)) for one in stored) == [
        ("dat-dai", "direct", "overdue"),
        ("dat-dai", "online", "None"),
        ("tu-phap-ho-tich", "post", "on_time"),
    ]


def test_the_slip_says_what_it_is_and_its_stub_for_whom(app: Flask, folder: Path) -> None:
    hailong(app, "qr", "receipts", folder / "list.csv", "--out", folder / "slips.pdf")
    words = " ".join(text_of(folder / "slips.pdf").split())
    for sentence in (
        "Mã này chỉ xác nhận Ông/Bà có hồ sơ. Không ai biết hồ sơ nào trả lời thế nào.",
        "Cán bộ xé bỏ trước khi trao: H10.25.3-250701-0001",
        "Cán bộ xé bỏ trước khi trao: H10.25.3-250701-0002",
        "Cán bộ xé bỏ trước khi trao: dòng 4 của danh sách",
        "127.0.0.1:8000/q",
    ):
        assert sentence in words
    assert re.search(r"Dùng được một lần, đến hết ngày \d+ tháng \d+ năm \d{4}", words)
    codes = [path.removeprefix("/q/") for path in paths(links_in(folder / "slips.pdf"))]
    assert all(len(code) == 16 and grouped(code) in words for code in codes)


def test_links_are_written_for_the_own_gateway_and_share_the_slips_one_response(
    app: Flask, folder: Path, session: Session
) -> None:
    files = ("--out", folder / "slips.pdf", "--links", folder / "links.csv")
    hailong(app, "qr", "receipts", folder / "list.csv", *files)
    head, *lines = csv.reader(io.StringIO((folder / "links.csv").read_text(encoding="utf-8-sig")))
    assert head == ["Mã hồ sơ", "Mã đơn vị", "Liên kết", "Dùng đến hết ngày"]
    assert [line[:2] for line in lines] == [
        ["H10.25.3-250701-0001", "AH"],
        ["H10.25.3-250701-0002", "AH"],
        ["", "AH"],
    ]
    links = paths([line[2] for line in lines])
    assert {len(path) for path in links} == {len("/q/") + 26}
    slips = paths(links_in(folder / "slips.pdf"))
    assert (count(session, OneTimeCode), count(session, OpenTicket)) == (6, 4)
    client = app.test_client()
    assert send(client, links[0]).status_code == 303
    assert sorted(client.get(path).status_code for path in slips) == [200, 200, 410]


def test_the_files_are_for_their_owner_alone_and_hold_all_that_is_known(
    app: Flask, folder: Path, session: Session
) -> None:
    files = [folder / "slips.pdf", folder / "links.csv"]
    files[1].write_text("old", encoding="utf-8")
    files[1].chmod(0o644)
    hailong(app, "qr", "receipts", folder / "list.csv", "--out", files[0], "--links", files[1])
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert sorted(path.name for path in folder.glob("*.part")) == []
    stored = repr(
        [row._mapping for table in Model.metadata.sorted_tables for row in session.execute(select(table)).all()]
    )
    for secret in ("250701", *[path.removeprefix("/q/") for path in paths(links_in(files[0]))]):
        assert secret not in stored
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "one_time_code.issue")).one()
    assert event.detail == {"dossiers": 3, "units": {"AH": 3}}


def test_the_last_day_is_given_or_the_end_of_a_month(
    app: Flask, factory: Factory, session: Session, tmp_path: Path
) -> None:
    factory.unit(code="AH")
    given, appointed = TODAY + timedelta(days=3), TODAY + timedelta(days=40)
    (tmp_path / "list.csv").write_text(
        "unit,field,channel,appointed,expires\n"
        f"AH,dat-dai,direct,,{given}\nAH,dat-dai,direct,{appointed},\nAH,dat-dai,direct,2020-01-01,\n",
        encoding="utf-8",
    )
    hailong(app, "qr", "receipts", tmp_path / "list.csv", "--links", tmp_path / "links.csv", "--days", "60")
    _, *lines = csv.reader(io.StringIO((tmp_path / "links.csv").read_text(encoding="utf-8-sig")))
    days = [datetime.strptime(line[3], "%d/%m/%Y").date() for line in lines]  # noqa: DTZ007
    assert days[0] == given
    for day, earliest in zip(days[1:], (appointed, TODAY), strict=True):
        assert 60 <= (day - earliest).days <= 91
        assert (day + timedelta(days=1)).day == 1
    assert sorted(session.scalars(select(OneTimeCode.expires_on))) == sorted(days)


def test_nothing_is_made_of_a_list_with_faults_and_all_are_named(
    app: Flask, factory: Factory, session: Session, tmp_path: Path
) -> None:
    new = factory.unit(code="MOI", name="Phường Mới")
    factory.unit(
        code="CU", name="Phường Cũ", valid_from=date(2020, 1, 1), valid_to=date(2025, 6, 30), successor=new
    )
    rows = (
        "H10-250701-0001,MOI,dat-dai,trực tiếp,,",
        "H10-250701-0001,MOI,dat-dai,trực tiếp,,",
        "12345,MOI,dat-dai,trực tiếp,,",
        "H10-251301-0001,MOI,dat-dai,trực tiếp,,",
        ",CU,dat-dai,trực tiếp,,",
        ",MOI,Tổng số,trực tiếp,,",
        ",MOI,,qua mạng,xong,",
        ",MOI,dat-dai,trực tiếp,,01/02/2020",
        ",MOI,dat-dai,trực tiếp,,01/02/2999",
    )
    head = "Mã hồ sơ,Mã đơn vị,Lĩnh vực,Kênh,Kết quả,Hạn dùng"
    (tmp_path / "list.csv").write_text("\n".join((head, *rows)), encoding="utf-8")
    for more in (("--out", tmp_path / "slips.pdf"), ("--dry-run",)):
        refused = hailong(app, "qr", "receipts", tmp_path / "list.csv", *more, expect=1)
        for words in (
            "Dòng 3, cột “Mã hồ sơ”: trùng với dòng 2.",
            "Dòng 4, cột “Mã hồ sơ”: “12345” không giống mã hồ sơ.",
            "Dòng 5, cột “Mã hồ sơ”: “H10-251301-0001”: 251301 trong mã không phải ngày",
            "Dòng 6, cột “Mã đơn vị”: Phường Cũ hết hiệu lực ngày 30/06/2025.",
            "đơn vị kế thừa: MOI (Phường Mới)",
            "Dòng 7, cột “Lĩnh vực”: một hồ sơ thuộc một lĩnh vực.",
            "Dòng 8, cột “Lĩnh vực”: ô này không được bỏ trống.",
            "Dòng 8, cột “Kênh”: “qua mạng” không dùng được ở đây.",
            "Dòng 8, cột “Kết quả”: “xong” không dùng được ở đây.",
            "Dòng 9, cột “Hạn dùng”: ngày 01/02/2020 đã qua",
            "Dòng 10, cột “Hạn dùng”: mã sẽ dùng được đến 01/02/2999, quá 400 ngày",
        ):
            assert words in refused.stderr
    assert not (tmp_path / "slips.pdf").exists()
    assert not list(tmp_path.glob("*.part"))
    assert count(session, OneTimeCode) == 0


def test_a_dry_run_makes_nothing_and_a_folder_that_cannot_be_written_no_codes(
    app: Flask, folder: Path, session: Session
) -> None:
    done = hailong(app, "qr", "receipts", folder / "list.csv", "--dry-run", "--out", folder / "slips.pdf")
    assert "Tệp hợp lệ (chạy thử, chưa phát mã nào): 3 hồ sơ của 1 đơn vị." in done.stdout
    assert not (folder / "slips.pdf").exists()
    refused = hailong(app, "qr", "receipts", folder / "list.csv", "--out", folder / "none" / "slips.pdf", expect=1)
    assert "Không ghi được tệp" in refused.stderr
    assert count(session, OneTimeCode) == 0


def test_the_template_is_read_back_and_wrong_usage_is_explained(app: Flask, folder: Path) -> None:
    hailong(app, "qr", "receipts", "--template", folder / "template.xlsx")
    empty = hailong(app, "qr", "receipts", folder / "template.xlsx", "--out", folder / "slips.pdf", expect=1)
    assert "Bảng mẫu chưa được điền" in empty.stderr
    assert "Thiếu tên tệp" in hailong(app, "qr", "receipts", expect=2).stderr
    assert "--out FILE.pdf" in hailong(app, "qr", "receipts", folder / "list.csv", expect=2).stderr


def test_slips_of_a_unit_that_has_not_started_are_pointed_out(
    app: Flask, factory: Factory, tmp_path: Path
) -> None:
    factory.unit(code="A", name="Phường A", start_date=None)
    factory.unit(code="B", name="Phường B", start_date=date(2999, 1, 1))
    rows = "unit,field,channel\nA,dat-dai,direct\nA,dat-dai,direct\nB,dat-dai,direct\n"
    (tmp_path / "list.csv").write_text(rows, encoding="utf-8")
    done = hailong(app, "qr", "receipts", tmp_path / "list.csv", "--out", tmp_path / "slips.pdf")
    assert "Cần xem lại (2):" in done.stdout
    assert "Phường A chưa có ngày bắt đầu đo" in done.stdout
    assert "Phường B bắt đầu đo ngày 01/01/2999" in done.stdout


def test_slips_fill_pages_of_eight_and_the_example_says_so(
    app: Flask, session: Session, factory: Factory, tmp_path: Path
) -> None:
    factory.unit(code="AH", one_stop_name="Trung tâm “#sys.inputs” <b>" + " rất dài" * 16)
    session.add(SiteFact(name="example", value="1"))
    session.commit()
    (tmp_path / "list.csv").write_text("unit,field,channel\n" + "AH,dat-dai,direct\n" * 9, encoding="utf-8")
    done = hailong(app, "qr", "receipts", tmp_path / "list.csv", "--out", tmp_path / "slips.pdf")
    assert "2 trang A4" in done.stdout
    with closing(pypdfium2.PdfDocument(tmp_path / "slips.pdf")) as document:
        assert len(document) == 2
    assert len(set(links_in(tmp_path / "slips.pdf"))) == 9
    assert text_of(tmp_path / "slips.pdf").count("Dữ liệu ví dụ") == 9
    db.session.rollback()


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("H10.25.3-250701-0001", "H10.25.3-250701-0001"),
        ("000.00.01.H10-260831-123456", "000.00.01.H10-260831-123456"),
        (" h10 – 250701 – 0001 ", "H10-250701-0001"),
    ],
)
def test_dossier_numbers_are_read_as_people_write_them(written: str, number: str) -> None:
    assert dossier_number(Cell(written)) == number
