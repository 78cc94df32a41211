-- As the program wrote it at revision 0014. Never edited: later migrations must carry it along.
INSERT INTO score_target (unit_id, year, points, set_by, set_on) VALUES (1, 2026, '26.70', 'chau@tanhoa.example.vn', '2026-08-15');
