"""Sentences about closing, drafts and objections, verification, publication, and score rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

CLOSING_SENTENCES = {
    "revision_not_newest": _(
        "Bản mới nhất của kỳ %(period)s là bản %(newest)s; bản đính chính phải thay bản mới nhất."
    ),
    "revision_unknown": _("Kỳ %(period)s không có bản %(revision)s; bản mới nhất là bản %(newest)s."),
    "closing_unconfirmed": _("Xin đánh dấu đã xem danh sách kiểm tra: chốt rồi thì điểm không sửa được nữa."),
    "reason_missing": _("Bản đính chính phải ghi lý do."),
    "correction_same": _(
        "Phiếu, số hồ sơ, quy tắc và chương trình vẫn như ở bản %(revision)s, nên không có gì để đính chính."
    ),
    "objections_running": _(
        "Các đơn vị còn được kiến nghị về điểm dự thảo của kỳ %(period)s đến hết ngày %(until)s."
    ),
    "objections_unanswered": _(
        "Còn %(count)s kiến nghị về điểm dự thảo của kỳ %(period)s chưa trả lời; trả lời xong mới chốt được."
    ),
    "objections_over": _("Đã hết hạn kiến nghị: hạn cuối là hết ngày %(until)s."),
    "objections_many": _("Đơn vị đã gửi %(most)s kiến nghị về bản dự thảo này; không gửi thêm được."),
    "objection_empty": _("Xin ghi nội dung kiến nghị."),
    "objection_long": _("Nội dung dài quá %(most)s ký tự; xin viết gọn lại."),
    "objection_unknown": _("Không có kiến nghị này."),
    "objection_answered": _("Kiến nghị này đã được trả lời; câu trả lời không sửa được nữa."),
    "answer_empty": _("Xin ghi câu trả lời."),
    "no_draft": _("Kỳ %(period)s chưa gửi điểm dự thảo cho các đơn vị."),
    "draft_days": _("Số ngày để các đơn vị kiến nghị phải từ 1 đến %(most)s."),
    "already_published": _("Bản %(revision)s của kỳ %(period)s đã công bố rồi."),
    "verify_differs": _(
        "Chưa công bố: tính lại kỳ %(period)s có %(count)s chỗ khác với bản đã chốt. "
        "Xem từng chỗ bằng: hailong verify %(period)s"
    ),
    "year_rules_differ": _(
        "Không gộp được năm %(year)s: các quý đã chốt theo những cách tính khác nhau (%(rules)s). "
        "Hãy lập bản đính chính để cả năm theo một cách tính."
    ),
    "rule_unknown": _("Không có quy tắc tính điểm %(rule)s."),
    "rule_changed": _(
        "Quy tắc %(rule)s đã phát hành nhưng nội dung lưu trong cơ sở dữ liệu bị sửa. "
        "Hãy khôi phục từ bản sao lưu."
    ),
    "rule_released": _("Mã %(rule)s đã có rồi. Xin đặt mã khác."),
}

_PLACES = {
    "rule_digest": _("nội dung quy tắc tính điểm"),
    "rule_unknown": _("quy tắc tính điểm (không còn)"),
    "rule_changed": _("quy tắc tính điểm (bị sửa sau khi phát hành)"),
    "questionnaire_unknown": _("bộ câu hỏi (không còn)"),
    "period_without_dossiers": _("số hồ sơ (không còn)"),
    "unreadable": _("phiếu hoặc số hồ sơ không đọc được"),
    "population_digest": _("số hồ sơ"),
    "tally_digest": _("phiếu (mã kiểm dữ liệu vào)"),
    "response_count": _("số phiếu"),
    "versions": _("bộ câu hỏi"),
    "unit": _("có tên trong kết quả"),
    "status": _("trạng thái"),
    "dossier_count": _("số hồ sơ"),
    "effective_count": _("cỡ mẫu hiệu dụng"),
    "coverage_share": _("độ phủ"),
    "index_share": _("chỉ số"),
    "standard_error": _("sai số chuẩn"),
    "lower_share": _("cận dưới của chỉ số"),
    "upper_share": _("cận trên của chỉ số"),
    "points": _("điểm"),
    "lower_points": _("cận dưới của điểm"),
    "upper_points": _("cận trên của điểm"),
    "unweighted_share": _("chỉ số không trọng số"),
}


def place_words(path: str) -> str:
    """Name what differs; places inside the details keep their path beside the words."""
    known = _PLACES.get(path)
    return str(gettext("chi tiết %(path)s", path=path) if known is None else known)


def difference_line(difference: Mapping[str, Any]) -> str:
    """Word one difference that a verification found."""
    words = {
        "unit": difference["unit"] or gettext("Cả kỳ"),
        "what": place_words(difference["path"]),
        "stored": difference["stored"],
        "computed": difference["computed"],
    }
    return str(gettext("%(unit)s: %(what)s: đã chốt %(stored)s, tính lại %(computed)s", **words))
