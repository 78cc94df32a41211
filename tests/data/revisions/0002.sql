-- Rows of the tables that revision 0002 brought. Never edited: later migrations must carry them along.
INSERT INTO one_time_code (code_hash, ticket_key, purpose, unit_id, version, field, channel, outcome, issued_on, expires_on) VALUES ('abcdefghabcdefghabcdefghabcdefgh', '12345678123456781234567812345678', 'dossier', 2, NULL, 'dat-dai', 'direct', 'on_time', '2026-08-03', '2026-10-31');
INSERT INTO one_time_code (code_hash, ticket_key, purpose, unit_id, version, issued_on, expires_on) VALUES ('bbcdefghabcdefghabcdefghabcdefgh', '22345678123456781234567812345678', 'leader', 2, 'short-v1', '2026-08-03', '2026-10-31');
INSERT INTO open_ticket (ticket_key) VALUES ('12345678123456781234567812345678');
