-- As the program wrote it at revision 0013. Never edited: later migrations must carry it along.
INSERT INTO upload (id, kind, state, period, file_name, content, officer_id, uploaded_at, job_id, findings) VALUES ('bbbbccccddddeeeebbbbccccddddeeee', 'dossiers', 'done', '2026-Q3', 'ho-so.xlsx', NULL, '0123456789abcdef0123456789abcdef', '2026-08-15 00:00:01.000000', NULL, '{"faults": []}');
INSERT INTO unit_letterhead (unit_id, superior, issuer, place, symbol, signature, signer, recipients) VALUES (2, NULL, NULL, 'Tân Hoà', NULL, 'TM. ỦY BAN NHÂN DÂN', NULL, NULL);
INSERT INTO dossier_printed (unit_id, period, field, on_time_percent) VALUES (2, '2026-Q3', 'dat-dai', '98.32');
