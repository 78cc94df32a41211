"""Score the units of a period: compute, keep a provisional result while it is open, freeze it at closing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.periods import Period, parse_period, quarters_of
from analysis.rules import ScoreRule
from analysis.satisfaction import combine_year
from analysis.scores import QuarterResult, YearScore
from survey.config import TIME_ZONE
from survey.database import wait_for_closing, write
from survey.errors import HailongError
from survey.models import DossierCount, Score, ScoreRuleUse, ScoreSet, ScoreState, Unit
from survey.services import audit, objection
from survey.services.score_rule import find_rule, rule_for
from survey.services.score_store import PROGRAM_VERSION, store
from survey.services.scoring import (
    Progress,
    ScoredPeriod,
    digest_of,
    dossier_rows,
    score_period,
    set_aside_by_code,
)
from survey.services.tally import response_count

PROVISIONAL_REVISION = 0
# Dossiers may be imported anew without any new response.
LONGEST_UNCHANGED = timedelta(days=1)


def refresh(
    session: Session, period: Period, *, now: datetime, actor: str, progress: Progress | None = None
) -> ScoreSet:
    """Compute the provisional result of an open period and keep it in place of the one before."""
    if closed_set(session, period.text) is not None:
        raise HailongError("period_closed", period=period.text)
    scored = score_period(session, period, now=now, with_details=True, progress=progress)
    with write(session):
        drop_provisional(session, period)
        audit.record(session, now=now, actor=actor, action="period.refresh", subject=period.text)
        return store(session, scored, ScoreState.PROVISIONAL, PROVISIONAL_REVISION)


def refresh_open(session: Session, *, now: datetime, actor: str, progress: Progress | None = None) -> list[str]:
    """Compute every open period anew to which responses came since, or after a day; return their names."""
    today = now.astimezone(TIME_ZONE).date()
    refreshed = []
    for period in periods(session):
        if period.first > today or closed_set(session, period.text) is not None:
            continue
        known = latest_set(session, period.text)
        rule = rule_for(session, period.text)
        is_fresh = known is not None and now - known.computed_at < LONGEST_UNCHANGED
        if known is not None and is_fresh and known.response_count == response_count(session, period, rule):
            continue
        if not session.scalar(select(DossierCount.period).where(DossierCount.period == period.text).limit(1)):
            continue
        refresh(session, period, now=now, actor=actor, progress=progress)
        refreshed.append(period.text)
    return refreshed


def close(
    session: Session,
    period: Period,
    *,
    now: datetime,
    actor: str,
    revision_of: int | None = None,
    reason: str = "",
    progress: Progress | None = None,
) -> ScoreSet:
    """Freeze the scores of a period that is over; its provisional result goes.

    With `revision_of`, the newest revision, make a corrected one that names it and the `reason`; the old stays.
    Raises HailongError `period_closed`, `period_not_over`, `period_not_started`, `period_not_closed`,
    `revision_not_newest`, `reason_missing`, `correction_same`, `objections_running`, `objections_unanswered`,
    `period_changed`, and what `score_period` raises.
    """
    newest = check_closing(session, period, now=now, revision_of=revision_of, reason=reason)
    scored = score_period(session, period, now=now, with_details=True, progress=progress)
    if newest is not None and _is_same(scored, newest):
        raise HailongError("correction_same", revision=newest.revision)
    with write(session):
        wait_for_closing(session.connection(), closing=True)
        newest = check_closing(session, period, now=now, revision_of=revision_of, reason=reason)
        # Paper may be booked into a day that has passed, dossiers imported, responses set aside: what is frozen
        # must be what is there.
        if (
            response_count(session, period, scored.rule) != scored.response_count
            or set_aside_by_code(session, period) != scored.set_aside
            or digest_of(dossier_rows(session, period)) != scored.population_digest
        ):
            raise HailongError("period_changed", period=period.text)
        drop_provisional(session, period)
        frozen = store(
            session,
            scored,
            ScoreState.CLOSED,
            1 if newest is None else newest.revision + 1,
            replaces=revision_of,
            reason=reason.strip() or None,
        )
        detail = {"revision": frozen.revision, "tally_digest": frozen.tally_digest, "rule": frozen.rule}
        detail |= {"responses": frozen.response_count, "replaces": frozen.replaces, "reason": frozen.reason}
        audit.record(session, now=now, actor=actor, action="period.close", subject=period.text, detail=detail)
        return frozen


def check_closing(
    session: Session, period: Period, *, now: datetime, revision_of: int | None = None, reason: str = ""
) -> ScoreSet | None:
    """Raise HailongError if the period may not be closed, or corrected, now; return what would be replaced."""
    today = now.astimezone(TIME_ZONE).date()
    if today < period.first:
        raise HailongError("period_not_started", period=period.text, first=f"{period.first:%d/%m/%Y}")
    if today <= period.last:
        raise HailongError("period_not_over", period=period.text, last=f"{period.last:%d/%m/%Y}")
    newest = closed_set(session, period.text)
    if revision_of is None:
        if newest is not None:
            raise HailongError("period_closed", period=period.text)
        objection.refuse_open(session, period.text, today=today)
        return None
    if newest is None:
        raise HailongError("period_not_closed", period=period.text)
    if newest.revision != revision_of:
        raise HailongError("revision_not_newest", period=period.text, newest=str(newest.revision))
    if not reason.strip():
        raise HailongError("reason_missing")
    return newest


def _is_same(scored: ScoredPeriod, closed: ScoreSet) -> bool:
    """Tell whether a correction would repeat what is closed: same responses, dossiers, rule and program."""
    now = (scored.table.tally_digest, scored.population_digest, scored.rule.digest(), PROGRAM_VERSION)
    return now == (closed.tally_digest, closed.population_digest, closed.rule_digest, closed.program_version)


def closed_set(session: Session, period: str) -> ScoreSet | None:
    """The newest frozen result of a period."""
    return session.scalar(
        select(ScoreSet)
        .where(ScoreSet.period == period, ScoreSet.state == ScoreState.CLOSED)
        .order_by(ScoreSet.revision.desc())
        .limit(1)
    )


def revision_set(session: Session, period: str, revision: int) -> ScoreSet | None:
    """One stored result of a period by its number: 0 is provisional, drafts are below, closed ones above."""
    return session.scalar(select(ScoreSet).where(ScoreSet.period == period, ScoreSet.revision == revision))


def shown_set(session: Session, period: str) -> ScoreSet | None:
    """The result that units look at: the closed one, else the newest draft that was sent, else the provisional."""
    draft = objection.newest_draft(session, period)
    return (
        closed_set(session, period) or (None if draft is None else draft.score_set) or latest_set(session, period)
    )


def latest_set(session: Session, period: str) -> ScoreSet | None:
    """The result to show for a period: the frozen one, else the provisional one."""
    return session.scalar(
        select(ScoreSet).where(ScoreSet.period == period).order_by(ScoreSet.revision.desc()).limit(1)
    )


def scores_of(session: Session, score_set: ScoreSet, unit_ids: Collection[int] | None = None) -> Sequence[Score]:
    """The scores of a set with their units, ordered by unit code; all, or those of `unit_ids`."""
    query = select(Score).join(Score.unit).where(Score.score_set_id == score_set.id).order_by(Unit.code)
    if unit_ids is not None:
        query = query.where(Score.unit_id.in_(unit_ids))
    return session.scalars(query).all()


def periods(session: Session) -> list[Period]:
    """Every period that has dossiers or a result, newest first."""
    texts = set(session.scalars(select(DossierCount.period).distinct()))
    texts |= set(session.scalars(select(ScoreSet.period).distinct()))
    return sorted((parse_period(text) for text in texts), key=lambda p: (p.last, p.first), reverse=True)


def year_rule(session: Session, year: int) -> ScoreRule:
    """The rule that turns a year into points: the one chosen for it, else that of its last closed quarter.

    Raises HailongError `year_rules_differ` where closed quarters measure different things, which no mean joins.
    """
    closed = [found for quarter in quarters_of(year) if (found := closed_set(session, quarter.text)) is not None]
    rules = [find_rule(session, found.rule) for found in closed]
    if session.get(ScoreRuleUse, str(year)) is not None or not rules:
        rules.append(rule_for(session, str(year)))
    if len({(rule.formula, rule.aggregation, rule.within_factor) for rule in rules}) > 1:
        listed = "; ".join(f"{found.period}: {found.rule}" for found in closed)
        raise HailongError("year_rules_differ", year=str(year), rules=listed)
    return rules[-1]


def year_scores(session: Session, year: int) -> Mapping[int, YearScore]:
    """Combine the frozen quarters of a year for each unit, by unit id; empty when no quarter is closed.

    A frozen result of the whole year, where there is one, is not mixed in: the year is its quarters.
    """
    rule = year_rule(session, year)
    results: dict[int, dict[str, QuarterResult]] = {}
    quarters = [quarter.text for quarter in quarters_of(year)]
    for text in quarters:
        frozen = closed_set(session, text)
        for score in scores_of(session, frozen) if frozen is not None else ():
            results.setdefault(score.unit_id, {})[text] = _quarter_result(text, score)
    return {
        unit_id: combine_year([known.get(text, _not_scored(text)) for text in quarters], rule=rule)
        for unit_id, known in results.items()
    }


def _not_scored(period: str) -> QuarterResult:
    return QuarterResult(period=period, dossiers=0, n=0, index_share=None, se=None, df=None)


def _quarter_result(period: str, score: Score) -> QuarterResult:
    return QuarterResult(
        period=period,
        dossiers=score.dossier_count or 0,
        n=score.response_count,
        index_share=score.index_share,
        se=score.standard_error,
        df=score.detail["df"],
    )


def drop_provisional(session: Session, period: Period) -> None:
    """Delete the provisional result of a period inside the caller's transaction."""
    found = session.scalar(
        select(ScoreSet).where(ScoreSet.period == period.text, ScoreSet.revision == PROVISIONAL_REVISION)
    )
    if found is not None:
        session.delete(found)
        session.flush()
