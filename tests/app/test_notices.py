"""Officers hear of what waits for them: those who may see it, when they chose, and not a word of what it says."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.extensions import db
from survey.models import Category, Job, NoticeChoice, NoticeKind, Officer, Reader, Role, Topic, Unit
from survey.services import deadline, feedback, feedback_handling, feedback_reply, notice_choice, unsent, work
from survey.services.contact import Contact
from survey.services.feedback_answer import reference

from factories import Factory
from gateways import Gateway, gateway
from mail_servers import Mailbox, mail_server
from noticing import SECRET_TEXT, at, once, send_case
from working import work_all

ESCALATED = "Đơn vị cấp dưới để quá hạn trả lời góp ý, phản ánh, hạn 28/08/2026"
CODE = "0123456789ABCDEF"
FRIDAY = date(2026, 8, 14)
MONDAY = date(2026, 8, 17)
HOA = Contact("Nguyễn Thị Hoà", "0912 345 678", "hoa@example.vn")


@dataclass
class Place:
    """A province with two wards, and who works there."""

    app: Flask
    session: Session
    factory: Factory
    box: Mailbox
    gateway: Gateway
    province: Unit
    ward: Unit
    other_ward: Unit
    clerk: Officer
    leader: Officer
    inspector: Officer
    above: Officer
    above_leader: Officer
    stranger: Officer
    administrator: Officer

    @property
    def key(self) -> bytes:
        sealing_key: bytes = self.app.config["SETTINGS"].key_for("feedback contact")
        return sealing_key

    def plan_and_work(self, day: date, clock: str = "09:00") -> int:
        """Let the worker run at one moment of the day: what recurs is asked for and everything due is done."""
        self.session.rollback()
        work.plan(self.session, now=at(day, clock))
        done = work_all(self.app, now=at(day, clock))
        self.session.expire_all()
        return done

    def told(self) -> dict[str, list[str]]:
        """Who got which subjects since the last call."""
        found: dict[str, list[str]] = {}
        for mail in self.box.mails:
            found.setdefault(mail["To"], []).append(mail["Subject"])
        self.box.mails.clear()
        return found


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


@pytest.fixture
def province_gateway() -> Iterator[Gateway]:
    with gateway() as kept:
        yield kept


@pytest.fixture
def place(
    make_app: Callable[..., Flask], database_url: str, mailbox: Mailbox, province_gateway: Gateway
) -> Iterator[Place]:
    settings = {"mail_server": mailbox.settings(), "webhook": province_gateway.settings(offers_phones=True)}
    app = make_app(database_url, **settings)
    with app.app_context():
        factory = Factory(db.session)
        province = factory.unit(name="Tỉnh Hoa Ban")
        ward, other = factory.unit(parent=province, name="Phường Hoa Sen"), factory.unit(parent=province)
        yield Place(
            app=app, session=db.session, factory=factory, box=mailbox, gateway=province_gateway,
            province=province, ward=ward, other_ward=other,
            clerk=factory.officer(ward, role=Role.ONE_STOP, email="clerk@example.vn", name="Nguyễn Văn An"),
            leader=factory.officer(ward, role=Role.LEADER, email="leader@example.vn"),
            inspector=factory.officer(ward, role=Role.INSPECTOR, email="inspector@example.vn"),
            above=factory.officer(province, role=Role.DOSSIERS, email="above@example.vn"),
            above_leader=factory.officer(province, role=Role.LEADER, email="above-leader@example.vn"),
            stranger=factory.officer(other, role=Role.LEADER, email="stranger@example.vn"),
            administrator=factory.officer(province, role=Role.ADMINISTRATOR, email="admin@example.vn"),
        )  # fmt: skip


def test_a_new_case_is_told_to_its_unit_in_the_next_round_without_a_word_of_it(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    case = send_case(place.session, place.ward, today=FRIDAY, sealing_key=place.key, contact=HOA)
    place.plan_and_work(FRIDAY, "09:00")
    (mail,) = place.box.of("clerk@example.vn")
    assert mail["Subject"] == "Có góp ý, phản ánh mới, cần trả lời chậm nhất ngày 27/08/2026"
    written = mail.get_content()
    assert "Kính gửi Ông/Bà Nguyễn Văn An," in written
    assert f"http://127.0.0.1:8000/officer/feedback/{reference(case)}" in written
    assert "/officer/notices" in written
    everything = place.box.text() + json.dumps([each.facts for each in place.gateway.received], ensure_ascii=False)
    everything += " ".join(record.getMessage() for record in caplog.records if record.name.startswith("hailong"))
    everything += json.dumps([job.payload for job in place.session.scalars(select(Job))], ensure_ascii=False)
    for private in (SECRET_TEXT, "phong bì", "Hoà", "0912", "hoa@example.vn", "quầy"):
        assert private not in everything
    assert set(place.told()) == {"clerk@example.vn", "leader@example.vn"}
    assert place.gateway.events("case.new") == [
        {
            "id": place.gateway.received[0].facts["id"],
            "event": "case.new",
            "reference": reference(case),
            "unit": place.ward.code,
            "due_on": "2026-08-27",
        }
    ]


def test_nothing_tells_when_within_the_hour_a_case_came_in(place: Place) -> None:
    place.plan_and_work(FRIDAY, "09:01")
    send_case(place.session, place.ward, today=FRIDAY)
    assert [job.kind for job in place.session.scalars(select(Job).where(Job.kind == "mail_notice"))] == []
    place.plan_and_work(FRIDAY, "09:59")
    assert place.told() == {}
    place.plan_and_work(FRIDAY, "10:00")
    assert set(place.told()) == {"clerk@example.vn", "leader@example.vn"}
    place.plan_and_work(FRIDAY, "11:00")
    assert place.told() == {}


@pytest.mark.parametrize("role", [Reader.LEADER, Reader.ABOVE])
def test_a_case_for_the_leader_or_the_level_above_reaches_nobody_else(place: Place, role: Reader) -> None:
    case = send_case(place.session, place.ward, today=FRIDAY, reader=role, topic=Topic.CONDUCT)
    place.plan_and_work(FRIDAY)
    told = place.told()
    if role is Reader.LEADER:
        assert set(told) == {"leader@example.vn"}
    else:
        assert set(told) == {"above@example.vn", "above-leader@example.vn"}
        assert [event["unit"] for event in place.gateway.events("case.new")] == [place.province.code]
    late = case.due_on + timedelta(days=30)
    place.plan_and_work(late)
    assert not set(place.told()) & {"clerk@example.vn", "stranger@example.vn", "admin@example.vn"}
    if role is Reader.ABOVE:
        assert place.ward.code not in {each.facts["unit"] for each in place.gateway.received}


def test_where_nobody_works_at_the_unit_the_next_level_hears_of_it(place: Place) -> None:
    empty = place.factory.unit(parent=place.province)
    send_case(place.session, empty, today=FRIDAY)
    place.plan_and_work(FRIDAY)
    assert set(place.told()) == {"above@example.vn", "above-leader@example.vn"}


def test_who_gets_a_case_hears_of_it_at_once_unless_he_took_it_himself(place: Place) -> None:
    case = send_case(place.session, place.ward, today=FRIDAY)
    place.plan_and_work(FRIDAY)
    place.told()
    feedback_handling.assign(
        place.session, case.key, place.clerk, actor=place.leader.email, now=at(FRIDAY, "09:20")
    )
    place.plan_and_work(FRIDAY, "09:21")
    assert place.told() == {
        "clerk@example.vn": ["Có việc mới giao cho Ông/Bà, cần trả lời chậm nhất ngày 27/08/2026"]
    }
    feedback_handling.assign(
        place.session, case.key, place.clerk, actor=place.clerk.email, now=at(FRIDAY, "09:30")
    )
    place.plan_and_work(FRIDAY, "09:31")
    assert place.told() == {}
    feedback_handling.assign(place.session, case.key, None, actor=place.leader.email, now=at(FRIDAY, "09:40"))
    assert len(place.gateway.events("case.assigned")) == 2


def test_a_transferred_case_is_told_to_who_has_it_now(place: Place) -> None:
    case = send_case(place.session, place.ward, today=FRIDAY)
    place.plan_and_work(FRIDAY)
    place.told()
    feedback_handling.transfer(
        place.session, case.key, place.other_ward, actor=place.above.email, now=at(FRIDAY, "09:30")
    )
    place.plan_and_work(FRIDAY, "09:31")
    assert set(place.told()) == {"stranger@example.vn"}


def test_what_nobody_may_see_any_more_when_the_mail_goes_out_is_left_out(place: Place) -> None:
    case = send_case(place.session, place.ward, today=FRIDAY)
    feedback_handling.assign(place.session, case.key, place.clerk, actor=place.leader.email, now=at(FRIDAY))
    feedback_handling.classify(
        place.session,
        case.key,
        Category.DENUNCIATION,
        deadlines=deadline.load(),
        actor="x@example.vn",
        now=at(FRIDAY),
    )
    place.plan_and_work(FRIDAY)
    assert set(place.told()) == {"leader@example.vn"}


def test_a_case_that_its_citizen_reopens_is_told_to_who_answered(place: Place) -> None:
    case = send_case(place.session, place.ward, today=FRIDAY, code=CODE)
    feedback_handling.assign(place.session, case.key, place.clerk, actor=place.leader.email, now=at(FRIDAY))
    feedback_reply.send(place.session, case.key, "Xin lỗi.", actor=place.clerk.email, now=at(FRIDAY))
    place.plan_and_work(FRIDAY, "09:05")
    place.told()
    feedback.reopen(place.session, CODE, "", once=once(MONDAY), deadlines=deadline.load(), today=MONDAY)
    place.plan_and_work(MONDAY, "10:00")
    told = place.told()
    assert (
        "Người dân đề nghị xem lại câu trả lời, cần trả lời chậm nhất ngày 28/08/2026" in told["clerk@example.vn"]
    )


def test_a_withdrawn_or_erased_case_is_told_to_nobody(place: Place) -> None:
    send_case(place.session, place.ward, today=FRIDAY, code=CODE)
    place.session.rollback()
    feedback.erase(place.session, CODE, today=FRIDAY)
    place.plan_and_work(FRIDAY)
    assert place.told() == {}
    assert place.gateway.received == []


def test_due_tomorrow_means_the_next_working_day(place: Place) -> None:
    """Due on Monday 23/02/2026; the last working day before is Friday 13/02, then comes Tết."""
    case = send_case(place.session, place.ward, today=date(2026, 2, 2))
    assert case.due_on == date(2026, 2, 23)
    told_on = []
    for day in (date(2026, 2, 3) + timedelta(days=n) for n in range(21)):  # to the day itself
        place.plan_and_work(day)
        if any("sắp đến hạn" in subject for subject in place.told().get("clerk@example.vn", [])):
            told_on.append(day)
    assert told_on == [date(2026, 2, 13)]


def test_overdue_is_told_once_and_escalated_on_the_first_working_day(place: Place) -> None:
    """Due on Friday 28/08/2026; Monday 31/08 is off for Saturday 22/08, then comes the national day."""
    case = send_case(place.session, place.ward, today=MONDAY)
    assert case.due_on == date(2026, 8, 28)
    _choose(place, dict.fromkeys((NoticeKind.WEEKLY, NoticeKind.NEW, NoticeKind.DUE), NoticeChoice.OFF))
    for day in (date(2026, 8, 28) + timedelta(days=n) for n in range(6)):  # to Wednesday 02/09
        place.plan_and_work(day)
    assert place.told() == {}
    place.plan_and_work(date(2026, 9, 3))
    assert place.told() == {
        "clerk@example.vn": ["Có góp ý, phản ánh quá hạn trả lời, hạn 28/08/2026"],
        "leader@example.vn": ["Có góp ý, phản ánh quá hạn trả lời, hạn 28/08/2026"],
        "above@example.vn": [ESCALATED],
        "above-leader@example.vn": [ESCALATED],
    }
    place.session.refresh(case)
    assert case.escalated_on == date(2026, 9, 3)
    for day in (date(2026, 9, 4) + timedelta(days=n) for n in range(5)):
        place.plan_and_work(day)
    assert place.told() == {}


def test_a_restricted_case_escalates_to_the_leader_above_only(place: Place) -> None:
    case = send_case(place.session, place.ward, today=FRIDAY, reader=Reader.LEADER, topic=Topic.CONDUCT)
    assert case.due_on == date(2026, 8, 27)
    _choose(place, dict.fromkeys((NoticeKind.WEEKLY, NoticeKind.NEW, NoticeKind.DUE), NoticeChoice.OFF))
    place.plan_and_work(date(2026, 8, 28))
    assert set(place.told()) == {"leader@example.vn", "above-leader@example.vn"}


def test_the_digest_counts_what_its_reader_may_see_and_comes_on_monday_morning(place: Place) -> None:
    others = dict.fromkeys((kind for kind in NoticeKind if kind is not NoticeKind.WEEKLY), NoticeChoice.DIGEST)
    _choose(place, others)
    answered = send_case(place.session, place.ward, today=date(2026, 8, 11))
    send_case(place.session, place.ward, today=date(2026, 8, 12))
    send_case(place.session, place.ward, today=date(2026, 7, 20))
    send_case(place.session, place.ward, today=date(2026, 8, 13), reader=Reader.LEADER, topic=Topic.CONDUCT)
    send_case(place.session, place.ward, today=date(2026, 8, 13), reader=Reader.ABOVE, topic=Topic.CONDUCT)
    feedback_reply.send(place.session, answered.key, "Đã mua thêm ghế.", actor="x@example.vn", now=at(FRIDAY))
    place.plan_and_work(FRIDAY, "10:00")
    place.box.mails.clear()
    place.plan_and_work(MONDAY, "07:29")
    assert place.told() == {}
    place.plan_and_work(MONDAY, "07:31")
    texts = {mail["To"]: mail.get_content() for mail in place.box.mails}
    # Who sees nothing and asked for nothing in that case gets none; the administrator never does.
    assert set(texts) == {
        "clerk@example.vn", "leader@example.vn", "inspector@example.vn", "above@example.vn",
        "above-leader@example.vn",
    }  # fmt: skip
    assert "tình hình đầu tuần 17/08/2026" in place.box.of("clerk@example.vn")[0]["Subject"]
    new = {who: _number(text, "Mới nhận trong tuần trước") for who, text in texts.items()}
    assert new == {
        "clerk@example.vn": 2,
        "leader@example.vn": 3,
        "inspector@example.vn": 2,
        "above@example.vn": 3,
        "above-leader@example.vn": 4,
    }
    clerk = texts["clerk@example.vn"]
    assert (_number(clerk, "Đang chờ trả lời"), _number(clerk, "Đang quá hạn")) == (2, 1)
    assert "Đã trả lời trong tuần trước: 1, đúng hạn: 1" in clerk
    assert SECRET_TEXT not in place.box.text()
    place.told()
    place.plan_and_work(date(2026, 8, 18))
    assert place.told() == {}


def test_what_an_officer_turned_off_is_neither_mailed_nor_in_the_digest(place: Place) -> None:
    place.session.rollback()
    off = {NoticeKind.NEW: NoticeChoice.OFF, NoticeKind.WEEKLY: NoticeChoice.AT_ONCE}
    notice_choice.choose(place.session, place.clerk, off, now=at(FRIDAY))
    send_case(place.session, place.ward, today=FRIDAY, code=CODE)
    place.plan_and_work(FRIDAY)
    assert set(place.told()) == {"leader@example.vn"}
    place.plan_and_work(MONDAY)
    (digest,) = place.box.of("clerk@example.vn")
    assert "Mới nhận" not in digest.get_content()
    place.told()
    # Every week, even with nothing in it.
    feedback.withdraw(place.session, CODE, once=once(MONDAY), today=MONDAY)
    place.plan_and_work(date(2026, 8, 31))
    assert set(place.told()) == {"clerk@example.vn"}


def test_a_closed_account_gets_no_more_mail(place: Place) -> None:
    send_case(place.session, place.ward, today=FRIDAY)
    place.leader.disabled_at = at(FRIDAY, "08:00")
    place.session.commit()
    place.plan_and_work(FRIDAY)
    assert set(place.told()) == {"clerk@example.vn"}


def test_a_mail_server_that_is_away_for_hours_loses_nothing(place: Place) -> None:
    send_case(place.session, place.ward, today=FRIDAY)
    place.box.answer = "451 later"
    place.plan_and_work(FRIDAY, "09:00")
    (held,) = unsent.groups(place.session)
    assert (held.count, held.fault["code"], held.next_at) == (2, "mail_server_away", at(FRIDAY, "09:05"))
    place.box.answer = ""
    place.plan_and_work(FRIDAY, "09:04")
    assert place.told() == {}
    place.plan_and_work(FRIDAY, "09:06")
    assert set(place.told()) == {"clerk@example.vn", "leader@example.vn"}
    assert unsent.count(place.session) == 0


def test_what_is_refused_for_good_is_kept_for_the_administrator_and_can_be_sent_again(place: Place) -> None:
    send_case(place.session, place.ward, today=FRIDAY)
    place.box.answer = "550 no"
    place.gateway.status = 403
    place.plan_and_work(FRIDAY)
    failed = unsent.groups(place.session)
    assert {(held.kind, held.fault["code"], held.count, held.next_at) for held in failed} == {
        ("mail_notice", "mail_refused", 2, None),
        ("webhook", "gateway_refused", 1, None),
    }
    place.box.answer, place.gateway.status = "", 204
    assert unsent.send_again(place.session, now=at(FRIDAY, "10:30"), actor="admin@example.vn") == 3
    place.plan_and_work(FRIDAY, "10:31")
    assert set(place.told()) == {"clerk@example.vn", "leader@example.vn"}
    first, again = place.gateway.received
    assert first.headers["Hailong-Event-Id"] == again.headers["Hailong-Event-Id"]


def test_days_later_no_job_tells_who_heard_of_which_case_and_what_failed_stays_for_a_month(place: Place) -> None:
    send_case(place.session, place.ward, today=FRIDAY)
    place.gateway.status = 403
    place.plan_and_work(FRIDAY)
    assert place.session.scalars(select(Job).where(Job.kind == "mail_notice")).all()
    ours = Job.kind.in_(unsent.SENDING + unsent.PASSING)
    old = select(Job.kind).where(Job.created_at < at(MONDAY), ours)
    place.plan_and_work(FRIDAY + timedelta(days=9))
    assert set(place.session.scalars(old)) == {"webhook"}
    place.plan_and_work(FRIDAY + timedelta(days=31))
    assert set(place.session.scalars(old)) == set()


def test_without_mail_server_and_gateway_the_work_is_done_and_nothing_waits(
    make_app: Callable[..., Flask], sqlite_url: str
) -> None:
    app = make_app(sqlite_url)
    with app.app_context():
        factory = Factory(db.session)
        unit = factory.unit()
        factory.officer(unit, role=Role.LEADER)
        send_case(db.session, unit, today=FRIDAY)
        work.plan(db.session, now=at(FRIDAY))
        work_all(app, now=at(FRIDAY))
        db.session.expire_all()
        assert unsent.count(db.session) == 0


def _number(text: str, label: str) -> int:
    (line,) = [line for line in text.splitlines() if line.startswith(f"- {label}: ")]
    return int(line.rpartition(" ")[2])


def _choose(place: Place, chosen: dict[NoticeKind, NoticeChoice]) -> None:
    place.session.rollback()
    for officer in place.session.scalars(select(Officer)).all():
        notice_choice.choose(place.session, officer, chosen, now=at(date(2026, 7, 1)))
