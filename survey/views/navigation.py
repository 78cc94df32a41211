"""The officers' menu: what a role may open, in groups, with the place where one is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import request, url_for
from flask_babel import lazy_gettext as _

from survey.access import Permission, may, stands_at_top
from survey.models import Officer


@dataclass(frozen=True)
class Entry:
    """One line: its words, where it leads, the permission that it takes, and the blueprints that it stands for."""

    words: Any
    endpoint: str
    permission: Permission
    blueprints: tuple[str, ...]
    arguments: dict[str, Any] = field(default_factory=dict)
    only_at_top: bool = False
    waiting: bool = False  # whether the number of cases that wait stands beside it
    short: Any = ""  # what a phone shows of the words

    def is_for(self, officer: Officer) -> bool:
        """Tell whether the officer may open it."""
        allowed: Callable[[Officer, Permission], bool] = stands_at_top if self.only_at_top else may
        return allowed(officer, self.permission)

    @property
    def is_here(self) -> bool:
        return request.blueprint in self.blueprints

    @property
    def address(self) -> str:
        return url_for(self.endpoint, **self.arguments)


@dataclass(frozen=True)
class Group:
    """Entries behind one word; a group of one stands for itself."""

    words: Any
    entries: tuple[Entry, ...]

    @property
    def is_here(self) -> bool:
        return any(entry.is_here for entry in self.entries)


MENU = (
    Group(None, (Entry(_("Quý này"), "dashboard.home", Permission.SEE_SCORES, ("dashboard",)),)),
    Group(
        None,
        (
            Entry(
                _("Góp ý, phản ánh"),
                "inbox.feedback",
                Permission.READ_FEEDBACK,
                ("inbox", "cases", "feedback_lists"),
                waiting=True,
                short=_("Góp ý"),
            ),
        ),
    ),
    Group(
        _("Kết quả"),
        (
            Entry(_("Điểm hài lòng"), "scores.choose", Permission.SEE_SCORES, ("scores", "derivation")),
            Entry(_("Xếp hạng"), "ranking.choose", Permission.SEE_SCORES, ("ranking",)),
            Entry(_("Xuất báo cáo"), "exports.exports", Permission.EXPORT_SCORES, ("exports",)),
            Entry(
                _("Chỉ số CCHC"),
                "reform_index.rounds",
                Permission.SEE_INDEX,
                ("reform_index", "reform_index_sheet", "index_evidence", "index_structures"),
            ),
            Entry(_("Chốt kỳ"), "closing.choose", Permission.CLOSE_PERIOD, ("closing",), only_at_top=True),
            Entry(_("Quy tắc tính điểm"), "rules.rules", Permission.SEE_SCORES, ("rules", "rule_drafts")),
            Entry(_("Mục tiêu"), "targets.targets", Permission.EDIT_RULES, ("targets",)),
            Entry(_("Phiếu không tính"), "set_aside.requests", Permission.SET_ASIDE, ("set_aside",)),
        ),
    ),
    Group(
        _("Thu thập"),
        (
            Entry(
                _("Đơn vị, quầy, mã QR"),
                "units.units",
                Permission.MANAGE_UNITS,
                ("units", "unit_ending", "counters", "qrcodes", "posters", "start", "letterhead"),
            ),
            Entry(_("Nhập danh sách"), "uploads.lists", Permission.MANAGE_UNITS, ("uploads",), {"kind": "units"}),
            Entry(_("Số hồ sơ"), "dossiers.dossiers", Permission.IMPORT_DOSSIERS, ("dossiers", "periods")),
            Entry(_("Nhập phiếu giấy"), "paper.batches", Permission.ENTER_PAPER, ("paper", "paper_check")),
            Entry(_("Máy tính bảng"), "devices.devices", Permission.MANAGE_DEVICES, ("devices",)),
            Entry(
                _("Bộ câu hỏi"),
                "questionnaires.questionnaires",
                Permission.SEE_QUESTIONNAIRES,
                ("questionnaires", "questionnaire_drafts"),
            ),
        ),
    ),
    Group(
        _("Quản trị"),
        (
            Entry(
                _("Tài khoản"), "officers.officers", Permission.MANAGE_OFFICERS, ("officers", "officer_changes")
            ),
            Entry(_("Thông báo chưa gửi được"), "notices.held_up", Permission.MANAGE_OFFICERS, ("notices",)),
        ),
    ),
)


def menu_of(officer: Officer) -> list[Group]:
    """Return the groups and in them the entries that the officer may open."""
    open_to = [(group, tuple(entry for entry in group.entries if entry.is_for(officer))) for group in MENU]
    # One entry alone needs no word over it.
    return [Group(group.words if len(entries) > 1 else None, entries) for group, entries in open_to if entries]
