"""The main job without a browser: unit list → poster → answers → score → closing → index → export."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from analysis.periods import previous, quarter_of
from survey.config import TIME_ZONE
from survey.services.unit_tree import unit_by_code

from commands import hailong
from factories import Factory
from printed import links_in

TODAY = datetime.now(TIME_ZONE).date()
OPEN = quarter_of(TODAY)
OVER = previous(OPEN)

UNITS = """Mã đơn vị;Tên đơn vị;Loại;Nhóm xếp hạng;Ngày bắt đầu
AH;Phường An Hoà;phường;Phường;01/07/2025
TL;Phường Tân Lập;phường;Phường;01/07/2025
"""
COUNTERS = """unit,code,name,fields
AH,Q1,Quầy số 1: Đất đai,dat-dai
AH,Q2,Quầy số 2: Hộ tịch,tu-phap-ho-tich
TL,Q1,Quầy số 1,dat-dai;chung-thuc
"""
DOSSIERS = """Đơn vị,Lĩnh vực,Kênh,Kết quả,Số hồ sơ
AH,dat-dai,direct,on_time,300
AH,tu-phap-ho-tich,direct,early,700
TL,dat-dai,direct,on_time,400
"""
ANSWERS = {"Q1": "5", "Q2": "4", "Q3": "4", "Q4": "2", "Q5": "x", "Q7": "2"}


def import_everything(app: Flask, folder: Path) -> None:
    for name, content in (("units", UNITS), ("counters", COUNTERS), ("dossiers", DOSSIERS)):
        (folder / f"{name}.csv").write_text(content, encoding="utf-8-sig")
    hailong(app, "units", "import", folder / "units.csv")
    hailong(app, "counters", "import", folder / "counters.csv")
    for period in (OVER, OPEN):
        hailong(app, "dossiers", "import", folder / "dossiers.csv", "--period", period.text)


def send(client: FlaskClient, link: str, answers: dict[str, str]) -> str:
    path = link.removeprefix("http://127.0.0.1:8000")
    page = client.get(path)
    assert page.status_code == 200
    hidden = dict(re.findall(r'<input type="?hidden"? name="?(\w+)"? value="?([^">]+)', page.text))
    assert hidden, "the form carries its nonce in a hidden field"
    sent = client.post(path, data=hidden | answers)
    assert sent.status_code == 303
    location: str = sent.headers["Location"]
    return location


def test_from_unit_list_to_a_score_that_holds_the_answer(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    import_everything(app, tmp_path)
    hailong(app, "qr", "posters", "--unit", "AH", "--out", tmp_path / "posters.pdf")
    link = links_in(tmp_path / "posters.pdf")[0]

    before = json.loads(hailong(app, "score", OPEN.text, "--unit", "AH", "--json").stdout)["units"][0]
    thanks = client.get(send(client, link, ANSWERS))
    after = json.loads(hailong(app, "score", OPEN.text, "--unit", "AH", "--json").stdout)["units"][0]

    assert re.search(r"\w{4}-\w{4}-\w{4}-\w{4}", thanks.text)
    assert (before["n"], before["status"]) == (0, "no_responses")
    assert (after["n"], after["status"]) == (1, "suppressed")


def test_one_bad_vote_gives_no_score(session: Session, factory: Factory, app: Flask, tmp_path: Path) -> None:
    # A public widget once showed "1.0/5 (1 vote)" as a ward's result.
    import_everything(app, tmp_path)
    factory.responses(unit_by_code(session, "AH"), "111112", 1, local_date=OVER.first)
    unit = json.loads(hailong(app, "score", OVER.text, "--unit", "AH", "--json").stdout)["units"][0]
    shown = hailong(app, "score", OVER.text, "--unit", "AH").stdout
    assert unit["points"] is None
    assert unit["index_share"] is None
    assert "dưới 5 phiếu" in shown


def test_close_index_and_export(session: Session, factory: Factory, app: Flask, tmp_path: Path) -> None:
    import_everything(app, tmp_path)
    unit = unit_by_code(session, "AH")
    # Land (300 of 1,000 dossiers) is content in 60%, civil status (700) in 90% of its answers; each gives 100
    # responses, so the plain share would be 75% and the weighted one is 0.3 · 60 + 0.7 · 90 = 81%.
    for field, content in (("dat-dai", 60), ("tu-phap-ho-tich", 90)):
        factory.responses(unit, "555552", content, field=field, local_date=OVER.first)
        factory.responses(unit, "222222", 100 - content, field=field, local_date=OVER.first)

    hailong(app, "close", OVER.text)
    refused = hailong(app, "close", OVER.text, expect=1)
    assert "đã chốt" in refused.stderr
    refused = hailong(app, "dossiers", "import", tmp_path / "dossiers.csv", "--period", OVER.text, expect=1)
    assert "đã chốt" in refused.stderr

    out = tmp_path / "scores.json"
    hailong(app, "export", OVER.text, "--format", "json", "--out", out)
    text = out.read_text(encoding="utf-8")
    assert "24.30" in text or "24.3" in text

    year = OVER.first.year
    (tmp_path / "index.csv").write_text(
        "unit,component,points\nAH,ket-qua,55.46\nAH,lanh-dao,6.67\nTL,ket-qua,50\nTL,lanh-dao,8\n",
        encoding="utf-8",
    )
    hailong(app, "index", "import", tmp_path / "index.csv", "--round", year)
    computed = json.loads(hailong(app, "index", "compute", "--round", year, "--json").stdout)
    by_unit = {row["unit"]: row for row in computed["units"]}
    # 0.81 × 30 = 24.30; 55.46 + 6.67 + 24.30 = 86.43.
    assert by_unit["AH"]["total"] == "86.43"
    assert by_unit["TL"]["total"] is None
    assert by_unit["TL"]["rank"] is None


def test_periods_that_cannot_be_scored_say_why(app: Flask, tmp_path: Path) -> None:
    import_everything(app, tmp_path)
    assert "chưa có số hồ sơ" in hailong(app, "score", "2025-Q1", expect=1).stderr
    assert "chưa bắt đầu" in hailong(app, "score", f"{TODAY.year + 1}-Q1", expect=1).stderr
    assert "chưa bắt đầu" in hailong(app, "close", f"{TODAY.year + 1}-Q1", expect=1).stderr
    assert "không có tệp" in hailong(app, "units", "import", "khong-co.csv", expect=1).stderr
    assert "chỉ chốt được sau ngày đó" in hailong(app, "close", OPEN.text, expect=1).stderr
    assert "2026-Q3" in hailong(app, "score", "quý ba", expect=2).stderr
    assert "Không có đơn vị" in hailong(app, "score", OPEN.text, "--unit", "XX", expect=1).stderr


def test_json_names_every_value_once(session: Session, factory: Factory, app: Flask, tmp_path: Path) -> None:
    import_everything(app, tmp_path)
    factory.responses(unit_by_code(session, "AH"), "555552", 40, local_date=OVER.first)

    def pairs_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        assert len({name for name, _ in pairs}) == len(pairs)
        return dict(pairs)

    for _ in ("open", "closed"):
        shown = hailong(app, "score", OVER.text, "--json").stdout
        report = json.loads(shown, object_pairs_hook=pairs_once)
        assert [(unit["unit_id"], unit["name"]) for unit in report["units"]] == [
            ("AH", "Phường An Hoà"),
            ("TL", "Phường Tân Lập"),
        ]
        if report["state"] == "open":
            hailong(app, "close", OVER.text)
    year = json.loads(hailong(app, "score", OVER.first.year, "--json").stdout, object_pairs_hook=pairs_once)
    assert [unit["unit_id"] for unit in year["units"]] == ["AH", "TL"]
