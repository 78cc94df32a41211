"""What can go wrong with a round of the reform index and its sheets, and how to mend it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

INDEX_ROUND_SENTENCES = {
    "index_round_exists": _("Đợt %(round)s của loại chỉ số và cấp này đã có rồi. Hãy mở đợt ấy ở bảng dưới."),
    "index_criteria_level": _("Bộ tiêu chí này dành cho cấp khác. Hãy chọn bộ tiêu chí đúng cấp của đợt."),
    "index_district_year": _(
        "Cấp huyện đã kết thúc ngày 30/06/2025: đợt %(round)s không chấm cấp huyện được, đợt cuối là năm %(last)s."
    ),
    "index_rules_without_sheet": _(
        "Cơ cấu điểm “%(rules)s” không có phần kết quả cải cách hành chính để bảng tiêu chí điền vào. "
        "Hãy chọn cơ cấu khác, hoặc không dùng bảng tiêu chí."
    ),
    "index_criteria_unknown": _("Không có bộ tiêu chí “%(criteria)s”. Các bộ dùng được: %(known)s."),
    "index_round_without_criteria": _("Đợt này không chấm theo bảng tiêu chí: điểm được nhập theo từng nội dung."),
    "index_bands": _(
        "Các bậc xếp loại chưa dùng được: mỗi bậc một mốc khác nhau từ 0 đến 100%%, bậc thấp nhất từ 0%% và không "
        "kèm điều kiện."
    ),
    "index_bands_number": _("Mốc xếp loại là số từ 0 đến 100, ví dụ 90 hoặc 90,25."),
    "index_sheet_state": _(
        "Bảng điểm này không còn ở bước ấy: có thể người khác vừa làm. Xin xem lại trạng thái."
    ),
    "index_same_person": _("Người thẩm định không tự phê duyệt. Xin nhờ người thứ hai phê duyệt."),
    "index_nothing_arose": _("Mọi tiêu chí đều ghi “không phát sinh”: không có gì để chấm. Xin xem lại bảng."),
    "index_reason": _("Trả lại thì phải ghi lý do, tối đa %(longest)s ký tự."),
    "index_line_missing": _("chưa tự chấm. Hãy ghi điểm, hoặc đánh dấu “không phát sinh”."),
    "index_line_unproven": _("chưa có tài liệu kiểm chứng. Hãy thêm tài liệu, hoặc giải trình cách chấm."),
    "index_line_unappraised": _("chưa có điểm thẩm định."),
    "index_line_unexplained": _("điểm thẩm định khác điểm tự chấm. Hãy ghi ý kiến thẩm định."),
    "criterion_unknown": _(
        "“%(got)s” không phải tiêu chí của bộ tiêu chí đợt này. Hãy xuất bảng mới rồi chép điểm sang."
    ),
    "criterion_absent": _("thiếu dòng của tiêu chí %(criterion)s “%(title)s” (%(unit)s). Hãy thêm lại dòng này."),
    "criterion_title_differs": _(
        "tiêu chí %(criterion)s tên là “%(title)s”, dòng này ghi tên khác: có thể các dòng đã bị xê dịch."
    ),
    "criterion_maximum_differs": _(
        "tiêu chí %(criterion)s tối đa %(maximum)s điểm, bảng ghi %(got)s: có thể cột, dòng đã bị xê dịch."
    ),
    "index_sheet_version": _(
        "bảng này là “%(got)s”, đợt đang chấm cần “%(wanted)s”: có thể là bảng của năm trước. Hãy xuất bảng mới."
    ),
    "index_sheet_other_unit": _("%(unit)s không thuộc bảng này. Hãy bỏ các dòng của đơn vị khác."),
    "index_sheet_locked": _("bảng điểm của %(unit)s đã qua bước này, không ghi đè được."),
    "index_own_changed": _(
        "điểm tự chấm là của đơn vị: bảng ghi %(got)s, đơn vị đã gửi %(known)s. Người thẩm định chỉ ghi cột "
        "thẩm định."
    ),
    "index_appraisal_not_yours": _("cột này do người thẩm định ghi. Hãy để trống."),
    "evidence_too_large": _(
        "Tệp lớn hơn %(limit)s MB nên không nhận. Hãy nén ảnh, tách tệp, hoặc chỉ gửi các trang cần kiểm chứng."
    ),
    "evidence_kind": _(
        "Không nhận tệp “%(name)s”. Chỉ nhận PDF, DOCX, XLSX, PNG, JPG còn nguyên vẹn, đúng với đuôi tệp và không "
        "chứa macro."
    ),
    "evidence_too_many": _("Mỗi tiêu chí có tối đa %(most)s tệp. Hãy bỏ bớt tệp cũ, hoặc gộp thành một tệp."),
}
