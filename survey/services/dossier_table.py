"""Read the two forms in which dossiers come: one count a line, or one line a field as in the II.06 table.

The parts of a line must add up to their totals; a printed on-time rate is only held against the computed one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from analysis.points import check_printed, percent_of
from survey.models import Basis, Channel, Outcome
from survey.services.cells import one_of, percentage, whole_number
from survey.services.columns import Column, Row, Table
from survey.services.service_field import ALL_FIELDS
from survey.services.sheet import Cell

CHANNELS = {
    "Trực tiếp": Channel.DIRECT,
    "Trực tuyến": Channel.ONLINE,
    "Bưu chính": Channel.POST,
    "Bưu chính công ích": Channel.POST,
    "BCCI": Channel.POST,
} | {channel.value: channel for channel in Channel}
OUTCOMES = {
    "Trước hạn": Outcome.EARLY,
    "Đúng hạn": Outcome.ON_TIME,
    "Quá hạn": Outcome.OVERDUE,
    "Trễ hạn": Outcome.OVERDUE,
} | {outcome.value: outcome for outcome in Outcome}
LONG_COLUMNS = (
    Column("channel", ("Kênh tiếp nhận", "Kênh", "Cách nộp", "Hình thức nộp"), one_of(CHANNELS)),
    Column("outcome", ("Kết quả giải quyết", "Kết quả", "Tình trạng"), one_of(OUTCOMES)),
    Column("count", ("Số hồ sơ", "Số lượng", "Dossiers", "Number"), whole_number),
)
WIDE_HEADERS = {
    "received_total": ("Tiếp nhận: tổng số", "Tổng số hồ sơ tiếp nhận", "Tổng tiếp nhận"),
    "received_online": ("Tiếp nhận: trực tuyến", "Tiếp nhận trong kỳ: trực tuyến", "Online"),
    "received_direct": (
        "Tiếp nhận: trực tiếp, bưu chính",
        "Tiếp nhận: trực tiếp/BCCI",
        "Tiếp nhận: trực tiếp",
        "Tiếp nhận: trực tiếp, dịch vụ bưu chính",
        "Received direct/post",
        "Direct/post",
        "Direct",
    ),
    "carried_over": ("Tiếp nhận: từ kỳ trước", "Từ kỳ trước", "Kỳ trước chuyển qua", "Received carried over"),
    "settled_total": ("Đã giải quyết: tổng số", "Tổng số hồ sơ đã giải quyết", "Tổng đã giải quyết", "Settled"),
    "settled_early": ("Đã giải quyết: trước hạn", "Trước hạn", "Early"),
    "settled_on_time": ("Đã giải quyết: đúng hạn", "Đúng hạn", "On time"),
    "settled_overdue": ("Đã giải quyết: quá hạn", "Quá hạn", "Overdue"),
    "pending_total": (
        "Đang giải quyết: tổng số",
        "Tổng số hồ sơ đang giải quyết",
        "Tổng đang giải quyết",
        "Pending",
    ),
    "pending_in_time": ("Đang giải quyết: trong hạn", "Trong hạn", "Chưa đến hạn", "In time"),
    "pending_overdue": ("Đang giải quyết: quá hạn",),
}
# What the three rates of QĐ 766/QĐ-TTg are made of; a unit writes each on any one of its lines.
FEEDBACK_HEADERS = {
    Basis.FEEDBACK: ("PAKN thuộc thẩm quyền", "Phản ánh, kiến nghị thuộc thẩm quyền", "Feedback"),
    Basis.FEEDBACK_ON_TIME: ("PAKN xử lý đúng hạn", "PAKN xử lý trước và đúng hạn", "Feedback on time"),
    Basis.FEEDBACK_BAD: ("PAKN không hài lòng hoặc quá hạn", "Feedback dissatisfied or late"),
    Basis.DOSSIERS_BAD: (
        "Hồ sơ không hài lòng, có PAKN hoặc quá hạn",
        "Dossiers dissatisfied, complained or late",
    ),
}
WIDE_COLUMNS = (
    *(Column(key, headers, whole_number) for key, headers in WIDE_HEADERS.items()),
    Column(
        "on_time_rate",
        ("Tỷ lệ đúng hạn (%)", "Tỷ lệ giải quyết đúng hạn", "Tỷ lệ trước hạn, đúng hạn"),
        percentage,
    ),
    *(Column(basis.value, headers, whole_number) for basis, headers in FEEDBACK_HEADERS.items()),
)


@dataclass(frozen=True)
class Count:
    """One count, as it will be stored."""

    row: Row
    unit: Any
    basis: Basis
    field: str
    channel: str
    outcome: str
    number: int

    @property
    def key(self) -> tuple[Any, ...]:
        return self.unit.id, self.basis, self.field, self.channel, self.outcome


def key_columns(unit: Callable[[Cell], Any], field: Callable[[Cell], Any]) -> tuple[Column, Column]:
    """The columns that both forms share."""
    return (
        Column("unit", ("Mã đơn vị", "Đơn vị", "Đơn vị tiếp nhận", "Unit code"), unit, required=True, filled=True),
        Column("field", ("Lĩnh vực", "Lĩnh vực giải quyết", "Service field"), field),
    )


def read_counts(table: Table) -> list[Count]:
    """Turn the rows into counts; what is wrong with them is noted in the table."""
    is_wide = [column.key for column in WIDE_COLUMNS if table.has(column.key)]
    is_long = [key for key in ("channel", "outcome", "count") if table.has(key)]
    if is_wide and is_long:
        table.fault(None, is_long[0], "two_forms_at_once", other=table.title(is_wide[0]))
        return []
    if not is_wide and not (table.has("count") and len(is_long) > 1):
        table.fault(None, None, "no_count_columns")
        return []
    counts = [count for row in table.rows for count in (_wide if is_wide else _long)(table, row)]
    _check_repeats(table, counts)
    _check_total_rows(table)
    _check_feedback(table, counts)
    if is_long:
        _compare_margins(table, counts)
    return counts


def printed_rates(table: Table) -> list[tuple[Any, str, Decimal]]:
    """List the on-time rates that the table prints: unit, field, percent."""
    return [
        (row["unit"], row["field"] or ALL_FIELDS, row["on_time_rate"])
        for row in table.rows
        if row["on_time_rate"] is not None and row["unit"] is not None
    ]


def _check_feedback(table: Table, counts: list[Count]) -> None:
    """No part is larger than its whole: of each unit's feedback, and of its settled dossiers."""
    totals: dict[int, dict[Basis, int]] = {}
    rows: dict[tuple[int, Basis], Row] = {}
    for count in counts:
        of_unit = totals.setdefault(count.unit.id, {})
        of_unit[count.basis] = of_unit.get(count.basis, 0) + count.number
        rows[count.unit.id, count.basis] = count.row
    wholes = {
        Basis.FEEDBACK_ON_TIME: Basis.FEEDBACK,
        Basis.FEEDBACK_BAD: Basis.FEEDBACK,
        Basis.DOSSIERS_BAD: Basis.SETTLED,
    }
    for unit_id, of_unit in totals.items():
        for part, whole in wholes.items():
            if part in of_unit and of_unit[part] > of_unit.get(whole, 0):
                row = rows[unit_id, part]
                table.fault(
                    row, part.value, "part_above_whole", unit=row["unit"].name, part=of_unit[part],
                    whole=of_unit.get(whole, 0),
                )  # fmt: skip


