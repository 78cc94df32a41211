"""Responses collected elsewhere: by a mapping file, all or nothing, as batches that can be set aside."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.config import TIME_ZONE
from survey.errors import Fault, HailongError, ImportRefused
from survey.messages import fault_line
from survey.models import AuditEvent, BatchState, PaperBatch, Response, ResponseExtra, Role, Source, Trust, Unit
from survey.services.response_import import ResponseSummary, import_responses
from survey.services.response_map import read_map

from commands import hailong
from factories import Factory
from signing_in import sign_in

ROOT = Path(__file__).resolve().parents[2]
MAPS = ROOT / "docs" / "maps"
FILES = ROOT / "tests" / "data" / "responses"
NOW = datetime(2025, 10, 5, 9, tzinfo=TIME_ZONE)
LIME = (FILES / "limesurvey.csv").read_text(encoding="utf-8")
GOOGLE = (FILES / "google-forms.csv").read_text(encoding="utf-8")


@pytest.fixture
def wards(factory: Factory) -> list[Unit]:
    wards = [factory.unit(code=code, name=name) for code, name in (("P01", "Phường Tân Hoà"), ("P02", "Xã Mới"))]
    factory.officer(wards[0], Role.REFORM, email="cchc@binhminh.example", name="Nguyễn Văn An")
    return wards


def run(
    session: Session,
    content: str,
    name: str = "limesurvey",
    *,
    dry_run: bool = False,
    changes: tuple[str, str] = ("", ""),
) -> ResponseSummary:
    text = (MAPS / f"{name}.toml").read_text(encoding="utf-8")
    assert changes[0] in text
    mapping = read_map(text.replace(*changes).encode() if changes[0] else text.encode())
    return import_responses(
        session, content.encode(), mapping, now=NOW, actor="test", file_name=f"{name}.csv", dry_run=dry_run
    )


def faults_of(session: Session, content: str, name: str = "limesurvey", **more: tuple[str, str]) -> list[Fault]:
    with pytest.raises(ImportRefused) as refused:
        run(session, content, name, **more)
    assert session.scalar(select(func.count()).select_from(Response)) == 0
    return refused.value.faults


def test_a_limesurvey_export_becomes_assisted_responses_of_each_unit(session: Session, wards: list[Unit]) -> None:
    summary = run(session, LIME)
    stored = {(r.unit_id, r.local_date, r.answers): r for r in session.scalars(select(Response))}
    assert set(stored) == {
        (wards[0].id, date(2025, 9, 3), "5455x2"),
        (wards[0].id, date(2025, 9, 4), "445442"),
        (wards[1].id, date(2025, 9, 3), "212321"),
    }
    one = stored[wards[1].id, date(2025, 9, 3), "212321"]
    assert (one.trust, one.field, one.field_source, one.trial) == (
        Trust.ASSISTED, "dat-dai", Source.DECLARED, False,
    )  # fmt: skip
    assert {extra.answers[0] for extra in session.scalars(select(ResponseExtra))} == {"2", "4", "0"}
    assert (summary.left_out, [unit.invalid for unit in summary.units]) == (1, [1, 0])
    assert [fault.row for fault in summary.warnings] == [6], "two ratings are too few"


def test_a_google_forms_export_is_read_by_its_words(session: Session, wards: list[Unit]) -> None:
    run(session, GOOGLE, "google-forms")
    stored = {(r.local_date, r.answers, r.field, r.channel) for r in session.scalars(select(Response))}
    assert stored == {
        (date(2025, 8, 9), "4354x-", "dat-dai", "direct"),
        (date(2025, 8, 9), "54554-", "chung-thuc", "direct"),
        (date(2025, 8, 11), "213x3-", "tu-phap-ho-tich", "direct"),
    }


def test_each_unit_has_a_finished_batch_that_names_source_and_both_people(
    session: Session, wards: list[Unit]
) -> None:
    summary = run(session, LIME)
    for unit, counted in zip(wards, summary.units, strict=True):
        batch = session.get_one(PaperBatch, counted.batch)
        assert (batch.unit_id, batch.state) == (unit.id, BatchState.FINISHED)
        assert (batch.opener_one, batch.opener_two) == ("Nguyễn Văn An", "Lê Thị Hoa")
        assert batch.source == "LimeSurvey, khảo sát 482917"
        own = session.scalars(select(Response).where(Response.batch_id == batch.id)).all()
        assert len(own) == batch.stored_count == counted.stored
    event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.detail["stored"]) == ("responses.import", 3)


def test_the_batch_is_shown_among_those_of_paper(client: FlaskClient, session: Session, wards: list[Unit]) -> None:
    summary = run(session, LIME)
    sign_in(client, "cchc@binhminh.example")
    assert "nhập từ tệp 05/10/2025" in client.get("/officer/paper").text
    page = client.get(f"/officer/paper/{summary.units[0].batch}").text
    assert "LimeSurvey, khảo sát 482917" in page
    assert "Nguyễn Văn An; Lê Thị Hoa" in page


def test_nothing_of_the_file_is_kept_but_answers_unit_and_day(session: Session, wards: list[Unit]) -> None:
    run(session, GOOGLE, "google-forms")
    run(session, LIME)
    everything = " ".join(
        str(value)
        for model in (Response, ResponseExtra, PaperBatch, AuditEvent)
        for row in session.scalars(select(model))
        for value in vars(row).values()
    )
    for private in ("0900000001", "203.0.113", "Cảm ơn các anh chị", "15:41", "08:14", "993021774"):
        assert private not in everything


def test_every_bad_row_is_named_with_its_remedy_and_nothing_is_stored(session: Session, wards: list[Unit]) -> None:
    bad = (
        LIME.replace('"P02","DD"', '"P99","DD"')
        .replace('"AO05","AO04","AO05"', '"AO05","AO09","AO05"')
        .replace("2025-09-04 14:02:33\",\"3", "2025-13-04 14:02:33\",\"3")
    )  # fmt: skip
    faults = faults_of(session, bad)
    assert [(fault.row, fault.column) for fault in faults] == [
        (2, "G01Q01[SQ002]"), (4, "DONVI"), (5, "submitdate"),
    ]  # fmt: skip
    lines = [fault_line(fault) for fault in faults]
    assert "“AO09” không dùng được ở đây. Hãy chọn một trong: Rất không hài lòng" in lines[0]
    assert "không có đơn vị “P99”" in lines[1]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("2025-09-04 14:02:33\",\"3", "2025-11-04 14:02:33\",\"3"), "response_day_ahead"),
        (("2025-09-04 14:02:33\",\"3", "2025-06-04 14:02:33\",\"3"), "response_version_then"),
        (("\"15\",\"2025-09-04", "\"15\",\"2025-08-04"), "response_period_closed"),
        (("\"DONVI\"", "\"DON VI\""), "missing_column"),
    ],
)  # fmt: skip
def test_rows_that_cannot_be_booked_are_refused(
    session: Session, factory: Factory, wards: list[Unit], change: tuple[str, str], code: str
) -> None:
    factory.score_set("2025-07-01..2025-08-31", closed=True)
    assert change[0] in LIME
    assert [fault.code for fault in faults_of(session, LIME.replace(*change))] == [code]


def test_the_order_of_day_and_month_is_said_by_the_map(session: Session, wards: list[Unit]) -> None:
    run(session, GOOGLE.replace("11/08/2025", "8/11/2025").replace("09/08", "8/9"), "google-forms",
        changes=('order = "dmy"', 'order = "mdy"'))  # fmt: skip
    assert set(session.scalars(select(Response.local_date))) == {date(2025, 8, 9), date(2025, 8, 11)}
    with pytest.raises(HailongError, match="map_faulty"):
        run(session, GOOGLE, "google-forms", changes=('order = "dmy"', 'order = "dym"'))


def test_the_same_file_is_imported_once(session: Session, wards: list[Unit]) -> None:
    run(session, LIME)
    with pytest.raises(HailongError, match="responses_imported"):
        run(session, LIME)
    assert session.scalar(select(func.count()).select_from(Response)) == 3


def test_before_the_start_date_they_are_trials(session: Session, factory: Factory) -> None:
    ward = factory.unit(code="P01", start_date=date(2025, 9, 4))
    factory.unit(code="P02", start_date=None)
    factory.officer(ward, email="cchc@binhminh.example")
    summary = run(session, LIME)
    assert [unit.trial for unit in summary.units] == [1, 1]
    assert sorted(session.scalars(select(Response.trial))) == [False, True, True]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (('Q1 = "G01Q01[SQ001]"', 'Q9 = "G01Q01[SQ001]"'), "answers.Q9"),
        (('column = "DONVI"', 'colum = "DONVI"'), "unit"),
        (('column = "DONVI"', 'column = "LINHVUC"'), "field.column"),
        (('"Y" = "1"', '"Y" = "7"'), "words_of.Q7.Y"),
        (('source = "LimeSurvey', 'sauce = "LimeSurvey'), "sauce"),
        (('column = "DONVI"', 'code = "P99"'), "unit"),
        (("[answers]", "[answers"), "TOML"),
    ],
)
def test_a_faulty_map_is_named(session: Session, wards: list[Unit], change: tuple[str, str], where: str) -> None:
    with pytest.raises(HailongError) as refused:
        run(session, LIME, changes=change)
    assert (refused.value.code, refused.value.params["where"]) == ("map_faulty", where)


def test_the_command_previews_and_imports(app: Flask, session: Session, wards: list[Unit]) -> None:
    arguments = ("responses", "import", FILES / "limesurvey.csv", "--map", MAPS / "limesurvey.toml")
    preview = hailong(app, *arguments, "--dry-run").output
    assert "chạy thử, chưa ghi gì" in preview
    assert "P01 Phường Tân Hoà: 2 phiếu, 1 không hợp lệ, 03/09/2025–05/09/2025" in preview
    assert "Q1: Rất không hài lòng 0; Không hài lòng 1; Bình thường 0; Hài lòng 1; Rất hài lòng 1" in preview
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Response)) == 0
    session.rollback()
    done = hailong(app, *arguments).output
    assert re.search(r"Đã nhập: 5 dòng, 3 phiếu.*lô [0-9a-f]{32}", done, re.DOTALL)
    again = hailong(app, *arguments, expect=1).output
    assert "đã nhập ngày" in again
