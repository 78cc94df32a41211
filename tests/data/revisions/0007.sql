-- One row of every table that revision 0007 brought. Never edited: later migrations must carry it along.
INSERT INTO questionnaire_version (id, digest, questions, extra_questions, released_on, definition) VALUES ('short-v2', 'abd', '["Q1"]', '[]', '2026-10-01', '{"id": "short-v2"}');
INSERT INTO questionnaire_use (id, unit_id, version, valid_from, valid_to) VALUES (1, 2, 'short-v2', '2026-10-01', NULL);
INSERT INTO questionnaire_draft (id, base, definition, author, changed_at) VALUES ('0123456789abcdef0123456789abcdef', 'short-v1', '{"id": "short-v3"}', 'a@example.vn', '2026-08-01 00:00:00');
INSERT INTO leader_survey (id, round, unit_id, version, asked) VALUES (1, '2026', 2, 'short-v1', 3);
INSERT INTO leader_response (number_hash, survey_id, answers) VALUES ('abcdefghabcdefghabcdefghabcdefgh', 1, '54x-1');