def _compare_margins(table: Table, counts: list[Count]) -> None:
    """Warn of more dossiers settled than received: what was carried over explains it, but has no line here."""
    totals: dict[int, dict[Basis, int]] = {}
    rows: dict[int, Row] = {}
    for count in counts:
        of_unit = totals.setdefault(count.unit.id, {})
        of_unit[count.basis] = of_unit.get(count.basis, 0) + count.number
        rows[count.unit.id] = count.row
    for unit_id, of_unit in totals.items():
        received, settled = of_unit.get(Basis.RECEIVED), of_unit.get(Basis.SETTLED)
        if received is not None and settled is not None and settled > received:
            unit = rows[unit_id]["unit"].name
            table.warn(None, None, "settled_exceeds_received", unit=unit, settled=settled, received=received)


def _long(table: Table, row: Row) -> Iterator[Count]:
    if not row.has_bad("count") and row["count"] is None:
        table.fault(row, "count", "blank_cell")
    if not row.has_bad("channel", "outcome") and row["channel"] is None and row["outcome"] is None:
        table.fault(row, None, "neither_channel_nor_outcome")
    if row.has_bad() or row["count"] is None:
        return
    bases = {(True, True): Basis.CROSS, (True, False): Basis.RECEIVED, (False, True): Basis.SETTLED}
    basis = bases.get((row["channel"] is not None, row["outcome"] is not None))
    if basis is not None:
        yield _count(row, basis, row["count"], channel=row["channel"] or "", outcome=row["outcome"] or "")


