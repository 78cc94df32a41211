"""Builders that mirror the models: every call stores one valid thing and returns it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from analysis.periods import Period
from analysis.rules import DEFAULT_SCORE_RULE
from forms.questionnaire import Questionnaire, load_questionnaire, questionnaire_from
from forms.questionnaire_draft import copy_of, merged
from survey.codes import SLIP_CODE_LENGTH, new_qr_code
from survey.models import (
    Basis,
    BatchState,
    Channel,
    Counter,
    CounterField,
    DossierCount,
    Grant,
    Model,
    Officer,
    Outcome,
    PaperBatch,
    QrCode,
    Reason,
    Response,
    Role,
    Score,
    ScoreSet,
    ScoreState,
    Selection,
    SetAsideRequest,
    Source,
    Trust,
    Unit,
    UnitKind,
    Verdict,
)
from survey.services import one_time_code, set_aside
from survey.services.questionnaire import register
from survey.services.set_aside_selection import Chosen

PASSWORD = "mot mat khau du dai"
# As weak as argon2 allows: what is tested is who gets in, not how long it takes.
HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
COMPUTED_AT = datetime(2026, 7, 20, 7, 5, tzinfo=UTC)
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

    def one_time_code(self, unit: Unit, *, length: int = SLIP_CODE_LENGTH, **values: Any) -> str:
        """The code of a slip for a settled dossier about land; with another `length`, of a personal link."""
        defaults: dict[str, Any] = {
            "field": "dat-dai",
            "channel": Channel.DIRECT,
            "outcome": Outcome.ON_TIME,
            "expires_on": date(2999, 12, 31),
        }
        grant = one_time_code.Grant(unit_id=unit.id, **(defaults | values))
        codes = one_time_code.draw(1, [length])
        one_time_code.issue(self._session, [grant], codes=codes, today=date(2026, 8, 14))
        self._session.commit()
        return codes[0][0]

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
            Response(
                unit_id=unit.id, answers=answers, **({"number_hash": secrets.token_bytes(32)} | defaults | values)
            )
            for _ in range(number)
        )
        self._session.commit()

    def released(self, base: str, version: str, changes: Mapping[str, str] | None = None) -> Questionnaire:
        """A version released here: `base` under a new id, with `changes` by their place in the definition."""
        data = copy_of(load_questionnaire(base), new_id=version, today=date(2025, 7, 1))
        questionnaire = questionnaire_from(merged(data, changes or {}))
        register(self._session, questionnaire, today=date(2025, 7, 1), packaged=False)
        self._session.commit()
        return questionnaire

    def officer(self, unit: Unit, role: Role = Role.REFORM, **values: Any) -> Officer:
        """An officer of `unit` whose password is PASSWORD."""
        number = next(self._numbers)
        defaults: dict[str, Any] = {
            "id": secrets.token_hex(16),
            "email": f"officer{number}@example.vn",
            "name": f"Cán bộ {number}",
            "password_hash": HASHER.hash(PASSWORD),
            "created_at": COMPUTED_AT,
        }
        return self._store(Officer(grants=[Grant(unit=unit, role=role)], **(defaults | values)))

    def grant(self, officer: Officer, unit: Unit, role: Role) -> Grant:
        """One more role of an officer."""
        return self._store(Grant(officer=officer, unit=unit, role=role))

    def paper_batch(self, unit: Unit, officer: Officer, **values: Any) -> PaperBatch:
        """A batch of paper forms that `officer` has begun to enter."""
        day = date(2026, 8, 3)
        defaults: dict[str, Any] = {
            "id": secrets.token_hex(16),
            "version": "short-v1",
            "state": BatchState.OPEN,
            "first_day": day,
            "last_day": day,
            "opened_on": day,
            "opener_one": "Bà Một",
            "opener_two": "Ông Hai",
            "found_count": 3,
            "started_at": COMPUTED_AT,
        }
        return self._store(PaperBatch(unit_id=unit.id, officer_id=officer.id, **(defaults | values)))

    def set_aside(self, unit: Unit, period: Period, day: date) -> SetAsideRequest:
        """An approved request that the responses of a day do not count."""
        chosen = Chosen(Selection.DAYS, day, day)
        request = set_aside.ask(
            self._session,
            set_aside.new_request_id(),
            unit,
            period,
            chosen,
            reason=Reason.REPEATED,
            text="Một máy gửi liên tiếp",
            officer=self.officer(unit),
            now=COMPUTED_AT,
        )
        decider = self.officer(unit)
        set_aside.decide(self._session, request, Verdict.APPROVED, officer=decider, now=COMPUTED_AT)
        return request

    def score_set(self, period: str = "2026-Q2", *, closed: bool = False, **values: Any) -> ScoreSet:
        """A computed period without units."""
        defaults: dict[str, Any] = {
            "period": period,
            "revision": 1 if closed else 0,
            "state": ScoreState.CLOSED if closed else ScoreState.PROVISIONAL,
            "computed_at": COMPUTED_AT,
            "rule": DEFAULT_SCORE_RULE,
            "rule_digest": "0" * 64,
            "versions": ["short-v1"],
            "program_version": "0.1.0",
            "tally_digest": "0" * 64,
            "response_count": 0,
        }
        return self._store(ScoreSet(**(defaults | values)))

    def score(self, score_set: ScoreSet, unit: Unit, points: str | None, n: int, **values: Any) -> Score:
        """One unit's score, 0.6 points to both sides; without points it is a suppressed one."""
        given = None if points is None else Decimal(points)
        share = None if given is None else float(given) / 30
        status = "suppressed" if given is None else "scored" if n >= 30 else "marked"
        defaults: dict[str, Any] = {
            "ranking_group": unit.ranking_group,
            "status": status,
            "response_count": n,
            "dossier_count": 1000,
            "effective_count": None if given is None else 0.9 * n,
            "coverage_share": None if given is None else 0.93,
            "index_share": share,
            "standard_error": None if given is None else 0.01,
            "lower_share": None if share is None else share - 0.02,
            "upper_share": None if share is None else share + 0.02,
            "points": given,
            "lower_points": None if given is None else given - Decimal("0.60"),
            "upper_points": None if given is None else min(given + Decimal("0.60"), Decimal(30)),
            "unweighted_share": share,
            "detail": {
                "df": n - 1,
                "unweighted": {"estimate": {"share": share}, "points": points},
                "warnings": [{"code": status, "params": {"n": n, "minimum": 5}}] if given is None else [],
            },
        }
        return self._store(Score(score_set=score_set, unit=unit, **(defaults | values)))
