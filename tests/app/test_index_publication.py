"""A published round of the index stays what it was; what changed since is said, and corrected with a reason."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Event
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.event import listen
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey.errors import HailongError, ImportRefused
from survey.extensions import db
from survey.models import (
    AuditEvent,
    IndexPublication,
    IndexPublishedUnit,
    IndexRound,
    IndexSheet,
    Role,
    ScoreSet,
    SheetState,
    Unit,
    UnitKind,
)
from survey.services import (
    index_evidence,
    index_frozen,
    index_publication,
    index_result,
    index_round,
    index_sheet,
    index_step,
    reform_index,
)
from survey.services.index_round import Band
from survey.services.index_sheet import Given
from survey.services.index_step import Step
from survey.services.reform_index_import import import_index

from factories import Factory
from index_rounds import NOW, WHO, begin, close_quarter, full, through
from signing_in import csrf_token, sign_in


@pytest.fixture
def top(factory: Factory) -> Unit:
    return factory.unit(code="TINH", name="Tỉnh Bình Minh", kind=UnitKind.PROVINCE, ranking_group=None)


@pytest.fixture
def wards(factory: Factory, top: Unit) -> list[Unit]:
    return [factory.unit(code=code, name=f"Phường {code}", parent=top) for code in ("AH", "TL")]


@pytest.fixture
def index(session: Session, wards: list[Unit]) -> IndexRound:
    """Two approved sheets, leaders' points, and a closed quarter: 65 + 8 + 20.00, and 64.5 + 7 + 22.50."""
    made = begin(session)
    through(session, made, wards[0], full(), Step.APPROVE)
    given = full(**{"1.2": Given(Decimal("0.5"), note="Thiếu một báo cáo")})
    through(session, made, wards[1], given, Step.APPROVE)
    content = b"unit,lanh-dao\nAH,8\nTL,7\n"
    import_index(
        session, content, year=2026, now=NOW, actor="t", file_name="x.csv", rules_id="index-65-25-10",
        level="commune",
    )  # fmt: skip
    close_quarter(session, "2026-Q3", {wards[0]: 0.80, wards[1]: 0.90})
    return made


def publish(session: Session, index: IndexRound, shown: int = 0, reason: str = "") -> IndexPublication:
    return index_publication.publish(session, index, shown=shown, now=NOW, actor="b@example.vn", reason=reason)


def totals(session: Session, index: IndexRound, **options: Any) -> dict[str, Decimal | None]:
    shown = index_result.view(session, index, set(), **options)
    return {row.name: row.result.total for rows in shown.groups.values() for row in rows}


def correct_quarter(session: Session, wards: list[Unit]) -> None:
    close_quarter(session, "2026-Q3", {wards[0]: 0.99, wards[1]: 0.90}, revision=2)


# --- through the pages


@pytest.fixture
def chief(app: Flask, factory: Factory, top: Unit) -> FlaskClient:
    client = app.test_client()
    assert sign_in(client, factory.officer(top, Role.REFORM).email).status_code == 303
    return client


@pytest.fixture
def ward(app: Flask, factory: Factory, wards: list[Unit]) -> FlaskClient:
    client = app.test_client()
    assert sign_in(client, factory.officer(wards[0], Role.REFORM).email).status_code == 303
    return client


def send(client: FlaskClient, address: str, **data: Any) -> TestResponse:
    return client.post(address, data={"csrf_token": csrf_token(client.get("/officer/account")), **data})


