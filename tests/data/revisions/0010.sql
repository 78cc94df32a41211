-- As the program wrote it at revision 0010. Never edited: later migrations must carry it along.
INSERT INTO feedback_note (case_key, position, at, author, text) VALUES ('kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk', 0, '2026-08-04 02:00:00.000000', 'an@example.vn', 'Đã xem sổ gọi số.');
INSERT INTO feedback_pending (case_key, kind, text, author, sent_at) VALUES ('kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk', 'correction', 'Ngày hẹn là 10/08.', 'an@example.vn', '2026-08-06 02:00:00.000000');
INSERT INTO reply_template (id, unit_id, name, text, created_by, retired_on) VALUES (1, 2, 'Xin lỗi vì chờ lâu', 'Kính gửi Ông/Bà, chúng tôi xin lỗi.', 'an@example.vn', NULL);
