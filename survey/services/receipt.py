"""One-time codes for a list of dossiers: slips to hand over and personal links to send.

The list itself is never stored, nor is anything made from a dossier's number: only the files that are written here
know which code went to which dossier.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.codes import LINK_CODE_LENGTH, SLIP_CODE_LENGTH
from survey.database import write
from survey.errors import Fault
from survey.models import ServiceField, Unit
from survey.reports.slip import Progress, Slip, slips_pdf
from survey.services import audit, one_time_code
from survey.services.cells import BadCell, day, one_of, text
from survey.services.columns import Column, Row, Table, duplicates, read_table
from survey.services.dossier_table import CHANNELS, OUTCOMES
from survey.services.example import EXAMPLE_WORDS, is_example
from survey.services.one_time_code import Grant
from survey.services.poster import address
from survey.services.service_field import ALL_FIELDS, FieldFinder
from survey.services.sheet import Cell
from survey.services.template import Template
from survey.services.unit_days import is_in_force
from survey.services.unit_finder import UnitFinder

LONGEST = timedelta(days=400)
_NUMBER = re.compile(r"[A-Z0-9]+(?:\.[A-Z0-9]+)*-(\d{6})-\d{4,6}")
_DASHES = str.maketrans("–—‑−", "----", " ")
_words = text(60)


@dataclass(frozen=True)
class Link:
    """A personal link, to be sent by the province's own gateway."""

    number: str
    unit: str
    address: str
    expires_on: date


@dataclass(frozen=True)
class Receipts:
    """What was made for a list: the printed slips, the links, and what a person should look at."""

    dossiers: int
    units: int
    blank_rows: int
    warnings: tuple[Fault, ...]
    pages: int = 0
    pdf: bytes = b""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Output:
    """What is wanted for each dossier, and for how many days after its appointment the code is good."""

    slips: bool
    links: bool
    days: int
    base_url: str

    @property
    def lengths(self) -> list[int]:
        """The lengths of a dossier's codes."""
        return [SLIP_CODE_LENGTH] * self.slips + [LINK_CODE_LENGTH] * self.links


def make_receipts(
    session: Session,
    data: bytes,
    output: Output,
    *,
    now: datetime,
    actor: str,
    file_name: str,
    dry_run: bool = False,
    progress: Progress = iter,
) -> Receipts:
    """Draw new codes for every dossier of a CSV or XLSX list and return what is to be printed and sent.

    Raises ImportRefused with every fault; then nothing is stored. Codes that have long been expired are forgotten.
    """
    today = now.date()
    table = _read(session, data, output.days, today)
    grants = [_grant(row, output.days, today) for row in table.rows]
    units = Counter(row["unit"].code for row in table.rows)
    checked = Receipts(len(grants), len(units), table.blank_rows, tuple(table.warnings))
    if dry_run:
        return checked
    codes = one_time_code.draw(len(grants), output.lengths)
    # Printed before anything is stored: a list that cannot be printed makes no codes.
    note = EXAMPLE_WORDS if is_example(session) else ""
    slips = [
        _slip(row, grant, drawn[0], output.base_url)
        for row, grant, drawn in zip(table.rows, grants, codes, strict=True)
    ]
    pdf, pages = slips_pdf(slips, dated=today, note=note, progress=progress) if output.slips else (b"", 0)
    links = tuple(
        Link(row["number"] or "", row["unit"].code, address(output.base_url, drawn[-1]), grant.expires_on)
        for row, grant, drawn in zip(table.rows, grants, codes, strict=True)
    )
    with write(session):
        one_time_code.forget_expired(session, today=today)
        one_time_code.issue(session, grants, codes=codes, today=today)
        audit.record(
            session,
            now=now,
            actor=actor,
            action="one_time_code.issue",
            subject=file_name[-120:],
            detail={"dossiers": len(grants), "units": dict(units)},
        )
    return Receipts(
        dossiers=checked.dossiers,
        units=checked.units,
        blank_rows=checked.blank_rows,
        warnings=checked.warnings,
        pages=pages,
        pdf=pdf,
        links=links if output.links else (),
    )


def template(session: Session, *, today: date) -> Template:
    """The sheet to fill in: a line for every unit of today."""
    units = session.scalars(select(Unit).where(is_in_force(today)).order_by(Unit.code)).all()
    columns = _columns(UnitFinder(units).parse, lambda _cell: "")
    return Template("receipts", columns, [{"unit": unit.code} for unit in units])


