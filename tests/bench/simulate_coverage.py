"""Do 95% intervals cover 95 times in 100, and what do weights mend: simulated quarters through the real scoring.

Writes the tables of docs/coverage.md and docs/pictures/coverage.svg.
Run: make simulate, or .venv/bin/python tests/bench/simulate_coverage.py [repetitions]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import brentq
from scipy.special import betaincinv, expit, logit, ndtri

from analysis.intervals import capped_korn_graubard, share_interval
from analysis.population import DossierRow, population_from_rows
from analysis.rules import load_score_rule
from analysis.satisfaction import FactorSpec, score_units
from analysis.tally import TallyBuilder, TallyRow

DOCS = Path(__file__).resolve().parents[2] / "docs"
SHARES = (0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.97, 0.99)
SIZES = (30, 50, 100, 200, 500, 1000, 2000)
INDEX_SIZES = (30, 50, 100, 200, 300, 500)
FEW_SHARES, FEW_SIZES = (0.7, 0.85, 0.95), (30, 100, 300)
COUNTERS, WEEKS, WITHIN_WEEK = 2, 13, 0.03
DOSSIERS = 100_000
FIELDS = ("chung-thuc", "ho-tich", "dat-dai", "bao-tro", "xay-dung", "khac")
CHANNELS = ("truc-tiep", "truc-tuyen")
OUTCOMES = ("early", "on_time", "overdue")
# cells are field × channel × outcome; dossiers, readiness to answer and satisfaction differ between them
FIELD_SHARE = np.array([0.30, 0.22, 0.18, 0.12, 0.06, 0.12])
OUTCOME_SHARE = np.array([0.30, 0.60, 0.10])
READY = np.multiply.outer(np.array([1.3, 1.1, 0.6, 1.0, 0.5, 0.9]), np.array([1.5, 0.6]))
LIKING = np.add.outer(
    np.add.outer(np.array([0.4, 0.2, -0.6, 0.1, -0.7, 0.0]), np.array([0.25, -0.25])), np.array([0.3, 0.0, -0.9])
)
COUNTS = np.rint(
    DOSSIERS * np.multiply.outer(np.multiply.outer(FIELD_SHARE, np.array([0.55, 0.45])), OUTCOME_SHARE)
).astype(int)


@dataclass(frozen=True)
class World:
    """Who answers: by field and channel, by outcome (times `late`), by satisfaction itself (times `happy`).

    `apart` is how far fields, channels and outcomes differ in satisfaction, in multiples of `LIKING`; with `weeks`
    those of a counter and week are alike (intraclass correlation `WITHIN_WEEK`), and are the sampling units.
    """

    late: float = 1.0
    happy: float = 1.0
    codes: bool = False
    items: int = 1
    apart: float = 1.0
    weeks: bool = False


@dataclass(frozen=True)
class Found:
    """What came out of many repetitions; `linearised` and `capped` are other intervals of the same ones.

    `linearised` is xlogit of the printed standard error, `capped` the capped Korn-Graubard interval of it.
    """

    coverage: float
    linearised: float
    capped: float
    honesty: float
    weighted: float
    unweighted: float
    unweighted_coverage: float


def cell_shares(share: float, apart: float) -> np.ndarray:
    """Return the satisfaction of each cell, so that all dossiers together have `share`."""

    def gap(shift: float) -> float:
        return float((COUNTS * expit(logit(share) + shift + apart * LIKING)).sum() / COUNTS.sum() - share)

    return expit(logit(share) + brentq(gap, -5, 5, xtol=1e-14) + apart * LIKING)


def rows_of(
    rng: np.random.Generator, unit: str, n: int, satisfied: np.ndarray, world: World
) -> Iterator[TallyRow]:
    """Draw n volunteers of one unit."""
    if not world.weeks:
        yield from _rows_of_week(rng, (unit, None, None), n, satisfied, world)
        return
    alike = 1 / WITHIN_WEEK - 1
    for place, persons in enumerate(rng.multinomial(n, np.full(COUNTERS * WEEKS, 1 / (COUNTERS * WEEKS)))):
        mood = betaincinv(satisfied * alike, (1 - satisfied) * alike, rng.random())
        week = (unit, f"quay-{place % COUNTERS}", place // COUNTERS + 1)
        yield from _rows_of_week(rng, week, int(persons), mood, world)


def _rows_of_week(
    rng: np.random.Generator,
    where: tuple[str, str | None, int | None],
    n: int,
    satisfied: np.ndarray,
    world: World,
) -> Iterator[TallyRow]:
    unit, counter, week = where
    ready = COUNTS * READY[:, :, None] * np.array([1.0, 1.0, world.late])
    chance = np.stack([ready * (1 - satisfied), ready * satisfied * world.happy], axis=-1).ravel()
    drawn = rng.multinomial(n, chance / chance.sum())
    for place in np.flatnonzero(drawn).tolist():
        cell, answer = divmod(place, 2)
        field, channel, outcome = np.unravel_index(cell, COUNTS.shape)
        known = OUTCOMES[outcome] if world.codes else None
        head = (unit, "v1", "counter", 0, FIELDS[field], CHANNELS[channel], known, counter, week)
        if world.items == 1:
            yield (*head, "52"[1 - answer], int(drawn[place]))
            continue
        yield from ((*head, text, 1) for text in _answers(rng, int(drawn[place]), satisfied.ravel()[cell], answer))


def _answers(rng: np.random.Generator, n: int, share: float, first: int) -> list[str]:
    """Draw correlated items with the share of the cell each; the first one is `first` already."""
    tail = rng.uniform(0, share, n) if first else rng.uniform(share, 1, n)
    common = np.sqrt(0.5) * ndtri(tail) + np.sqrt(0.5) * rng.normal(size=n)
    others = np.sqrt(0.5) * common[:, None] + np.sqrt(0.5) * rng.normal(size=(n, 4)) < ndtri(share)
    letters = np.where(np.column_stack([np.full(n, bool(first)), others]), "5", "2")
    return ["".join(row) for row in letters.tolist()]


def simulate(seed: int, share: float, n: int, repetitions: int, world: World) -> Found:
    """Score `repetitions` units at once, each a repetition of the same quarter."""
    rng = np.random.default_rng(seed)
    codes = [f"q{item}" for item in range(world.items)]
    builder = TallyBuilder(codes, {"v1": {code: place for place, code in enumerate(codes)}})
    satisfied, names = cell_shares(share, world.apart), [f"{number:05d}" for number in range(repetitions)]
    for name in names:
        builder.add(list(rows_of(rng, name, n, satisfied, world)))
    population = population_from_rows(
        DossierRow(name, "cross", FIELDS[f], CHANNELS[c], OUTCOMES[o], int(COUNTS[f, c, o]))
        for name in names
        for f, c, o in np.ndindex(*COUNTS.shape)
    )
    rule = load_score_rule()
    table = score_units(
        builder.build(), population, rule=rule, factors=[FactorSpec(code, (code,)) for code in codes]
    )
    got = np.array([
        [unit.index_share, unit.lower, unit.upper, plain.share, plain.lower, plain.upper, unit.se, unit.n, unit.df]
        for unit in table.units
        for plain in (unit.unweighted.estimate,)
    ], np.float64).T  # fmt: skip
    printed = got[0], got[6] ** 2, got[7], got[8], rule.level
    linearised, capped = share_interval(*printed), capped_korn_graubard(*printed)
    truth = float((COUNTS * satisfied).sum() / COUNTS.sum())
    return Found(
        coverage=float(((got[1] <= truth) & (truth <= got[2])).mean()),
        linearised=float(((linearised[0] <= truth) & (truth <= linearised[1])).mean()),
        capped=float(((capped[0] <= truth) & (truth <= capped[1])).mean()),
        honesty=float(np.sqrt((got[6] ** 2).mean()) / got[0].std()),
        weighted=float(got[0].mean() - truth),
        unweighted=float(got[3].mean() - truth),
        unweighted_coverage=float(((got[4] <= truth) & (truth <= got[5])).mean()),
    )


LOSSES: Sequence[tuple[str, World]] = (
    ("theo lĩnh vực, kênh · by field and channel", World()),
    ("trễ hẹn trả lời gấp đôi, không có mã hồ sơ · late dossiers answer twice as often, no codes", World(2)),
    ("như trên, có mã hồ sơ (biên kết quả được dùng) · the same with dossier codes (outcome margin used)",
     World(2, codes=True)),
    ("người hài lòng trả lời gấp 1,25 · the satisfied answer 1.25 times as often", World(happy=1.25)),
    ("người hài lòng trả lời gấp 1,5 · 1.5 times as often", World(happy=1.5)),
    ("người hài lòng trả lời gấp 2 · twice as often", World(happy=2.0)),
    ("người không hài lòng trả lời gấp 1,5 · the dissatisfied 1.5 times as often", World(happy=1 / 1.5)),
)  # fmt: skip


def main() -> None:
    """Simulate and write the page and the picture."""
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    plain, index = World(), World(items=5)
    grid = {
        (share, n): simulate(int(share * 1000) * 10_000 + n, share, n, repetitions, plain)
        for share in SHARES
        for n in SIZES
    }
    factors = {
        (share, n): simulate(7 + int(share * 1000) * 10_000 + n, share, n, repetitions, index)
        for share in SHARES
        for n in INDEX_SIZES
    }
    weeks, apart = (
        {
            (share, n): simulate(11 + int(share * 1000) * 10_000 + n, share, n, repetitions, world)
            for share in FEW_SHARES
            for n in FEW_SIZES
        }
        for world in (World(items=5, weeks=True), World(items=5, apart=2.5))
    )
    losses = [
        (words, n, simulate(100 * place + n, 0.85, n, repetitions, world))
        for place, (words, world) in enumerate(LOSSES)
        for n in (200, 2000)
    ]
    (DOCS / "pictures").mkdir(exist_ok=True)
    (DOCS / "pictures" / "coverage.svg").write_text(picture(grid), encoding="utf-8")
    (DOCS / "coverage.md").write_text(page(repetitions, grid, factors, weeks, apart, losses), encoding="utf-8")


Grid = dict[tuple[float, int], Found]


def page(
    repetitions: int,
    grid: Grid,
    factors: Grid,
    weeks: Grid,
    apart: Grid,
    losses: Sequence[tuple[str, int, Found]],
) -> str:
    """Return the page."""
    noise = f"{1.96 * (0.95 * 0.05 / repetitions) ** 0.5:.1%}"
    lines = [
        f"| {words} | {n} | {100 * found.unweighted:+.2f} | {100 * found.weighted:+.2f} "
        f"| {30 * found.weighted:+.2f} | {found.unweighted_coverage:.1%} | {found.coverage:.1%} |"
        for words, n, found in losses
    ]
    return f"""# Khoảng tin cậy có giữ lời không · Do the intervals keep their promise

