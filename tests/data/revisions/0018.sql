-- As the program wrote it at revision 0018. Never edited: later migrations must carry it along.
INSERT INTO index_round (id, name, kind, level, rules, criteria, bands) VALUES (2, '2026', 'par', 'commune', 'index-65-25-10', 'criteria-commune-8', '[]');
INSERT INTO index_sheet (round_id, unit_id, state, changed_by, changed_at, appraised_by, appraisers, returned_because) VALUES (2, 2, 'appraised', 'a@example.vn', '2026-11-20 01:02:03', 'a@example.vn', '["a@example.vn"]', 'Thiếu tài liệu');
INSERT INTO index_score (round_id, unit_id, code, self_points, self_not_applicable, self_note, points, not_applicable, note) VALUES (2, 2, '1.1.1', '1.00', false, 'KH 01/KH-UBND', '0.75', false, 'Chậm 10 ngày');
INSERT INTO index_evidence (id, round_id, unit_id, code, file_name, media_type, size, digest, content, added_by, added_at) VALUES ('0123456789abcdef0123456789abcdef', 2, 2, '1.1.1', 'ke-hoach.pdf', 'application/pdf', 5, 'abc', '%PDF-', 'a@example.vn', '2026-11-20 01:02:03');
INSERT INTO frozen_paper (score_set_id, content) VALUES (2, '{"names": {"dat-dai": "Đất đai"}, "units": {"P01": {"name": "Phường Cũ", "kind": "ward", "parent": null, "own": {}}}, "feedback": {}}');
INSERT INTO index_structure (id, kind, digest, definition, registered_on, registered_by) VALUES ('index-binh-minh', 'index', 'abc', '{}', '2026-11-20', 'a@example.vn');
INSERT INTO index_publication (id, round_id, revision, reason, published_at, published_by, program_version, rules_digest, criteria_digest, input_digest, structure) VALUES (1, 2, 1, 'Bổ sung phường An Hải', '2026-11-20 01:02:03', 'a@example.vn', '0.3.0', 'abc', 'abc', 'abc', '{}');
INSERT INTO index_published_unit (publication_id, unit_id, position, name, content) VALUES (1, 2, 1, 'Phường An Hải', '{}');
