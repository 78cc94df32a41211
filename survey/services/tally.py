"""Count the responses of a period by pattern, in the database, and hand them to the statistics."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Label,
    String,
    and_,
    case,
    cast,
    func,
    null,
    or_,
    select,
    text,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from analysis.periods import Period
from analysis.rules import ScoreRule
from analysis.satisfaction import FactorSpec
from analysis.tally import Tally, TallyBuilder
from forms.questionnaire import Purpose, Questionnaire, load_questionnaire
from survey.models import Response, Source, Trust, Unit
from survey.services import exclusion
from survey.services.response import LATE

CHUNK = 50_000
COLUMNS = 6
# More weeks than `week_number` will count for a thousand years.
WEEKS_ROOM = 65_536
Progress = Callable[[float], None]


class week_number(GenericFunction[int]):  # noqa: N801  named as it is called in SQL
    """Weeks since Monday 29/12/1969; two days of one ISO week have the same number."""

    type = Integer()
    inherit_cache = True


@compiles(week_number, "sqlite")
def _week_on_sqlite(element: week_number, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST((julianday({compiler.process(element.clauses, **options)}) - 2440584.5) / 7 AS INTEGER)"


@compiles(week_number, "postgresql")
def _week_on_postgresql(element: week_number, compiler: SQLCompiler, **options: Any) -> str:
    return f"(({compiler.process(element.clauses, **options)}) - DATE '1969-12-29') / 7"


@dataclass(frozen=True)
class CountedResponses:
    """The tally of a period with the questionnaires behind it."""

    tally: Tally
    questionnaires: tuple[Questionnaire, ...]

    @property
    def versions(self) -> list[str]:
        """The questionnaire versions that were answered."""
        return [questionnaire.id for questionnaire in self.questionnaires]


def counts_towards(session: Session, period: Period, trust_levels: Collection[str]) -> ColumnElement[bool]:
    """The one definition of which responses count: in the period, not a trial, of an admitted trust level,
    not come in after the period was closed, and not set aside."""
    valid = and_(valid_in(period), Response.trust.in_([Trust(level) for level in trust_levels]))
    requests = exclusion.acting_requests(session, period)
    # Nearly always nothing is set aside; then the database need not look for it a million times.
    return and_(valid, ~exclusion.is_set_aside(requests)) if requests else valid


def valid_in(period: Period) -> ColumnElement[bool]:
    """Whether a response belongs to the period: what only a decision of two persons may leave out."""
    return and_(
        Response.local_date.between(period.first, period.last),
        Response.trial.is_(False),
        # Nearly all have no flag at all, which is told faster than what is in the flags.
        or_(Response.flags == "", Response.flags.not_like(f"%{LATE}%")),
    )


def response_count(session: Session, period: Period, rule: ScoreRule) -> int:
    """Count the responses of `period` that count under `rule`."""
    return session.scalar(select(func.count()).where(counts_towards(session, period, rule.trust_levels))) or 0


def count_responses(
    session: Session,
    period: Period,
    *,
    rule: ScoreRule,
    unit_ids: Collection[int] | None = None,
    progress: Progress | None = None,
) -> CountedResponses:
    """Tally the responses of `period` that count under `rule`, of all units or of `unit_ids`.

    `progress` is told after each chunk which share of the responses has been read (0 to 1).
    """
    condition = counts_towards(session, period, rule.trust_levels)
    if unit_ids is not None:
        condition = and_(condition, Response.unit_id.in_(unit_ids))
    # Version, trust, flag and outcome have few combinations: naming each in the WHERE of its own query keeps
    # them out of GROUP BY, where every further column costs a third of a second per million rows.
    contexts = [
        context
        for context in session.execute(select(*_context_columns()).where(condition).distinct()).all()
        if load_questionnaire(context[0]).purpose is Purpose.CITIZEN
    ]
    questionnaires = tuple(load_questionnaire(version) for version in sorted({context[0] for context in contexts}))
    items = tuple(dict.fromkeys(item for q in questionnaires for item in q.rating_items))
    builder = TallyBuilder(
        items=items or ("q1",),
        positions={questionnaire.id: questionnaire.positions for questionnaire in questionnaires},
    )
    codes = dict(session.execute(select(Unit.id, Unit.code)).all())
    total = session.scalar(select(func.count()).where(condition)) or 1
    read = 0
    for context in sorted(contexts, key=repr):
        for chunk in _pattern_chunks(session, rule, condition, context):
            size = len(chunk)
            # One flat list cut into columns is twice as fast as zip(*chunk).
            flat: list[Any] = list(chain.from_iterable(chunk))
            unit, field, channel, psu, answers, count = (flat[column::COLUMNS] for column in range(COLUMNS))
            version, trust, flagged, outcome = ([value] * size for value in context)
            builder.add_columns(
                [codes[one] for one in unit],
                version,
                trust,
                flagged,
                field,
                channel,
                outcome,
                [None] * size,
                psu,
                answers,
                count,
            )
            read += sum(count)
            if progress is not None:
                progress(read / total)
    return CountedResponses(builder.build(), questionnaires)


Context = tuple[str, str, bool, str | None]
PatternRow = tuple[int, str | None, str | None, int | None, str, int]


def _context_columns() -> tuple[ColumnElement[Any], ...]:
    return (
        Response.version.expression,
        type_coerce(Response.trust, String),
        Response.flags != "",
        # An outcome counts only where the dossier code has told it.
        case((Response.outcome_source == Source.TOKEN, Response.outcome)),
    )


def _pattern_chunks(
    session: Session, rule: ScoreRule, condition: ColumnElement[bool], context: Context
) -> Iterator[list[PatternRow]]:
    query = (
        select(Response.unit_id, Response.field, Response.channel, _psu(rule), Response.answers, func.count())
        .where(condition, *(column.is_not_distinct_from(value) for column, value in _paired(context)))
        .group_by(Response.unit_id, Response.answers, text("psu"), Response.field, Response.channel)
    )
    with session.connection().execute(query) as result:
        # Plain tuples from the driver: a row object for each of a million patterns would double the time.
        while chunk := result.cursor.fetchmany(CHUNK):
            yield chunk  # type: ignore[misc]


def _psu(rule: ScoreRule) -> Label[int]:
    """Counter and week as one whole number, since each column to group by costs time; NULL where not wanted."""
    if rule.psu != "counter_week":
        return cast(null(), Integer).label("psu")
    counter = cast(func.coalesce(Response.counter_id, 0), BigInteger)
    return (counter * WEEKS_ROOM + week_number(Response.local_date)).label("psu")


def _paired(context: Context) -> Iterator[tuple[ColumnElement[Any], Any]]:
    return zip(_context_columns(), context, strict=True)


def factors_of(questionnaires: Iterable[Questionnaire]) -> tuple[FactorSpec, ...]:
    """Join the factors of the questionnaires in use; equal codes are one item, and one factor.

    A factor is mixed where one version asks other items for it than another: each person then counts once in it.
    """
    asked: dict[str, list[tuple[str, ...]]] = {}
    for questionnaire in questionnaires:
        for factor in questionnaire.factors:
            asked.setdefault(factor.code, []).append(factor.items)
    return tuple(
        FactorSpec(
            code=code,
            items=tuple(dict.fromkeys(chain.from_iterable(versions))),
            mixed=len({frozenset(items) for items in versions}) > 1,
        )
        for code, versions in asked.items()
    )
