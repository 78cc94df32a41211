-- As the program wrote it at revision 0018. Never edited: later migrations must carry it along.
INSERT INTO index_round (id, name, kind, level, rules, criteria, bands) VALUES (2, '2026', 'par', 'commune', 'index-65-25-10', 'criteria-commune-8', '[]');
INSERT INTO index_sheet (round_id, unit_id, state, changed_by, changed_at, appraised_by, returned_because) VALUES (2, 2, 'appraised', 'a@example.vn', '2026-11-20 01:02:03', 'a@example.vn', 'Thiếu tài liệu');
INSERT INTO index_score (round_id, unit_id, code, self_points, self_not_applicable, self_note, points, not_applicable, note) VALUES (2, 2, '1.1.1', '1.00', false, 'KH 01/KH-UBND', '0.75', false, 'Chậm 10 ngày');
INSERT INTO index_evidence (id, round_id, unit_id, code, file_name, media_type, size, digest, content, added_by, added_at) VALUES ('0123456789abcdef0123456789abcdef', 2, 2, '1.1.1', 'ke-hoach.pdf', 'application/pdf', 5, 'abc', '%PDF-', 'a@example.vn', '2026-11-20 01:02:03');
INSERT INTO frozen_paper (score_set_id, content) VALUES (2, '{"names": {"dat-dai": "Đất đai"}, "units": {"P01": {"name": "Phường Cũ", "kind": "ward", "parent": null, "own": {}}}, "feedback": {}}');
