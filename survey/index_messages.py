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
    "index_rules_kept": _(
        "Đợt %(round)s đã chấm theo bảng tiêu chí hoặc đã công bố nên giữ cơ cấu điểm %(rules)s, không đổi được. "
        "Hãy nhập tệp theo cơ cấu ấy."
    ),
    "index_rules_bands": _(
        "Các bậc xếp loại riêng của đợt %(round)s không dùng được với cơ cấu điểm %(wanted)s. Hãy mở đợt ấy, dùng "
        "lại bậc của cơ cấu điểm, rồi nhập lại tệp."
    ),
    "index_bands": _(
        "Các bậc xếp loại chưa dùng được: mỗi bậc một mốc khác nhau từ 0 đến 100%%, bậc thấp nhất từ 0%% và không "
        "kèm điều kiện."
    ),
    "index_bands_none": _(
        "Hãy ghi ít nhất một bậc. Muốn bỏ các bậc riêng của đợt này thì chọn “Dùng lại bậc của cơ cấu điểm”."
    ),
    "index_bands_number": _("Mốc xếp loại là số từ 0 đến 100, ví dụ 90 hoặc 90,25."),
    "index_sheet_state": _(
        "Bảng điểm này không còn ở bước ấy: có thể người khác vừa làm. Xin xem lại trạng thái."
    ),
    "index_same_person": _("Người thẩm định không tự phê duyệt. Xin nhờ người thứ hai phê duyệt."),
    "index_nothing_arose": _("Mọi tiêu chí đều ghi “không phát sinh”: không có gì để chấm. Xin xem lại bảng."),
    "index_reason": _("Trả lại thì phải ghi lý do, tối đa %(longest)s ký tự."),
    "index_nothing_to_publish": _(
        "Chưa có gì để công bố: chưa đơn vị nào có bảng điểm đã phê duyệt và đủ các phần của tổng điểm."
    ),
    "index_unchanged": _("Số liệu đầu vào không đổi so với bản %(revision)s: không có gì để đính chính."),
    "index_correction_reason": _("Đính chính thì phải ghi lý do, tối đa %(longest)s ký tự."),
    "index_reopened": _(
        "Đang thẩm định lại bảng đã công bố: %(units)s. Hãy thẩm định, phê duyệt xong rồi công bố bản đính chính."
    ),
    "index_published_meanwhile": _("Người khác vừa công bố đợt này. Xin xem lại bản mới nhất."),
    "index_no_revision": _("Đợt này không có bản công bố số %(revision)s."),
    "index_structure_changed": _(
        "“%(structure)s” đã bị sửa trong cơ sở dữ liệu sau khi đăng ký nên không dùng được. Hãy khôi phục từ bản "
        "sao lưu."
    ),
    "structure_too_large": _("Tệp lớn hơn %(limit)s MB nên không nhận."),
    "structure_toml": _("Tệp TOML viết sai: %(problem)s. Hãy sửa dòng được nêu (line, column) rồi gửi lại."),
    "structure_beyond": _(
        "Tệp TOML có số quá dài hoặc lồng quá nhiều lớp nên không đọc được. Hãy sửa theo một bản có sẵn rồi gửi "
        "lại."
    ),
    "structure_characters": _("Có ký tự điều khiển hoặc ký tự hỏng trong tệp. Hãy gõ lại chỗ ấy rồi gửi lại."),
    "structure_too_long": _("“%(text)s…” quá dài: tối đa %(longest)s ký tự. Hãy viết gọn lại rồi gửi lại."),
    "structure_kind": _(
        'Tệp này không phải loại đang đăng ký: bộ tiêu chí ghi kind = "criteria", cơ cấu điểm ghi kind = "index".'
    ),
    "structure_value": _(
        "Chỗ “%(where)s” ghi “%(got)s” chưa dùng được. Hãy sửa chỗ ấy theo một bản có sẵn rồi gửi lại."
    ),
    "structure_blank": _("Còn thiếu “%(where)s”. Hãy thêm mục ấy như trong một bản có sẵn rồi gửi lại."),
    "structure_unknown": _(
        "Mục “%(where)s” không có trong các bản có sẵn, có thể viết sai tên. Hãy sửa tên mục rồi gửi lại."
    ),
    "structure_id": _(
        "Mã “%(structure)s” chưa dùng được: chữ thường không dấu, số, gạch ngang; từ 3 đến 59 ký tự."
    ),
    "structure_taken": _("Mã “%(structure)s” đã có. Bản mới cần mã khác, ví dụ thêm năm vào cuối."),
    "structure_gone": _("Không đọc được nội dung đã xem. Xin gửi lại tệp."),
    "structure_scale": _("Thang điểm là một số, ví dụ 100; hoặc bỏ trống."),
    "structure_order": _("dòng này đứng trước “%(above)s” của nó. Hãy đặt dưới một dòng “%(above)s”."),
    "structure_empty": _("“%(name)s” chưa có tiêu chí nào. Hãy thêm dòng “Tiêu chí” bên dưới, hoặc bỏ dòng này."),
    "structure_sum": _(
        "cộng các dòng bên dưới “%(name)s” được %(total)s điểm, dòng này ghi %(got)s. Hãy sửa cho khớp."
    ),
    "structure_code": _(
        "mã “%(got)s” chưa dùng được: chữ, số, dấu chấm, gạch ngang; tối đa 40 ký tự, không có dấu cách."
    ),
    "structure_least": _("điểm tối đa phải từ 0,01 trở lên."),
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
    "evidence_published": _(
        "Kết quả đã công bố dựa vào tệp này nên không bỏ được. Ông/Bà có thể thêm tệp mới bên cạnh."
    ),
    "evidence_too_many": _("Mỗi tiêu chí có tối đa %(most)s tệp. Hãy bỏ bớt tệp cũ, hoặc gộp thành một tệp."),
}