def _wide(table: Table, row: Row) -> Iterator[Count]:
    received = _received(table, row)
    settled = _settled(table, row)
    pending = _pending(table, row)
    # Carried-over dossiers may have been left out, so only a stated total is held against the rest.
    total = row["received_total"]
    if total is not None and settled is not None:
        if pending is not None and total != settled + pending:
            table.fault(
                row, "received_total", "balance_wrong", total=total, settled=settled, pending=pending,
                computed=settled + pending,
            )  # fmt: skip
        if pending is None and settled > total:
            table.fault(row, "settled_total", "settled_more_than_received", total=total, settled=settled)
    _check_rate(table, row, settled)
    if row.has_bad():
        return
    if received is not None:
        yield _count(row, Basis.RECEIVED, row["received_online"], channel=Channel.ONLINE)
        yield _count(row, Basis.RECEIVED, row["received_direct"], channel=Channel.DIRECT)
        if row["carried_over"] is not None:
            yield _count(row, Basis.CARRIED_OVER, row["carried_over"])
    if settled is not None:
        for key, outcome in zip(_SETTLED, Outcome, strict=True):
            if row[key] is not None:
                yield _count(row, Basis.SETTLED, row[key], outcome=outcome)
    if pending is not None:
        yield _count(row, Basis.PENDING, pending)
        if row["pending_overdue"] is not None:
            yield _count(row, Basis.PENDING_LATE, row["pending_overdue"])
    for basis in FEEDBACK_HEADERS:
        if row[basis.value] is not None:
            yield _count(row, basis, row[basis.value])


_SETTLED = ("settled_early", "settled_on_time", "settled_overdue")


def _received(table: Table, row: Row) -> int | None:
    return _group(
        table, row, "received_total", needed=("received_online", "received_direct"), optional=("carried_over",)
    )


def _settled(table: Table, row: Row) -> int | None:
    # Without a column of its own, "on time" holds the early ones too.
    return _group(table, row, "settled_total", needed=_SETTLED[1:], optional=_SETTLED[:1])


def _pending(table: Table, row: Row) -> int | None:
    parts = ("pending_in_time", "pending_overdue")
    if row["pending_total"] is not None and all(row[key] is None for key in parts):
        return int(row["pending_total"])
    return _group(table, row, "pending_total", needed=parts, optional=())


def _group(
    table: Table, row: Row, total_key: str, *, needed: tuple[str, ...], optional: tuple[str, ...]
) -> int | None:
    """Add up the parts of a total, in the order of the columns; None if the group is not given or has a fault."""
    keys = (total_key, *optional, *needed)
    if row.has_bad(*keys) or all(row[key] is None for key in keys):
        return None
    missing = [key for key in needed if row[key] is None]
    for key in missing:
        table.fault(row, key, "part_missing", total=table.title(total_key))
    if missing:
        return None
    parts = {key: row[key] for key in WIDE_HEADERS if key in (*optional, *needed) and row[key] is not None}
    computed: int = sum(parts.values())
    stated = row[total_key]
    if stated is not None and stated != computed:
        names = " + ".join(f"“{table.title(key)}”" for key in parts)
        table.fault(row, total_key, "parts_do_not_add_up", total=stated, computed=computed, parts=names)
        return None
    return computed


def _check_rate(table: Table, row: Row, settled: int | None) -> None:
    printed = row["on_time_rate"]
    if printed is None:
        return
    if not settled:
        table.warn(row, "on_time_rate", "printed_rate_unchecked", printed=_two(printed))
        return
    computed = percent_of(settled - row["settled_overdue"], settled)
    if computed is not None and not check_printed(printed, computed).agrees:
        table.warn(
            row, "on_time_rate", "printed_rate_differs", computed=_two(computed), printed=_two(printed),
            unit=row["unit"].name if row["unit"] else "",
        )  # fmt: skip


def _two(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"))


def _count(row: Row, basis: Basis, number: int, *, channel: str = "", outcome: str = "") -> Count:
    return Count(row, row["unit"], basis, row["field"] or ALL_FIELDS, str(channel), str(outcome), number)


def _check_repeats(table: Table, counts: list[Count]) -> None:
    first: dict[tuple[Any, ...], Row] = {}
    repeated: dict[int, tuple[Row, Row]] = {}
    by_unit: dict[int, dict[bool, Row]] = {}
    for count in counts:
        earlier = first.setdefault(count.key, count.row)
        if earlier is not count.row:
            repeated.setdefault(count.row.number, (count.row, earlier))
        by_unit.setdefault(count.unit.id, {}).setdefault(count.basis is Basis.CROSS, count.row)
    for row, earlier in repeated.values():
        table.fault(row, None, "duplicate_row", first=str(earlier.number))
    for kinds in by_unit.values():
        if len(kinds) > 1:
            earlier, row = sorted(kinds.values(), key=lambda row: row.number)
            table.fault(row, None, "mixed_basis", first=str(earlier.number))


def _check_total_rows(table: Table) -> None:
    """A total stands for all fields only where it stands alone; beside fields it would count twice."""
    fields: dict[int, set[str]] = {}
    readable = [row for row in table.rows if row["unit"] is not None and not row.has_bad("field")]
    for row in readable:
        fields.setdefault(row["unit"].id, set()).add(row["field"] or ALL_FIELDS)
    for row in readable:
        if (row["field"] or ALL_FIELDS) == ALL_FIELDS and len(fields[row["unit"].id]) > 1:
            table.fault(row, "field", "total_beside_fields")
