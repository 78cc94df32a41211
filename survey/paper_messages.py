"""The sentences about typed paper forms, by message code."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

PAPER_SENTENCES = {
    "paper_openers_equal": _("Hộp phiếu phải do hai người khác nhau cùng mở: xin ghi tên người thứ hai."),
    "paper_days_wrong": _(
        "Ngày không khớp: ngày bỏ phiếu đầu tiên không sau ngày cuối, ngày cuối không sau ngày mở hộp, "
        "ngày mở hộp không sau hôm nay."
    ),
    "paper_two_quarters": _(
        "Phiếu của hai quý phải nhập thành hai lô. Lần sau xin mở hộp vào ngày làm việc cuối của quý."
    ),
    "paper_found_wrong": _("Số tờ trong hộp phải từ 1 đến %(most)s."),
    "paper_period_closed": _(
        "Kỳ %(period)s đã chốt nên không nhận thêm phiếu của ngày %(day)s. Số đã chốt không thay đổi; "
        "xin giữ các tờ phiếu này và báo cho người phụ trách cải cách hành chính."
    ),
    "paper_form_too_long": _(
        "%(unit)s đang dùng phiếu %(version)s, có nhiều phần hoặc câu chọn nhiều ý, nên không in và nhập được "
        "theo mẫu một trang. Hãy giao cho đơn vị một phiếu ngắn, hoặc trả lời trên điện thoại và máy tính bảng."
    ),
    "paper_batch_taken": _("Lô này đã được mở từ trang khác. Xin trở lại danh sách lô."),
    "paper_batch_ended": _("Lô này đã kết thúc, không sửa được nữa."),
    "paper_sheet_typed": _("Tờ số %(number)s đã nhập rồi, với nội dung khác. Muốn sửa thì bấm vào số tờ ở dưới."),
    "paper_sheet_number": _("Tờ tiếp theo là tờ số %(number)s. Xin xem lại số ghi trên tờ phiếu."),
    "paper_sheet_unknown": _("Lô này chưa có tờ số %(number)s."),
    "paper_sheet_drawn": _("Tờ số %(number)s đã được chọn để gõ lần hai nên không sửa ở đây nữa."),
    "paper_sheet_not_last": _("Chỉ bỏ được dòng cuối cùng, để số ghi trên các tờ phiếu vẫn đúng."),
    "paper_sheet_not_drawn": _("Tờ số %(number)s không nằm trong số tờ phải gõ lần hai."),
    "paper_no_sheets": _("Lô này chưa nhập tờ nào."),
    "paper_not_checked": _("Phải gõ lần hai đủ %(needed)s tờ do máy chọn rồi mới kết thúc lô."),
    "paper_reason_missing": _("Xin ghi lý do."),
    "row_empty": _("Chưa gõ gì. Tờ phiếu trắng hoặc không hợp lệ thì gõ 0."),
    "row_unknown_letter": _(
        "Chữ “%(got)s” ở đầu dòng không phải là chữ của một lĩnh vực. Các chữ dùng được: %(letters)s."
    ),
    "row_wrong_key": _(
        "Ký tự thứ %(place)s (câu %(question)s) là “%(got)s”. Câu này chỉ gõ: %(keys)s, hoặc - nếu để trống. "
        "Nếu máy tự thêm dấu, xin tắt bộ gõ tiếng Việt."
    ),
    "row_too_short": _("Mới gõ %(got)s ký tự; phải đủ %(wanted)s câu, câu nào để trống thì gõ -"),
    "row_too_long": _("Gõ %(got)s ký tự, nhiều hơn %(wanted)s câu trên phiếu."),
    "row_too_few_ratings": _(
        "Phiếu trả lời chưa đủ %(minimum)s câu hài lòng nên không hợp lệ. Nếu tờ phiếu đúng là như vậy thì gõ 0."
    ),
}