def test_what_is_published_stays_and_is_corrected_in_the_open(
    chief: FlaskClient, ward: FlaskClient, session: Session, index: IndexRound, wards: list[Unit]
) -> None:
    page = f"/officer/index/{index.id}"
    before = chief.get(page).text
    assert "Có 2 bảng đã phê duyệt" in before
    assert send(chief, f"{page}/publish", shown="0").status_code == 303
    published = ward.get(page).text
    assert "bản 1, lúc 09:00 20/11/2026" in published or "Đã công bố" in published
    assert "94,00" in published, "the other ward's total is public now"
    assert "93,00" in published
    assert "thay đổi từ khi công bố" not in published

    # The quarter is corrected, and the other ward gets another name.
    correct_quarter(session, wards)
    wards[1].name = "Phường Thắng Lợi"
    session.commit()
    for client in (chief, ward):
        after = client.get(page).text
        assert "93,00" in after
        assert "97,75" not in after or client is chief, "only the top sees what is not published"
        assert "Phường TL" in after
        assert "nay là Phường Thắng Lợi" in after
        assert "Số liệu đầu vào đã thay đổi từ khi công bố" in after
    assert "97,75" in chief.get(f"{page}?now=1").text
    assert send(chief, f"{page}/publish", shown="1", reason=" ").status_code == 422
    assert "phải ghi lý do" in send(chief, f"{page}/publish", shown="1", reason=" ").text
    assert send(chief, f"{page}/publish", shown="0", reason="Quý III").status_code == 422, "an old page"
    done = send(chief, f"{page}/publish", shown="1", reason="Quý III đã đính chính")
    assert done.status_code == 303
    corrected = ward.get(page).text
    assert "97,75" in corrected
    assert "thay bản 1. Lý do: Quý III đã đính chính" in corrected
    assert "Phường Thắng Lợi" in corrected
    old = ward.get(f"{page}?revision=1").text
    assert "93,00" in old
    assert "Đây là bản cũ" in old
    assert ward.get(f"{page}?revision=7").status_code == 404
    session.rollback()
    actions = select(AuditEvent.detail).where(AuditEvent.action == "index.publish").order_by(AuditEvent.id)
    assert [detail["revision"] for detail in session.scalars(actions)] == [1, 2]


