-- As the program wrote it at revision 0016. Never edited: later migrations must carry it along.
INSERT INTO notice_setting (officer_id, kind, choice) VALUES ('0123456789abcdef0123456789abcdef', 'new', 'digest');
INSERT INTO feedback_notice (case_key, kind) VALUES ('kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk', 'reopened');
INSERT INTO contact_handle (key, case_key, until) VALUES ('hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh', 'kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk', '2026-08-07 02:00:00.000000');
