-- As the program wrote it at revision 0009. Never edited: later migrations must carry it along.
INSERT INTO second_factor (officer_id, sealed_secret, last_step, confirmed_at) VALUES ('0123456789abcdef0123456789abcdef', 'sealed', 59552640, '2026-08-20 01:00:00.000000');
INSERT INTO recovery_code (code_hash, officer_id) VALUES ('0123456789abcdef0123456789abcdef', '0123456789abcdef0123456789abcdef');
INSERT INTO officer_invitation (officer_id, token_hash, expires_at, invited_by) VALUES ('0123456789abcdef0123456789abcdef', '0123456789abcdef0123456789abcdef', '2026-08-27 01:00:00.000000', 'command line');
