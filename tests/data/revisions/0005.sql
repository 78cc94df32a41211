-- As the program wrote it at revision 0005. Never edited: later migrations must carry it along.
INSERT INTO qr_opening (code, local_date, opened, sent) VALUES ('4K7M2XQ3', '2026-08-03', 40, 22);
