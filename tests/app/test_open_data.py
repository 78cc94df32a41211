"""Open data: described truthfully, read by any program, and only what was published."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from sqlalchemy.orm import Session

from analysis.periods import parse_period
from survey.config import TIME_ZONE
from survey.services import publication, score
from survey.services.presets import OPENAPI
from survey.views.open_data import ASKED_PER_NETWORK

from factories import Factory

NOW = datetime(2026, 10, 20, 9, 0, tzinfo=TIME_ZONE)
PERIOD = parse_period("2026-Q2")
API = "/api/v1"
UNITS = f"{API}/periods/2026-Q2/units"


@pytest.fixture
def published(session: Session, factory: Factory) -> None:
    """A quarter of a province with a large, a small and a silent ward, corrected once."""
    top = factory.unit(code="TINH", name="=Tỉnh", ranking_group=None, start_date=None)
    wards = [factory.unit(code=code, name=f"Phường {code}", parent=top) for code in ("AH", "HK", "TL")]
    for ward, number in zip(wards, (40, 4, 0), strict=True):
        factory.dossiers(ward, PERIOD.text, {("dat-dai", "direct", "on_time"): 300})
        factory.responses(ward, "555552", number, local_date=PERIOD.first)
    score.close(session, PERIOD, now=NOW, actor="test")
    publication.publish(session, PERIOD, now=NOW, actor="test")
    factory.responses(wards[0], "255552", 20, local_date=PERIOD.last)
    score.close(session, PERIOD, now=NOW, actor="test", revision_of=1, reason="Phiếu giấy đến muộn")
    publication.publish(session, PERIOD, now=NOW, actor="test")


def got(client: FlaskClient, path: str, **asked: object) -> Any:
    answer = client.get(path, query_string=asked or None)
    assert answer.status_code == 200, path
    assert "Set-Cookie" not in answer.headers
    return answer.json


def test_the_description_is_valid_and_every_answer_is_as_described(client: FlaskClient, published: None) -> None:
    description = got(client, f"{API}/openapi.json")
    validate(description)
    assert set(description["paths"]) == {
        rule.rule.removeprefix(API).replace("<", "{").replace(">", "}")
        for rule in client.application.url_map.iter_rules()
        if rule.endpoint.startswith("open_data.")
    }
    asked = {
        "PeriodPage": [f"{API}/periods"],
        "Period": [f"{API}/periods/2026-Q2", f"{API}/periods/2026-Q2?revision=1"],
        "UnitPage": [UNITS, f"{UNITS}?revision=1", f"{UNITS}?page=2&per_page=2", f"{UNITS}?page=9"],
        "Unit": [f"{UNITS}/{code}" for code in ("TINH", "AH", "HK", "TL")],
    }
    for name, paths in asked.items():
        schema = {"$ref": f"#/components/schemas/{name}", "components": description["components"]}
        for path in paths:
            faults = [fault.message for fault in Draft202012Validator(schema).iter_errors(got(client, path))]
            assert faults == [], path
    problem = {"$ref": "#/components/schemas/Problem", "components": description["components"]}
    for path, status in (
        (f"{API}/periods/2026-Q3", 404),
        (f"{API}/periods/x", 404),
        (f"{UNITS}/NOBODY", 404),
        (f"{UNITS}?revision=7", 404),
        (f"{UNITS}?page=0", 400),
        (f"{UNITS}?per_page=many", 400),
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), path
        assert Draft202012Validator(problem).is_valid(answer.json)
    assert json.loads(OPENAPI.read_text(encoding="utf-8"))["openapi"] == description["openapi"]


def test_both_revisions_can_be_read(client: FlaskClient, published: None) -> None:
    newest, old = got(client, f"{UNITS}/AH"), got(client, f"{UNITS}/AH", revision=1)
    assert (newest["responses"], old["responses"]) == (60, 40)
    assert newest["points"] != old["points"]
    head = got(client, f"{API}/periods/2026-Q2")
    assert (head["revision"], head["replaces"], head["reason"]) == (2, 1, "Phiếu giấy đến muộn")
    assert [one["revision"] for one in head["revisions"]] == [2, 1]


def test_a_small_ward_has_no_number_at_all(client: FlaskClient, published: None) -> None:
    line = got(client, f"{UNITS}/HK")
    assert line["status"] == "suppressed"
    numbers = {
        name: value for name, value in line.items() if isinstance(value, int | float) and value is not False
    }
    assert numbers == {}


def test_pages_follow_each_other(client: FlaskClient, published: None) -> None:
    path: str | None = f"{UNITS}?per_page=3"
    seen: list[str] = []
    while path:
        answer = client.get(path)
        seen += [line["code"] for line in answer.json["items"]]
        assert answer.json["total"] == 4
        links = dict(reversed(link.split("; ")) for link in answer.headers.get("Link", "").split(", ") if link)
        path = links.get('rel="next"', "").strip("<>")
    assert seen == ["TINH", "AH", "HK", "TL"]


def test_an_unchanged_answer_is_not_sent_twice(client: FlaskClient, published: None) -> None:
    for path in (UNITS, f"{UNITS}.csv", f"{API}/openapi.json", "/results/2026-Q2"):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b""), path
        assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    assert client.get(UNITS).headers["Access-Control-Allow-Origin"] == "*"
    assert client.post(UNITS).status_code == 405


def test_the_table_is_the_same_as_csv(client: FlaskClient, published: None) -> None:
    file = client.get(f"{UNITS}.csv")
    assert file.mimetype == "text/csv"
    assert "hai-long-2026-Q2-2.csv" in file.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(file.data.decode("utf-8-sig"))))
    assert [row["code"] for row in rows] == ["TINH", "AH", "HK", "TL"]
    assert rows[0]["name"] == "'=Tỉnh"
    line = got(client, f"{UNITS}/AH")
    assert (rows[1]["points"], rows[1]["responses"]) == (line["points"], "60")
    assert rows[2]["responses"] == rows[2]["dossiers"] == rows[2]["points"] == ""
    assert rows[2]["feedback_received"] == "0"


def test_who_asks_without_end_is_slowed_down(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    client = make_app(sqlite_url).test_client()
    most = int(ASKED_PER_NETWORK.split()[0])
    answers = [client.get(f"{API}/periods").status_code for _ in range(most + 1)]
    assert answers == [200] * most + [429]
