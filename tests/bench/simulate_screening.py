"""False alarms and detection of screening on simulated quarters; writes the tables of docs/screening.md.

Run: make simulate, or .venv/bin/python tests/bench/simulate_screening.py [quarters]
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from analysis.screening import CHECKS, Check, count_patterns, screen_bursts, screen_rate
from analysis.tally import TallyBuilder

TARGET = Path(__file__).resolve().parents[2] / "docs" / "screening.md"
UNITS, ITEMS, DAYS, WEEKS = 120, 5, 65, 13
NAMES = (*CHECKS, "burst")
TAMPERED_SHARE = 0.05
LARGE = 100
CUTS = np.array([-2.3, -1.7, -0.9, 0.5])
Rng = np.random.Generator


@dataclass
class Person:
    """What is known of the forms of a quarter, one row a person."""

    unit: np.ndarray
    ratings: np.ndarray
    day: np.ndarray
    fast: np.ndarray
    outside: np.ndarray
    network: np.ndarray
    assisted: np.ndarray

    def plus(self, other: Person) -> Person:
        return Person(*(np.concatenate([getattr(self, name), getattr(other, name)]) for name in vars(self)))


def logistic(rng: Rng, share: float, spread: float) -> np.ndarray:
    """Draw the units' own rates: the logit-normal law, which the beta-binomial model does not know."""
    return 1 / (1 + np.exp(-(np.log(share / (1 - share)) + rng.normal(0, spread, UNITS))))


def honest_quarter(rng: Rng) -> Person:
    """Draw units of unlike size, quality and habits; days with weekday habits and more spread than Poisson's."""
    size = np.clip(np.exp(rng.normal(4.6, 0.9, UNITS)), 20, 1500).astype(int)
    unit = np.repeat(np.arange(UNITS), size)
    n = len(unit)
    liking = rng.normal(0.9, 0.35, UNITS)[unit] + rng.normal(0, 0.9, n)
    level = liking[:, None] + rng.normal(0, 0.35, ITEMS) + rng.normal(0, 0.7, (n, ITEMS))
    weekday = np.tile([1.4, 1.1, 1.0, 0.9, 0.8], WEEKS)
    habit = weekday * rng.gamma(2.5, 1 / 2.5, (UNITS, DAYS))
    habit /= habit.sum(axis=1, keepdims=True)
    day = (rng.random(n)[:, None] > np.cumsum(habit, axis=1)[unit]).sum(axis=1)
    rates = [
        logistic(rng, share, spread) for share, spread in ((0.02, 0.5), (0.15, 0.6), (0.04, 0.6), (0.10, 0.8))
    ]
    fast, outside, network, assisted = (rng.random(n) < rate[unit] for rate in rates)
    ratings = 1 + (level[:, :, None] > CUTS).sum(axis=2)
    return Person(unit, ratings, np.minimum(day, DAYS - 1), fast, outside, network, assisted)


def forged(rng: Rng, unit: np.ndarray, **rates: float) -> Person:
    """Draw forms filled in by someone else: as the arguments say, else as honest ones."""
    n = len(unit)
    top = np.full((n, ITEMS), 5)
    mixed = rng.choice([4, 5], (n, ITEMS), p=[0.4, 0.6])
    ratings = np.where((rng.random(n) < rates.get("straight", 0.4))[:, None], top, mixed)
    day = rng.integers(0, DAYS, n)
    if "within" in rates:
        day = (rng.integers(5, DAYS - 5, UNITS)[unit] + rng.integers(0, int(rates["within"]), n)) % DAYS
    if "last" in rates:
        day = np.where(rng.random(n) < rates["last"], rng.integers(DAYS - 5, DAYS, n), day)
    usual = {"fast": 0.02, "outside": 0.15, "network": 0.04, "assisted": 0.10}
    return Person(unit, ratings, day, *(rng.random(n) < rates.get(name, share) for name, share in usual.items()))


SCENARIOS: dict[str, tuple[str, Callable[[Rng, np.ndarray], Person]]] = {
    "stack": (
        "Cán bộ tự điền một xấp phiếu 5-5-5-5-5 trong một ngày, cùng một mạng · a stack of 5-5-5-5-5 in one day",
        lambda rng, unit: forged(rng, unit, straight=0.95, fast=0.7, network=0.8, within=1),
    ),
    "careful": (
        "Điền cẩn thận 4 và 5 lẫn lộn, rải nhiều ngày, nửa cùng một mạng · careful 4s and 5s, half on one network",
        lambda rng, unit: forged(rng, unit, straight=0.4, network=0.5),
    ),
    "evening": (
        "Điền sau giờ làm việc, tuần cuối quý · after hours, in the last week",
        lambda rng, unit: forged(rng, unit, straight=0.6, outside=0.8, last=0.9),
    ),
    "tablet": (
        "Bấm hộ trên máy tính bảng của đơn vị · pressed for citizens on the unit's tablet",
        lambda rng, unit: forged(rng, unit, straight=0.8, assisted=0.9),
    ),
    "coached": (
        "Dân được dặn bấm toàn mức 5, ngoài ra như thường · citizens told to press 5 throughout, nothing else",
        lambda rng, unit: forged(rng, unit, straight=1.0),
    ),
    "perfect": (
        "Giả hoàn hảo: như phiếu thật, chỉ điểm cao hơn · perfect forgery: like real forms, only higher ratings",
        lambda rng, unit: forged(rng, unit, straight=0.4),
    ),
}


