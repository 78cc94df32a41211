"""The sentences for what can be wrong in an imported file: what it is, and how to mend it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

FILE_SENTENCES = {
    "upload_not_checked": _("Tệp này còn lỗi hoặc đã nhập rồi, nên không nhập được. Xin tải tệp lên lại."),
    "period_backwards": _("Ngày cuối đứng trước ngày đầu. Xin xem lại hai ngày."),
    "period_overlaps": _(
        "Kỳ %(period)s (%(days)s) có ngày trùng với kỳ %(other)s (%(other_days)s) đã có số liệu. Một hồ sơ không "
        "được tính ở hai kỳ: hãy chọn kỳ không trùng ngày."
    ),
    "file_too_large": _(
        "Tệp quá lớn, nhiều hơn %(limit)s MB khi đọc. Hãy chia thành nhiều tệp, hoặc bỏ hình ảnh và các "
        "trang tính không dùng."
    ),
    "file_empty": _("Tệp trống, không có dòng nào."),
    "file_missing": _("Không đọc được tệp %(path)s: %(reason)s."),
    "out_is_no_file": _("Lệnh này chỉ ghi ra tệp: hãy ghi tên tệp sau --out, không dùng dấu “-”."),
    "file_not_written": _("Không ghi được tệp %(path)s: %(reason)s."),
    "period_not_closed": _(
        "Kỳ %(period)s chưa chốt. Hãy chốt trước, bằng trang “Chốt kỳ” hoặc: hailong close %(period)s"
    ),
    "period_not_published": _(
        "Kỳ %(period)s chưa công bố nên chưa có gói công khai. Hãy công bố trước, bằng trang “Chốt kỳ” hoặc: "
        "hailong publish %(period)s"
    ),
    "responses_changed": _(
        "Phiếu đang lưu của %(unit)s không còn khớp với kỳ %(period)s đã chốt, nên không lập được gói kiểm chứng. "
        "Xem khác ở đâu bằng: hailong verify %(period)s"
    ),
    "unknown_format": _("Không xuất được dạng “%(format)s”. Các dạng dùng được: %(known)s."),
    "not_a_spreadsheet": _(
        "Không đọc được bảng tính trong tệp này (có vẻ là %(kind)s). Hãy mở bằng Excel hoặc LibreOffice rồi "
        "lưu thành XLSX hoặc CSV UTF-8."
    ),
    "old_excel": _(
        "Tệp Excel kiểu cũ (.xls) hoặc có đặt mật khẩu. Hãy mở bằng Excel, bỏ mật khẩu rồi lưu thành .xlsx."
    ),
    "wrong_encoding": _(
        "Chữ trong tệp không phải mã UTF-8 (có thể là TCVN3, VNI hoặc Windows-1258). Hãy mở bằng Excel, chọn "
        "Lưu thành, loại tệp “CSV UTF-8”, hoặc lưu thành .xlsx."
    ),
    "broken_quotes": _("Có dấu ngoặc kép chưa đóng hoặc đặt sai chỗ. Hãy sửa dòng này, hoặc lưu tệp thành .xlsx."),
    "no_header": _("Không thấy dòng tiêu đề cột. Dòng đầu phải ghi tên cột; hãy lấy bảng mẫu để so."),
    "no_rows": _("Dưới dòng tiêu đề không có dòng dữ liệu nào."),
    "template_not_filled": _("Bảng mẫu chưa được điền: không dòng nào có số liệu."),
    "unknown_column": _("không phải cột của bảng này. Các cột dùng được: %(known)s; hoặc cột “Ghi chú”."),
    "duplicate_column": _("cột này có hai lần. Hãy bỏ bớt một cột."),
    "missing_column": _("thiếu cột này (có thể ghi: %(known)s)."),
    "merged_cells": _("các ô %(range)s bị gộp. Hãy bỏ gộp ô rồi ghi giá trị vào từng ô."),
    "too_many_cells": _(
        "dòng có %(cells)s ô mà tiêu đề chỉ có %(width)s. Có thể số thập phân viết dấu phẩy chưa đặt trong "
        "ngoặc kép."
    ),
}

CELL_SENTENCES = {
    "blank_cell": _("ô này không được bỏ trống."),
    "formula": _("ô chứa công thức. Hãy chép rồi dán lại dạng giá trị (Paste Values)."),
    "error_value": _("ô đang báo lỗi của Excel. Hãy sửa rồi ghi giá trị."),
    "garbled_text": _(
        "chữ “%(got)s” bị hỏng dấu (phông TCVN3, VNI hoặc lưu sai bảng mã). Hãy gõ lại bằng Unicode và lưu "
        "thành .xlsx hoặc CSV UTF-8."
    ),
    "text_too_long": _("dài %(length)s ký tự, tối đa %(longest)s. Hãy viết gọn lại."),
    "date_not_text": _("Excel đã đổi ô này thành ngày %(got)s. Hãy đặt định dạng ô là Văn bản rồi gõ lại."),
    "date_not_number": _("ô này là ngày %(got)s, cần một số. Hãy đặt định dạng ô là Số rồi gõ lại."),
    "unknown_word": _("“%(got)s” không dùng được ở đây. Hãy chọn một trong: %(known)s."),
    "not_a_date": _("“%(got)s” không phải ngày. Hãy viết ngày/tháng/năm, ví dụ 01/07/2026."),
    "not_a_number": _("“%(got)s” không phải số. Chỉ ghi chữ số, ví dụ 47563 hoặc 47.563."),
    "not_points": _("“%(got)s” không phải số. Chỉ ghi chữ số, ví dụ 1,5 hoặc 87,60."),
    "negative_number": _("“%(got)s” là số âm. Hãy ghi số từ 0 trở lên."),
    "fractional_count": _(
        "“%(got)s” là số lẻ, cần số nguyên. Nếu dấu chấm hay phẩy là dấu hàng nghìn, hãy gõ lại liền, ví dụ 47563."
    ),
    "number_too_large": _("“%(got)s” lớn quá mức có thể. Hãy kiểm tra lại số."),
    "too_many_decimals": _("“%(got)s” có quá 4 chữ số thập phân. Hãy làm tròn."),
    "percent_not_points": _("ô này là tỷ lệ phần trăm, cần số điểm. Hãy ghi điểm, hoặc dùng cột tỷ lệ %%."),
    "percent_outside": _("“%(got)s” nằm ngoài khoảng 0 đến 100%%."),
    "share_not_percent": _(
        "“%(got)s” nhỏ hơn 1%%. Hãy ghi theo phần trăm, ví dụ 87,60; nếu đúng thế, thêm dấu %%."
    ),
    "code_letters": _("mã “%(got)s” chỉ được gồm chữ, số, dấu chấm, gạch ngang, gạch chéo, không có dấu cách."),
}

ROW_SENTENCES = {
    "duplicate_row": _("trùng với dòng %(first)s. Hãy bỏ một dòng."),
    "unit_not_found": _("không có đơn vị “%(got)s”. Hãy sửa mã, hoặc nhập đơn vị này trước."),
    "unit_not_found_similar": _("không có đơn vị “%(got)s”. Có phải: %(known)s?"),
    "unit_name_ambiguous": _("có nhiều đơn vị tên “%(got)s”. Hãy ghi mã: %(codes)s."),
    "unit_kind_needed": _(
        "không rõ “%(name)s” là loại đơn vị gì. Hãy ghi cột loại đơn vị: Sở, Phường, Xã, Đặc khu…"
    ),
    "unit_before_two_tiers": _("cấp huyện đã kết thúc ngày 30/06/2025. Hãy ghi ngày hiệu lực từ trước ngày đó."),
    "unit_ends_before_it_begins": _("ngày hết hiệu lực đứng trước ngày bắt đầu hiệu lực. Hãy xem lại hai ngày."),
    "unit_starts_outside_its_time": _(
        "ngày bắt đầu đo nằm ngoài thời gian hiệu lực của đơn vị. Hãy xem lại ngày."
    ),
    "unit_measures_already": _(
        "đơn vị đã đo từ ngày %(first)s nên ngày này không đổi được nữa. Hãy ghi lại ngày cũ hoặc bỏ trống ô."
    ),
    "unit_start_is_past": _(
        "đơn vị đã có trong hệ thống: ngày bắt đầu đo phải từ hôm nay trở đi, vì phiếu đã gửi không tính lại được."
    ),
    "unit_end_is_past": _(
        "đơn vị đang hoạt động: ngày hết hiệu lực phải từ hôm nay trở đi, vì phiếu đã gửi không chuyển sang "
        "đơn vị khác."
    ),
    "unit_end_is_over": _(
        "đơn vị đã hết hiệu lực ngày %(last)s nên ngày này không đổi được nữa. Hãy ghi lại ngày cũ hoặc bỏ "
        "trống ô."
    ),
    "unit_end_leaves_below": _("%(below)s còn trực thuộc đơn vị này sau ngày ấy. Hãy chuyển đơn vị đó trước."),
    "unit_end_of_an_heir": _("đơn vị này còn phải kế thừa %(other)s. Hãy chọn đơn vị kế thừa khác trước."),
    "unit_link_circle": _(
        "đi theo “%(got)s” lại quay về chính đơn vị này. Hãy sửa quan hệ cấp trên hoặc kế thừa."
    ),
    "unit_outside_reach": _(
        "%(unit)s nằm ngoài phạm vi Ông/Bà phụ trách. Hãy bỏ dòng này, hoặc để nơi phụ trách đơn vị đó nhập."
    ),
    "unit_needs_parent": _(
        "%(unit)s chưa có đơn vị cấp trên. Hãy ghi mã đơn vị cấp trên thuộc phạm vi Ông/Bà phụ trách."
    ),
    "unit_not_yet": _("%(unit)s thành lập ngày %(since)s, sau kỳ này. Hãy ghi đơn vị của thời gian đó."),
    "unit_no_longer": _("%(unit)s hết hiệu lực ngày %(until)s, trước kỳ này. Đơn vị kế thừa: %(successor)s."),
    "unit_without_start": _(
        "%(unit)s chưa có ngày bắt đầu đo: phiếu của đơn vị này là phiếu thử, chưa tính điểm."
    ),
    "unit_starts_later": _("%(unit)s bắt đầu đo ngày %(start)s, sau kỳ này: kỳ này chưa có phiếu được tính."),
    "field_not_found": _("không có lĩnh vực “%(got)s”. Hãy ghi một trong: %(known)s."),
    "field_not_of_a_counter": _("“Tất cả lĩnh vực” không dùng cho quầy. Hãy liệt kê từng lĩnh vực."),
}

DOSSIER_SENTENCES = {
    "two_forms_at_once": _("bảng vừa có cột này vừa có cột “%(other)s”: chỉ dùng một trong hai mẫu."),
    "no_count_columns": _(
        "Bảng không có cột số hồ sơ. Cần “Số hồ sơ” cùng “Kênh tiếp nhận” hoặc “Kết quả giải quyết”, hoặc "
        "các cột của biểu II.06; hãy lấy bảng mẫu để so."
    ),
    "neither_channel_nor_outcome": _("cần ghi kênh tiếp nhận, kết quả giải quyết, hoặc cả hai."),
    "mixed_basis": _(
        "dòng này và dòng %(first)s của cùng đơn vị đếm theo hai cách: ghi cả kênh lẫn kết quả ở mọi dòng, "
        "hoặc tách riêng bảng theo kênh và bảng theo kết quả."
    ),
    "total_beside_fields": _("dòng tổng số đứng cạnh các lĩnh vực sẽ bị đếm hai lần. Hãy bỏ dòng tổng số."),
    "part_missing": _("thiếu số, trong khi “%(total)s” và các phần khác đã ghi. Nếu không có hồ sơ, hãy ghi 0."),
    "parts_do_not_add_up": _("ghi %(total)s nhưng %(parts)s = %(computed)s. Hãy sửa tổng hoặc các phần."),
    "part_above_whole": _("%(unit)s: ghi %(part)s, nhiều hơn tổng %(whole)s mà số này là một phần. Hãy xem lại."),
    "balance_wrong": _(
        "tiếp nhận %(total)s khác đã giải quyết %(settled)s + đang giải quyết %(pending)s = %(computed)s. "
        "Hãy xem lại."
    ),
    "settled_more_than_received": _("đã giải quyết %(settled)s, nhiều hơn tổng tiếp nhận %(total)s. Hãy xem lại."),
    "settled_exceeds_received": _(
        "%(unit)s: đã giải quyết %(settled)s hồ sơ nhưng chỉ tiếp nhận %(received)s. "
        "Nếu không phải do hồ sơ kỳ trước chuyển qua, hãy sửa số liệu rồi nhập lại."
    ),
    "printed_rate_differs": _("%(unit)s: tính được %(computed)s%%, bản in ghi %(printed)s%%."),
    "printed_rate_unchecked": _("bản in ghi %(printed)s%% nhưng không có số đã giải quyết để tính lại."),
    "period_still_running": _(
        "Kỳ %(period)s còn đến hết ngày %(last)s: số hồ sơ chưa đủ, hãy nhập lại khi hết kỳ."
    ),
}

RECEIPT_SENTENCES = {
    "dossier_number": _(
        "“%(got)s” không giống mã hồ sơ. Mã có dạng H10.25.3-250701-0001: mã đơn vị, ngày tiếp nhận, số thứ tự. "
        "Nếu không có mã, hãy bỏ trống."
    ),
    "dossier_number_day": _(
        "“%(got)s”: %(day)s trong mã không phải ngày (hai số cuối của năm, tháng, ngày). Hãy xem lại mã."
    ),
    "field_not_of_a_dossier": _("một hồ sơ thuộc một lĩnh vực. Hãy ghi lĩnh vực của hồ sơ này."),
    "receipt_unit_ended": _(
        "%(unit)s hết hiệu lực ngày %(until)s. Hãy ghi đơn vị tiếp nhận hiện nay; đơn vị kế thừa: %(successor)s."
    ),
    "receipt_before_start": _(
        "%(unit)s bắt đầu đo ngày %(start)s: phiếu gửi trước ngày đó là phiếu thử, không tính."
    ),
    "receipt_expired": _("ngày %(got)s đã qua: mã in ra sẽ không dùng được. Hãy ghi ngày sau hôm nay."),
    "receipt_too_long": _("mã sẽ dùng được đến %(got)s, quá %(days)s ngày kể từ hôm nay. Hãy xem lại ngày."),
}

RESPONSE_SENTENCES = {
    "map_faulty": _("Tệp ánh xạ sai ở “%(where)s”. Cần: %(expected)s"),
    "responses_imported": _("Tệp này đã nhập ngày %(day)s (lô %(batch)s). Không nhập lại được."),
    "response_too_few": _("chưa đủ %(minimum)s câu xếp mức: tính là phiếu không hợp lệ, không lưu."),
    "response_day_ahead": _("ngày %(day)s chưa tới. Hãy xem lại ngày, hoặc thứ tự ngày và tháng (day.order)."),
    "response_period_closed": _("ngày %(day)s thuộc kỳ %(period)s đã chốt, không nhập thêm được."),
    "response_version_then": _("ngày %(day)s bộ câu hỏi %(version)s chưa hoặc không còn hiệu lực."),
}

INDEX_SENTENCES = {
    "index_kind_letters": _(
        "Loại chỉ số “%(kind)s” chỉ được gồm chữ thường không dấu, số, gạch ngang, tối đa 16 ký tự."
    ),
    "index_rules_unknown": _("Không có bộ quy tắc “%(rules)s”. Các bộ dùng được: %(known)s."),
    "index_rules_differ": _(
        "Đợt %(round)s đã nhập điểm theo bộ quy tắc %(rules)s. Muốn đổi sang %(wanted)s, hãy nhập lại điểm "
        "của mọi đơn vị trong một tệp."
    ),
    "no_index_round": _(
        "Chưa có điểm của đợt %(round)s (loại %(kind)s). Hãy nhập bằng: hailong index import TỆP --round %(round)s"
    ),
    "no_component_columns": _(
        "Bảng không có cột điểm. Cần “Nội dung” cùng “Điểm” hoặc “Tỷ lệ (%%)”, hoặc mỗi nội dung một cột: "
        "%(known)s."
    ),
    "component_not_found": _("“%(got)s” không phải nội dung chấm điểm của bộ quy tắc. Các nội dung: %(known)s."),
    "maximum_differs": _(
        "điểm tối đa ghi %(got)s nhưng bộ quy tắc %(rules)s là %(maximum)s. Hãy xem lại bảng có đúng mẫu của "
        "năm này không."
    ),
    "points_above_maximum": _("%(got)s điểm, vượt điểm tối đa %(maximum)s của “%(title)s”. Hãy sửa điểm."),
    "not_applicable_refused": _("bộ quy tắc “%(rules)s” không cho phép ghi không phát sinh. Hãy ghi điểm."),
    "not_applicable_with_points": _("vừa ghi “không phát sinh” vừa ghi điểm. Hãy bỏ một trong hai."),
    "printed_totals_differ": _(
        "tổng điểm ghi %(got)s, nhưng dòng khác của đơn vị này ghi %(known)s. Hãy thống nhất."
    ),
    "printed_percent_differs": _("tính được %(computed)s%%, bản in ghi %(printed)s%%."),
    "index_component_missing": _("%(unit)s chưa có điểm “%(component)s” nên chưa xếp hạng."),
    "index_component_rebased": _(
        "%(unit)s chưa có điểm “%(component)s”: tổng điểm quy theo các nội dung còn lại."
    ),
    "index_component_not_applicable": _(
        "%(unit)s không phát sinh “%(component)s”: nội dung này không tính vào tổng."
    ),
    "index_printed_differs": _("%(unit)s: tính được %(computed)s điểm, bản in ghi %(printed)s điểm."),
    "index_satisfaction_differs": _(
        "%(unit)s: điểm hài lòng lấy theo các quý đã chốt là %(computed)s, khác điểm đã nhập %(entered)s."
    ),
    "index_year_incomplete": _("%(unit)s: điểm hài lòng của năm còn thiếu %(missing)s."),
}

IMPORT_SENTENCES = (
    FILE_SENTENCES
    | CELL_SENTENCES
    | ROW_SENTENCES
    | DOSSIER_SENTENCES
    | RECEIPT_SENTENCES
    | RESPONSE_SENTENCES
    | INDEX_SENTENCES
)
