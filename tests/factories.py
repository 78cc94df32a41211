"""Builders that mirror the models: every call stores one valid thing and returns it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date
from itertools import count
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from survey.codes import new_qr_code
from survey.models import (
    Basis,
    Channel,
    Counter,
    CounterField,
    DossierCount,
    Model,
    QrCode,
    Response,
    Source,
    Trust,
    Unit,
    UnitKind,
)

Stored = TypeVar("Stored", bound=Model)


class Factory:
    """Stores what a test needs; anything not named gets a harmless value."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._numbers = count(1)

    def _store(self, thing: Stored) -> Stored:
        self._session.add(thing)
        self._session.commit()
        return thing

    def unit(self, **values: Any) -> Unit:
        """A ward that started long ago."""
        number = next(self._numbers)
        name = values.get("name", f"Phường Số {number}")
        defaults: dict[str, Any] = {
            "code": f"P{number:03d}",
            "name": name,
            "one_stop_name": f"Trung tâm Phục vụ hành chính công {name}",
            "kind": UnitKind.WARD,
            "ranking_group": "Phường",
            "start_date": date(2025, 7, 1),
            "valid_from": date(2025, 7, 1),
        }
        return self._store(Unit(**(defaults | values)))

    def counter(self, unit: Unit, fields: Sequence[str] = ("dat-dai",), **values: Any) -> Counter:
        """A counter that serves `fields`."""
        number = next(self._numbers)
        defaults: dict[str, Any] = {"code": f"Q{number}", "name": f"Quầy số {number}"}
        counter = self._store(Counter(unit=unit, **(defaults | values)))
        for field in fields:
            self._store(CounterField(counter_id=counter.id, field=field))
        self._session.refresh(counter)
        return counter

    def qr_code(self, unit: Unit, counter: Counter | None = None, **values: Any) -> QrCode:
        """The poster's code of a counter, or the unit's online link."""
        defaults: dict[str, Any] = {
            "code": new_qr_code(),
            "channel": Channel.ONLINE if counter is None else Channel.DIRECT,
            "created_on": date(2025, 7, 1),
        }
        return self._store(QrCode(unit=unit, counter=counter, **(defaults | values)))

    def dossiers(self, unit: Unit, period: str, counts: dict[tuple[str, str, str], int]) -> None:
        """The full cross of a unit: (field, channel, outcome) → count."""
        for (field, channel, outcome), number in counts.items():
            self._store(
                DossierCount(
                    unit_id=unit.id,
                    period=period,
                    basis=Basis.CROSS,
                    field=field,
                    channel=channel,
                    outcome=outcome,
                    count=number,
                )
            )

    def responses(self, unit: Unit, answers: str, number: int = 1, **values: Any) -> None:
        """`number` equal responses to short-v1, in one transaction."""
        defaults: dict[str, Any] = {
            "local_date": date(2026, 8, 3),
            "version": "short-v1",
            "trust": Trust.COUNTER,
            "flags": "",
            "trial": False,
            "field": "dat-dai",
            "field_source": Source.CODE,
            "channel": Channel.DIRECT.value,
            "channel_source": Source.CODE,
            "outcome_source": Source.UNKNOWN,
        }
        self._session.add_all(
            Response(unit_id=unit.id, answers=answers, number_hash=secrets.token_bytes(32), **(defaults | values))
            for _ in range(number)
        )
        self._session.commit()
