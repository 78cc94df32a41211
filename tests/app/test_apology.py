"""The draft of an apology for a late dossier: what is filled in, what stays blank, the same bytes each time."""

from __future__ import annotations

import io
from datetime import date

from docx import Document
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey.models import Role
from survey.reports.apology import Apology, docx_bytes

from cases import press, send_case
from factories import Factory
from signing_in import sign_in

LETTER = Apology(
    above="Ủy ban nhân dân",
    issuer="Phường Tân Hoà",
    one_stop_name="Trung tâm Phục vụ hành chính công phường Tân Hoà",
    reference="1a2b3c4d",
    received_on=date(2026, 8, 3),
    is_example=False,
)


def words(data: bytes) -> str:
    document = Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_the_same_letter_is_the_same_file() -> None:
    assert docx_bytes(LETTER) == docx_bytes(LETTER)


def test_it_is_a_draft_that_leaves_blank_what_nobody_knows() -> None:
    text = words(docx_bytes(LETTER))
    for part in ("DỰ THẢO", "PHƯỜNG TÂN HOÀ", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Kính gửi: Ông/Bà …",
                 "Mã hồ sơ: …", "Lý do: …", "03/08/2026", "Nơi nhận:", "xin lỗi Ông/Bà"):  # fmt: skip
        assert part in text


def test_an_officer_takes_it_from_the_page_of_a_case(
    client: FlaskClient, factory: Factory, session: Session
) -> None:
    unit = factory.unit(name="Sở Xây dựng", parent=factory.unit(name="Tỉnh Bình Minh"), kind="department")
    sent = send_case(session, unit, "Hồ sơ của Trần Thị Mẫu quá hẹn.")
    sign_in(client, factory.officer(unit, Role.ONE_STOP).email)
    answer = press(client, sent, "apology")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    text = words(answer.get_data())
    assert "ỦY BAN NHÂN DÂN TỈNH BÌNH MINH" in text
    assert "Trần Thị Mẫu" not in text
