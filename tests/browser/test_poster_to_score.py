"""The main job as a person does it: a printed poster, a phone, an answer that is in the next score."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from analysis.periods import quarter_of
from survey.config import TIME_ZONE
from survey.extensions import db
from survey.models import Response, Trust

from commands import hailong
from factories import Factory
from printed import links_in


@pytest.mark.usefixtures("live_server")
def test_scan_the_poster_answer_and_be_counted(
    live_app: Flask, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    period = quarter_of(datetime.now(TIME_ZONE).date()).text
    with live_app.app_context():
        factory = Factory(db.session)
        unit = factory.unit(code="AH", name="Phường An Hoà")
        factory.counter(unit, fields=("dat-dai", "xay-dung"), name="Quầy số 3: Đất đai, xây dựng")
        factory.dossiers(unit, period, {("dat-dai", "direct", "on_time"): 40, ("xay-dung", "direct", "early"): 60})
        factory.responses(unit, "555552", 9, local_date=datetime.now(TIME_ZONE).date())
    hailong(live_app, "qr", "posters", "--unit", "AH", "--out", tmp_path / "poster.pdf")
    (link,) = links_in(tmp_path / "poster.pdf")

    page = open_page(has_touch=True, is_mobile=True)
    page.goto(link)
    expect(page.locator("h1")).to_have_text("Phiếu lấy ý kiến")
    expect(page.get_by_text("phường An Hoà")).to_be_visible()
    assert page.locator("input:checked").count() == 0, "nothing is preselected"
    page.locator("[name=L][value=xay-dung]").tap()
    for question in ("Q1", "Q2", "Q3", "Q4", "Q5"):
        page.locator(f"[name={question}][value='5']").tap()
    page.get_by_label("Không muốn trả lời").tap()
    page.get_by_role("button", name="Gửi ý kiến").tap()
    expect(page.get_by_text("Ý kiến đã được ghi nhận")).to_be_visible()

    with live_app.app_context():
        stored = db.session.scalars(select(Response).where(Response.field == "xay-dung")).one()
        assert stored.answers == "555553"
        assert stored.trust is Trust.COUNTER
    score = json.loads(hailong(live_app, "score", period, "--unit", "AH", "--json").stdout)["units"][0]
    assert score["n"] == 10
    assert score["points"] == "30.00"
    assert score["lower"] < 0.75, "ten of ten is no proof of 100%"
