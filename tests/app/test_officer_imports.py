"""Tables sent in through the pages: faults beside the cells, nothing stored unasked, own units only."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey.models import Counter, DossierCount, Job, Officer, Role, Unit, Upload
from survey.services import upload as uploads

from factories import Factory
from signing_in import csrf_token, sign_in
from working import work_all

DOSSIERS = "/officer/dossiers"
UNITS = "/officer/imports/units"
COUNTERS = "/officer/imports/counters"
HEADER = ("Mã đơn vị", "Lĩnh vực", "Đã giải quyết: tổng số", "Trước hạn", "Đúng hạn", "Quá hạn")
PERIOD = "2026-Q2"
TEXT = re.compile(r"<[^>]+>")


@pytest.fixture
def ward(factory: Factory) -> Unit:
    province = factory.unit(code="T", name="Tỉnh Bình Minh", kind="province")
    return factory.unit(code="P1", name="Phường Tân Hoà", parent=province)


@pytest.fixture
def officer(client: FlaskClient, factory: Factory, ward: Unit) -> Officer:
    officer = factory.officer(ward)
    sign_in(client, officer.email)
    return officer


def sheet(*rows: Sequence[Any], merge: str | None = None) -> bytes:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(row)
    if merge:
        page.merge_cells(merge)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def send(
    client: FlaskClient, address: str, content: bytes, name: str = "ho-so.xlsx", **fields: str
) -> TestResponse:
    data = {"csrf_token": csrf_token(client.get(address)), "file": (io.BytesIO(content), name), **fields}
    return client.post(address, data=data, content_type="multipart/form-data")


def send_large(client: FlaskClient, size: int) -> TestResponse:
    """Send a file of this size; the test client itself would leave a temporary file open."""
    token = csrf_token(client.get(DOSSIERS))
    parts = [
        *(f'name="{name}"\r\n\r\n{value}' for name, value in (("csrf_token", token), ("period", PERIOD))),
        f'name="file"; filename="to.csv"\r\nContent-Type: text/csv\r\n\r\n{"a" * size}',
    ]
    body = "".join(f"--part\r\nContent-Disposition: form-data; {part}\r\n" for part in parts) + "--part--\r\n"
    return client.post(DOSSIERS, data=body.encode(), content_type="multipart/form-data; boundary=part")


def found(client: FlaskClient, sent: TestResponse) -> str:
    """The page that shows what the check found, without its tags."""
    assert sent.status_code == 303, sent.text
    return re.sub(r"\s+", " ", TEXT.sub(" ", client.get(sent.location).text))


def confirm(app: Flask, client: FlaskClient, sent: TestResponse) -> TestResponse:
    """Say yes, let the worker do it, and come back to what it did."""
    token = csrf_token(client.get(sent.location))
    asked = client.post(f"{sent.location}/confirm", data={"csrf_token": token})
    work_all(app)
    return client.get(asked.location, follow_redirects=True)


def stored(session: Session) -> int:
    session.rollback()  # what was read before belongs to an older state of the database
    return session.scalar(select(func.count()).select_from(DossierCount)) or 0


def test_faults_stand_beside_their_cells_and_nothing_is_stored(
    client: FlaskClient, session: Session, officer: Officer
) -> None:
    content = sheet(
        HEADER,
        ("P1", "Đất đai", 90, 40, 45, 5),
        ("P1", "Chứng thực", "nhiều", 1, 1, 0),
        ("P1", "Hộ tịch", 9, 1, 1, 1),
    )
    sent = send(client, DOSSIERS, content, period=PERIOD)
    page = client.get(sent.location).text
    bad = re.findall(r'<td class="bad">(.*?)</td>', page)
    assert [TEXT.sub("|", cell).strip("|") for cell in bad] == [
        "nhiều|“nhiều” không phải số. Chỉ ghi chữ số, ví dụ 47563 hoặc 47.563.",
        "9|ghi 9 nhưng “Trước hạn” + “Đúng hạn” + “Quá hạn” = 3. Hãy sửa tổng hoặc các phần.",
    ]
    assert "Dòng 3, ô C3" in page
    assert "Nhập vào hệ thống" not in page
    assert stored(session) == 0


def test_a_right_table_is_shown_with_what_changes_and_imported_when_confirmed(
    app: Flask, client: FlaskClient, session: Session, officer: Officer
) -> None:
    first = send(client, DOSSIERS, sheet(HEADER, ("P1", "Đất đai", 90, 40, 45, 5)), period=PERIOD)
    assert "1 đơn vị có số lần đầu" in found(client, first)
    assert stored(session) == 0
    done = confirm(app, client, first)
    assert "Đã nhập xong" in done.text
    assert stored(session) == 3
    again = send(client, DOSSIERS, sheet(HEADER, ("P1", "Đất đai", 95, 40, 45, 10)), period=PERIOD)
    shown = found(client, again)
    assert "Phường Tân Hoà P1 thay số cũ" in shown
    assert "90 thành → 95" in shown
    assert "5 thành → 10" in shown
    confirm(app, client, again)
    session.rollback()
    overdue = session.scalars(select(DossierCount.count).where(DossierCount.outcome == "overdue")).one()
    assert overdue == 10
    listed = client.get(DOSSIERS).text
    assert listed.count("ho-so.xlsx") == 2
    assert officer.email in listed
    assert session.scalars(select(Upload.content)).all() == [None, None], "an imported file is not kept"


def test_confirming_twice_imports_once(
    app: Flask, client: FlaskClient, session: Session, officer: Officer
) -> None:
    sent = send(client, DOSSIERS, sheet(HEADER, ("P1", "Đất đai", 90, 40, 45, 5)), period=PERIOD)
    token = csrf_token(client.get(sent.location))
    places = {client.post(f"{sent.location}/confirm", data={"csrf_token": token}).location for _ in range(2)}
    assert len(places) == 1
    assert client.get(sent.location).location == places.pop(), "while it runs, the page leads to its progress"
    assert work_all(app) == 1
    late = client.post(f"{sent.location}/confirm", data={"csrf_token": token}, follow_redirects=True)
    assert "đã nhập rồi" in late.text
    assert session.scalar(select(func.count()).select_from(Job)) == 1


def test_units_of_others_are_refused_by_name(
    client: FlaskClient, factory: Factory, session: Session, officer: Officer
) -> None:
    factory.unit(code="P2", name="Phường Mỹ Hưng")
    rows = (HEADER, ("P1", "Đất đai", 90, 40, 45, 5), ("P2", "Đất đai", 9, 4, 4, 1))
    shown = found(client, send(client, DOSSIERS, sheet(*rows), period=PERIOD))
    assert "Phường Mỹ Hưng nằm ngoài phạm vi Ông/Bà phụ trách" in shown
    assert stored(session) == 0


def test_what_became_wrong_between_check_and_import_is_shown(
    app: Flask, client: FlaskClient, factory: Factory, session: Session, officer: Officer
) -> None:
    sent = send(client, DOSSIERS, sheet(HEADER, ("P1", "Đất đai", 90, 40, 45, 5)), period=PERIOD)
    factory.score_set(PERIOD, closed=True)
    assert "Kỳ 2026-Q2 đã chốt" in confirm(app, client, sent).text
    assert stored(session) == 0


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("so.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "Tệp Excel kiểu cũ (.xls)"),
        ("so.pdf", b"%PDF-1.7 ...", "có vẻ là PDF"),
        ("so.docx", b"PK\x03\x04" + bytes(60), "Không đọc được bảng tính trong tệp này"),
        ("so.csv", b"", "Tệp trống"),
        ("so.csv", "Mã;Tên\n1;2".encode("utf-16-le")[:-1], "UTF-8"),
        ("so.csv", b"a,b\n1,2\n", "Không thấy dòng tiêu đề cột"),
        ("so.xlsx", sheet(HEADER, ("P1", "Đất đai", "=40+50", 40, 45, 5)), "ô chứa công thức"),
        ("so.xlsx", sheet(HEADER, ("P1", "Đất đai", 90, 40, 45, 5), merge="A2:A3"), "các ô A2:A3 bị gộp"),
        ("so.xlsx", sheet(HEADER, ("", "P1", "Đất đai", 90, 40, 45)), "ô này không được bỏ trống"),
        ("so.csv", ",".join(HEADER).encode() + b"\nP1,dat-dai,90,40,45,5,7", "dòng có 7 ô"),
    ],
)
def test_what_is_no_such_table_is_refused_with_a_remedy(
    client: FlaskClient, session: Session, officer: Officer, name: str, content: bytes, words: str
) -> None:
    assert words in found(client, send(client, DOSSIERS, content, name, period=PERIOD))
    assert stored(session) == 0


def test_a_file_above_the_limit_is_refused_with_the_limit(
    client: FlaskClient, session: Session, officer: Officer
) -> None:
    sent = send_large(client, 20 * 1024 * 1024 + 10)
    work_all(client.application)
    assert "Tệp quá lớn, nhiều hơn 20 MB" in found(client, sent)
    refused = send_large(client, 61 * 1024 * 1024)
    assert refused.status_code == 413
    assert "Tệp quá lớn" in refused.text


def test_without_a_sign_in_no_large_file_is_read(client: FlaskClient, ward: Unit) -> None:
    data = {"file": (io.BytesIO(b"a" * 300_000), "to.csv")}
    sent = client.post(DOSSIERS, data=data, content_type="multipart/form-data")
    assert sent.status_code == 413


def test_a_form_without_file_says_so(client: FlaskClient, officer: Officer) -> None:
    token = csrf_token(client.get(DOSSIERS))
    sent = client.post(DOSSIERS, data={"csrf_token": token, "period": PERIOD})
    assert sent.status_code == 422
    assert "Xin chọn tệp cần nhập." in sent.text


def test_a_large_table_is_checked_by_the_worker(
    app: Flask, client: FlaskClient, session: Session, officer: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "CHECKED_AT_ONCE", 100)
    sent = send(client, DOSSIERS, sheet(HEADER, ("P1", "Đất đai", 90, 40, 45, 5)), period=PERIOD)
    waiting = client.get(sent.location)
    assert "/officer/jobs/" in waiting.location
    work_all(app)
    assert "Xem trước khi nhập" in client.get(waiting.location, follow_redirects=True).text


def test_nobody_else_sees_a_table(
    app: Flask, client: FlaskClient, factory: Factory, officer: Officer, ward: Unit
) -> None:
    sent = send(client, DOSSIERS, sheet(HEADER, ("P1", "Đất đai", 90, 40, 45, 5)), period=PERIOD)
    other = app.test_client()
    sign_in(other, factory.officer(ward).email)
    assert other.get(sent.location).status_code == 404
    token = csrf_token(other.get(DOSSIERS))
    assert other.post(f"{sent.location}/confirm", data={"csrf_token": token}).status_code == 404


def test_a_table_given_up_is_gone(client: FlaskClient, session: Session, officer: Officer) -> None:
    sent = send(client, DOSSIERS, sheet(HEADER, ("P1", "Đất đai", 90, 40, 45, 5)), period=PERIOD)
    token = csrf_token(client.get(sent.location))
    assert client.post(f"{sent.location}/drop", data={"csrf_token": token}).status_code == 303
    assert session.scalars(select(Upload)).all() == []


@pytest.mark.parametrize("role", [Role.ONE_STOP, Role.LEADER, Role.INSPECTOR])
def test_who_may_not_import_sees_none_of_the_pages(
    client: FlaskClient, factory: Factory, ward: Unit, role: Role
) -> None:
    sign_in(client, factory.officer(ward, role).email)
    for address in (DOSSIERS, UNITS, COUNTERS, "/officer/imports/dossiers/template.xlsx"):
        assert client.get(address).status_code == 403


def test_a_period_overlapping_another_is_refused_with_both_named(
    client: FlaskClient, factory: Factory, session: Session, officer: Officer, ward: Unit
) -> None:
    factory.dossiers(ward, PERIOD, {("dat-dai", "direct", "on_time"): 9})
    other = "2026-03-15..2026-06-14"
    content = sheet(HEADER, ("P1", "Đất đai", 90, 40, 45, 5))
    data = {
        "csrf_token": csrf_token(client.get(DOSSIERS)),
        "file": (io.BytesIO(content), "ho-so.xlsx"),
        "period": other,
    }
    sent = client.post(DOSSIERS, data=data, content_type="multipart/form-data")
    shown = found(client, sent)
    assert "Kỳ 2026-03-15..2026-06-14 (15/03/2026–14/06/2026) có ngày trùng với kỳ 2026-Q2" in shown
    assert stored(session) == 1


def test_units_are_imported_below_the_own_unit_only(
    app: Flask, client: FlaskClient, factory: Factory, session: Session, officer: Officer, ward: Unit
) -> None:
    factory.unit(code="P2", name="Phường Mỹ Hưng")
    header = ("Mã đơn vị", "Tên đơn vị", "Loại đơn vị", "Đơn vị cấp trên")
    shown = found(
        client,
        send(
            client,
            UNITS,
            sheet(
                header,
                ("P2", "Phường Khác", "Phường", ""),
                ("P3", "Xã Mới", "Xã", ""),
                ("P4", "Trạm", "Khác", "P2"),
            ),
        ),
    )
    assert shown.count("Phường Mỹ Hưng nằm ngoài phạm vi") >= 2
    assert "Xã Mới chưa có đơn vị cấp trên" in shown
    good = send(client, UNITS, sheet(header, ("P1", "Phường Tân Hòa", "", ""), ("P5", "Điểm số 2", "Khác", "P1")))
    shown = found(client, good)
    assert "Tên: Phường Tân Hoà thành → Phường Tân Hòa" in shown
    confirm(app, client, good)
    session.rollback()
    session.expire_all()
    added = session.scalars(select(Unit).where(Unit.code == "P5")).one()
    assert (added.parent_id, session.get_one(Unit, ward.id).name) == (ward.id, "Phường Tân Hòa")


def test_counters_are_imported_with_the_same_preview(
    app: Flask, client: FlaskClient, factory: Factory, session: Session, officer: Officer, ward: Unit
) -> None:
    factory.counter(ward, code="Q1", name="Quầy một")
    factory.unit(code="P2", name="Phường Mỹ Hưng")
    header = ("Mã đơn vị", "Mã quầy", "Tên quầy", "Lĩnh vực")
    shown = found(client, send(client, COUNTERS, sheet(header, ("P2", "Q1", "Quầy", "Đất đai"))))
    assert "Phường Mỹ Hưng nằm ngoài phạm vi" in shown
    good = send(client, COUNTERS, sheet(header, ("P1", "Q1", "Quầy số 1", "Xây dựng"), ("P1", "Q2", "Quầy 2", "")))
    shown = found(client, good)
    assert "Tên: Quầy một thành → Quầy số 1" in shown
    confirm(app, client, good)
    session.rollback()
    assert sorted(session.scalars(select(Counter.name))) == ["Quầy 2", "Quầy số 1"]


@pytest.mark.parametrize("kind", ["units", "counters", "dossiers"])
def test_templates_hold_the_own_codes_and_come_back_without_faults(
    client: FlaskClient, factory: Factory, officer: Officer, ward: Unit, kind: str
) -> None:
    factory.counter(ward, code="Q1")
    factory.unit(code="P2", name="Phường Mỹ Hưng")
    answer = client.get(f"/officer/imports/{kind}/template.xlsx")
    assert answer.status_code == 200
    rows = list(load_workbook(io.BytesIO(answer.data)).worksheets[0].values)
    assert {row[0] for row in rows[1:]} == {"P1"}
    address = DOSSIERS if kind == "dossiers" else f"/officer/imports/{kind}"
    fields = {"period": PERIOD} if kind == "dossiers" else {}
    shown = found(client, send(client, address, answer.data, "mau.xlsx", **fields))
    expected = "chưa được điền" if kind == "dossiers" else "0 mới, 0 cập nhật, 1 giữ nguyên"
    assert expected in shown
