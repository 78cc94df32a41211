"""The archives of a closed quarter: complete, equal each time, checkable, and without anything of few people."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.periods import parse_period
from survey.config import TIME_ZONE
from survey.errors import HailongError
from survey.models import AuditEvent, Response, Role, Score, Unit
from survey.services import publication, score
from survey.services.export import export_bytes
from survey.services.package import SCHEMA, Package, package_bytes

from commands import hailong
from factories import Factory
from signing_in import csrf_token, sign_in
from working import work_all

PERIOD = parse_period("2026-Q3")
NOW = datetime(2026, 10, 2, 8, 30, tzinfo=TIME_ZONE)


@pytest.fixture
def wards(session: Session, factory: Factory) -> dict[str, Unit]:
    """A province with a well answered ward, a thinly answered and a nearly silent one, closed."""
    top = factory.unit(code="T", name="Tỉnh Bình Minh", ranking_group=None)
    units = {"T": top} | {code: factory.unit(code=code, name=f"Phường {code}", parent=top) for code in "ABC"}
    for code, content, discontent in (("A", 61, 12), ("B", 8, 4), ("C", 2, 1)):
        factory.dossiers(units[code], PERIOD.text, {("dat-dai", "direct", "on_time"): 487})
        factory.responses(units[code], "545452", content)
        factory.responses(units[code], "31x312", discontent)
    score.close(session, PERIOD, now=NOW, actor="test")
    return units


def package(session: Session, kind: Package = Package.VERIFICATION) -> bytes:
    return package_bytes(session, PERIOD, kind, now=NOW, actor="test")


def files(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2026, 10, 2, 8, 30, 0)}, "the closing time"
        return {name: archive.read(name) for name in archive.namelist()}


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_manifest_has_the_digest_of_every_file_and_of_the_input(
    session: Session, wards: dict[str, Unit]
) -> None:
    found = files(package(session))
    manifest = json.loads(found.pop("manifest.json"))
    assert {each["name"]: each["sha256"] for each in manifest["files"]} == {
        name: hashlib.sha256(data).hexdigest() for name, data in found.items()
    }
    assert {Path(name).suffix for name in found} == {".xlsx", ".docx", ".pdf", ".csv", ".json"}
    closed = score.closed_set(session, PERIOD.text)
    assert closed is not None
    assert manifest["input"]["responses_sha256"] == closed.tally_digest
    assert manifest["input"]["dossiers_sha256"] == closed.population_digest


@pytest.mark.parametrize("kind", list(Package))
def test_the_same_archive_is_made_each_time(session: Session, wards: dict[str, Unit], kind: Package) -> None:
    publication.publish(session, PERIOD, now=NOW, actor="test")
    first = package(session, kind)
    session.expire_all()
    assert package(session, kind) == first


@pytest.mark.parametrize("kind", list(Package))
def test_an_archive_keeps_the_names_of_the_day_of_closing(
    session: Session, wards: dict[str, Unit], kind: Package
) -> None:
    publication.publish(session, PERIOD, now=NOW, actor="test")
    first = package(session, kind)
    session.get_one(Unit, wards["A"].id).name = "Phường Zét"
    session.commit()
    assert package(session, kind) == first


def test_the_patterns_are_those_of_the_scores_without_what_could_name_a_moment(
    session: Session, wards: dict[str, Unit]
) -> None:
    patterns = rows(files(package(session))["to-hop-tra-loi.csv"])
    assert list(patterns[0]) == ["unit", "field", "channel", "outcome", "trust", "flagged", *"Q1 Q2 Q3 Q4 Q5".split(), "count"]  # fmt: skip  # noqa: E501, SIM905
    assert {row["unit"] for row in patterns} == {"A", "B"}, "nothing of the ward with three responses"
    of_a = {tuple(row[f"Q{n}"] for n in range(1, 6)): int(row["count"]) for row in patterns if row["unit"] == "A"}
    assert of_a == {tuple("54545"): 61, tuple("31x31"): 12}


def test_an_archive_that_would_contradict_its_scores_is_refused(session: Session, wards: dict[str, Unit]) -> None:
    session.delete(session.scalars(select(Response).where(Response.unit_id == wards["A"].id)).first())
    session.commit()
    with pytest.raises(HailongError) as refused:
        package(session)
    assert (refused.value.code, refused.value.params["unit"]) == ("responses_changed", "A")


def test_json_keeps_to_the_published_schema(session: Session, wards: dict[str, Unit]) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema)
    check.validate(json.loads(export_bytes(session, PERIOD, "json")))
    publication.publish(session, PERIOD, now=NOW, actor="test")
    check.validate(json.loads(files(package(session, Package.PUBLIC))["so-lieu.json"]))
    broken = json.loads(export_bytes(session, PERIOD, "json"))
    broken["units"][0]["counter"] = 3
    assert not check.is_valid(broken), "what nobody described is not let in"


def test_the_public_archive_holds_published_figures_only(session: Session, wards: dict[str, Unit]) -> None:
    with pytest.raises(HailongError) as refused:
        package(session, Package.PUBLIC)
    assert refused.value.code == "period_not_published"
    publication.publish(session, PERIOD, now=NOW, actor="test")
    found = files(package(session, Package.PUBLIC))
    assert "to-hop-tra-loi.csv" not in found
    units: dict[str, Any] = {unit["code"]: unit for unit in json.loads(found["so-lieu.json"])["units"]}
    assert units["A"]["figures"]["points"] == session.get_one(Score, (1, wards["A"].id)).points.__float__()
    assert (units["A"]["annex"]["items"], units["A"]["annex"]["cells"], units["A"]["flagged"]) == ([], [], None)
    silent = units["C"]
    assert [value for value in silent.values() if isinstance(value, int) and value is not False] == []
    assert {row["measure"] for row in rows(found["so-lieu-dai.csv"]) if row["unit"] == "C"} == {"status"}


def test_the_long_table_holds_the_numbers_of_the_json(session: Session, wards: dict[str, Unit]) -> None:
    lines = rows(files(package(session))["so-lieu-dai.csv"])
    of_a = {(row["table"], row["part"], row["measure"]): row["value"] for row in lines if row["unit"] == "A"}
    assert of_a["item", "Q1", "rating_5"] == "61"
    assert of_a["item", "Q1", "rating_1"] == "0", "zero is printed as zero"
    assert of_a["feedback", "", "received"] == "0"
    assert of_a["unit", "", "responses"] == "73"


def test_the_command_writes_either_archive_and_a_csv_without_mark(
    app: Flask, tmp_path: Path, session: Session, wards: dict[str, Unit]
) -> None:
    out = tmp_path / "goi.zip"
    hailong(app, "export", PERIOD.text, "--format", "zip", "--out", out)
    assert json.loads(files(out.read_bytes())["manifest.json"])["package"] == "kiem-chung"
    refused = hailong(app, "export", PERIOD.text, "--format", "zip", "--package", "public", "--out", out, expect=1)
    assert "chưa công bố" in refused.stderr
    hailong(app, "export", PERIOD.text, "--format", "csv", "--no-bom", "--out", tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_bytes().startswith(b"period,")


def enter(client: FlaskClient, factory: Factory, unit: Unit, role: Role) -> str:
    officer = factory.officer(unit, role)
    assert sign_in(client, officer.email).status_code == 303
    return officer.email


def test_an_inspector_gets_the_archive_and_each_download_is_noted(
    app: Flask, client: FlaskClient, factory: Factory, session: Session, wards: dict[str, Unit]
) -> None:
    email = enter(client, factory, wards["T"], Role.INSPECTOR)
    page = client.get("/officer/exports")
    assert "Gói kiểm chứng" in page.text
    assert "/2026-Q3/public" not in page.text, "nothing is published yet"
    token = csrf_token(page)
    asked = client.post("/officer/exports/2026-Q3/verification", data={"csrf_token": token})
    work_all(app)
    link = re.search(r'href="(/officer/jobs/\d+/[^"]+\.zip)"', client.get(asked.location).text)
    assert link
    for _ in range(2):
        assert "manifest.json" in files(client.get(link[1]).data)
    session.rollback()
    noted = session.scalars(select(AuditEvent).where(AuditEvent.actor == email).order_by(AuditEvent.id)).all()
    assert [event.action for event in noted if event.action.startswith("export.")] == [
        "export.package",
        "export.download",
        "export.download",
    ]


def test_the_inspector_of_a_ward_gets_the_archive_of_that_ward(
    app: Flask, client: FlaskClient, factory: Factory, wards: dict[str, Unit]
) -> None:
    enter(client, factory, wards["B"], Role.INSPECTOR)
    page = client.get("/officer/exports")
    assert "Gói kiểm chứng" in page.text.split("<h2>")[0]
    asked = client.post("/officer/exports/2026-Q3/verification", data={"csrf_token": csrf_token(page)})
    work_all(app)
    link = re.search(r'href="(/officer/jobs/\d+/[^"]+\.zip)"', client.get(asked.location).text)
    assert link
    found = files(client.get(link[1]).data)
    assert {row["unit"] for row in rows(found["to-hop-tra-loi.csv"])} == {"B"}
    assert [unit["code"] for unit in json.loads(found["so-lieu.json"])["units"]] == ["B"]


def test_a_ward_is_refused_the_archive_with_patterns(
    client: FlaskClient, factory: Factory, wards: dict[str, Unit]
) -> None:
    enter(client, factory, wards["A"], Role.REFORM)
    page = client.get("/officer/exports")
    assert "Gói kiểm chứng" not in page.text.split("<h2>")[0]
    token = csrf_token(page)
    assert client.post("/officer/exports/2026-Q3/verification", data={"csrf_token": token}).status_code == 403
    assert client.post("/officer/exports/2026-Q3/public", data={"csrf_token": token}).status_code == 404
    assert client.get("/officer/exports/2026-Q3.docx").data.startswith(b"PK")
    assert client.get("/officer/exports/2026-Q3.pdf").data.startswith(b"%PDF")
