"""Every sentence that tells a person what went wrong and how to mend it, by message code.

Vietnamese is the source text; English comes from the catalogue in `survey/translations`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from analysis.errors import AnalysisError
from survey.analysis_messages import ANALYSIS_FAULTS, ANALYSIS_REMARKS, ANALYSIS_SENTENCES
from survey.closing_messages import CLOSING_SENTENCES
from survey.errors import Fault, HailongError
from survey.feedback_messages import FEEDBACK_SENTENCES
from survey.filters import count, decimal, percent
from survey.import_messages import IMPORT_SENTENCES
from survey.index_messages import INDEX_ROUND_SENTENCES
from survey.notice_messages import NOTICE_SENTENCES
from survey.officer_messages import OFFICER_SENTENCES
from survey.paper_messages import PAPER_SENTENCES
from survey.set_aside_messages import SET_ASIDE_SENTENCES
from survey.unit_messages import UNIT_SENTENCES

MOST_LINES = 200
MOST_NAMES = 4
SENTENCES = IMPORT_SENTENCES | {
    **ANALYSIS_SENTENCES,
    **CLOSING_SENTENCES,
    **FEEDBACK_SENTENCES,
    **NOTICE_SENTENCES,
    **INDEX_ROUND_SENTENCES,
    **OFFICER_SENTENCES,
    **PAPER_SENTENCES,
    **SET_ASIDE_SENTENCES,
    **UNIT_SENTENCES,
    "import_refused": _("Chưa nhập dữ liệu nào: tệp có %(count)s lỗi cần sửa."),
    "closed_unit": _("Đơn vị của mã này đã ngừng hoạt động và chưa có đơn vị thay thế."),
    "job_failed": _("Việc này chưa làm được vì lỗi của chương trình. Xin thử lại, hoặc báo người quản trị."),
    "device_enrolled": _("Máy “%(name)s” đã đăng ký rồi. Muốn thay máy, hãy thu hồi rồi thêm máy mới."),
    "device_revoked": _("Máy này đã bị thu hồi đăng ký. Xin báo công chức phụ trách cải cách hành chính."),
    "device_unknown": _("Máy này chưa được đăng ký. Xin báo công chức phụ trách cải cách hành chính."),
    "entries_unreadable": _("Máy chủ không đọc được dữ liệu máy gửi lên. Xin báo người quản trị."),
    "enrolment_unusable": _(
        "Mã đăng ký không đúng, đã dùng hoặc đã hết hạn. Xin lấy mã mới ở trang “Máy tính bảng” của đơn vị."
    ),
    "no_counters": _(
        "%(unit)s chưa có quầy nào để in áp phích. Hãy nhập quầy bằng: hailong counters import TỆP. "
        "Liên kết trực tuyến của đơn vị xem bằng: hailong qr links --unit %(unit_code)s"
    ),
    "expired_leader_link": _("Liên kết này đã quá hạn trả lời. Xin hỏi nơi đã gửi liên kết cho Ông/Bà."),
    "used_leader_link": _(
        "Liên kết này chỉ gửi được một phiếu, và phiếu đã được ghi nhận. Nếu phiếu đó không phải do Ông/Bà gửi, "
        "xin báo nơi đã gửi liên kết."
    ),
    "expired_code": _(
        "Mã này đã quá hạn dùng. Ý kiến của Ông/Bà vẫn được đón nhận: xin quét mã trên tờ áp phích ở quầy."
    ),
    "used_code": _(
        "Mỗi mã chỉ gửi được một phiếu, và phiếu của mã này đã được ghi nhận. Nếu muốn góp ý thêm, hoặc phiếu đó "
        "không phải do Ông/Bà gửi, xin quét mã trên tờ áp phích ở quầy."
    ),
    "unknown_one_time_code": _(
        "Không có mã này. Xin xem lại từng chữ và số. Nếu mã đã cũ, xin quét mã trên tờ áp phích ở quầy."
    ),
    "no_units": _("Chưa có đơn vị hay quầy nào để in. Hãy nhập bằng: hailong units import TỆP"),
    "logo_too_large": _("Tệp biểu trưng lớn hơn %(largest)s KB. Hãy dùng tệp nhỏ hơn."),
    "logo_too_many_pixels": _("Biểu trưng có cạnh dài hơn %(most)s điểm ảnh. Hãy thu nhỏ ảnh."),
    "logo_unreadable": _("Không đọc được biểu trưng: hãy dùng tệp PNG hoặc SVG còn nguyên vẹn."),
    "logo_unsafe": _(
        "Tệp SVG của biểu trưng có chữ chưa chuyển thành nét, mã chạy hoặc liên kết ra ngoài. "
        "Hãy chuyển chữ thành nét, hoặc dùng tệp PNG."
    ),
    "revoked_code": _("Mã này không còn dùng nữa. Xin quét mã mới ở quầy."),
    "code_not_begun": _("Mã này dùng được từ ngày %(first)s. Hôm nay xin quét mã khác ở quầy."),
    "stopped_code": _("Mã này chỉ dùng đến hết ngày %(last)s. Xin quét mã mới ở quầy."),
    "unknown_code": _("Không có mã này. Xin xem lại mã in dưới hình vuông: 8 hoặc 16 chữ và số."),
    "questionnaire_changed": _(
        "Bộ câu hỏi %(version)s đã phát hành nhưng nội dung bị sửa. Hãy đặt lại tệp cũ hoặc đặt tên phiên bản mới."
    ),
    "questionnaire_unknown": _("Không có bộ câu hỏi %(version)s."),
    "questionnaire_released": _("Mã %(version)s đã phát hành rồi. Xin đặt mã khác."),
    "questionnaire_id_reserved": _(
        "Đuôi -v kèm số dành cho bản đi kèm chương trình. Xin dùng đuôi khác, ví dụ short-b1."
    ),
    "questionnaire_faulty": _("Bộ câu hỏi chưa dùng được: %(detail)s"),
    "questionnaire_for_leaders": _("%(version)s là phiếu của lãnh đạo, không giao cho người dân được."),
    "questionnaire_for_citizens": _("%(version)s là phiếu của người dân, không dùng cho lãnh đạo được."),
    "invitation_in_the_past": _("Hạn trả lời đã qua. Hãy đặt --until một ngày từ hôm nay trở đi."),
    "leader_survey_other_version": _(
        "%(unit)s đã được đánh giá bằng %(version)s trong đợt này; không trộn hai phiếu vào một điểm được."
    ),
    "no_leader_survey": _(
        "Đợt %(round)s chưa mời lãnh đạo nào. Hãy mời bằng: hailong leaders invite TỆP --round %(round)s"
    ),
    "draft_changed": _(
        "Bản này vừa được sửa từ nơi khác. Chữ Ông/Bà gõ còn đây nhưng chưa lưu: xin xem lại rồi lưu, "
        "chữ ở đây sẽ thay chữ vừa lưu ở nơi kia."
    ),
    "draft_rearranged": _(
        "Bản này vừa được sửa từ nơi khác: câu hỏi đã thêm, bớt hoặc đổi chỗ, nên chữ Ông/Bà gõ chưa lưu. "
        "Dưới đây là bản mới nhất; bấm nút quay lại của trình duyệt để chép lại chữ đã gõ."
    ),
    "draft_gone": _("Bản nháp này không còn nữa: đã phát hành hoặc đã bỏ."),
    "use_backwards": _("Ngày kết thúc đứng trước ngày bắt đầu."),
    "use_in_the_past": _("Ngày bắt đầu đã qua: câu hỏi của ngày đã qua không đổi lại được."),
    "use_outside_force": _("Thời gian giao nằm ngoài thời gian hiệu lực của %(version)s."),
    "example_not_empty": _(
        "Cơ sở dữ liệu đã có dữ liệu, nên không nạp dữ liệu ví dụ. Hãy chọn một cơ sở dữ liệu trống "
        "bằng HAILONG_DATABASE_URL."
    ),
    "example_needs_example_mode": _(
        "Dữ liệu ví dụ chỉ dùng để xem thử: hãy đặt HAILONG_ENV=example rồi chạy lại."
    ),
    "period_changed": _(
        "Trong lúc chốt, kỳ %(period)s có thêm phiếu giấy vừa nhập, phiếu vừa loại hoặc số hồ sơ vừa sửa. "
        "Chưa chốt; hãy làm lại."
    ),
    "questionnaire_unreadable": _("Không đọc được bộ câu hỏi: %(detail)s"),
    "unknown_language": _("Chưa hỗ trợ ngôn ngữ “%(language)s”. Các mã dùng được: %(known)s."),
    "period_closed": _("Kỳ %(period)s đã chốt, không thể tính lại hay nhập thêm."),
    "period_not_over": _("Kỳ %(period)s còn đến hết ngày %(last)s; chỉ chốt được sau ngày đó."),
    "period_not_started": _("Kỳ %(period)s chưa bắt đầu: ngày đầu tiên là %(first)s."),
    "period_without_dossiers": _(
        "Kỳ %(period)s chưa có số hồ sơ. Hãy nhập bằng: hailong dossiers import TỆP --period %(period)s"
    ),
    "unit_without_dossiers": _(
        "Đơn vị %(unit)s chưa có số hồ sơ của kỳ %(period)s. "
        "Hãy nhập bằng: hailong dossiers import TỆP --period %(period)s"
    ),
    "unknown_unit": _("Không có đơn vị mang mã %(unit)s."),
    "no_schema": _("Cơ sở dữ liệu chưa có bảng hoặc chưa được nâng cấp. Hãy chạy: hailong init"),
}


def sentence(problem: HailongError | Fault) -> str:
    """Word a problem in the language of the page or command."""
    return str(SENTENCES[problem.code]) % {name: _written(value) for name, value in problem.params.items()}


def analysis_sentence(error: AnalysisError) -> str:
    """Word what the statistics could not use; what only a programmer can mend stays in the terminal's English."""
    if error.code in ANALYSIS_FAULTS:
        return str(ANALYSIS_FAULTS[error.code]) % error.params
    return str(gettext("Không tính được: %(detail)s", detail=str(error)))