def screened(quarter: Person) -> list[Check]:
    """Make every check of a quarter."""
    builder = TallyBuilder([f"q{k}" for k in range(ITEMS)], {"v1": {f"q{k}": k for k in range(ITEMS)}})
    trust = np.where(quarter.assisted, "assisted", "counter").tolist()
    answers = ["".join(row) for row in quarter.ratings.astype(str).tolist()]
    names = [f"{unit:04d}" for unit in quarter.unit.tolist()]
    builder.add([
        (name, "v1", level, 0, None, None, None, None, None, text, 1)
        for name, level, text in zip(names, trust, answers, strict=True)
    ])  # fmt: skip
    counts = count_patterns(builder.build())

    def by_unit(hit: np.ndarray) -> np.ndarray:
        return np.bincount(quarter.unit, hit.astype(float), UNITS)

    group = np.zeros(UNITS, np.intp)
    hits = {
        "too_fast": (by_unit(quarter.fast), counts.responses),
        "same_answers": (counts.same_answers, counts.judged),
        "outside_hours": (by_unit(quarter.outside), counts.responses),
        "same_network": (by_unit(quarter.network), counts.responses),
        "assisted": (counts.assisted, counts.responses),
        "last_week": (by_unit(quarter.day >= DAYS - 5), counts.responses),
        "varied": (counts.varied, counts.judged),
    }
    daily = (
        np.bincount(quarter.unit * DAYS + quarter.day, minlength=UNITS * DAYS).reshape(UNITS, DAYS).astype(float)
    )
    return [*(screen_rate(name, *hits[name], group) for name in CHECKS), screen_bursts(daily, group)]


@dataclass
class Rates:
    """Raised checks (by unit) of many quarters."""

    raised: list[np.ndarray] = field(default_factory=list)

    def add(self, checks: list[Check], units: np.ndarray) -> None:
        self.raised.append(np.array([check.raised[units] for check in checks]))

    def table(self) -> np.ndarray:
        return np.concatenate(self.raised, axis=1)

    def shares(self, digits: int) -> Iterator[str]:
        table = self.table()
        yield from (f"{share:.{digits}%}" for share in (*table.mean(axis=1), table.any(axis=0).mean()))


def tampered(rng: Rng, name: str, dose: float) -> tuple[Person, np.ndarray, np.ndarray]:
    """Return a quarter in which some units add `dose` forged forms per honest one, these units and all sizes."""
    quarter = honest_quarter(rng)
    size = np.bincount(quarter.unit, minlength=UNITS)
    chosen = rng.choice(UNITS, round(UNITS * TAMPERED_SHARE), replace=False)
    unit = np.repeat(chosen, np.rint(size[chosen] * dose).astype(int))
    return quarter.plus(SCENARIOS[name][1](rng, unit)), chosen, size


