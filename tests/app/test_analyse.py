"""`hailong analyse`: the statistics of any table, from the command line, without a database."""

import csv
import io
import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook

from survey.__main__ import main

GOLDEN = Path(__file__).parents[1] / "golden" / "stats"
SURVEY, DOSSIERS = GOLDEN / "sipas_responses.csv", GOLDEN / "sipas_dossiers.csv"


def run(*arguments: object, status: int = 0) -> tuple[str, str]:
    """Run the command; return what it printed and what it told on standard error."""
    # no application factory: whoever analyses a file has neither settings nor a database
    result = CliRunner().invoke(main, ["analyse", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == status, result.output
    return result.stdout, result.stderr


def figures(*arguments: object) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(run(*arguments, "--json")[0])
    return answer


def expected(name: str) -> list[dict[str, str]]:
    path = GOLDEN / name
    with (path if path.exists() else GOLDEN / "expected" / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def api(name: str, call: str) -> Any:
    cases = json.loads((GOLDEN / "cases" / f"{name}.json").read_text("utf-8"))
    return next(case["expected"] for case in cases if case["call_r"] == call)


@pytest.fixture
def table(tmp_path: Path) -> Any:
    def write(text: str, name: str = "phieu.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


UNIT_DESIGN = ("--weight", "dw", "--strata", "unit", "--fpc", "N_unit", "--where", "quarter=1")
UNIT_MARGINS = (
    "--margins",
    "field_c,channel_c",
    "--population",
    DOSSIERS,
    "--count",
    "dossiers",
    "--within",
    "unit",
)


@pytest.mark.parametrize(("statistic", "kind"), [("mean", "item_mean"), ("top2", "item_top2")])
def test_every_unit_has_the_figures_of_r_after_raking(statistic: str, kind: str) -> None:
    found = figures(
        SURVEY, "--items", "o1,f1", "--by", "unit", "--statistic", statistic, *UNIT_DESIGN, *UNIT_MARGINS
    )
    own = {(row["item"], row["by"]["unit"]): row for row in found["rows"]}
    assert len(own) == 120
    for row in expected("sipas_unit_estimates.csv"):
        if row["quarter"] == "1" and row["kind"] == kind and row["name"] in ("o1", "f1"):
            got = own[row["name"], row["unit"]]
            assert got["n"] == int(row["n_valid"])
            assert got["df"] == int(row["df"])
            assert got["estimate"] == pytest.approx(float(row["estimate"]), rel=1e-8)
            assert got["se"] == pytest.approx(float(row["se_cal"]), rel=1e-8, abs=1e-12)
            assert got["n_effective"] == pytest.approx(got["n"] / float(row["deff_kish"]), rel=1e-8)
            if statistic == "mean":
                assert got["lower"] == pytest.approx(float(row["ci95_lo"]), rel=1e-8)
            else:
                assert 0 <= got["lower"] < got["upper"] <= 1
    assert found["weights"]["calibration"]["gap"] < 1e-9
    assert found["weights"]["calibration"]["groups"] == 60
    assert {warning["code"] for warning in found["warnings"]} >= {"few_responses"}


def test_clusters_three_margins_and_lonely_units_as_r() -> None:
    found = figures(
        SURVEY, "--items", "o1,f1", "--by", "group,channel", "--where", "quarter=1", "--weight", "dw",
        "--strata", "unit", "--psu", "psu", "--lonely", "adjust", "--margins", "unit,field,channel",
        "--population", DOSSIERS, "--count", "dossiers",
    )  # fmt: skip
    own = {(row["item"], f"{row['by']['group']}|{row['by']['channel']}"): row for row in found["rows"]}
    for row in expected("sipas_cluster_domains_q1.csv"):
        if row["by"] == "group+channel" and row["var"] in ("o1", "f1"):
            got = own[row["var"], row["level"]]
            assert got["estimate"] == pytest.approx(float(row["estimate"]), rel=1e-8)
            assert got["se"] == pytest.approx(float(row["se_cal"]), rel=1e-8)


def test_two_stages_with_population_counts_and_without_weights() -> None:
    found = figures(
        GOLDEN / "data" / "apiclus2.csv", "--items", "api00", "--psu", "dnum,snum", "--fpc", "fpc1,fpc2"
    )
    wanted = api("api_mean", 'svymean(~api00, dclus2, deff="replace")')
    row = found["rows"][0]
    assert row["estimate"] == pytest.approx(wanted["estimate"][0], rel=1e-9)
    assert row["se"] == pytest.approx(wanted["se"][0], rel=1e-9)
    assert row["deff"] == pytest.approx(wanted["deff"][0], rel=1e-9)
    assert row["df"] == wanted["df"]


def test_totals_by_stratum_with_a_sampling_fraction(table: Any) -> None:
    path = GOLDEN / "data" / "apistrat.csv"
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    sizes = {"E": 100, "H": 50, "M": 50}
    for row in rows:
        row["share"] = str(sizes[row["stype"]] / float(row["fpc"]))
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    options = ("--items", "enroll", "--statistic", "total", "--strata", "stype", "--weight", "pw", "--fpc")
    by_fraction = figures(table(buffer.getvalue()), *options, "share")["rows"][0]
    wanted = api("api_total", "svytotal(~enroll, dstrat, na.rm=TRUE, deff=TRUE)")
    assert by_fraction["estimate"] == pytest.approx(wanted["estimate"][0], rel=1e-9)
    assert by_fraction["se"] == pytest.approx(wanted["se"][0], rel=1e-9)


@pytest.mark.parametrize("method", ["xlogit", "beta", "asin", "mean"])
def test_intervals_of_a_share_by_the_method_asked_for(method: str) -> None:
    call = f'svyciprop(~y3, tsrs_nofpc, method="{method}")'
    wanted = api("api_ciprop", call)["ci95"]
    options = ("--items", "y3", "--weight", "w", "--interval", method)
    row = figures(GOLDEN / "data" / "tiny30.csv", *options)["rows"][0]
    assert [row["lower"], row["upper"]] == pytest.approx(wanted, rel=1e-9)


def test_a_share_of_everyone_still_has_an_interval(table: Any) -> None:
    answers = "q1\n" + "5\n" * 30
    for method in ("xlogit", "beta", "capped-beta", "wilson", "asin", "mean", "likelihood", "logit"):
        row = figures(table(answers), "--items", "q1", "--statistic", "top2", "--interval", method)["rows"][0]
        assert row["estimate"] == 1
        assert 0.8 < row["lower"] < 0.9
        assert row["upper"] == 1


def test_blank_answers_stay_in_the_design_and_out_of_the_share(table: Any) -> None:
    found = figures(
        table("q1,nhom\n5,a\n4,a\n2,b\n,b\n1,\n"), "--items", "q1", "--statistic", "top2", "--by", "nhom"
    )
    rows = {row["by"]["nhom"]: row for row in found["rows"]}
    assert [rows["a"]["n"], rows["b"]["n"]] == [2, 1]
    assert [rows["a"]["estimate"], rows["b"]["estimate"]] == [1, 0]
    assert {"code": "by_blank", "rows": 1} in found["warnings"]


def test_groups_stand_in_the_order_of_the_vietnamese_alphabet(table: Any) -> None:
    answers = table("q1,linh vuc\n5,Hộ tịch\n4,Đất đai\n3,10\n2,9\n1,Chứng thực\n4,Dân số\n")
    groups = [row["by"]["linh vuc"] for row in figures(answers, "--items", "q1", "--by", "linh vuc")["rows"]]
    assert groups == ["9", "10", "Chứng thực", "Dân số", "Đất đai", "Hộ tịch"]


def test_a_workbook_gives_the_same_figures_as_a_csv(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    with SURVEY.open(encoding="utf-8") as file:
        for number, row in enumerate(csv.reader(file)):
            if number <= 300:
                sheet.append([float(cell) if cell.replace(".", "", 1).isdigit() else cell or None for cell in row])
    path = tmp_path / "phieu.xlsx"
    book.save(path)
    text = "\n".join(SURVEY.read_text("utf-8").splitlines()[:301])
    (tmp_path / "phieu.csv").write_text(text, encoding="utf-8")
    options = ("--items", "o1", "--by", "channel", "--weight", "dw")
    for one, other in zip(figures(path, *options)["rows"], figures(tmp_path / "phieu.csv", *options)["rows"],
                          strict=True):  # fmt: skip
        assert (one.pop("by"), one.pop("item"), one.pop("statistic")) == (
            other.pop("by"), other.pop("item"), other.pop("statistic"))  # fmt: skip
        assert one == pytest.approx(other, rel=1e-12)


def test_the_population_is_filtered_like_the_answers(table: Any) -> None:
    answers = table("q1,kenh,ky\n5,a,1\n4,b,1\n1,b,1\n3,a,2\n", "tra-loi.csv")
    people = table("kenh,ky,so\na,1,30\nb,1,10\na,2,1000\nb,2,5\n", "tong-the.csv")
    options = ("--margins", "kenh", "--population", people, "--count", "so")
    found = figures(answers, "--items", "q1", "--where", "ky=1", *options)
    assert found["weights"]["sum"] == pytest.approx(40)
    assert found["rows"][0]["estimate"] == pytest.approx((5 * 30 + 4 * 5 + 1 * 5) / 40)


def test_headings_with_commas_and_typed_on_a_mac(table: Any) -> None:
    question = "Ông/Bà thấy thái độ, cách ứng xử của công chức thế nào?"
    answers = table(f'\ufeff"{question}";Đơn vị\n5;Phường A\n2;Phường A\n1;Phường B\n')
    decomposed = unicodedata.normalize("NFD", "Đơn vị=Phường A")
    found = figures(answers, "--items", f'"{question}"', "--where", decomposed)
    assert (found["rows"][0]["item"], found["rows"][0]["estimate"]) == (question, 3.5)


@pytest.mark.parametrize(
    ("written", "total"), [("30000", 40_000), ("30 000", 40_000), ("1.030.000", 1_040_000), ("30.5", 10_030.5)]
)
def test_counts_of_people_may_have_thousands_marks(table: Any, written: str, total: float) -> None:
    answers = table("q1;kenh\n5;a\n4;b\n", "tra-loi.csv")
    people = table(f"kenh;so\na;{written}\nb;10000\n", "tong-the.csv")
    options = ("--items", "q1", "--margins", "kenh", "--population", people, "--count", "so")
    assert figures(answers, *options)["weights"]["sum"] == pytest.approx(total)


def test_bounds_hold(table: Any) -> None:
    answers = table("q1,kenh\n5,a\n4,a\n4,a\n1,b\n", "tra-loi.csv")
    people = table("kenh,so\na,50\nb,50\n", "tong-the.csv")
    options = ("--items", "q1", "--margins", "kenh", "--population", people, "--count", "so")
    free = figures(answers, *options)["weights"]["calibration"]
    assert free["ratio_maximum"] == pytest.approx(50)
    told = run(answers, *options, "--bounds", "0.5,20", "--json", status=1)[1]
    assert "kenh = b" in told
    assert "Hãy nới --bounds" in told


@pytest.mark.parametrize("method", ["raking", "linear"])
def test_bounds_of_rows_that_stand_for_many_need_not_enclose_1(table: Any, method: str) -> None:
    answers = table("q1,kenh,nhom\n" + "5,a,x\n4,a,y\n4,a,x\n1,b,y\n2,b,x\n" * 3, "tra-loi.csv")
    people = table("kenh,nhom,so\na,,80\nb,,70\n,x,70\n,y,80\n", "tong-the.csv")
    options = ("--items", "q1", "--margins", "kenh,nhom", "--population", people, "--count", "so")
    weights = figures(answers, *options, "--method", method, "--bounds", "5,30")["weights"]
    assert weights["sum"] == pytest.approx(150)
    assert 5 <= weights["calibration"]["ratio_minimum"] < weights["calibration"]["ratio_maximum"] <= 30


@pytest.mark.parametrize(("method", "bounds"), [("raking", "3,0.3"), ("linear", "1,1"), ("logit", "5,30")])
def test_bounds_that_no_weights_can_keep_are_refused(table: Any, method: str, bounds: str) -> None:
    answers = table("q1,kenh\n5,a\n4,b\n", "tra-loi.csv")
    people = table("kenh,so\na,30\nb,10\n", "tong-the.csv")
    options = ("--items", "q1", "--margins", "kenh", "--population", people, "--count", "so")
    assert "--bounds cần" in run(answers, *options, "--method", method, "--bounds", bounds, status=1)[1]


def test_the_table_for_people_and_the_workbook(tmp_path: Path) -> None:
    options = ("--items", "o1", "--by", "channel", "--statistic", "top2", "--weight", "dw", "--where", "quarter=1")
    shown, told = run(SURVEY, *options)
    assert shown.splitlines()[0].split()[:3] == ["Cột", "channel", "n"]
    assert "Quyền số: số dòng: 10.329" in shown
    assert "Đang tính" in told
    out = tmp_path / "ket-qua.xlsx"
    assert "Đã ghi 2 dòng" in run(SURVEY, *options, "--out", out)[0]
    rows = list(load_workbook(out)["Kết quả"].values)
    assert rows[0][:3] == ("Cột", "channel", "n")
    exact = figures(SURVEY, *options)["rows"]
    assert [row[3] for row in rows[1:]] == pytest.approx([row["estimate"] for row in exact], rel=1e-12)


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        ("q1\n5\n", ("--items", "q2"), "cột “q2”: không có cột này trong tệp. Các cột của tệp: q1"),
        ("q1\n5\nx\n", ("--items", "q1"), "Dòng 3, cột “q1”: “x” không phải số"),
        ("q1\n5\n7\n", ("--items", "q1", "--statistic", "top2"), "“7” không phải mức từ 1 đến 5"),
        ("q1,w\n5,1\n4,\n", ("--items", "q1", "--weight", "w"), "Dòng 3, cột “w”: ô này không được bỏ trống"),
        ("q1,w\n5,1\n4,-2\n", ("--items", "q1", "--weight", "w"), "“-2” nhỏ hơn 0"),
        ("q1,w\n5,0\n4,0\n", ("--items", "q1", "--weight", "w"), "Tổng các quyền số bằng 0"),
        ("q1,k\n5,a\n", ("--items", "q1", "--where", "k=b"), "không dòng nào có giá trị “b”"),
        ("q1,s\n5,a\n4,a\n3,b\n", ("--items", "q1", "--strata", "s"), "Tầng b chỉ có một đơn vị mẫu"),
        ("q1,N\n5,10\n4,1.5\n", ("--items", "q1", "--fpc", "N"), "Cột --fpc không hợp"),
        ("q1\n5\n4\n", ("--items", "q1", "--interval", "beta"), "chỉ dùng cho tỷ lệ"),
        ("", ("--items", "q1"), "Tệp trống"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said_in_vietnamese_with_the_place(
    table: Any, text: str, options: tuple[str, ...], sentence: str
) -> None:
    shown, told = run(table(text), *options, "--json", status=1)
    assert shown == ""
    assert sentence in told


@pytest.mark.parametrize(
    ("people", "sentence"),
    [
        ("kenh,so\na,30\nb,10\nc,5\n", "Tổng thể có mức mà không phiếu nào thuộc về (kenh = c)"),
        ("kenh,so\na,30\n", "Có phiếu thuộc mức mà tổng thể không có (kenh = b)"),
        ("kenh,so\na,0\nb,0\n", "Tổng thể bằng 0 (kenh)"),
        ("kenh,so\na,x\nb,1\n", "“x” không phải số"),
        ("kenh;so\na;1.500\nb;1\n", "Dòng 2, cột “so”: Không rõ “1.500” là hàng nghìn hay số lẻ"),
        ("kenh,dem\na,3\nb,1\n", "không có cột này trong tệp. Các cột của tệp: kenh, dem"),
    ],
)
def test_a_population_that_does_not_fit_is_named(table: Any, people: str, sentence: str) -> None:
    answers = table("q1,kenh\n5,a\n4,b\n1,b\n", "tra-loi.csv")
    options = ("--margins", "kenh", "--population", table(people, "tong-the.csv"), "--count", "so")
    assert sentence in run(answers, "--items", "q1", *options, status=1)[1]


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--items", "q1", "--margins", "kenh"),
        ("--items", "q1", "--bounds", "1"),
        ("--items", "q1", "--where", "kenh"),
        ("--items", "q1", "--json", "--out", "x.xlsx"),
        ("--items", "q1", "--out", "x.csv"),
        ("--items", "q1,,q2"),
        ("--items", "q1", "--lonely", "guess"),
    ],
)
def test_wrong_usage_ends_with_status_2(table: Any, options: tuple[str, ...]) -> None:
    run(table("q1,kenh\n5,a\n"), *options, status=2)