def dossier_number(cell: Cell) -> str:
    """A dossier's number such as H10.25.3-250701-0001, in which the middle is a day."""
    written: str = _words(cell)
    number = written.upper().translate(_DASHES)
    found = _NUMBER.fullmatch(number)
    if found is None:
        raise BadCell("dossier_number", got=written)
    try:
        datetime.strptime(found[1], "%y%m%d")  # noqa: DTZ007  a day
    except ValueError:
        raise BadCell("dossier_number_day", got=written, day=found[1]) from None
    return number


def _columns(unit: Callable[[Cell], Unit], field: Callable[[Cell], str]) -> tuple[Column, ...]:
    return (
        Column("number", ("Mã hồ sơ", "Số hồ sơ", "Mã số hồ sơ", "Dossier number", "Dossier"), dossier_number),
        Column("unit", ("Mã đơn vị", "Đơn vị", "Đơn vị tiếp nhận", "Unit code"), unit, required=True, filled=True),
        Column("field", ("Lĩnh vực", "Field"), field, required=True, filled=True),
        Column(
            "channel",
            ("Kênh tiếp nhận", "Kênh", "Cách nộp", "Hình thức nộp"),
            one_of(CHANNELS),
            required=True,
            filled=True,
        ),
        Column("outcome", ("Kết quả giải quyết", "Kết quả", "Tình trạng"), one_of(OUTCOMES)),
        Column("appointed", ("Ngày hẹn trả", "Hẹn trả", "Ngày hẹn", "Appointed"), day),
        Column("expires", ("Hạn dùng mã", "Hạn dùng", "Expires"), day),
    )


def _read(session: Session, data: bytes, days: int, today: date) -> Table:
    units = UnitFinder(session.scalars(select(Unit)))
    fields = FieldFinder(session.scalars(select(ServiceField)))
    table = read_table(data, _columns(units.parse, _one_field(fields)), prefilled=("unit",))
    numbered = [row for row in table.rows if row["number"]]
    for row, first in duplicates(numbered, lambda row: row["number"]):
        table.fault(row, "number", "duplicate_row", first=str(first.number))
    warned: set[int] = set()
    for row in table.rows:
        unit = row["unit"]
        if unit is not None:
            _check_unit(table, row, unit, today, warned)
        _check_last_day(table, row, days, today)
    table.check()
    return table


def _check_unit(table: Table, row: Row, unit: Unit, today: date, warned: set[int]) -> None:
    if unit.valid_to is not None and unit.valid_to < today:
        successor = "–" if unit.successor is None else f"{unit.successor.code} ({unit.successor.name})"
        until = f"{unit.valid_to:%d/%m/%Y}"
        table.fault(row, "unit", "receipt_unit_ended", unit=unit.name, until=until, successor=successor)
    elif unit.id not in warned and (unit.start_date is None or unit.start_date > today):
        warned.add(unit.id)
        start = None if unit.start_date is None else f"{unit.start_date:%d/%m/%Y}"
        code = "unit_without_start" if start is None else "receipt_before_start"
        table.warn(row, "unit", code, unit=unit.name, start=start)


def _check_last_day(table: Table, row: Row, days: int, today: date) -> None:
    if row.has_bad("expires", "appointed"):
        return
    key = "expires" if row["expires"] else "appointed"
    last = _last_day(row, days, today)
    if last < today:
        table.fault(row, key, "receipt_expired", got=f"{last:%d/%m/%Y}")
    elif last > today + LONGEST:
        table.fault(row, key, "receipt_too_long", got=f"{last:%d/%m/%Y}", days=LONGEST.days)


def _last_day(row: Row, days: int, today: date) -> date:
    """Take the day that is given, else the end of the month in which `days` after the appointment fall.

    The end of a month, so that the stored day does not give the day of the appointment away.
    """
    if row["expires"] is not None:
        given: date = row["expires"]
        return given
    due = max(row["appointed"] or today, today) + timedelta(days=days)
    return due.replace(day=monthrange(due.year, due.month)[1])


def _one_field(finder: FieldFinder) -> Callable[[Cell], str]:
    def parse(cell: Cell) -> str:
        code = finder.parse(cell)
        if code == ALL_FIELDS:
            raise BadCell("field_not_of_a_dossier")
        return code

    return parse


def _grant(row: Row, days: int, today: date) -> Grant:
    return Grant(
        unit_id=row["unit"].id,
        expires_on=_last_day(row, days, today),
        field=row["field"],
        channel=row["channel"],
        outcome=row["outcome"],
    )


def _slip(row: Row, grant: Grant, code: str, base_url: str) -> Slip:
    return Slip(
        one_stop_name=row["unit"].one_stop_name,
        code=code,
        address=address(base_url, code),
        expires_on=grant.expires_on,
        dossier=row["number"] or "",
        appointed_on=row["appointed"],
        row=row.number,
    )
