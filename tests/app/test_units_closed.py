"""What an officer changes about a unit leaves what is closed as it was."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.periods import parse_period
from survey.models import Unit
from survey.services import score, unit_care
from survey.services.scoreboard import scoreboard
from survey.services.unit_care import UnitFacts

from factories import Factory

QUARTER = parse_period("2026-Q2")
NOW = datetime(2026, 8, 14, 2, tzinfo=UTC)


def test_a_new_ranking_group_does_not_touch_a_closed_period(session: Session, factory: Factory) -> None:
    units = [factory.unit(code=code) for code in ("A", "B")]
    for unit, bad in zip(units, (5, 15), strict=True):
        factory.dossiers(unit, QUARTER.text, {("dat-dai", "direct", "on_time"): 500})
        factory.responses(unit, "555552", 40, local_date=QUARTER.first)
        factory.responses(unit, "111112", bad, local_date=QUARTER.first)
    closed = score.close(session, QUARTER, now=NOW, actor="test")

    def ranks() -> list[tuple[str, str, int]]:
        session.expire_all()
        board = scoreboard(session, closed, unit_ids={unit.id for unit in units})
        return [(group, row.unit.code, row.rank.place) for group, rows in board.groups for row in rows if row.rank]

    before = ranks()
    assert before == [("Phường", "A", 1), ("Phường", "B", 2)]
    unit = session.scalars(select(Unit).where(Unit.code == "A")).one()
    facts = UnitFacts(unit.name, unit.kind, unit.one_stop_name, "Phường loại I", unit.start_date)
    unit_care.edit(session, unit, facts, parent=None, now=NOW, actor="test")
    assert unit.ranking_group == "Phường loại I"
    assert ranks() == before
