-- As the program wrote it at revision 0017. Never edited: later migrations must carry it along.
INSERT INTO published_result (score_set_id, content) VALUES (2, '{"revision": 2, "replaces": 1}');
INSERT INTO published_unit (score_set_id, code, position, parent_code, content) VALUES (2, 'P01', 0, NULL, '{"status": "scored", "points": "26.28"}');
