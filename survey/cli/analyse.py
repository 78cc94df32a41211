"""`hailong analyse FILE`: the same statistics on any CSV or XLSX, without the application or a database."""

from __future__ import annotations

import csv
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import orjson

from survey.cli.imports import file_or_usage, write_file
from survey.cli.score import progress_bar
from survey.filters import MISSING, count, decimal
from survey.messages import analysis_remark
from survey.services.analyse import (
    CALIBRATION_METHODS,
    INTERVALS,
    LONELY,
    MEASURES,
    Analysed,
    AnalysedRow,
    Question,
    analyse,
    workbook,
)


class Names(click.ParamType[tuple[str, ...]]):
    """Headings separated by commas; spaces around them do not count, and quotes hold one with commas together."""

    name = "COL[,COL]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Return the headings."""
        listed = next(csv.reader([value], skipinitialspace=True), [""]) if isinstance(value, str) else value
        names = tuple(name.strip() for name in listed)
        if not all(names):
            self.fail(f"Tên cột bị trống trong “{value}”.", param, ctx)
        return names


class Limits(click.ParamType[tuple[float, float]]):
    """Two numbers LOW,HIGH."""

    name = "LOW,HIGH"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, float]:
        """Return the two numbers."""
        try:
            low, high = map(float, value.split(",")) if isinstance(value, str) else value
        except ValueError:
            self.fail(f"“{value}” phải là hai số, ví dụ 0.3,3.", param, ctx)
        return low, high


class Filter(click.ParamType[tuple[str, str]]):
    """COL=VALUE."""

    name = "COL=VALUE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Return heading and value."""
        column, equals, wanted = value.partition("=") if isinstance(value, str) else (value[0], "=", value[1])
        if not (column.strip() and equals):
            self.fail(f"“{value}” phải có dạng CỘT=GIÁ TRỊ.", param, ctx)
        return column.strip(), wanted.strip()


_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("analyse")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--items", type=Names(), required=True,
              help="Các cột câu trả lời; ô trống là không trả lời. Tên có dấu phẩy: đặt trong \"…\".")  # fmt: skip
@click.option("--statistic", type=click.Choice(MEASURES), default="mean", show_default=True,
              help="Trung bình, tỷ lệ mức 4-5, hoặc tổng.")  # fmt: skip
@click.option("--by", type=Names(), default=(), help="Tính riêng theo các cột này.")
@click.option("--where", type=Filter(), multiple=True, help="Chỉ lấy các dòng này (cả trong tệp --population).")
@click.option("--weight", metavar="COL", help="Cột quyền số; không có thì mọi dòng như nhau.")
@click.option("--strata", metavar="COL", help="Cột tầng lấy mẫu.")
@click.option("--psu", type=Names(), default=(), help="Cột đơn vị mẫu, mỗi giai đoạn một cột.")
@click.option("--fpc", type=Names(), default=(),
              help="Số đơn vị mẫu của tổng thể, mỗi giai đoạn một cột; hoặc tỷ lệ lấy mẫu nếu ≤ 1.")  # fmt: skip
@click.option("--lonely", type=click.Choice(LONELY), default="fail", show_default=True,
              help="Làm gì với tầng chỉ có một đơn vị mẫu.")  # fmt: skip
@click.option("--margins", type=Names(), default=(), help="Gia quyền theo các cột này.")
@click.option("--population", type=_FILE, metavar="FILE", help="Tệp số liệu tổng thể theo các cột --margins.")
@click.option("--count", "count_column", metavar="COL", help="Cột số lượng trong tệp --population.")
@click.option("--within", metavar="COL", help="Gia quyền riêng trong từng giá trị của cột này.")
@click.option("--method", type=click.Choice(CALIBRATION_METHODS), default="raking", show_default=True,
              help="Cách gia quyền.")  # fmt: skip
@click.option("--bounds", type=Limits(), help="Giới hạn của tỷ số quyền số mới trên cũ.")
@click.option("--interval", type=click.Choice(INTERVALS),
              help="Cách tính khoảng tin cậy; mặc định xlogit cho top2, mean cho còn lại.")  # fmt: skip