def analysis_remark(remark: Mapping[str, Any]) -> str:
    """Word what a reader of analysed figures should know."""
    return str(ANALYSIS_REMARKS[remark["code"]]) % {name: _written(value) for name, value in remark.items()}


def _written(value: object) -> object:
    """Write numbers as people do; what must not get thousands marks (a row, a year) comes as text."""
    if isinstance(value, tuple):
        return _listed(value)
    if isinstance(value, Decimal):
        return decimal(value, max(0, -int(value.as_tuple().exponent)))
    return count(value) if isinstance(value, int) else value


def _listed(names: tuple[str, ...]) -> str:
    """Write names one after the other, but no more of them than a person reads."""
    if len(names) <= MOST_NAMES:
        return ", ".join(names)
    shown, rest = ", ".join(names[: MOST_NAMES - 1]), count(len(names) - MOST_NAMES + 1)
    return str(gettext("%(names)s và %(rest)s đơn vị khác", names=shown, rest=rest))


def fault_line(fault: Fault) -> str:
    """Word a fault of an imported file with the place where it stands."""
    place = []
    if fault.row is not None:
        place.append(gettext("Dòng %(row)s", row=fault.row))
    if fault.column is not None:
        place.append(gettext("cột “%(column)s”", column=fault.column))
    if fault.cell is not None:
        place.append(gettext("ô %(cell)s", cell=fault.cell))
    return f"{', '.join(place)}: {sentence(fault)}" if place else sentence(fault)


