-- One row of every table that revision 0015 brought. Never edited: later migrations must carry it along.
INSERT INTO start_step (unit_id, step, done_on) VALUES (2, 'unit', '2026-11-20');
INSERT INTO qr_code (code, unit_id, counter_id, channel, created_on, valid_from, valid_to, next_unit_id) VALUES ('0013TESZ', 2, 1, 'direct', '2026-11-20', '2026-12-01', '2026-12-31', 2);