@click.option("--level", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.95,
              show_default=True, help="Mức tin cậy.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="In kết quả dạng JSON.")
@click.option("--out", type=_FILE, metavar="FILE.xlsx", help="Ghi kết quả ra tệp XLSX.")
def analyse_command(
    file: Path,
    population: Path | None,
    count_column: str | None,
    as_json: bool,
    out: Path | None,
    **options: Any,
) -> None:
    """Thống kê có trọng số và khoảng tin cậy cho FILE (CSV hoặc XLSX) bất kỳ, không cần cơ sở dữ liệu.

    deff so với chọn ngẫu nhiên có hoàn lại; n hiệu dụng theo Kish.
    """
    calibration = (bool(options["margins"]), population is not None, count_column is not None)
    if any(calibration) and not all(calibration):
        raise click.UsageError("Gia quyền cần đủ ba tuỳ chọn: --margins, --population và --count.")
    if as_json and out is not None:
        raise click.UsageError("Chỉ chọn một trong --json và --out.")
    if out is not None and out.suffix.lower() != ".xlsx":
        raise click.UsageError("Tên tệp của --out phải kết thúc bằng .xlsx.")
    data, _ = file_or_usage(file)
    known = None if population is None else file_or_usage(population)[0]
    question = Question(count=count_column, **options)
    with progress_bar("Đang tính") as tell:
        found = analyse(data, question, population=known, progress=tell)
    if as_json:
        rows = [asdict(row) for row in found.rows]
        click.echo(orjson.dumps({"rows": rows, "weights": found.weights, "warnings": found.warnings}))
    elif out is not None:
        heads = ["Cột", *question.by, *_HEADS[1:]]
        body = [[row.item, *row.by.values(), *_numbers(row)] for row in found.rows]
        write_file(out, workbook(heads, body, _pairs(found), [analysis_remark(w) for w in found.warnings]))
        click.echo(f"Đã ghi {count(len(body))} dòng kết quả vào {out}.")
    else:
        for line in _table(found, question):
            click.echo(line)


_HEADS = ("Cột", "n", "Ước lượng", "Sai số chuẩn", "Từ", "Đến", "Bậc tự do", "deff", "n hiệu dụng")


def _numbers(row: AnalysedRow) -> list[float | None]:
    return [row.n, row.estimate, row.se, row.lower, row.upper, row.df, row.deff, row.n_effective]


def _table(found: Analysed, question: Question) -> list[str]:
    lines = [["Cột", *question.by, *_HEADS[1:]]]
    for row in found.rows:
        places = 0 if row.statistic == "total" else 4
        figures = [decimal(value, places) for value in (row.estimate, row.se, row.lower, row.upper)]
        effect, effective = decimal(row.deff, 2), decimal(row.n_effective, 1)
        lines.append([row.item, *row.by.values(), count(row.n), *figures, count(row.df), effect, effective])
    texts = 1 + len(question.by)
    width = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    table = [
        "  ".join(
            text.ljust(size) if place < texts else text.rjust(size)
            for place, (text, size) in enumerate(zip(line, width, strict=True))
        ).rstrip()
        for line in lines
    ]
    about = "; ".join(f"{name}: {value}" for name, value in _pairs(found))
    return [*table, "", f"Quyền số: {about}.", *(f"! {analysis_remark(warning)}" for warning in found.warnings)]


def _pairs(found: Analysed) -> list[tuple[str, str]]:
    weights = found.weights
    pairs = [
        ("số dòng", count(weights["n"])),
        ("tổng", decimal(weights["sum"], 2)),
        ("nhỏ nhất", decimal(weights["minimum"], 4)),
        ("lớn nhất", decimal(weights["maximum"], 4)),
        ("n hiệu dụng", decimal(weights["n_effective"], 1)),
        ("bậc tự do", count(weights["df"])),
    ]
    if calibration := weights["calibration"]:
        low, high = (decimal(calibration[f"ratio_{end}"], 4) for end in ("minimum", "maximum"))
        bounds = calibration["bounds"]
        limits = MISSING if bounds is None else f"{decimal(bounds[0])} đến {decimal(bounds[1])}"
        pairs += [("gia quyền", calibration["method"]), ("tỷ số", f"{low} đến {high}"), ("giới hạn", limits)]
    return pairs
