"""The reform index in words: kinds, levels, states, steps, ranks as official tables write them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _


class Place(Protocol):
    """A place among the units of a group."""

    @property
    def place(self) -> int: ...
    @property
    def group_count(self) -> int: ...
    @property
    def tied(self) -> bool: ...


class BothLanguages(Protocol):
    """A text of the rules."""

    @property
    def vi(self) -> str: ...
    @property
    def en(self) -> str: ...


class Titled(Protocol):
    """A component of the rules."""

    @property
    def code(self) -> str: ...
    @property
    def title(self) -> BothLanguages: ...


KINDS = {
    "par": _("Chỉ số cải cách hành chính"),
    "cntt": _("Ứng dụng công nghệ thông tin, chuyển đổi số"),
    "hoat-dong": _("Chất lượng tổ chức, hoạt động"),
}
LEVELS = {
    "commune": _("xã, phường, đặc khu"),
    "province": _("sở, cơ quan cấp tỉnh"),
    "district": _("cấp huyện (trước 01/07/2025)"),
    "all": _("mọi đơn vị"),
}
STATES = {
    "draft": _("Đang tự chấm"),
    "submitted": _("Chờ thẩm định"),
    "appraised": _("Đã thẩm định"),
    "approved": _("Đã phê duyệt"),
    "published": _("Đã công bố"),
}
SOURCES = {
    "closed": _("các quý đã chốt"),
    "entered": _("nhập"),
    "leaders": _("phiếu lãnh đạo"),
    "sheet": _("bảng điểm"),
}


def rank_text(rank: Place | None) -> str:
    """Write a rank as official tables do: 06/18."""
    if rank is None:
        return str(gettext("chưa xếp hạng"))
    tied = gettext(" đồng hạng") if rank.tied else ""
    return f"{rank.place:02d}/{rank.group_count:02d}{tied}"


def rank_change(change: int | None) -> str:
    """Write a change of rank: tăng 01 bậc."""
    if change is None:
        return "–"
    if change == 0:
        return str(gettext("giữ hạng"))
    places = f"{abs(change):02d}"
    rose, fell = gettext("tăng %(places)s bậc", places=places), gettext("giảm %(places)s bậc", places=places)
    return str(rose if change > 0 else fell)


def tie_words(code: str, parts: Iterable[Titled]) -> str:
    """Say what decides between equal totals: a component, or the on-time rate."""
    titles = {part.code: in_language(part.title) for part in parts}
    return titles.get(code, str(gettext("tỷ lệ hồ sơ giải quyết đúng hạn trong năm")))


def in_language(text: BothLanguages) -> str:
    """Choose the words of the page's language."""
    return text.en if str(get_locale()) == "en" else text.vi
