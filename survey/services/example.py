"""Fill an empty database with an example province: invented places, dossiers and answers, from a seed."""

from __future__ import annotations

import itertools
import math
import random
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.periods import Period, previous, quarter_of
from forms.questionnaire import load_questionnaire
from survey.codes import new_qr_code
from survey.database import write
from survey.errors import HailongError
from survey.models import (
    Basis,
    Channel,
    Counter,
    CounterField,
    DossierCount,
    Outcome,
    QrCode,
    Response,
    SiteFact,
    Source,
    Trust,
    Unit,
    UnitKind,
)
from survey.models.site import EXAMPLE_FACT

EXAMPLE_WORDS = "Dữ liệu ví dụ. Không phải số liệu của địa phương nào."
PLACES = Path(__file__).resolve().parent.parent / "presets" / "example.toml"
PROVINCE_CODE = "TINH"
CENTER = "Trung tâm Phục vụ hành chính công"
QUESTIONNAIRE = "short-v1"
# A quarter that has only begun has too few days to look at; then the two before it are filled.
YOUNGEST_QUARTER = timedelta(days=14)
FIRST_DAY = date(2025, 7, 1)
BATCH = 2_000
# By post counts as direct, as in the II.06 table's column "trực tiếp/BCCI".
CHANNEL_SHARES = {Channel.DIRECT: 0.62, Channel.ONLINE: 0.38}
OUTCOME_SHARES = {Outcome.EARLY: 0.55, Outcome.ON_TIME: 0.42, Outcome.OVERDUE: 0.03}
# Who answers is not who had a dossier: that is what the weights are for.
ANSWERS_OFTEN = {Channel.DIRECT: 1.0, Channel.ONLINE: 0.45}
FIELD_MOOD = {"dat-dai": -0.55, "xay-dung": -0.45, "chung-thuc": 0.25}
CHANNEL_MOOD = {Channel.DIRECT: 0.0, Channel.ONLINE: 0.2}
ITEM_MOOD = {"Q1": 1.15, "Q2": 0.9, "Q3": 1.2, "Q4": 1.05, "Q5": 0.75}
RATING_CUTS = (-1.6, -0.9, 0.05, 1.25)
# The n-th unit of the list gets exactly so many responses a quarter, to show what few responses look like.
FEW_RESPONSES = {-1: 0, -2: 3, -3: 18}
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Example:
    """What was filled in, for the person who is going to look at it."""

    province: str
    domain: str
    periods: tuple[Period, Period]
    link: str
    unit_code: str
    unit_name: str


def is_example(session: Session) -> bool:
    """Tell whether the database holds the example."""
    return session.get(SiteFact, EXAMPLE_FACT) is not None


def fill(
    session: Session,
    *,
    today: date,
    unit_count: int,
    response_count: int,
    seed: int,
    progress: Progress,
) -> Example:
    """Store units, counters, codes, dossiers of two quarters and responses; raise HailongError if not empty."""
    if session.scalar(select(func.count()).select_from(Unit)):
        raise HailongError("example_not_empty")
    chance = random.Random(seed)  # noqa: S311  an example must be repeatable, not secret
    places = tomllib.loads(PLACES.read_text(encoding="utf-8"))
    latest = quarter_of(today - YOUNGEST_QUARTER)
    periods = (previous(latest), latest)
    with write(session):
        session.add(SiteFact(name=EXAMPLE_FACT, value=str(seed)))
        units = _units(session, places, unit_count)
        drawn: set[str] = set()
        shops = [_shop(session, places, unit, today, drawn) for unit in units]
        for number, period in enumerate(periods):
            last_day = min(period.last, today - timedelta(days=1))
            _fill_quarter(
                session, chance, shops, period, last_day, response_count // 2,
                lambda share, done=number: progress((done + share) / 2),  # type: ignore[misc]
            )  # fmt: skip
    shown = next(shop for shop in shops if shop.unit.kind is UnitKind.WARD)
    code = next(q for q in shown.codes.values() if q.counter is not None and len(shown.served[q.counter.code]) > 1)
    return Example(places["province"], places["domain"], periods, code.code, shown.unit.code, shown.unit.name)


