"""How many times the form of a code was opened and sent: the denominator of a response rate.

Opening a form must not wait for a write, so the numbers are gathered in memory and added to the table now and
then. They are numbers per code and day: no request, no moment and no person is told apart in them.
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections import Counter as Numbers
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Date, Engine, bindparam, func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from analysis.periods import Period
from survey.codes import is_qr_code
from survey.database import write_plainly
from survey.models import Counter, QrCode, QrOpening, Unit

# What a killed process can lose.
FLUSH_SECONDS = 20.0
_ADD = text(
    "INSERT INTO qr_opening (code, local_date, opened, sent) VALUES (:code, :local_date, :opened, :sent) "
    "ON CONFLICT (code, local_date) DO UPDATE "
    "SET opened = qr_opening.opened + excluded.opened, sent = qr_opening.sent + excluded.sent"
).bindparams(bindparam("local_date", type_=Date))
_log = logging.getLogger(__name__)
_Key = tuple[str, date]


class Openings:
    """Counts in the memory of one process; several processes add to the same rows.

    While the database is locked or away, counting goes on and the next try adds everything.
    """

    def __init__(self, engine: Engine, *, seconds: float = FLUSH_SECONDS) -> None:
        self._engine = engine
        self._seconds = seconds
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._opened: Numbers[_Key] = Numbers()
        self._sent: Numbers[_Key] = Numbers()
        self._timer: threading.Timer | None = None
        self._closed = False
        atexit.register(self.flush)

    def count_opened(self, code: str, today: date) -> None:
        """Note that the form of a poster or link was opened; one-time codes, which are one person's, never are."""
        self._count(self._opened, code, today)

    def count_sent(self, code: str, today: date) -> None:
        """Note that a form was stored; call it once for each."""
        self._count(self._sent, code, today)

    def flush(self) -> bool:
        """Add what was gathered to the table; on failure keep it and tell so."""
        with self._writing:
            with self._lock:
                opened, sent = self._opened, self._sent
                self._opened, self._sent = Numbers(), Numbers()
                self._timer = None
            # Sorted, so that two processes never wait for each other's rows.
            rows = [
                {"code": code, "local_date": day, "opened": opened[code, day], "sent": sent[code, day]}
                for code, day in sorted(opened.keys() | sent.keys())
            ]
            if not rows:
                return True
            try:
                with write_plainly(self._engine) as connection:
                    connection.execute(_ADD, rows)
            except SQLAlchemyError as error:
                _log.warning("openings not written yet, will try again: %s", type(error).__name__)
                with self._lock:
                    self._opened.update(opened)
                    self._sent.update(sent)
                    self._start_timer()
                return False
            return True

    def close(self) -> None:
        """Forget what is left and count no more: the database is going away."""
        atexit.unregister(self.flush)
        with self._lock:
            self._closed = True
            self._opened.clear()
            self._sent.clear()
            if self._timer is not None:
                self._timer.cancel()
        with self._writing:
            pass  # a write that had begun is over now

    def _count(self, numbers: Numbers[_Key], code: str, today: date) -> None:
        if not is_qr_code(code):
            return
        with self._lock:
            if not self._closed:
                numbers[code, today] += 1
                self._start_timer()

    def _start_timer(self) -> None:
        # One thread for one write; a process that nobody visits has none.
        if self._timer is None and not self._closed:
            self._timer = threading.Timer(self._seconds, self.flush)
            self._timer.daemon = True
            self._timer.start()


@dataclass(frozen=True)
class CodeCounts:
    """A code with its openings and sent forms of a period."""

    qr_code: QrCode
    opened: int
    sent: int

    @property
    def sent_share(self) -> float | None:
        """Sent of opened, 0-1; None where fewer openings than forms are known, for then it would be no share."""
        return self.sent / self.opened if self.opened and self.sent <= self.opened else None

    @property
    def is_incomplete(self) -> bool:
        """Whether openings are missing: a form opened before the period, or one whose counting was lost."""
        return self.sent > self.opened


def code_counts(session: Session, period: Period, unit_ids: Collection[int] | None = None) -> Sequence[CodeCounts]:
    """Count the openings and sent forms of every code in a period, of all units or of `unit_ids`.

    Codes in order of unit and place; a code that nobody opened is listed with zeros unless it is revoked.
    """
    counted = (
        select(
            QrOpening.code,
            func.sum(QrOpening.opened).label("opened"),
            func.sum(QrOpening.sent).label("sent"),
        )
        .where(QrOpening.local_date.between(period.first, period.last))
        .group_by(QrOpening.code)
        .subquery()
    )
    query = (
        select(QrCode, func.coalesce(counted.c.opened, 0), func.coalesce(counted.c.sent, 0))
        .join(QrCode.unit)
        .outerjoin(QrCode.counter)
        .outerjoin(counted, counted.c.code == QrCode.code)
        .where(
            counted.c.code.is_not(None)
            | (
                (QrCode.created_on <= period.last)
                & (QrCode.revoked_on.is_(None) | (QrCode.revoked_on > period.first))
                & (QrCode.valid_to.is_(None) | (QrCode.valid_to >= period.first))
            )
        )
        .order_by(Unit.code, QrCode.counter_id.is_(None), Counter.code, QrCode.channel, QrCode.code)
    )
    if unit_ids is not None:
        query = query.where(QrCode.unit_id.in_(unit_ids))
    return [CodeCounts(qr_code, opened, sent) for qr_code, opened, sent in session.execute(query)]


@dataclass(frozen=True)
class PlaceCounts:
    """Openings and sent forms of a counter, or of the unit's online links (None), in a period."""

    counter_name: str | None
    opened: int
    sent: int

    @property
    def sent_share(self) -> float | None:
        """Sent of opened, 0-1; None where nothing was opened."""
        return self.sent / self.opened if self.opened else None


def place_counts(session: Session, period: Period, unit_id: int) -> Sequence[PlaceCounts]:
    """Add up the openings of one unit by counter, the online links last."""
    query = (
        select(Counter.name, func.sum(QrOpening.opened), func.sum(QrOpening.sent))
        .select_from(QrOpening)
        .join(QrCode, QrCode.code == QrOpening.code)
        .outerjoin(Counter, Counter.id == QrCode.counter_id)
        .where(QrOpening.local_date.between(period.first, period.last), QrCode.unit_id == unit_id)
        .group_by(Counter.id, Counter.code, Counter.name)
        .order_by(Counter.id.is_(None), Counter.code)
    )
    return [PlaceCounts(*row) for row in session.execute(query)]


def whole_counts(session: Session, period: Period, unit_ids: Collection[int]) -> PlaceCounts:
    """Add up the openings of all codes of some units."""
    query = (
        select(func.coalesce(func.sum(QrOpening.opened), 0), func.coalesce(func.sum(QrOpening.sent), 0))
        .join(QrCode, QrCode.code == QrOpening.code)
        .where(QrOpening.local_date.between(period.first, period.last), QrCode.unit_id.in_(unit_ids))
    )
    return PlaceCounts(None, *session.execute(query).one())
