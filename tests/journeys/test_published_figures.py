"""Figures that were really published, loaded by the ordinary commands: what is computed equals what was printed,
and where it does not, the program says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import Role, Unit
from survey.services import index_round

from commands import hailong
from factories import Factory
from signing_in import sign_in

DATA = Path(__file__).resolve().parents[1] / "data" / "published"
INDEX_FILES = (
    ("hoai-nhon-2021.csv", 2021, "par", "index-60-10-30"),
    ("hoai-nhon-2022.csv", 2022, "par", "index-60-10-30"),
    ("phu-tai-2023.csv", 2023, "par", "index-total-100"),
    ("tuy-hoa-phuong-2023.csv", 2023, "hoat-dong", "index-total-100"),
    ("binh-dinh-2019.csv", 2019, "tu-cham", "index-self-8-fields-65"),
    ("nam-dinh-2020.csv", 2020, "par", "index-70-rebased"),
)
DOSSIER_FILES = (
    ("duc-nghia-ho-so.csv", "2022-10-01..2023-05-29"),
    ("tuy-hoa-ho-so-2023.xlsx", "2023"),
)


@pytest.fixture
def published(app: Flask) -> Callable[[str], str]:
    """A database into which every file went; asking for a file tells what its import said."""
    hailong(app, "units", "import", DATA / "units.csv")
    said = {}
    for name, year, kind, rules in INDEX_FILES:
        arguments = ("--round", year, "--kind", kind, "--rules", rules)
        said[name] = hailong(app, "index", "import", DATA / name, *arguments).output
    for name, period in DOSSIER_FILES:
        said[name] = hailong(app, "dossiers", "import", DATA / name, "--period", period).output
    return said.__getitem__


def units(app: Flask, year: int, kind: str = "par") -> dict[str, dict[str, Any]]:
    shown = hailong(app, "index", "compute", "--round", year, "--kind", kind, "--json").stdout
    return {unit["unit"]: unit for unit in json.loads(shown)["units"]}


def component(unit: dict[str, Any], code: str) -> dict[str, Any]:
    found: dict[str, Any] = next(part for part in unit["components"] if part["code"] == code)
    return found


def test_hoai_nhon(app: Flask, published: Callable[[str], str]) -> None:
    before, after = units(app, 2021)["HNHON"], units(app, 2022)["HNHON"]
    assert (before["total"], after["total"], after["change_points"]) == ("85.28", "88.41", "3.13")
    assert (before["rank"], after["rank"], after["group_count"]) == (1, 1, 11)
    satisfaction = [component(unit, "hai-long") for unit in (before, after)]
    assert [part["points"] for part in satisfaction] == ["23.82", "26.28"]
    assert satisfaction[1]["change_points"] == "2.46"
    assert [part["rank"]["place"] for part in satisfaction] == [6, 5]
    # The leaders' rating fell by 1.33 points, and yet its rank rose: the others fell more.
    leaders = [component(unit, "lanh-dao") for unit in (before, after)]
    assert [part["rank"]["place"] for part in leaders] == [3, 2]
    assert leaders[1]["change_points"] == "-1.33"
    assert after["printed"]["agrees"] is True
    assert "bản in ghi" not in published("hoai-nhon-2022.csv")
    shown = hailong(app, "index", "compute", "--round", 2022).output
    line = next(line for line in shown.splitlines() if "Hoài Nhơn" in line)
    assert line.endswith("giữ hạng")
    assert all(figure in line for figure in ("01/11", "55,46", "6,67", "26,28", "88,41", "+3,13"))


def test_phu_tai(app: Flask, published: Callable[[str], str]) -> None:
    unit = units(app, 2023)["PTAI"]
    assert (unit["total"], unit["grade"], unit["rank_text"]) == ("80.52", "Tốt", "06/18")


def test_the_wards_of_tuy_hoa_have_an_index_of_their_own_kind(app: Flask, published: Callable[[str], str]) -> None:
    wards = units(app, 2023, "hoat-dong")
    assert {code: (unit["total"], unit["rank"]) for code, unit in wards.items()} == {
        "THOA-P8": ("93.86", 1),
        "THOA-P6": ("92.03", 2),
        "THOA-P7": ("91.86", 3),
    }


def test_binh_dinh_in_eight_fields(app: Flask, published: Callable[[str], str]) -> None:
    unit = units(app, 2019, "tu-cham")["BDINH"]
    assert (float(unit["total"]), float(unit["maximum"])) == (59.69, 65)
    assert [float(part["points"]) for part in unit["components"]] == [7, 5, 13.65, 7.04, 7, 8, 9, 3]
    assert unit["printed"]["agrees"] is True


def test_nam_dinh_agrees_within_a_hundredth(app: Flask, published: Callable[[str], str]) -> None:
    found = units(app, 2020)
    assert (found["ND-SO"]["total"], found["ND-HUYEN"]["total"]) == ("89.46", "87.80")
    # 62.62 / 70 = 89.457: half up it is 89.46, the source prints 89.45.
    assert found["ND-SO"]["printed"]["printed"] == "89.45"
    assert found["ND-SO"]["printed"]["agrees"] is True
    assert "bản in ghi" not in published("nam-dinh-2020.csv")


SHOWN_ON_PAGES = [
    ("BDINH", 2021, "par", ["Thị xã Hoài Nhơn", "85,28", "01/11"]),
    ("BDINH", 2022, "par", ["Thị xã Hoài Nhơn", "88,41", "01/11", "+3,13", "giữ hạng"]),
    ("BDINH", 2019, "tu-cham", ["Tỉnh Bình Định", "59,69", "13,65", "7,04"]),
    ("PTHIET", 2023, "par", ["Phường Phú Tài", "80,52", "06/18", "Tốt"]),
    ("THOA", 2023, "hoat-dong", ["93,86", "92,03", "91,86"]),
    ("NDINH", 2020, "par", ["89,46", "87,80"]),
]


@pytest.mark.parametrize(("top", "year", "kind", "figures"), SHOWN_ON_PAGES)
@pytest.mark.usefixtures("published")
def test_the_pages_show_every_round_as_it_was_printed(
    client: FlaskClient, session: Session, factory: Factory, top: str, year: int, kind: str, figures: list[str]
) -> None:
    unit = session.scalars(select(Unit).where(Unit.code == top)).one()
    assert sign_in(client, factory.officer(unit, Role.REFORM).email).status_code == 303
    found = index_round.find_round(session, year, kind)
    assert found is not None
    page = client.get(f"/officer/index/{found.id}").text
    assert [figure for figure in figures if figure not in page] == []


@pytest.mark.parametrize(
    ("top", "period", "figures"),
    [
        ("PTHIET", "2022-10-01..2023-05-29", ["Phường Đức Nghĩa", "1.910", "98,32%"]),
        ("PYEN", "2023", ["Thành phố Tuy Hoà", "47.563", "99,94%", "99,47%"]),
    ],
)
@pytest.mark.usefixtures("published")
def test_the_pages_show_the_dossiers_as_they_were_printed(
    client: FlaskClient, session: Session, factory: Factory, top: str, period: str, figures: list[str]
) -> None:
    unit = session.scalars(select(Unit).where(Unit.code == top)).one()
    assert sign_in(client, factory.officer(unit, Role.REFORM).email).status_code == 303
    page = client.get(f"/officer/dossiers/{period}").text
    assert [figure for figure in figures if figure not in page] == []


def test_duc_nghia_dossiers(published: Callable[[str], str]) -> None:
    said = published("duc-nghia-ho-so.csv")
    assert "Đã giải quyết 1.910 hồ sơ: trước và đúng hạn 1.878 (98,32%), quá hạn 32." in said
    assert "bản in ghi" not in said


def test_tuy_hoa_dossiers_show_the_printed_mistake(published: Callable[[str], str]) -> None:
    said = published("tuy-hoa-ho-so-2023.xlsx")
    assert "Thành phố Tuy Hoà: tính được 99,94%, bản in ghi 99,47%." in said
    assert "trước và đúng hạn 47.563" in said
    assert "Tiếp nhận 7.697 hồ sơ, trong đó 308 từ kỳ trước." in said
