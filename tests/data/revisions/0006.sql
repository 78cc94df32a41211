-- One row of every table that revision 0006 brought, as the program wrote it then. Never edited.
INSERT INTO comment (id, unit_id, week_of, trial, text, erased_on) VALUES ('1234567890123456', 2, '2026-08-03', false, 'Chỗ ngồi chờ rất nóng.', NULL);
INSERT INTO feedback_case (key, about_unit_id, reader_unit_id, reader, topic, state, trial, received_on, settled_on, contact_erased_on, erased_on, erased_by) VALUES ('kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk', 2, 2, 'leader', 'conduct', 'answered', false, '2026-08-03', '2026-08-05', NULL, NULL, NULL);
INSERT INTO feedback_entry (case_key, position, on_date, kind, state, text, satisfied) VALUES ('kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk', 0, '2026-08-03', 'sent', NULL, 'Phải đi lại hai lần.', NULL);
INSERT INTO feedback_entry (case_key, position, on_date, kind, state, text, satisfied) VALUES ('kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk', 1, '2026-08-05', 'reply', 'answered', 'Xin lỗi Ông/Bà.', true);
INSERT INTO feedback_contact (case_key, sealed, consent_version, consented_on) VALUES ('kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk', 'sealed', 'contact-v1', '2026-08-03');
