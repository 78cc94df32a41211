"""Closing in the browser: drafts, objections and answers, closing as long work, verification, publication."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from analysis.periods import Period, previous, quarter_of
from survey.config import TIME_ZONE
from survey.extensions import db
from survey.filters import period_name
from survey.models import (
    AuditEvent,
    BatchState,
    DossierCount,
    Job,
    Objection,
    PaperBatch,
    Reason,
    Response,
    Role,
    ScoreDraft,
    ScoreSet,
    ScoreState,
    Selection,
    Unit,
    Verdict,
)
from survey.services import publication, score, score_draft, set_aside
from survey.services.set_aside_selection import Chosen

from commands import hailong
from factories import Factory
from mail_servers import mail_server
from signing_in import csrf_token, sign_in
from working import work_all

NOW = datetime.now(TIME_ZONE)
OVER: Period = previous(quarter_of(NOW.date()))
PAGE = f"/officer/closing/{OVER.text}"


def post(client: FlaskClient, page: str, address: str, **data: object) -> TestResponse:
    token = csrf_token(client.get(page))
    return client.post(address, data={"csrf_token": token, **data})


@pytest.fixture
def province(factory: Factory) -> dict[str, Unit]:
    return two_wards(factory)


def two_wards(factory: Factory) -> dict[str, Unit]:
    """A province with two wards that answered in the quarter that is over."""
    top = factory.unit(code="TINH", name="Tỉnh Bình Minh", ranking_group=None, start_date=None)
    wards = [factory.unit(code=code, name=f"Phường {code}", parent=top) for code in ("AH", "TL")]
    for ward in wards:
        factory.dossiers(ward, OVER.text, {("dat-dai", "direct", "on_time"): 300})
        factory.responses(ward, "555552", 40, local_date=OVER.first)
        factory.responses(ward, "25342-", 10, local_date=OVER.first, flags="f")
    return {"top": top, "AH": wards[0], "TL": wards[1]}


@pytest.fixture
def officer(client: FlaskClient, factory: Factory, province: dict[str, Unit]) -> FlaskClient:
    assert sign_in(client, factory.officer(province["top"], Role.REFORM).email).status_code == 303
    return client


@pytest.fixture
def ward(app: Flask, factory: Factory, province: dict[str, Unit]) -> FlaskClient:
    """The leader of AH, on another computer."""
    client = app.test_client()
    assert sign_in(client, factory.officer(province["AH"], Role.LEADER).email).status_code == 303
    return client


def done(app: Flask, client: FlaskClient, asked: TestResponse) -> TestResponse:
    """Do the long work that a button asked for, and follow its page."""
    assert asked.status_code == 303, asked.text
    work_all(app)
    return client.get(asked.location, follow_redirects=True)


def in_days(session: Session, days: int) -> None:
    """Let so many days pass for the draft that was sent last."""
    session.rollback()
    draft = session.scalars(select(ScoreDraft).order_by(ScoreDraft.score_set_id.desc())).first()
    assert draft is not None
    draft.until = draft.until - timedelta(days=days)
    session.commit()


def test_requests_that_wait_for_a_second_person_are_named_before_closing(
    app: Flask, officer: FlaskClient, session: Session, factory: Factory, province: dict[str, Unit]
) -> None:
    assert "chưa ai duyệt" not in officer.get(PAGE).text
    asker, other = (factory.officer(province["top"], Role.REFORM) for _ in range(2))
    chosen = Chosen(Selection.FLAG, OVER.first, OVER.last, flag="f")
    requests = [
        set_aside.ask(
            session,
            set_aside.new_request_id(),
            province[code],
            OVER,
            chosen,
            reason=Reason.REPEATED,
            text="Một máy gửi liên tiếp",
            officer=asker,
            now=NOW,
        )
        for code in ("AH", "AH", "TL")
    ]
    set_aside.decide(session, requests[0], Verdict.APPROVED, officer=other, now=NOW)
    page = html.unescape(" ".join(re.sub(r"<[^>]+>", " ", officer.get(PAGE).text).split()))
    assert (
        "Đề nghị không tính phiếu, chờ người thứ hai duyệt 2 đơn vị Phường AH: 1 Phường TL: 1 2 xin xem" in page
    ), page
    assert "Còn 2 đề nghị không tính phiếu của kỳ này chưa ai duyệt. Chốt xong thì không duyệt được nữa." in page
    assert "2 đề nghị không tính phiếu của kỳ này chưa ai duyệt" in hailong(app, "close", OVER.text).stderr


def test_a_quarter_from_draft_to_correction(
    app: Flask,
    officer: FlaskClient,
    ward: FlaskClient,
    session: Session,
    factory: Factory,
    province: dict[str, Unit],
) -> None:
    """Draft → objection → answer → close → verify → publish → correction, each by its button."""
    assert officer.get("/officer/closing").location == PAGE
    sent = done(app, officer, post(officer, PAGE, f"{PAGE}/draft", days=5))
    assert "Đang lấy kiến nghị của các đơn vị" in sent.text
    draft = session.scalars(select(ScoreDraft)).one()
    assert draft.until == NOW.date() + timedelta(days=5)

    own = f"/officer/scores/{OVER.text}/AH"
    page = ward.get(own)
    assert "DỰ THẢO 1, chưa chốt" in page.text
    written = post(ward, own, f"{own}/objections", text="  Thiếu 100 hồ sơ đất đai.\nXin xem lại. ")
    assert written.status_code == 303
    assert "Thiếu 100 hồ sơ đất đai.\nXin xem lại." in ward.get(own).text
    twice = post(ward, own, f"{own}/objections", text="Thiếu 100 hồ sơ đất đai.\nXin xem lại.")
    assert twice.status_code == 303
    session.rollback()
    objection = session.scalars(select(Objection)).one()

    # Neither while units may object nor while one waits for an answer.
    early = post(officer, PAGE, f"{PAGE}/close", confirm="1")
    assert early.status_code == 422
    assert "còn được kiến nghị" in early.text
    in_days(session, 6)
    waiting = post(officer, PAGE, f"{PAGE}/close", confirm="1")
    assert waiting.status_code == 422
    assert "Còn 1 kiến nghị" in waiting.text
    late = post(ward, f"/officer/scores/{OVER.text}", f"{own}/objections", text="Thêm nữa.")
    assert late.status_code == 422
    assert "Đã hết hạn kiến nghị" in late.text

    place = f"{PAGE}/objections/{objection.id}"
    assert post(officer, PAGE, place, verdict="accepted", answer=" ").status_code == 422
    answered = post(officer, PAGE, place, verdict="explained", answer="Biểu II.06 của AH ghi đúng 300 hồ sơ.")
    assert answered.status_code == 303
    assert post(officer, PAGE, place, verdict="accepted", answer="Khác.").status_code == 422
    assert "Biểu II.06 của AH ghi đúng 300 hồ sơ." in ward.get(own).text
    assert "Giải trình" in ward.get(own).text

    unticked = post(officer, PAGE, f"{PAGE}/close")
    assert unticked.status_code == 422
    assert "Xin đánh dấu đã xem danh sách kiểm tra" in unticked.text
    closed = done(app, officer, post(officer, PAGE, f"{PAGE}/close", confirm="1"))
    assert "Đã chốt bản 1, chưa công bố" in closed.text
    session.rollback()
    frozen = score.closed_set(session, OVER.text)
    assert frozen is not None
    assert frozen.tally_digest in closed.text
    # Objections and answers stay to be read and printed.
    assert "Xin xem lại." in closed.text
    assert "Biểu II.06 của AH ghi đúng 300 hồ sơ." in closed.text

    verified = done(app, officer, post(officer, PAGE, f"{PAGE}/verify", revision=1))
    assert "khớp" in verified.text
    published = done(app, officer, post(officer, PAGE, f"{PAGE}/publish"))
    assert "Đã công bố bản 1" in published.text
    again = post(officer, PAGE, f"{PAGE}/publish")
    assert "Bản này đã công bố rồi" in officer.get(again.location).text

    session.rollback()
    session.execute(DossierCount.__table__.update().values(count=400))
    session.commit()
    assert "Số hồ sơ đã sửa sau khi chốt" in officer.get(PAGE).text
    empty = post(officer, PAGE, f"{PAGE}/close", revision_of=1, reason=" ", confirm="1")
    assert "Bản đính chính phải ghi lý do" in empty.text
    corrected = done(
        app, officer, post(officer, PAGE, f"{PAGE}/close", revision_of=1, reason="Bổ sung hồ sơ.", confirm="1")
    )
    assert "Đã chốt bản 2, chưa công bố" in corrected.text
    assert "bản 1. Lý do: Bổ sung hồ sơ." in corrected.text
    old, new = officer.get(f"/officer/scores/{OVER.text}?revision=1"), officer.get(f"/officer/scores/{OVER.text}")
    assert "50 / 300" in old.text
    assert "50 / 400" in new.text
    for page in (
        f"scores/{OVER.text}",
        f"scores/{OVER.text}/AH",
        f"quarter/{OVER.text}/AH",
        f"ranking/{OVER.text}",
    ):
        assert "Bản 2 thay bản 1. Lý do: Bổ sung hồ sơ." in officer.get(f"/officer/{page}").text, page
    assert "thay bản" not in old.text
    session.rollback()
    public = publication.published_set(session, OVER.text)
    assert public is not None
    assert public.revision == 1
    actions = set(session.scalars(select(AuditEvent.action)))
    assert {"period.draft", "objection.write", "objection.answer", "period.close", "period.publish"} <= actions


def test_a_draft_stays_as_it_was_sent(
    app: Flask, officer: FlaskClient, session: Session, factory: Factory, province: dict[str, Unit]
) -> None:
    done(app, officer, post(officer, PAGE, f"{PAGE}/draft", days=2))
    factory.responses(province["AH"], "11111-", 40, local_date=OVER.first)
    done(app, officer, post(officer, f"/officer/scores/{OVER.text}", f"/officer/scores/{OVER.text}/refresh"))
    session.expire_all()
    draft, provisional = (score.revision_set(session, OVER.text, number) for number in (-1, 0))
    assert draft is not None
    assert provisional is not None
    assert (draft.state, draft.response_count, provisional.response_count) == (ScoreState.DRAFT, 100, 140)
    assert "DỰ THẢO" in officer.get(f"/officer/scores/{OVER.text}/AH").text, "units look at what they were sent"
    assert "Xem điểm dự thảo" in officer.get(f"/officer/scores/{OVER.text}").text
    in_days(session, 3)
    done(app, officer, post(officer, PAGE, f"{PAGE}/draft", days=2))
    assert session.scalar(select(func.min(ScoreSet.revision))) == -2


def test_those_who_may_object_to_a_draft_are_told_by_mail(
    make_app: Callable[..., Flask], database_url: str
) -> None:
    with mail_server() as box:
        app = make_app(database_url, mail_server=box.settings())
        with app.app_context():
            factory = Factory(db.session)
            units = two_wards(factory)
            sender = factory.officer(units["top"], Role.REFORM)
            factory.officer(units["AH"], Role.LEADER, email="lanh-dao@example.vn", name="Trần Văn Bình")
            factory.officer(units["TL"], Role.ONE_STOP, email="mot-cua@example.vn")
            factory.officer(units["TL"], Role.LEADER, email="da-nghi@example.vn", disabled_at=NOW)
            draft = score_draft.send_draft(db.session, OVER, days=5, now=NOW, actor=sender.email)
            until = draft.until
            work_all(app)
            assert [mail["To"] for mail in box.mails] == ["lanh-dao@example.vn"], "no other may object"
            mail = box.mails[0]
            text = mail.get_content()
            assert f"kiến nghị đến hết ngày {until:%d/%m/%Y}" in mail["Subject"]
            assert "Kính gửi Ông/Bà Trần Văn Bình" in text
            assert f"http://127.0.0.1:8000/officer/scores/{OVER.text}?revision=-1" in text.split()
            assert "Thư này không ghi điểm" in text

            box.mails.clear()
            in_days(db.session, 6)
            late = score_draft.send_draft(db.session, OVER, days=5, now=NOW, actor=sender.email)
            assert late.score_set_id != draft.score_set_id
            in_days(db.session, 6)
            work_all(app)
            assert box.mails == [], "nobody is called to object when the days are over"


@pytest.mark.parametrize("days", ["0", "31", "x", ""])
def test_the_days_for_objections_are_a_number_that_makes_sense(officer: FlaskClient, days: str) -> None:
    refused = post(officer, PAGE, f"{PAGE}/draft", days=days)
    assert refused.status_code == 422
    assert "phải từ 1 đến 30" in refused.text


def test_an_open_quarter_is_neither_sent_nor_closed(
    officer: FlaskClient, session: Session, factory: Factory, province: dict[str, Unit]
) -> None:
    now = quarter_of(NOW.date())
    factory.dossiers(province["AH"], now.text, {("dat-dai", "direct", "on_time"): 10})
    page = f"/officer/closing/{now.text}"
    assert "Đang mở" in officer.get(page).text
    for what, data in (("draft", {"days": 5}), ("close", {"confirm": 1})):
        refused = post(officer, page, f"{page}/{what}", **data)
        assert refused.status_code == 422
        assert "chỉ chốt được sau ngày đó" in refused.text
    assert session.scalar(select(func.count()).select_from(Job)) == 0


def test_the_list_names_what_is_still_to_mend(
    app: Flask, officer: FlaskClient, session: Session, factory: Factory, province: dict[str, Unit]
) -> None:
    factory.unit(code="NC", name="Xã Núi Cao", parent=province["top"])
    typist = factory.officer(province["AH"], Role.ONE_STOP)
    session.add(
        PaperBatch(
            id="0" * 32,
            unit_id=province["AH"].id,
            version="short-v1",
            state=BatchState.OPEN,
            first_day=OVER.first,
            last_day=OVER.last,
            opened_on=OVER.last,
            opener_one="Một",
            opener_two="Hai",
            found_count=3,
            officer_id=typist.id,
            started_at=NOW,
        )
    )
    session.commit()
    unknown = officer.get(PAGE).text
    assert "chưa tính" in unknown
    done(app, officer, post(officer, f"/officer/scores/{OVER.text}", f"/officer/scores/{OVER.text}/refresh"))
    text = " ".join(re.sub(r"<[^>]+>", " ", officer.get(PAGE).text).split())
    assert "Đơn vị chưa có số hồ sơ 1 đơn vị Xã Núi Cao: NC 1" in text
    assert "(số phiếu / cần có) 2 đơn vị Phường AH: 50/172 Phường TL: 50/172 2" in text
    assert "vẫn đang tính vào điểm 2 đơn vị Phường AH: 10 Phường TL: 10 20" in text
    assert "Đợt nhập phiếu giấy của kỳ còn mở 1 đơn vị Phường AH: 1 1" in text


def test_responses_that_come_after_closing_are_listed_and_not_counted(
    officer: FlaskClient, session: Session, factory: Factory, province: dict[str, Unit]
) -> None:
    score.close(session, OVER, now=NOW, actor="test")
    factory.responses(province["AH"], "11111-", 4, local_date=OVER.last, flags="l")
    text = " ".join(re.sub(r"<[^>]+>", " ", officer.get(PAGE).text).split())
    assert "Phiếu đến sau khi chốt: chỉ đếm, không tính vào điểm 1 đơn vị Phường AH: 4 4" in text


def test_only_the_top_closes(
    app: Flask, client: FlaskClient, session: Session, factory: Factory, province: dict[str, Unit]
) -> None:
    sign_in(client, factory.officer(province["AH"], Role.REFORM).email)
    assert client.get(PAGE).status_code == 403
    assert "Chốt kỳ" not in client.get("/officer/", follow_redirects=True).text
    for what in ("draft", "close", "verify", "publish", "objections/1"):
        assert post(client, "/officer/scores/" + OVER.text, f"{PAGE}/{what}").status_code == 403
    inspector = app.test_client()
    sign_in(inspector, factory.officer(province["top"], Role.INSPECTOR).email)
    assert inspector.get(PAGE).status_code == 403


def test_a_unit_objects_to_its_own_score_only(
    app: Flask, officer: FlaskClient, ward: FlaskClient, factory: Factory, province: dict[str, Unit]
) -> None:
    done(app, officer, post(officer, PAGE, f"{PAGE}/draft", days=5))
    other = f"/officer/scores/{OVER.text}/TL"
    assert ward.get(other).status_code == 403
    own = f"/officer/scores/{OVER.text}/AH"
    assert post(ward, own, f"{other}/objections", text="Không phải của tôi").status_code == 403
    clerk = app.test_client()
    sign_in(clerk, factory.officer(province["AH"], Role.ONE_STOP).email)
    page = clerk.get(own)
    assert "Gửi kiến nghị" not in page.text
    assert post(clerk, own, f"{own}/objections", text="x").status_code == 403


def test_without_a_draft_there_is_nothing_to_object_to(ward: FlaskClient, province: dict[str, Unit]) -> None:
    own = f"/officer/scores/{OVER.text}/AH"
    refused = post(ward, own.rpartition("/")[0], f"{own}/objections", text="x")
    assert refused.status_code == 422
    assert "chưa gửi điểm dự thảo" in refused.text


def test_what_differs_is_named_on_the_page_and_not_published(
    app: Flask, officer: FlaskClient, session: Session, province: dict[str, Unit]
) -> None:
    score.close(session, OVER, now=NOW, actor="test")
    one = session.scalar(select(Response.number_hash).where(Response.unit_id == province["TL"].id).limit(1))
    session.execute(Response.__table__.update().where(Response.number_hash == one).values(answers="11111-"))
    session.commit()
    refused = done(app, officer, post(officer, PAGE, f"{PAGE}/publish"))
    assert "Chưa công bố" in refused.text
    page = officer.get(PAGE).text
    assert "chỗ khác" in page
    assert "TL: phiếu (mã kiểm dữ liệu vào)" in page
    assert "Công bố</button>" in page


def test_two_drafts_asked_for_at_once_are_one(session: Session, province: dict[str, Unit]) -> None:
    score_draft.send_draft(session, OVER, days=5, now=NOW, actor="a")
    with pytest.raises(Exception, match="objections_running"):
        score_draft.send_draft(session, OVER, days=5, now=NOW, actor="b")


def test_names_are_shown_as_text(officer: FlaskClient, factory: Factory, province: dict[str, Unit]) -> None:
    factory.unit(code="X1", name="<b>Xã</b>", parent=province["top"])
    assert "&lt;b&gt;Xã&lt;/b&gt;" in officer.get(PAGE).text
    assert period_name(OVER) in officer.get(PAGE).text