def index_sheet(session: Session, *, seed: int, with_satisfaction: bool) -> bytes:
    """Write appraised and leaders' points of every ranked unit as an import file of the reform index.

    `with_satisfaction` adds the satisfaction points, for a year whose quarters are not in the database.
    """
    chance = random.Random(seed)  # noqa: S311  repeatable, not secret
    maxima = {"ket-qua": (60, 0.82, 0.96), "lanh-dao": (10, 0.65, 0.95)}
    if with_satisfaction:
        maxima["hai-long"] = (30, 0.72, 0.95)
    lines = ["unit,component,points"]
    for code in session.scalars(select(Unit.code).where(Unit.ranking_group.is_not(None)).order_by(Unit.code)):
        for component, (maximum, low, high) in maxima.items():
            lines.append(f"{code},{component},{maximum * chance.uniform(low, high):.2f}")
    return "\n".join(lines).encode()


@dataclass
class _Shop:
    """A unit's one-stop shop with its counters, codes and how its dossiers divide by field."""

    unit: Unit
    counters: dict[str, Counter]
    served: dict[str, list[str]]
    codes: dict[str | None, QrCode]
    field_shares: dict[str, float]


def _units(session: Session, places: dict[str, Any], unit_count: int) -> list[Unit]:
    province = Unit(
        code=PROVINCE_CODE,
        name=places["province"],
        one_stop_name=f"{CENTER} {places['province']}",
        kind=UnitKind.PROVINCE,
        valid_from=FIRST_DAY,
    )
    units = [
        Unit(
            code=f"{letters}{number:02d}",
            name=name,
            one_stop_name=f"Bộ phận Một cửa {name}"
            if kind is UnitKind.DEPARTMENT
            else f"{CENTER} {name[0].lower()}{name[1:]}",
            kind=kind,
            ranking_group=group,
            parent=province,
            start_date=FIRST_DAY,
            valid_from=FIRST_DAY,
        )
        for letters, number, name, kind, group in islice(_names(places, unit_count // 2), unit_count)
    ]
    session.add_all([province, *units])
    session.flush()
    return units


def _names(places: dict[str, Any], most_departments: int) -> Iterator[tuple[str, int, str, UnitKind, str]]:
    """Name units without end: those of the list, then numbered communes."""
    for number, (name, _) in enumerate(places["departments"][:most_departments], 1):
        yield "S", number, name, UnitKind.DEPARTMENT, "Sở"
    for number, name in enumerate(places["wards"], 1):
        yield "P", number, f"Phường {name}", UnitKind.WARD, "Phường"
    for number, name in enumerate(places["special_zones"], 1):
        yield "DK", number, f"Đặc khu {name}", UnitKind.SPECIAL_ZONE, "Xã, đặc khu"
    for number in itertools.count(1):
        listed = places["communes"][number - 1 : number]
        yield "X", number, f"Xã {listed[0] if listed else f'Số {number}'}", UnitKind.COMMUNE, "Xã, đặc khu"


def _shop(session: Session, places: dict[str, Any], unit: Unit, today: date, drawn: set[str]) -> _Shop:
    if unit.kind is UnitKind.DEPARTMENT:
        field = dict(places["departments"])[unit.name]
        plan: list[dict[str, Any]] = [{"code": "Q1", "name": "Quầy tiếp nhận", "fields": [field]}]
        field_shares = {field: 1.0}
    else:
        plan = places["counters"]
        field_shares = places["field_shares"]
    counters = {entry["code"]: Counter(unit=unit, code=entry["code"], name=entry["name"]) for entry in plan}
    session.add_all(counters.values())
    session.flush()
    served = {entry["code"]: list(entry["fields"]) for entry in plan}
    session.add_all(
        CounterField(counter_id=counters[code].id, field=field)
        for code, fields in served.items()
        for field in fields
    )
    codes: dict[str | None, QrCode] = {
        code: QrCode(code=_free_code(drawn), unit=unit, counter=counter, channel=Channel.DIRECT, created_on=today)
        for code, counter in counters.items()
    }
    codes[None] = QrCode(code=_free_code(drawn), unit=unit, channel=Channel.ONLINE, created_on=today)
    session.add_all(codes.values())
    return _Shop(unit, counters, served, codes, field_shares)


def _free_code(drawn: set[str]) -> str:
    """Draw until a code is none of those drawn before: a whole country has enough of them for two to be alike."""
    while (code := new_qr_code()) in drawn:
        pass
    drawn.add(code)
    return code


def _fill_quarter(
    session: Session,
    chance: random.Random,
    shops: Sequence[_Shop],
    period: Period,
    last_day: date,
    response_count: int,
    progress: Progress,
) -> None:
    cells = [_dossiers(session, chance, shop, period) for shop in shops]
    few = {
        number % len(shops): count for number, count in FEW_RESPONSES.items() if len(shops) > len(FEW_RESPONSES)
    }
    pulls = [0.0 if number in few else math.sqrt(sum(c.values())) * chance.uniform(0.5, 1.5)
             for number, c in enumerate(cells)]  # fmt: skip
    wanted = _shared_out(response_count - sum(few.values()), pulls)
    days = [
        day
        for offset in range((last_day - period.first).days + 1)
        if (day := period.first + timedelta(days=offset)).weekday() < 5 or offset % 7 == 5
    ]
    batch: list[Response] = []
    for number, (shop, cell_counts) in enumerate(zip(shops, cells, strict=True)):
        mood = chance.gauss(0.25, 0.4)
        for _ in range(few.get(number, wanted[number])):
            batch.append(_response(chance, shop, cell_counts, mood, chance.choice(days)))
            if len(batch) >= BATCH:
                session.add_all(batch)
                session.flush()
                batch.clear()
        progress((number + 1) / len(shops))
    session.add_all(batch)
    session.flush()


def _shared_out(total: int, pulls: Sequence[float]) -> list[int]:
    """Divide a whole number in proportion to `pulls`, with nothing left over."""
    whole = sum(pulls)
    edges = [0]
    running = 0.0
    for pull in pulls:
        running += pull
        edges.append(round(total * running / whole))
    return [after - before for before, after in pairwise(edges)]


Cell = tuple[str, Channel]


def _dossiers(session: Session, chance: random.Random, shop: _Shop, period: Period) -> dict[Cell, int]:
    middle = {UnitKind.WARD: 2600, UnitKind.COMMUNE: 1300, UnitKind.DEPARTMENT: 900}.get(shop.unit.kind, 700)
    total = middle * math.exp(chance.gauss(0, 0.35))
    cells: dict[Cell, int] = {}
    for field, share in shop.field_shares.items():
        for channel, channel_share in CHANNEL_SHARES.items():
            part = total * share * channel_share * chance.uniform(0.7, 1.3)
            for outcome, outcome_share in OUTCOME_SHARES.items():
                count = round(part * outcome_share * chance.uniform(0.8, 1.2))
                cells[field, channel] = cells.get((field, channel), 0) + count
                session.add(
                    DossierCount(
                        unit_id=shop.unit.id, period=period.text, basis=Basis.CROSS, field=field,
                        channel=channel.value, outcome=outcome.value, count=count,
                    )
                )  # fmt: skip
    return cells


def _response(chance: random.Random, shop: _Shop, cells: dict[Cell, int], mood: float, day: date) -> Response:
    weights = [count * ANSWERS_OFTEN[channel] for (_, channel), count in cells.items()]
    field, channel = chance.choices(list(cells), weights)[0]
    counter_code = None
    if channel is Channel.DIRECT:
        counter_code = next(code for code, fields in shop.served.items() if field in fields)
    qr_code = shop.codes[counter_code]
    known_by_code = counter_code is not None and len(shop.served[counter_code]) == 1
    declared = chance.random() < 0.93
    source = Source.CODE if known_by_code else Source.DECLARED if declared else Source.UNKNOWN
    return Response(
        local_date=day,
        number_hash=chance.randbytes(32),
        unit_id=shop.unit.id,
        counter_id=None if qr_code.counter is None else qr_code.counter.id,
        version=QUESTIONNAIRE,
        trust=Trust.COUNTER,
        flags="f" if chance.random() < 0.01 else "",
        trial=False,
        field=None if source is Source.UNKNOWN else field,
        field_source=source,
        channel=qr_code.channel.value,
        channel_source=Source.CODE,
        outcome=None,
        outcome_source=Source.UNKNOWN,
        answers=_answers(chance, mood + FIELD_MOOD.get(field, 0.0) + CHANNEL_MOOD[channel]),
    )


def _answers(chance: random.Random, mood: float) -> str:
    person = mood + chance.gauss(0, 0.75)
    answers: dict[str, str] = {}
    for item, item_mood in ITEM_MOOD.items():
        draw = chance.random()
        if draw < (0.25 if item == "Q5" else 0.04):
            answers[item] = "x"
        elif draw > 0.97:
            continue
        else:
            feeling = person + item_mood + chance.gauss(0, 0.7)
            answers[item] = str(1 + sum(feeling > cut for cut in RATING_CUTS))
    if chance.random() < 0.9:
        answers["Q7"] = chance.choices("123", (0.03, 0.89, 0.08))[0]
    return load_questionnaire(QUESTIONNAIRE).encode(answers)
