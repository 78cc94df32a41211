-- As the program wrote it at revision 0012. Never edited: later migrations must carry it along.
INSERT INTO score_set (id, period, revision, state, computed_at, rule, rule_digest, versions, program_version, tally_digest, response_count, population_digest, replaces, reason, published_at) VALUES (2, '2026-Q3', 2, 'closed', '2026-11-05 01:02:03', 'score-top2-b1', 'def', '["short-v1"]', '0.1.0', 'fed', 1, 'abc', 1, 'Sửa số hồ sơ', '2026-11-06 01:02:03');
INSERT INTO score_set (id, period, revision, state, computed_at, rule, rule_digest, versions, program_version, tally_digest, response_count, population_digest) VALUES (3, '2026-Q3', -1, 'draft', '2026-10-02 01:02:03', 'score-top2-b1', 'def', '["short-v1"]', '0.1.0', 'fed', 1, 'abc');
INSERT INTO frozen_dossier_count (score_set_id, unit_id, basis, field, channel, outcome, count) VALUES (2, 2, 'cross', 'dat-dai', 'direct', 'on_time', 47590);
INSERT INTO score_draft (score_set_id, until, sent_by, sent_at) VALUES (3, '2026-10-09', 'a@example.vn', '2026-10-02 01:02:03');
INSERT INTO score_objection (id, score_set_id, unit_id, text, written_by, written_at, verdict, answer, answered_by, answered_at) VALUES (1, 3, 2, 'Thiếu hồ sơ', 'b@example.vn', '2026-10-03 01:02:03', 'accepted', 'Đã bổ sung', 'a@example.vn', '2026-10-04 01:02:03');
INSERT INTO score_verification (id, score_set_id, at, actor, program_version, agrees, difference_count, differences) VALUES (1, 2, '2026-11-06 01:02:03', 'a@example.vn', '0.1.0', true, 0, '[]');
INSERT INTO score_rule_version (id, base, digest, definition, released_on, released_by) VALUES ('score-top2-b1', 'score-top2-factors', 'def', '{}', '2026-09-01', 'a@example.vn');
INSERT INTO score_rule_draft (id, base, definition, author, changed_at) VALUES ('0123456789abcdef0123456789abcdef', 'score-top2-factors', '{}', 'a@example.vn', '2026-09-02 01:02:03');
INSERT INTO score_rule_use (period, rule, chosen_by, chosen_at) VALUES ('2026-Q3', 'score-top2-b1', 'a@example.vn', '2026-09-01 01:02:03');