def test_before_publication_ranks_and_means_are_for_who_sees_the_whole_group(
    chief: FlaskClient, ward: FlaskClient, session: Session, index: IndexRound, wards: list[Unit]
) -> None:
    pages = [f"/officer/index/{index.id}", "/officer/index/units/AH", f"/officer/index/{index.id}/AH"]
    assert "trung bình 93,50 điểm" in chief.get(pages[0]).text
    for page in pages:
        assert "02/02" in chief.get(page).text
        shown = ward.get(page).text
        assert "93,00" in shown
        assert "02/02" not in shown
        assert "trung bình" not in shown
    book = load_workbook(io.BytesIO(ward.get(f"{pages[0]}/results.xlsx").data))
    values = {cell.value for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
    assert 93 in values
    assert not {93.5, "93,50"} & values
    publish(session, index)
    assert "trung bình 93,50 điểm" in ward.get(pages[0]).text
    assert "02/02" in ward.get(pages[1]).text


def test_a_published_sheet_is_reopened_for_a_correction(
    chief: FlaskClient, ward: FlaskClient, session: Session, index: IndexRound, wards: list[Unit]
) -> None:
    publish(session, index)
    sheet = f"/officer/index/{index.id}/AH"
    assert send(ward, f"{sheet}/reopen", reason="Sai").status_code == 403
    assert send(chief, f"{sheet}/reopen", reason=" ").status_code == 422
    assert send(chief, f"{sheet}/reopen", reason="Nhầm tiêu chí 1.2").status_code == 303
    session.rollback()
    session.expire_all()
    assert session.get_one(IndexSheet, (index.id, wards[0].id)).state is SheetState.SUBMITTED
    page = ward.get(f"/officer/index/{index.id}").text
    assert "93,00" in page, "published points stay meanwhile"
    assert "Đang thẩm định lại bảng đã công bố: Phường AH" in page
    early = send(chief, f"/officer/index/{index.id}/publish", shown="1", reason="Quên phường AH")
    assert early.status_code == 422, "a correction drops nobody unseen"
    session.rollback()
    mended = {"1.2": Given(Decimal("0.5"), note="Chỉ có báo cáo quý I")}
    index_sheet.save_appraisal(session, index, wards[0], mended, **WHO)
    index_step.take(session, index, wards[0], Step.APPRAISE, **WHO)
    index_step.take(session, index, wards[0], Step.APPROVE, now=NOW, actor="b@example.vn")
    publish(session, index, 1, "Chấm lại tiêu chí 1.2 của phường AH")
    assert totals(session, index)["Phường AH"] == Decimal("92.50")
    assert totals(session, index, revision=1)["Phường AH"] == Decimal("93.00")


def test_what_a_published_sheet_said_and_proved_outlives_its_correction(
    session: Session, wards: list[Unit]
) -> None:
    index = begin(session, rules_id="index-70-rebased")
    index_sheet.save_own(session, index, wards[0], full(), **WHO)
    proof = index_evidence.add(
        session, index, wards[0], "1.2", b"%PDF-1.7 1", file_name="bao-cao.pdf", now=NOW, actor="a"
    )
    through(session, index, wards[0], full(), Step.APPROVE)
    stored = publish(session, index)
    for step in (Step.REOPEN, Step.HAND_BACK):
        index_step.take(session, index, wards[0], step, reason="Xem lại mục 1.2", **WHO)
    with pytest.raises(HailongError) as kept:
        index_evidence.remove(session, proof, wards[0], **WHO)
    assert kept.value.code == "evidence_published"
    other = index_evidence.add(
        session, index, wards[0], "1.3", b"%PDF-1.7 2", file_name="them.pdf", now=NOW, actor="a"
    )
    index_evidence.remove(session, other, wards[0], **WHO)
    changed = {"1.2": Given(Decimal(0), note="Chưa có báo cáo"), "2.1": full()["2.1"]}
    index_sheet.save_own(session, index, wards[0], changed, **WHO)
    index_step.take(session, index, wards[0], Step.SUBMIT, **WHO)
    # What changed, and what has other proof, is appraised again before the appraisal can end.
    with pytest.raises(ImportRefused) as refused:
        index_step.take(session, index, wards[0], Step.APPRAISE, **WHO)
    assert [(fault.column, fault.code) for fault in refused.value.faults] == [
        ("1.2", "index_line_unappraised"),
        ("1.3", "index_line_unappraised"),
    ]
    published = session.get_one(IndexPublishedUnit, (stored.id, wards[0].id)).content["lines"]
    line = next(one for one in published if one["code"] == "1.2")
    assert (line["self_points"], line["points"], line["self_note"]) == ("1.00", "1.00", "QĐ 01/QĐ-UBND")
    assert [(file["file_name"], file["digest"]) for file in line["evidence"]] == [("bao-cao.pdf", proof.digest)]


def test_a_unit_shows_its_years_in_every_kind_and_those_of_its_predecessors(
    chief: FlaskClient, ward: FlaskClient, session: Session, index: IndexRound, wards: list[Unit], factory: Factory
) -> None:
    publish(session, index)
    for kind, points in (("cntt", "85"), ("hoat-dong", "78")):
        import_index(
            session, f"unit,tong\nAH,{points}\n".encode(), year=2026, now=NOW, actor="t", file_name="x.csv",
            rules_id="index-total-100", kind=kind,
        )  # fmt: skip
    heir = factory.unit(code="MOI", name="Phường Mới", parent=wards[0].parent, valid_from=date(2027, 1, 1))
    wards[0].successor_id, wards[0].valid_to = heir.id, date(2026, 12, 31)
    session.commit()
    import_index(
        session, b"unit,tong\nMOI,91\n", year=2027, now=NOW, actor="t", file_name="x.csv",
        rules_id="index-total-100",
    )  # fmt: skip
    page = chief.get("/officer/index/units/MOI").text
    for words in (
        "Chỉ số cải cách hành chính 2027", "Chỉ số cải cách hành chính 2026", "93,00", "85,00", "78,00", "91,00",
        "Ứng dụng công nghệ thông tin, chuyển đổi số 2026", "Chất lượng tổ chức, hoạt động 2026", "Phường AH",
        "nay thuộc Phường Mới", "chưa công bố",
    ):  # fmt: skip
        assert words in page, words
    assert ward.get("/officer/index/units/TL").status_code == 403
    assert "91,00" not in ward.get("/officer/index/units/AH").text, "the heir's years are not the old unit's"


# --- what is stored


def test_a_round_is_read_back_as_it_was_computed(session: Session, index: IndexRound, wards: list[Unit]) -> None:
    index_round.set_bands(
        session, index, [Band("Xuất sắc", Decimal(90), "hai-long", Decimal(85)), Band("Đạt", Decimal(0))], **WHO
    )
    computed = reform_index.compute_round(session, index, only_approved=True)
    stored = publish(session, index)
    read = index_frozen.table_of(session, stored)
    assert read.means == computed.means
    assert read.quarters == {"2026-Q3": 1}
    assert read.criteria == computed.criteria
    assert read.rules.bands == computed.rules.bands
    for one, other in zip(read.rows, computed.rows, strict=True):
        assert one.result.components == other.result.components
        assert (one.result.total, one.result.rank, one.result.grade) == (
            other.result.total,
            other.result.rank,
            other.result.grade,
        )
        assert (one.sums, one.satisfaction, dict(one.sources)) == (other.sums, other.satisfaction, other.sources)
    assert read.rows[0].sums is not None
    assert read.rows[0].sums.own.fields["1"].points is not None
    assert stored.rules_digest == computed.rules.digest()


def test_no_later_change_touches_what_is_published(
    session: Session, index: IndexRound, wards: list[Unit], factory: Factory
) -> None:
    publish(session, index)
    correct_quarter(session, wards)
    heir = factory.unit(code="MOI", name="Phường Mới", valid_from=date(2026, 12, 1))
    for unit in wards:
        unit.name, unit.successor_id, unit.valid_to = f"{unit.name} cũ", heir.id, date(2026, 11, 30)
        unit.ranking_group = "Nhóm khác"
    session.commit()
    index_round.set_bands(session, index, [Band("Đạt", Decimal(0))], **WHO)
    shown = index_result.view(session, index, set())
    assert totals(session, index) == {"Phường AH": Decimal("93.00"), "Phường TL": Decimal("94.00")}
    assert list(shown.groups) == ["Phường"]
    assert {row.result.grade.title.vi for row in shown.table.rows if row.result.grade} == {"Xuất sắc"}
    # The heir shows the years of both, as they were.
    past = [(one.row.name, one.row.result.total, one.is_published) for one in index_result.history(session, heir)]
    assert past == [("Phường TL", Decimal("94.00"), True), ("Phường AH", Decimal("93.00"), True)]


def test_the_year_before_counts_as_it_was_published(
    session: Session, index: IndexRound, wards: list[Unit]
) -> None:
    publish(session, index)
    correct_quarter(session, wards)
    content = b"unit,ket-qua,lanh-dao,hai-long\nAH,60,9,21\nTL,60,8,20\n"
    import_index(
        session, content, year=2027, now=NOW, actor="t", file_name="x.csv", rules_id="index-65-25-10",
        level="commune",
    )  # fmt: skip
    rows = reform_index.compute(session, year=2027, level="commune").rows
    changes = {row.name: (row.result.change_points, row.result.change_rank) for row in rows}
    assert changes == {"Phường AH": (Decimal("-3.00"), 1), "Phường TL": (Decimal("-6.00"), -1)}


def test_a_sheet_that_nobody_approved_is_not_published(session: Session, wards: list[Unit]) -> None:
    index = begin(session, rules_id="index-70-rebased")
    through(session, index, wards[0], full(), Step.APPROVE)
    through(session, index, wards[1], full(), Step.APPRAISE)
    stored = publish(session, index)
    table = index_frozen.table_of(session, stored)
    assert [row.name for row in table.rows] == ["Phường AH"]
    assert [unit.name for unit in reform_index.left_out(session, index, table)] == ["Phường TL"]
    index_step.take(session, index, wards[1], Step.APPROVE, now=NOW, actor="b@example.vn")
    standing = index_publication.standing(session, index)
    assert standing is not None
    assert [(one.name, one.published) for one in standing.changes if one.published is None] == [
        ("Phường TL", None)
    ]
    publish(session, index, 1, "Bổ sung phường TL")
    assert set(totals(session, index)) == {"Phường AH", "Phường TL"}


def test_points_entered_by_hand_do_not_stand_in_for_an_approved_sheet(
    session: Session, index: IndexRound, wards: list[Unit], factory: Factory
) -> None:
    """Not in what is published, not in the year before of the next one; the unit still has its sheet to begin."""
    late = factory.unit(code="DT", name="Phường DT", parent=wards[0].parent)
    import_index(
        session, b"unit,ket-qua,lanh-dao,hai-long\nDT,65,10,25\n", year=2026, now=NOW, actor="t",
        file_name="x.csv", rules_id="index-65-25-10", level="commune",
    )  # fmt: skip
    assert [unit.code for unit in index_result.view(session, index, {late.id}).waiting] == ["DT"]
    content = b"unit,ket-qua,lanh-dao,hai-long\nAH,60,9,21\nDT,60,8,20\n"
    import_index(
        session, content, year=2027, now=NOW, actor="t", file_name="x.csv", rules_id="index-65-25-10",
        level="commune",
    )  # fmt: skip
    rows = reform_index.compute(session, year=2027, level="commune").rows
    assert {row.unit.code: row.result.change_points for row in rows} == {"AH": Decimal("-3.00"), "DT": None}
    table = index_frozen.table_of(session, publish(session, index))
    assert {row.unit.code for row in table.rows} == {"AH", "TL"}
    # Its draft is no published sheet that is appraised again.
    index_sheet.save_own(session, index, late, full(), **WHO)
    correct_quarter(session, wards)
    publish(session, index, 1, "Quý III đã đính chính")


def test_a_reopened_sheet_that_never_comes_back_is_left_out_in_so_many_words(
    chief: FlaskClient, session: Session, index: IndexRound, wards: list[Unit]
) -> None:
    publish(session, index)
    for step in (Step.REOPEN, Step.HAND_BACK):
        index_step.take(session, index, wards[0], step, reason="Sai", **WHO)
    page = f"/officer/index/{index.id}"
    assert 'name="without_reopened"' in chief.get(page).text
    reason = {"shown": "1", "reason": "Phường AH không gửi lại bảng"}
    assert send(chief, f"{page}/publish", **reason).status_code == 422
    assert send(chief, f"{page}/publish", **reason, without_reopened="Phường TL").status_code == 422
    assert send(chief, f"{page}/publish", **reason, without_reopened="Phường AH").status_code == 303
    session.rollback()
    assert totals(session, index) == {"Phường TL": Decimal("94.00")}
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "index.publish")).all()[-1]
    assert event.detail["left_out"] == ["Phường AH"]