def main() -> None:
    """Simulate and write the page."""
    quarters = int(sys.argv[1]) if len(sys.argv) > 1 else 150
    clean = Rates()
    for seed in range(quarters):
        clean.add(screened(honest_quarter(np.random.default_rng(seed))), np.arange(UNITS))
    rows = []
    bystanders = Rates()
    for place, name in enumerate(SCENARIOS):
        for dose in (0.1, 0.3, 1.0):
            small, large = Rates(), Rates()
            for seed in range(max(quarters // 8, 2)):
                rng = np.random.default_rng((place + 1) * 100_000 + int(dose * 100) * 1000 + seed)
                quarter, chosen, size = tampered(rng, name, dose)
                checks = screened(quarter)
                small.add(checks, chosen[size[chosen] < LARGE])
                large.add(checks, chosen[size[chosen] >= LARGE])
                bystanders.add(checks, np.setdiff1d(np.arange(UNITS), chosen))
            for label, rates in ((f"20-{LARGE - 1}", small), (f"≥ {LARGE}", large)):
                rows.append(f"| {name} | +{dose:.0%} | {label} | " + " | ".join(rates.shares(0)) + " |")
    TARGET.write_text(page(quarters, clean, bystanders, rows), encoding="utf-8")


def page(quarters: int, clean: Rates, bystanders: Rates, rows: list[str]) -> str:
    """Return the page."""
    head = "| " + " | ".join(f"`{name}`" for name in NAMES) + " | bất kỳ · any |"
    line = "|" + "---|" * (len(NAMES) + 1)
    alarms = f"{clean.table().any(axis=0).mean() * UNITS:.1f}"
    return f"""# Sàng lọc phiếu bất thường · Screening

Trang này do `make simulate` viết ra; số ngẫu nhiên có hạt giống cố định. Một dấu hiệu (flag) là câu hỏi cho con người,
không phải bằng chứng và không bao giờ tự loại phiếu. Làm chậm không bao giờ là dấu hiệu. *This page is written by
`make simulate` from fixed seeds. A raised check is a question to people, never a proof; nothing is deleted or reweighted.*

## Cách làm · Method

Mỗi đơn vị được so với nhóm của mình. Số phiếu có dấu hiệu X trong n phiếu theo mô hình beta-nhị thức
(Williams 1982): E X = nπ, Var X = nπ(1-π)(1+ρ(n-1)); π và ρ sao cho thống kê Pearson bằng bậc tự do, đơn vị vượt p = 0,001
không tham gia ước lượng. Cảnh báo khi p < 0,001, một phía. Nhóm dưới 10 đơn vị thì không so.
*Each unit is compared with its group. Flagged forms X of n follow a beta-binomial model whose mean π and correlation ρ make
Pearson's statistic equal to its degrees of freedom; units beyond p = 0.001 leave the fit. One-sided alarm at p < 0.001.*

| dấu hiệu · check | đếm · counts | phía · side |
|---|---|---|
| `too_fast` | nhanh hơn mức có thể đọc · faster than one can read | nhiều · more |
| `same_answers` | mọi câu một mức (≥ 3 câu) · all answers alike | nhiều · more |
| `outside_hours` | ngoài giờ mở cửa · outside opening hours | nhiều · more |
| `same_network` | một dấu mạng nhiều lần trong ngày · one network many times a day | nhiều · more |
| `assisted` | nhập hộ · entered for citizens | nhiều · more |
| `last_week` | tuần cuối quý · the last week of the quarter | nhiều · more |
| `varied` | khác mẫu trả lời thường gặp nhất của đơn vị: phương sai nhỏ khó tin · other than the unit's most usual pattern: a variance too small to be true | ít · fewer |
| `burst` | ngày nhiều nhất so với thói quen (nhị thức âm, Šidák) · the busiest day against habit | nhiều · more |

## Báo động giả · False alarms

{quarters} quý sạch × {UNITS} đơn vị (20 đến 1.500 phiếu), tỷ lệ của từng đơn vị theo luật logit-chuẩn, tức là *không* đúng
mô hình. Tỷ lệ đơn vị bị cảnh báo; hàng hai: đơn vị trung thực trong quý có {TAMPERED_SHARE:.0%} đơn vị gian lận. *Share of
honest units raised, in clean quarters and (second row) beside {TAMPERED_SHARE:.0%} tampering units; the units' own rates follow a
logit-normal law, which is not the model's.*

| quý · quarter {head}
|---{line}
| sạch · clean | {" | ".join(clean.shares(2))} |
| có gian lận · tampered | {" | ".join(bystanders.shares(2))} |

Trung bình {alarms.replace(".", ",")} trên {UNITS} đơn vị trung thực nhận ít nhất một cảnh báo trong một quý. *On average
{alarms} of {UNITS} honest units meet at least one alarm in a quarter.*

## Phát hiện · Detection

{TAMPERED_SHARE:.0%} đơn vị thêm phiếu giả (+10%, +30%, +100% so với phiếu thật). Tỷ lệ đơn vị gian lận bị phát hiện, theo số
phiếu thật. *Units that add forged forms to their honest ones; share of them raised, by their number of honest forms.*

{chr(10).join(f"- **{name}**: {words}" for name, (words, _) in SCENARIOS.items())}

| kịch bản · scenario | thêm · added | phiếu thật · honest forms {head}
|---|---|---{line}
{chr(10).join(rows)}

Đọc bảng: xấp phiếu làm vội trong một ngày, dồn vào tuần cuối thì thấy khi thêm từ 30%; điền cẩn thận rải nhiều ngày chỉ để lộ
dấu mạng khi đã thêm gấp đôi; bấm hộ (`tablet`) chìm trong khác biệt thật giữa các đơn vị có và không có máy tính bảng; dặn dân
bấm mức 5 (`coached`) hầu như không thấy; giả hoàn hảo (`perfect`) không thể thấy từ số liệu. Thêm 10% thì hầu như không cách nào thấy.
Muốn ngăn phải dùng mã hồ sơ dùng một lần (`dossier`) và in cơ cấu phiếu theo mức tin cậy cạnh mỗi điểm.
*Read: a stack made in one day and a last-week surge are seen from +30%; careful forgery spread over many days betrays only its
network, and only once it doubles the forms; forms pressed on the unit's tablet drown in the real difference between units with
and without tablets; coaching is hardly ever seen, perfect forgery not at all, and +10% hardly ever. What prevents them are
one-time dossier codes, and printing the mix of trust levels with every score. Real rates depend on real habits: these are of the
simulated province.*
"""  # noqa: E501


if __name__ == "__main__":
    main()
