-- As the program wrote it at revision 0008. Never edited: later migrations must carry it along.
INSERT INTO job (id, kind, key, state, payload, result, fault, progress_share, attempts, created_by, created_at, run_after, started_at, alive_at, finished_at) VALUES (1, 'purge', 'purge 2026-08-15', 'done', '{}', '{"contacts": 1}', '{}', 1.0, 1, 'hailong work', '2026-08-15 00:00:01.000000', '2026-08-15 00:00:01.000000', '2026-08-15 00:00:02.000000', '2026-08-15 00:00:03.000000', '2026-08-15 00:00:03.000000');
INSERT INTO job_file (job_id, name, content) VALUES (1, 'ket-qua.csv', 'a');