Trang này do `make simulate` viết ra (hạt giống cố định, {repetitions} lần lặp mỗi ô, sai số mô phỏng ±{noise}). Mỗi lần lặp
là một đơn vị giả lập {DOSSIERS // 1000}.000 hồ sơ, 6 lĩnh vực × 2 kênh × 3 kết quả, được chấm bằng đúng chương trình thật: gộp mức, raking,
giới hạn trọng số, phần dư hiệu chỉnh, khoảng tin cậy của quy tắc. Bảng dùng dấu chấm thập phân. *This page is written by `make simulate` (fixed seeds,
{repetitions} repetitions in each cell, simulation error ±{noise}). Each repetition is a unit of {DOSSIERS:,} dossiers scored by the real
program: merging, raking, bounds, calibration residuals, the rule's interval.*

Người nộp trực tiếp, làm chứng thực trả lời nhiều hơn và hài lòng hơn; đất đai, xây dựng, trực tuyến ngược lại. *People at the
counter and with certifications answer more often and are happier; land, construction and online the reverse.*

## Độ bao phủ của khoảng 95% · Coverage of the 95% interval

p là tỷ lệ hài lòng thật, n số phiếu. Mục tiêu: ≥ 92,5% ở mọi ô, 93-97% nơi n(1-p) ≥ 30. *p is the true share, n the responses.
Target: ≥ 92.5% everywhere, 93-97% where n(1-p) ≥ 30.*

### Một câu hỏi · One question

{_grid_table(grid, SHARES, SIZES, "coverage")}

{_verdict(grid)}

### Chỉ số năm yếu tố · Index of five factors

Năm câu có tương quan, quy tắc `factors`. *Five correlated questions, rule `factors`.*

{_grid_table(factors, SHARES, INDEX_SIZES, "coverage")}

{_verdict(factors)}

### Quầy × tuần làm đơn vị mẫu · Counter × week as sampling units

Chỉ số năm yếu tố, {COUNTERS} quầy × {WEEKS} tuần, người cùng quầy và tuần giống nhau (tương quan trong cụm {WITHIN_WEEK}). *Index of five factors,
{COUNTERS} counters × {WEEKS} weeks; those of a counter and week are alike (intraclass correlation {WITHIN_WEEK}).*

{_grid_table(weeks, FEW_SHARES, FEW_SIZES, "coverage")}

{_verdict(weeks)}

### Vì sao khoảng không dùng thẳng sai số chuẩn được in · Why the interval is not made of the printed standard error

Cùng các lần lặp, khoảng khác (lý do: [quyết định 4](decisions/0004-intervals-corrected-for-few-responses.md)). *The same repetitions with
other intervals (why: decision 4).*

| khoảng · interval | một câu: thấp nhất-cao nhất, ô trượt · one question: lowest-highest, cells missed | chỉ số · index |
|---|---|---|
{_other_line("của quy tắc · the rule's", "coverage", grid, factors)}
{_other_line("xlogit trên sai số chuẩn được in · of the printed standard error", "linearised", grid, factors)}
{_other_line("Korn-Graubard có chặn ở mọi nơi · capped Korn-Graubard everywhere", "capped", grid, factors)}

Sai số chuẩn được in (tuyến tính hóa, như R) so với độ lệch chuẩn thật của chỉ số: nhỏ hơn một chút khi ít phiếu, vì hiệu chỉnh đã dùng bớt phần dư. *The printed
standard error (linearised, as in R) over the true standard deviation of the index: a little small with few responses, since calibration uses up part of the
residuals.*

{_grid_table(factors, SHARES, INDEX_SIZES, "honesty")}

### Khi các lĩnh vực khác nhau rất xa · Where fields lie very far apart

Chênh lệch hài lòng giữa lĩnh vực, kênh, kết quả lớn gấp 2,5 lần (thang logit), chỉ số năm yếu tố. Lĩnh vực có dưới 5 phiếu nhập vào lĩnh vực lớn
nhất, và sự khác nhau bị nhập mất đó là độ chệch, không khoảng nào chứa được: "chưa đủ mẫu" là có lý do. *Fields, channels and outcomes differ 2.5 times as
far (logit scale), index of five factors. Fields of fewer than 5 responses join the largest one; the difference that merging hides is bias, which no
interval holds: "not enough responses" has its reason.*

{_grid_table(apart, FEW_SHARES, FEW_SIZES, "coverage")}

## Trọng số gỡ được gì · What the weights mend

![Độ chệch theo p, n = 500 · Bias by p, n = 500](pictures/coverage.svg)

Độ chệch trung bình của tỷ lệ, điểm phần trăm. *Mean bias of the share, percentage points (n = 500).*

| p | không trọng số · unweighted | có trọng số · weighted | bao phủ không trọng số · unweighted coverage | bao phủ · coverage |
|---|---|---|---|---|
{_bias_table(grid)}

## Trọng số không gỡ được gì · What no weight mends

p = 0,85. Khoảng tin cậy giả định: trong cùng lĩnh vực và kênh, người trả lời là ngẫu nhiên. Khi việc trả lời phụ thuộc kết quả
mà không biết kết quả, hoặc phụ thuộc chính sự hài lòng, thì giả định sai và *thêm phiếu không sửa được*: độ chệch còn nguyên,
khoảng càng hẹp càng hay trượt. *The interval assumes that within a field and channel those who answer are random. Where response
depends on an outcome that is not known, or on satisfaction itself, more responses do not help: the bias stays, and the narrower
interval misses more often.*

| trả lời phụ thuộc · response depends on | n | chệch không trọng số (đpt) · unweighted bias (pp) | chệch có trọng số (đpt) · weighted bias (pp) | trên 30 điểm · of 30 points | bao phủ không trọng số · unweighted coverage | bao phủ · coverage |
|---|---|---|---|---|---|---|
{chr(10).join(lines)}
"""  # noqa: E501


def _misses(grid: Grid, what: str) -> list[str]:
    found = {key: getattr(cell, what) for key, cell in grid.items()}
    return [
        f"p = {share}, n = {n}: {cover:.1%}"
        for (share, n), cover in found.items()
        if cover < 0.925 or (_enough(share, n) and not 0.93 <= cover <= 0.97)
    ]


def _enough(share: float, n: int) -> bool:
    return round(n * (1 - share), 9) >= 30


def _verdict(grid: Grid) -> str:
    lowest = min(grid, key=lambda key: grid[key].coverage)
    large = [found.coverage for (share, n), found in grid.items() if _enough(share, n)]
    where = f"{grid[lowest].coverage:.1%} (p = {lowest[0]}, n = {lowest[1]})"
    missed = "; ".join(_misses(grid, "coverage"))
    return (
        f"Thấp nhất {where}; nơi n(1-p) ≥ 30: {min(large):.1%} đến {max(large):.1%}; ô trượt mục tiêu: "
        f"{missed or 'không có'}. *Lowest {where}; where n(1-p) ≥ 30: {min(large):.1%} to {max(large):.1%}; "
        f"cells that miss the target: {missed or 'none'}.*"
    )


def _other_line(words: str, what: str, *grids: Grid) -> str:
    cells = []
    for grid in grids:
        found = [getattr(cell, what) for cell in grid.values()]
        cells.append(f"{min(found):.1%}-{max(found):.1%}, {len(_misses(grid, what))}/{len(grid)}")
    return f"| {words} | " + " | ".join(cells) + " |"


def _grid_table(grid: Grid, shares: Sequence[float], sizes: Sequence[int], what: str) -> str:
    head = "| p \\ n | " + " | ".join(map(str, sizes)) + " |\n|" + "---|" * (len(sizes) + 1)
    rows = (
        f"| {share} | " + " | ".join(f"{getattr(grid[share, n], what):.1%}" for n in sizes) + " |"
        for share in shares
    )
    return "\n".join([head, *rows])


def _bias_table(grid: Grid) -> str:
    return "\n".join(
        f"| {share} | {100 * found.unweighted:+.2f} | {100 * found.weighted:+.2f} "
        f"| {found.unweighted_coverage:.1%} | {found.coverage:.1%} |"
        for share in SHARES
        for found in (grid[share, 500],)
    )


def picture(grid: Grid) -> str:
    """Return a line chart of the bias at n = 500: unweighted and weighted."""
    found = [grid[share, 500] for share in SHARES]
    top = 100 * max(max(abs(f.unweighted), abs(f.weighted)) for f in found) * 1.15

    def at(share: float, bias: float) -> str:
        return f"{60 + (share - 0.6) / 0.4 * 420:.1f},{180 - 100 * bias / top * 140:.1f}"

    def line(values: Sequence[float], colour: str, dash: str) -> str:
        points = [at(share, value) for share, value in zip(SHARES, values, strict=True)]
        dots = "".join(
            '<circle cx="{}" cy="{}" r="3" fill="{}"/>'.format(*point.split(","), colour) for point in points
        )
        path = " ".join(points)
        return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>{dots}'

    marks = "".join(
        f'<text x="{at(share, 0).split(",")[0]}" y="336" text-anchor="middle">{share:.2f}</text>'
        for share in (0.6, 0.7, 0.8, 0.9, 0.99)
    )
    steps = "".join(
        f'<line x1="60" x2="480" y1="{y:.1f}" y2="{y:.1f}" stroke="#ccc"/>'
        f'<text x="54" y="{y + 4:.1f}" text-anchor="end">{format(value, "+d") if value else 0}</text>'
        for value in range(-int(top), int(top) + 1)
        for y in (180 - value / top * 140,)
    )
    words = (
        ("#b3261e", 20, "Không trọng số · Unweighted"),
        ("#0b57d0", 250, "Có trọng số · Weighted"),
    )
    legend = "".join(
        f'<rect x="{x + 40}" y="8" width="12" height="12" fill="{colour}"/><text x="{x + 58}" y="18">{text}</text>'
        for colour, x, text in words
    )
    plain = line([f.unweighted for f in found], "#b3261e", ' stroke-dasharray="6 3"')
    mended = line([f.weighted for f in found], "#0b57d0", "")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 520 372" font-family="sans-serif" font-size="12">'
        "<title>Độ chệch của tỷ lệ hài lòng theo p, n = 500 · Bias of the share satisfied by p, n = 500</title>"
        f'<rect width="520" height="372" fill="#fff"/>{legend}{steps}'
        '<line x1="60" x2="480" y1="180" y2="180" stroke="#333"/>'
        f"{plain}{mended}{marks}"
        '<text x="270" y="360" text-anchor="middle">p thật · true p (chệch: điểm phần trăm · bias: points of %)'
        "</text></svg>\n"
    )


if __name__ == "__main__":
    main()
