"""The sentences for what can be wrong in an analysis of a table, and what a reader of its figures should know."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

ANALYSIS_SENTENCES = {
    "analysis_refused": _("Chưa tính được gì: có %(count)s chỗ cần sửa."),
    "no_such_column": _("không có cột này trong tệp. Các cột của tệp: %(known)s."),
    "not_a_plain_number": _("“%(got)s” không phải số. Ghi số, ví dụ 4 hoặc 4,5; không trả lời thì để trống."),
    "unclear_count": _("Không rõ “%(got)s” là hàng nghìn hay số lẻ. Hãy ghi liền các chữ số, ví dụ 1500."),
    "number_too_small": _("“%(got)s” nhỏ hơn %(least)s. Hãy sửa số, hoặc chọn cột khác."),
    "not_a_rating": _(
        "“%(got)s” không phải mức từ 1 đến 5. Thống kê top2 cần các mức 1 đến 5; số khác thì dùng mean."
    ),
    "no_row_with": _("không dòng nào có giá trị “%(got)s”. Các giá trị có trong cột: %(known)s."),
    "interval_needs_share": _(
        "Khoảng tin cậy “%(got)s” chỉ dùng cho tỷ lệ (top2, hoặc trung bình của cột 0/1). Hãy bỏ --interval."
    ),
}

# What the statistics themselves refuse, by the code of the AnalysisError.
ANALYSIS_FAULTS = {
    "calibration_infeasible": _(
        "Không gia quyền khớp được với tổng thể (%(where)s): giới hạn %(got)s. Hãy nới --bounds, gộp mức "
        "hiếm, hoặc bỏ bớt một cột trong --margins."
    ),
    "calibration_bounds": _(
        "--bounds cần số nhỏ trước, số lớn sau, ví dụ 0.3,3; cách logit luôn cần --bounds, có số 1 ở giữa "
        "(đang là: %(got)s)."
    ),
    "margin_total": _("Số liệu tổng thể bị âm hoặc không phải số (%(where)s). Hãy sửa tệp --population."),
    "margin_zero_total": _("Tổng thể bằng 0 (%(where)s). Hãy sửa tệp --population hoặc bỏ cột này."),
    "margin_sums": _(
        "Các cột tổng thể cộng ra số khác nhau (%(where)s): %(got)s thay vì %(expected)s. Hãy dùng số liệu của "
        "cùng một tổng thể."
    ),
    "margin_empty_level": _(
        "Tổng thể có mức mà không phiếu nào thuộc về (%(where)s). Hãy gộp mức này với mức khác, hoặc bỏ cột này "
        "khỏi --margins."
    ),
    "margin_foreign_level": _(
        "Có phiếu thuộc mức mà tổng thể không có (%(where)s). Hãy gộp mức này với mức khác, hoặc thêm số liệu của "
        "nó vào tệp --population."
    ),
    "design_lonely": _(
        "Tầng %(where)s chỉ có một đơn vị mẫu nên không tính được sai số. Hãy gộp tầng, hoặc chọn --lonely "
        "adjust, average hay certainty."
    ),
    "design_fpc": _(
        "Cột --fpc không hợp ở tầng %(where)s (%(got)s): mỗi tầng cần một số đơn vị mẫu của tổng thể, không nhỏ "
        "hơn số đã lấy; hoặc tỷ lệ từ 0 đến 1 cho mọi dòng."
    ),
    "design_fpc_stages": _("--fpc có nhiều cột hơn --psu. Mỗi giai đoạn lấy mẫu cần một cột của mỗi loại."),
    "design_empty": _("Tổng các quyền số bằng 0. Hãy kiểm tra cột --weight và --where."),
}

ANALYSIS_REMARKS = {
    "by_blank": _("%(rows)s dòng để trống cột --by, không thuộc nhóm nào."),
    "group_without_responses": _("Tổng thể có nhóm không có phiếu nào, để ngoài: %(groups)s."),
    "no_answers": _("%(rows)s dòng kết quả không có câu trả lời nào."),
    "few_responses": _("%(rows)s dòng kết quả có dưới %(minimum)s câu trả lời: chỉ để tham khảo."),
    "no_degrees_of_freedom": _("%(rows)s dòng kết quả có quá ít đơn vị mẫu nên không có khoảng tin cậy."),
    "no_variance": _("%(rows)s dòng kết quả có mọi câu trả lời như nhau: sai số tính ra bằng 0."),
}
