"""Counting, scoring and freezing a period, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.periods import parse_period
from analysis.rules import load_score_rule
from survey.errors import HailongError
from survey.models import AuditEvent, DossierCount, Score, ScoreSet, ScoreState, Source, Trust, Unit
from survey.services import score
from survey.services.scoring import score_period
from survey.services.tally import count_responses

from factories import Factory

PERIOD = parse_period("2026-Q3")
NOW = datetime(2026, 10, 5, 2, 0, tzinfo=UTC)
DURING = datetime(2026, 8, 14, 2, 0, tzinfo=UTC)
DOSSIERS = {("dat-dai", "direct", "on_time"): 300, ("xay-dung", "direct", "early"): 700}


@pytest.fixture
def unit(factory: Factory) -> Unit:
    unit = factory.unit(code="AH")
    factory.dossiers(unit, PERIOD.text, DOSSIERS)
    return unit


def test_what_counts_is_in_the_period_and_no_trial(session: Session, factory: Factory, unit: Unit) -> None:
    for day in (date(2026, 7, 1), date(2026, 9, 30)):
        factory.responses(unit, "55555-", 2, local_date=day)
    factory.responses(unit, "11111-", local_date=date(2026, 6, 30))
    factory.responses(unit, "11111-", local_date=date(2026, 10, 1))
    factory.responses(unit, "11111-", trial=True)
    counted = count_responses(session, PERIOD, rule=load_score_rule())
    assert counted.tally.response_count == 4
    assert (counted.tally.ratings == 5).all()


def test_each_circumstance_of_a_response_is_kept(session: Session, factory: Factory, unit: Unit) -> None:
    factory.responses(unit, "55555-", 3)
    factory.responses(unit, "55555-", 2, flags="f")
    factory.responses(unit, "5x-551", 1, trust=Trust.ASSISTED, field=None, field_source=Source.UNKNOWN)
    factory.responses(unit, "55555-", 1, outcome="overdue", outcome_source=Source.TOKEN, trust=Trust.DOSSIER)
    factory.responses(unit, "55555-", 1, outcome="overdue", outcome_source=Source.DECLARED)
    tally = count_responses(session, PERIOD, rule=load_score_rule()).tally
    assert tally.response_count == 8
    assert int(tally.count[tally.flagged].sum()) == 2
    assert tally.outcome_levels == ("overdue",)
    assert int(tally.count[tally.outcome >= 0].sum()) == 1, "a declared outcome is not known"
    assert int(tally.count[tally.field < 0].sum()) == 1


def test_sampling_units_are_counter_and_iso_week(session: Session, factory: Factory, unit: Unit) -> None:
    counters = [factory.counter(unit), factory.counter(unit)]
    # Monday 03/08 to Sunday 09/08/2026 is one ISO week; the Monday after belongs to the next.
    for counter in counters:
        for day in (3, 9, 10):
            factory.responses(unit, "55555-", counter_id=counter.id, local_date=date(2026, 8, day))
    tally = count_responses(session, PERIOD, rule=load_score_rule()).tally
    assert sorted(tally.count.tolist()) == [1, 1, 2, 2]
    assert len(set(tally.psu.tolist())) == 4


def test_without_sampling_units_equal_answers_are_one_pattern(
    session: Session, factory: Factory, unit: Unit
) -> None:
    counter = factory.counter(unit)
    for day in (3, 10, 17):
        factory.responses(unit, "55555-", counter_id=counter.id, local_date=date(2026, 8, day))
    tally = count_responses(session, PERIOD, rule=replace(load_score_rule(), psu="person")).tally
    assert (tally.count.tolist(), tally.psu.tolist()) == ([3], [0])


def test_the_digest_depends_on_the_answers_only(session: Session, factory: Factory, unit: Unit) -> None:
    factory.responses(unit, "55555-", 3)
    factory.responses(unit, "12345-", 2)
    first = score_period(session, PERIOD, now=NOW).table.tally_digest
    assert score_period(session, PERIOD, now=NOW).table.tally_digest == first
    factory.responses(unit, "12345-", 1)
    assert score_period(session, PERIOD, now=NOW).table.tally_digest != first


def test_one_unit_alone_has_the_score_it_has_among_all(session: Session, factory: Factory, unit: Unit) -> None:
    other = factory.unit(code="TL")
    factory.dossiers(other, PERIOD.text, DOSSIERS)
    factory.responses(other, "22222-", 40)
    factory.responses(unit, "55555-", 50)
    factory.responses(unit, "52455-", 13, flags="f", field="xay-dung")
    together = score_period(session, PERIOD, now=NOW).table.by_unit()["AH"]
    alone = score_period(session, PERIOD, now=NOW, unit_codes=["AH"]).table.by_unit()["AH"]
    assert alone.n == together.n == 63
    assert (alone.points, alone.lower, alone.upper) == (together.points, together.lower, together.upper)


def test_a_closed_period_stays_as_it_is(session: Session, factory: Factory, unit: Unit) -> None:
    factory.responses(unit, "55552-", 40)
    score.refresh(session, PERIOD, now=DURING, actor="test")
    assert score.latest_set(session, PERIOD.text).state is ScoreState.PROVISIONAL  # type: ignore[union-attr]
    frozen = score.close(session, PERIOD, now=NOW, actor="test")
    before = score.scores_of(session, frozen)[0].points

    factory.responses(unit, "11111-", 40)
    kept = score.latest_set(session, PERIOD.text)
    assert kept is not None
    assert (kept.state, kept.revision, kept.response_count) == (ScoreState.CLOSED, 1, 40)
    assert score.scores_of(session, kept)[0].points == before
    assert session.scalar(select(func.count()).select_from(ScoreSet)) == 1, "the provisional result is gone"
    for again in (score.close, score.refresh):
        with pytest.raises(HailongError, match="period_closed"):
            again(session, PERIOD, now=NOW, actor="test")
    actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions == ["period.refresh", "period.close"]


def test_a_period_is_closed_only_when_it_is_over(session: Session, factory: Factory, unit: Unit) -> None:
    factory.responses(unit, "55555-", 10)
    with pytest.raises(HailongError, match="period_not_over"):
        score.close(session, PERIOD, now=datetime(2026, 9, 30, 16, 59, tzinfo=UTC), actor="test")
    # Midnight in Vietnam is 17:00 UTC.
    score.close(session, PERIOD, now=datetime(2026, 9, 30, 17, 1, tzinfo=UTC), actor="test")


def test_a_failed_closing_leaves_the_provisional_result(
    session: Session, factory: Factory, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    factory.responses(unit, "55555-", 10)
    score.refresh(session, PERIOD, now=DURING, actor="test")

    def power_cut(*_: object, **__: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(score.audit, "record", power_cut)
    with pytest.raises(RuntimeError):
        score.close(session, PERIOD, now=NOW, actor="test")
    session.expire_all()
    kept = score.latest_set(session, PERIOD.text)
    assert kept is not None
    assert kept.state is ScoreState.PROVISIONAL
    assert session.scalar(select(func.count()).select_from(Score)) == 1


def test_the_year_is_its_closed_quarters(session: Session, factory: Factory, unit: Unit) -> None:
    second = parse_period("2026-Q2")
    factory.dossiers(unit, second.text, {("dat-dai", "direct", "on_time"): 3000})
    factory.responses(unit, "55555-", 60, local_date=second.first)
    factory.responses(unit, "22222-", 40, local_date=second.first)
    factory.responses(unit, "55555-", 95)
    factory.responses(unit, "22222-", 5)
    for period in (second, PERIOD):
        score.close(session, period, now=NOW, actor="test")
    year = score.year_scores(session, 2026)[unit.id]
    # (3000 · 0.60 + 1000 · I) / 4000, with I the weighted index of the third quarter.
    third = score.scores_of(session, score.closed_set(session, PERIOD.text))[0].index_share  # type: ignore[arg-type]
    assert third is not None
    assert year.index_share == pytest.approx((3000 * 0.60 + 1000 * third) / 4000)
    assert year.missing == ("2026-Q1", "2026-Q4")


def test_without_dossiers_there_is_no_score(session: Session, factory: Factory, app: Flask) -> None:
    factory.responses(factory.unit(), "55555-", 10)
    assert session.scalar(select(func.count()).select_from(DossierCount)) == 0
    with pytest.raises(HailongError, match="period_without_dossiers"):
        score_period(session, PERIOD, now=NOW)
