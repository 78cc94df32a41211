"""From a list of dossiers to the score: slips are printed, read by a camera, answered, and weighted."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy.orm import Session

from analysis.periods import quarter_of
from survey.config import TIME_ZONE

from citizens import send
from commands import hailong
from factories import Factory
from printed import links_in

TODAY = datetime.now(TIME_ZONE).date()
SATISFIED = {"Q1": "5", "Q2": "5", "Q3": "5", "Q4": "5", "Q5": "5"}
DISSATISFIED = {"Q1": "2", "Q2": "2", "Q3": "2", "Q4": "2", "Q5": "2"}
DOSSIERS = """Mã đơn vị,Lĩnh vực,Kênh,Kết quả,Số hồ sơ
AH,dat-dai,direct,on_time,300
AH,dat-dai,direct,overdue,100
"""


def test_slips_are_answered_and_the_score_knows_their_trust_and_outcome(
    app: Flask, session: Session, factory: Factory, tmp_path: Path
) -> None:
    unit = factory.unit(code="AH", name="Phường An Hoà")
    poster = f"/q/{factory.qr_code(unit, factory.counter(unit)).code}"
    (tmp_path / "dossiers.csv").write_text(DOSSIERS, encoding="utf-8")
    period = quarter_of(TODAY).text
    hailong(app, "dossiers", "import", tmp_path / "dossiers.csv", "--period", period)
    # As many slips of late dossiers as of others, though they are a quarter of all: the weights must set it right.
    client = app.test_client()
    for outcome, answers in (("on_time", SATISFIED), ("overdue", DISSATISFIED)):
        rows = f"AH,dat-dai,direct,{outcome}\n" * 16
        (tmp_path / "list.csv").write_text("unit,field,channel,outcome\n" + rows, encoding="utf-8")
        hailong(app, "qr", "receipts", tmp_path / "list.csv", "--out", tmp_path / f"{outcome}.pdf")
        links = links_in(tmp_path / f"{outcome}.pdf")
        assert len(set(links)) == 16
        for link in links:
            assert send(client, urlsplit(link).path, answers).status_code == 303
            assert send_again_is_refused(app, link)
    report = json.loads(hailong(app, "score", period, "--unit", "AH", "--json").stdout)
    (score,) = report["units"]
    assert score["n"] == 32
    assert score["trust_counts"] == {"dossier": 32, "counter": 0, "assisted": 0}
    assert score["unweighted"]["estimate"]["share"] == 0.5
    assert abs(score["index_share"] - 0.75) < 1e-9
    assert send(client, poster, SATISFIED).status_code == 303
    session.rollback()  # the test's own session, which the commands share, still reads what was there before
    shown = hailong(app, "score", period, "--unit", "AH").stdout
    assert "Nguồn phiếu: mã hồ sơ 32, mã ở quầy và liên kết chung 1, có hỗ trợ 0" in shown


def send_again_is_refused(app: Flask, link: str) -> bool:
    return app.test_client().get(urlsplit(link).path).status_code == 410