def fault_lines(faults: Sequence[Fault]) -> list[str]:
    """Word many faults, but no more than a person reads."""
    lines = [fault_line(fault) for fault in faults[:MOST_LINES]]
    if len(faults) > MOST_LINES:
        lines.append(gettext("… và %(rest)s lỗi khác.", rest=count(len(faults) - MOST_LINES)))
    return lines


STATUSES = {
    "scored": _("có điểm"),
    "marked": _("chưa đủ mẫu"),
    "suppressed": _("dưới 5 phiếu, không hiện điểm"),
    "no_responses": _("chưa có phiếu"),
    "no_dossiers": _("chưa có số hồ sơ"),
    "no_score": _("không có quý nào có điểm"),
}


def status_word(status: str) -> str:
    """Word the status of a unit's score."""
    return str(STATUSES[status])


MARGINS = {"field": _("lĩnh vực"), "channel": _("cách nộp"), "outcome": _("kết quả xử lý")}
CHANNELS = {"direct": _("trực tiếp"), "online": _("trực tuyến"), "post": _("bưu chính")}
WARNINGS = {
    "no_dossiers": _("Chưa có số hồ sơ của kỳ nên chưa tính được điểm."),
    "no_responses": _("Chưa có phiếu nào."),
    "suppressed": _("Dưới %(minimum)s phiếu: không hiện điểm, để không đoán được ý kiến của từng người."),
    "few_responses": _("Mới có %(n)s phiếu, dưới %(minimum)s: chưa đủ mẫu, không xếp hạng."),
    "below_minimum_sample": _("Có %(n)s phiếu; cỡ mẫu tối thiểu cho sai số 5%% là %(minimum)s."),
    "more_responses_than_dossiers": _(
        "Số phiếu (%(n)s) nhiều hơn số hồ sơ (%(dossiers)s): cần xem lại số hồ sơ đã nhập và nơi đặt mã."
    ),
    "fpc_off": _("Không hiệu chỉnh theo tổng số hồ sơ, vì số phiếu không ít hơn số hồ sơ."),
    "no_usable_factor": _("Không yếu tố nào đủ phiếu để tính điểm."),
    "no_factor_reaches_minimum": _("Không yếu tố nào đủ %(minimum)s phiếu; điểm tính trên các yếu tố hiện có."),
    "factor_left_out": _("Yếu tố “%(factor)s” chưa đủ %(minimum)s phiếu nên không tính vào điểm."),
    "few_sampling_units": _(
        "Mới có %(count)s cụm quầy và tuần, chưa đủ %(minimum)s, nên sai số tính theo từng phiếu."
    ),
    "margin_not_given": _("Chưa có số hồ sơ theo %(margin)s nên chưa gia quyền theo %(margin)s."),
    "margin_unknown_share": _(
        "Chỉ biết %(margin)s của %(known_share)s số phiếu nên không gia quyền theo %(margin)s."
    ),
    "margin_few_responses": _("Có mức quá ít phiếu nên không gia quyền theo %(margin)s."),
    "margin_dropped": _("Không gia quyền theo %(margin)s, vì trọng số sẽ vượt giới hạn."),
    "level_merged": _("“%(level)s” quá ít phiếu nên khi gia quyền gộp vào “%(into)s”."),
    "level_without_dossiers": _("Có phiếu về “%(level)s” nhưng không có hồ sơ nào: cần xem lại số hồ sơ đã nhập."),
    "bounds_widened": _("Trọng số phải nới đến %(upper)s lần: phiếu phân bố khác nhiều so với hồ sơ."),
    "equal_weights": _("Mọi phiếu được tính như nhau, vì không gia quyền được theo hồ sơ."),
}


def warning_sentence(code: str, params: Mapping[str, Any], names: Mapping[str, str] | None = None) -> str:
    """Word a warning of a score; `names` are the names of the fields and factors whose codes stand in it.

    A code that this version does not know, of a result frozen by another one, is shown as it is.
    """
    if code not in WARNINGS:
        return code
    known = {**MARGINS, **CHANNELS, **(names or {})}
    return str(WARNINGS[code]) % {name: _worded(name, value, known) for name, value in params.items()}


def _worded(name: str, value: Any, known: Mapping[str, Any]) -> object:
    if isinstance(value, float):
        return percent(value, 0) if name.endswith("_share") else decimal(value, 0)
    return str(known.get(value, value)) if isinstance(value, str) else _written(value)
