"""Count the responses of a period by pattern, in the database, and hand them to the statistics."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, and_, case, func, null, select, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from analysis.periods import Period
from analysis.rules import ScoreRule
from analysis.satisfaction import FactorSpec
from analysis.tally import Tally, TallyBuilder
from forms.questionnaire import Questionnaire, load_questionnaire
from survey.models import Response, Source, Trust, Unit

CHUNK = 50_000
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


def counts_towards(period: Period, trust_levels: Collection[str]) -> ColumnElement[bool]:
    """The one definition of which responses count: in the period, not a trial, of an admitted trust level."""
    return and_(
        Response.local_date.between(period.first, period.last),
        Response.trial.is_(False),
        Response.trust.in_([Trust(level) for level in trust_levels]),
    )


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
    condition = counts_towards(period, rule.trust_levels)
    if unit_ids is not None:
        condition = and_(condition, Response.unit_id.in_(unit_ids))
    answered = session.scalars(select(Response.version).where(condition).distinct()).all()
    questionnaires = tuple(load_questionnaire(version) for version in sorted(answered))
    items = tuple(dict.fromkeys(item for q in questionnaires for item in q.rating_items))
    builder = TallyBuilder(
        items=items or ("q1",),
        positions={questionnaire.id: questionnaire.positions for questionnaire in questionnaires},
    )
    codes = dict(session.execute(select(Unit.id, Unit.code)).tuples())
    columns = _pattern_columns(by_counter_and_week=rule.psu == "counter_week")
    query = select(*columns, func.count()).where(condition).group_by(*columns)
    total = session.scalar(select(func.count()).where(condition)) or 1
    read = 0
    with session.connection().execution_options(yield_per=CHUNK).execute(query) as result:
        for chunk in result.partitions():
            builder.add([(codes[row[0]], *row[1:]) for row in chunk])
            read += sum(row[-1] for row in chunk)
            if progress is not None:
                progress(read / total)
    return CountedResponses(builder.build(), questionnaires)


def _pattern_columns(*, by_counter_and_week: bool) -> list[ColumnElement[Any]]:
    return [
        Response.unit_id.expression,
        Response.version.expression,
        # Plain text, so that a million rows are not turned into enumeration members one by one.
        type_coerce(Response.trust, String),
        (Response.flags != "").label("flagged"),
        Response.field.expression,
        Response.channel.expression,
        case((Response.outcome_source == Source.TOKEN, Response.outcome)).label("outcome"),
        Response.counter_id.expression if by_counter_and_week else null().label("counter"),
        week_number(Response.local_date).label("week") if by_counter_and_week else null().label("week"),
        Response.answers.expression,
    ]


def factors_of(questionnaires: Iterable[Questionnaire]) -> tuple[FactorSpec, ...]:
    """Join the factors of the questionnaires in use."""
    items: dict[str, dict[str, None]] = {}
    for questionnaire in questionnaires:
        for factor in questionnaire.factors:
            items.setdefault(factor.code, {}).update(dict.fromkeys(factor.items))
    return tuple(FactorSpec(code=code, items=tuple(members)) for code, members in items.items())