def test_publishing_and_saving_a_sheet_at_once_both_succeed(
    app: Flask,
    session: Session,
    index: IndexRound,
    factory: Factory,
    wards: list[Unit],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The one who saves holds the sheet and refers to the round; the one who publishes holds the round."""
    late = factory.unit(code="DT", name="Phường DT", parent=wards[0].parent)
    index_sheet.save_own(session, index, late, {}, **WHO)
    round_id, unit_id, saving, put_own = index.id, late.id, Event(), index_sheet.put_own
    session.close()
    engine, taken = db.engine(app), Event()

    def watch(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "FROM index_round" in statement and " FOR " in statement:
            taken.set()

    listen(engine, "after_cursor_execute", watch)

    def slow(*given: Any) -> None:
        saving.set()
        # On SQLite nobody else begins to write before this one has ended.
        assert engine.dialect.name == "sqlite" or taken.wait(20), "the other one takes the round"
        put_own(*given)

    monkeypatch.setattr(index_sheet, "put_own", slow)

    def save() -> None:
        with app.app_context():
            found, unit = db.session.get_one(IndexRound, round_id), db.session.get_one(Unit, unit_id)
            index_sheet.save_own(db.session, found, unit, full(), **WHO)

    def issue() -> int:
        assert saving.wait(20)
        with app.app_context():
            return publish(db.session, db.session.get_one(IndexRound, round_id)).revision

    with ThreadPoolExecutor(2) as people:
        saved, published = people.submit(save), people.submit(issue)
        saved.result()
        assert published.result() == 1


def test_a_round_keeps_the_split_that_its_sheets_grades_or_publication_follow(
    session: Session, index: IndexRound, wards: list[Unit]
) -> None:
    """Other rules would leave grades that ask for a component that is no more, or sheets without their part."""

    def take_in(year: int, content: bytes, rules_id: str) -> None:
        import_index(
            session, content, year=year, now=NOW, actor="t", file_name="x.csv", rules_id=rules_id, level="commune"
        )

    def refused(year: int, content: bytes = b"unit,ket-qua,hai-long\nAH,70,30\nTL,70,30\n") -> str:
        with pytest.raises(HailongError) as error:
            take_in(year, content, "index-70-30")
        session.rollback()
        return error.value.code

    assert refused(2026) == "index_rules_kept"
    for year in (2027, 2028, 2029):
        take_in(year, b"unit,ket-qua,lanh-dao,hai-long\nAH,60,3,20\nTL,60,9,20\n", "index-65-25-10")
    graded, published, free = (
        index_round.find_round(session, year, "par", "commune") for year in (2027, 2028, 2029)
    )
    assert graded is not None
    assert published is not None
    assert free is not None
    bands = [Band("Tốt", Decimal(70), "lanh-dao", Decimal(50)), Band("Đạt", Decimal(0))]
    index_round.set_bands(session, graded, bands, **WHO)
    publish(session, published)
    assert refused(2027) == "index_rules_bands"
    assert refused(2028) == "index_rules_kept"
    take_in(2029, b"unit,ket-qua,hai-long\nAH,70,30\nTL,70,30\n", "index-70-30")
    assert free.rules == "index-70-30"


def test_grades_are_not_removed_by_an_empty_form(chief: FlaskClient, session: Session, index: IndexRound) -> None:
    page = f"/officer/index/{index.id}"
    refused = send(chief, f"{page}/bands", **{f"title-{place}": "" for place in range(6)})
    assert refused.status_code == 422
    assert "ít nhất một bậc" in refused.text
    assert "Xuất sắc" in chief.get(page).text
    assert send(chief, f"{page}/bands", **{"title-0": "Đạt", "from-0": "0"}).status_code == 303
    assert send(chief, f"{page}/bands", reset="1").status_code == 303


def test_publishing_needs_something_to_publish_and_a_change_to_correct(
    session: Session, index: IndexRound, wards: list[Unit]
) -> None:
    empty = begin(session, year=2025)
    with pytest.raises(HailongError) as nothing:
        publish(session, empty)
    assert nothing.value.code == "index_nothing_to_publish"
    publish(session, index)
    with pytest.raises(HailongError) as same:
        publish(session, index, 1, "Không có gì mới")
    assert same.value.code == "index_unchanged"
    standing = index_publication.standing(session, index)
    assert standing is not None
    assert standing.is_current
    # A quarter is corrected without changing any share: the inputs are others, the results are not.
    found = session.scalars(select(ScoreSet)).one()
    close_quarter(
        session, found.period, {score.unit: score.index_share or 0 for score in found.scores}, revision=2
    )
    standing = index_publication.standing(session, index)
    assert standing is not None
    assert (standing.is_current, standing.changes) == (False, ())


def test_a_round_of_entered_components_is_published_too(session: Session, wards: list[Unit]) -> None:
    import_index(
        session, b"unit,tong\nAH,90\nTL,85\n", year=2023, now=NOW, actor="t", file_name="x.csv",
        rules_id="index-total-100",
    )  # fmt: skip
    index = index_round.find_round(session, 2023, "par")
    assert index is not None
    publish(session, index)
    import_index(
        session, b"unit,tong\nAH,70\n", year=2023, now=NOW, actor="t", file_name="y.csv",
        rules_id="index-total-100",
    )  # fmt: skip
    assert totals(session, index) == {"Phường AH": Decimal(90), "Phường TL": Decimal(85)}
    assert totals(session, index, as_it_stands=True) == {}, "nothing in sight of an officer of no unit"


def test_nobody_misses_a_province_in_the_round_of_its_wards(
    session: Session, wards: list[Unit], factory: Factory
) -> None:
    factory.unit(code="XL", name="Phường XL")
    import_index(
        session, b"unit,tong\nAH,90\nTL,85\n", year=2026, now=NOW, actor="t", file_name="x.csv",
        rules_id="index-total-100",
    )  # fmt: skip
    index = index_round.find_round(session, 2026, "par")
    assert index is not None
    assert index_frozen.left_out_of(publish(session, index)) == ["Phường XL"]


def test_a_rank_among_some_of_a_group_is_not_set_beside_one_among_all(
    session: Session, wards: list[Unit], factory: Factory
) -> None:
    factory.unit(code="XL", name="Phường XL", parent=wards[0].parent)
    for year, lines in (
        (2025, "AH,90\nTL,85\nXL,95\n"),
        (2026, "AH,90\nTL,85\n"),
        (2027, "AH,70\nTL,85\nXL,95\n"),
        (2028, "AH,97\nTL,85\nXL,95\n"),
    ):
        import_index(
            session, f"unit,tong\n{lines}".encode(), year=year, now=NOW, actor="t", file_name="x.csv",
            rules_id="index-total-100",
        )  # fmt: skip
        if year == 2026:
            index = index_round.find_round(session, year, "par")
            assert index is not None
            publish(session, index)
    changes = {
        year: [row.result.change_rank for row in reform_index.compute(session, year=year).rows]
        for year in (2026, 2027, 2028)
    }
    assert changes == {2026: [None] * 2, 2027: [None] * 3, 2028: [2, -1, -1]}
    assert reform_index.compute(session, year=2026).rows[0].result.change_points == 0


def test_the_first_publication_names_beforehand_who_will_be_missing(
    chief: FlaskClient, ward: FlaskClient, session: Session, wards: list[Unit]
) -> None:
    index = begin(session, rules_id="index-70-rebased")
    through(session, index, wards[0], full(), Step.APPROVE)
    through(session, index, wards[1], full(), Step.APPRAISE)
    page = f"/officer/index/{index.id}"
    assert "1 đơn vị sau không có trong kết quả: <b>Phường TL</b>" in chief.get(page).text
    assert "không có trong kết quả" not in ward.get(page).text
    index_step.take(session, index, wards[1], Step.APPROVE, now=NOW, actor="b@example.vn")
    assert "không có trong kết quả" not in chief.get(page).text


def test_what_no_database_holds_is_left_out_of_reasons_and_titles(
    chief: FlaskClient, session: Session, index: IndexRound, wards: list[Unit]
) -> None:
    page = f"/officer/index/{index.id}"
    bands = {"title-0": "Xuất\x00 sắc", "from-0": "90", "title-1": "Đạt", "from-1": "0"}
    assert send(chief, f"{page}/bands", **bands).status_code == 303
    publish(session, index)
    correct_quarter(session, wards)
    assert send(chief, f"{page}/publish", shown="1", reason="\x00\u202e ").status_code == 422
    assert send(chief, f"{page}/publish", shown="1", reason="Quý\x00 III").status_code == 303
    assert send(chief, f"{page}/AH/reopen", reason="Nhầm\x00 mục 1.2").status_code == 303
    session.rollback()
    session.expire_all()
    assert session.get_one(IndexSheet, (index.id, wards[0].id)).returned_because == "Nhầm mục 1.2"
    assert "Lý do: Quý III" in chief.get(page).text
    assert [band["title"] for band in session.get_one(IndexRound, index.id).bands or ()] == ["Xuất sắc", "Đạt"]
