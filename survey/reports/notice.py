"""The Vietnamese words of notices by mail: that something waits and where to read it, never what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from survey.filters import count, day
from survey.reports.wording import period_in_full

# What one line says; %s is until when.
_KINDS = {
    "new": "Góp ý, phản ánh mới",
    "assigned": "Việc mới giao cho Ông/Bà",
    "transferred": "Góp ý, phản ánh được chuyển đến",
    "reopened": "Người dân đề nghị xem lại câu trả lời",
    "due": "Sắp đến hạn trả lời",
    "overdue": "Quá hạn trả lời",
    "escalated": "Đơn vị cấp dưới để quá hạn trả lời",
}
# The subject when all of a mail is of one kind; of several kinds it counts only.
_SUBJECTS = {
    "new": "Có góp ý, phản ánh mới",
    "assigned": "Có việc mới giao cho Ông/Bà",
    "transferred": "Có góp ý, phản ánh được chuyển đến",
    "reopened": "Người dân đề nghị xem lại câu trả lời",
    "due": "Có góp ý, phản ánh sắp đến hạn",
    "overdue": "Có góp ý, phản ánh quá hạn trả lời",
    "escalated": "Đơn vị cấp dưới để quá hạn trả lời góp ý, phản ánh",
}
_PAST = {"overdue", "escalated"}
MOST_LINES = 40
_ANSWERED = """Kính gửi Ông/Bà,

Góp ý, phản ánh mà Ông/Bà đã gửi nay có câu trả lời.

Để xem, xin mở {address} và nhập mã tra cứu Ông/Bà nhận được khi gửi.

Để không ai khác đọc được, thư này không ghi nội dung và mã tra cứu.
Không ai hỏi Ông/Bà mã tra cứu, mật khẩu hay tiền để xem câu trả lời.
Ông/Bà có thể xoá cách liên hệ bất cứ lúc nào tại trang trên.
Thư gửi tự động, xin không trả lời thư này.

--
Your feedback has been answered. To read the answer, open {address}
and enter the tracking code that you were given when you sent it.
This message was sent automatically; please do not reply.
"""
_DRAFT = """Kính gửi Ông/Bà {name},

Điểm hài lòng dự thảo {period} đã gửi đến các đơn vị. Đơn vị có thể ghi kiến nghị, giải trình đến hết ngày {until}.

Xem điểm của đơn vị và ghi kiến nghị: {address}

Thư này không ghi điểm; xin đăng nhập để xem.
Thư gửi tự động từ hệ thống Hài Lòng, xin không trả lời thư này.
"""


@dataclass(frozen=True)
class Waiting:
    """One case that somebody is to hear of."""

    kind: str
    reference: str
    unit_name: str
    due_on: date | None


@dataclass(frozen=True)
class Week:
    """What a digest counts; None is what its reader does not wish to hear of."""

    monday: date
    new: int | None
    transferred: int | None
    reopened: int | None
    assigned: int | None
    in_progress: int
    due: int | None
    overdue: int | None
    escalated: int | None
    answered: int
    answered_on_time: int

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not any(value for name, value in self.__dict__.items() if name != "monday")


@dataclass(frozen=True)
class Letter:
    """A mail without its address."""

    subject: str
    text: str


def notice(name: str, waiting: Sequence[Waiting], *, base_url: str) -> Letter:
    """Write to an officer which cases wait; who reads it must sign in to see more."""
    urgent_first = sorted(waiting, key=lambda each: (each.due_on is None, each.due_on or date.min))
    lines = [line for each in urgent_first[:MOST_LINES] for line in _lines(each, base_url)]
    if len(waiting) > MOST_LINES:
        lines.append(f"… và {count(len(waiting) - MOST_LINES)} việc khác: {base_url}/officer/feedback")
    return Letter(_subject(waiting), _body(name, lines, base_url))


def digest(name: str, week: Week, *, base_url: str) -> Letter:
    """Write to an officer how many cases there are of what he may see."""
    rows = [
        ("Mới nhận trong tuần trước", week.new),
        ("Được chuyển đến trong tuần trước", week.transferred),
        ("Người dân đề nghị xem lại trong tuần trước", week.reopened),
        ("Đang chờ trả lời", week.in_progress),
        ("Trong đó đang giao cho Ông/Bà", week.assigned),
        ("Đến hạn trong tuần này", week.due),
        ("Đang quá hạn", week.overdue),
        ("Đã báo lên cấp trên vì quá hạn", week.escalated),
    ]
    lines = [f"- {label}: {count(value)}" for label, value in rows if value is not None]
    lines.append(
        f"- Đã trả lời trong tuần trước: {count(week.answered)}, đúng hạn: {count(week.answered_on_time)}"
    )
    lines += ["", f"Xem danh sách: {base_url}/officer/feedback"]
    title = f"Góp ý, phản ánh: tình hình đầu tuần {day(week.monday)}"
    return Letter(title, _body(name, lines, base_url))


def draft(name: str, period: str, days: tuple[date, date], until: date, *, address: str) -> Letter:
    """Write to an officer that draft scores of a period, from the first to the last of `days`, were sent."""
    called = period_in_full(period, *days)
    called = called[0].lower() + called[1:]
    text = _DRAFT.format(name=name, period=called, until=day(until), address=address)
    return Letter(f"Điểm hài lòng dự thảo: kiến nghị đến hết ngày {day(until)}", text)


def answered(*, base_url: str) -> Letter:
    """Write to a citizen that there is an answer: neither code nor unit nor content, and only the site to open."""
    return Letter("Góp ý, phản ánh của Ông/Bà đã có câu trả lời", _ANSWERED.format(address=f"{base_url}/track"))


def short_answered(*, base_url: str) -> str:
    """Word the same for a text message."""
    return f"Góp ý, phản ánh của Ông/Bà đã có câu trả lời. Xin mở {base_url}/track và nhập mã tra cứu để xem."


def _subject(waiting: Sequence[Waiting]) -> str:
    kinds = {each.kind for each in waiting}
    if len(kinds) > 1:
        return f"{count(len(waiting))} việc về góp ý, phản ánh đang chờ Ông/Bà"
    subject = _SUBJECTS[waiting[0].kind]
    if len(waiting) > 1:
        return f"{subject} ({count(len(waiting))})"
    return f"{subject}{_until(waiting[0])}"


def _lines(each: Waiting, base_url: str) -> list[str]:
    return [
        f"- {_KINDS[each.kind]}{_until(each)} ({each.unit_name})",
        f"  {base_url}/officer/feedback/{each.reference}",
    ]


def _until(each: Waiting) -> str:
    if each.due_on is None:
        return ""
    return (
        f", hạn {day(each.due_on)}" if each.kind in _PAST else f", cần trả lời chậm nhất ngày {day(each.due_on)}"
    )


def _body(name: str, lines: Sequence[str], base_url: str) -> str:
    return "\n".join(
        [
            f"Kính gửi Ông/Bà {name},",
            "",
            *lines,
            "",
            "Thư này không ghi nội dung góp ý; xin đăng nhập để xem.",
            f"Chọn việc nào được báo qua thư: {base_url}/officer/notices",
            "",
            "Thư gửi tự động từ hệ thống Hài Lòng, xin không trả lời thư này.",
            "",
        ]
    )
