"""Rounds of the reform index for tests: begun, filled in, brought through their steps, with closed quarters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from analysis.criteria import load_criteria
from survey.config import TIME_ZONE
from survey.models import IndexRound, Score, ScoreSet, ScoreState, Unit
from survey.services import index_round, index_sheet, index_step
from survey.services.index_sheet import Given
from survey.services.index_step import Step
from survey.services.reform_index_import import import_index

NOW = datetime(2026, 11, 20, 9, tzinfo=TIME_ZONE)
COMMUNE = load_criteria("criteria-commune-8")
LEAVES = [leaf for field in COMMUNE.fields for leaf in field.leaves]
WHO: dict[str, Any] = {"now": NOW, "actor": "a@example.vn"}


def begin(session: Session, **values: Any) -> IndexRound:
    asked: dict[str, Any] = {"year": 2026, "kind": "par", "level": "commune"} | WHO
    asked |= {"rules_id": "index-65-25-10", "criteria_id": "criteria-commune-8"}
    return index_round.begin(session, **(asked | values))


def full(**changes: Given) -> dict[str, Given]:
    """Every criterion with its maximum and an explanation."""
    return {leaf.code: Given(leaf.maximum, note="QĐ 01/QĐ-UBND") for leaf in LEAVES} | changes


def through(session: Session, index: IndexRound, unit: Unit, given: Mapping[str, Given], last: Step) -> None:
    """Bring a sheet through its steps, appraised as the unit scored itself."""
    index_sheet.save_own(session, index, unit, given, **WHO)
    for step in (Step.SUBMIT, Step.APPRAISE, Step.APPROVE):
        if step is Step.APPRAISE:
            index_sheet.save_appraisal(session, index, unit, given, **WHO)
        actor = "b@example.vn" if step is Step.APPROVE else "a@example.vn"
        index_step.take(session, index, unit, step, now=NOW, actor=actor)
        if step is last:
            return


def other_parts(session: Session) -> None:
    """The parts of the total that stand in no sheet: what the leaders gave, and the satisfaction."""
    import_index(
        session, b"unit,lanh-dao,hai-long\nAH,8,20\nTL,7,21\n", year=2026, now=NOW, actor="t", file_name="x.csv",
        rules_id="index-65-25-10", level="commune",
    )  # fmt: skip


def close_quarter(
    session: Session, period: str, shares: dict[Unit, float], dossiers: int = 1000, revision: int = 1
) -> None:
    """A frozen quarter as closing leaves it, or a correction of it."""
    session.add(
        ScoreSet(
            period=period,
            revision=revision,
            state=ScoreState.CLOSED,
            computed_at=NOW,
            rule="score-top2-factors",
            rule_digest="",
            versions=["short-v1"],
            program_version="0",
            tally_digest="",
            response_count=0,
            scores=[
                Score(
                    unit_id=unit.id,
                    status="scored",
                    response_count=100,
                    dossier_count=dossiers,
                    index_share=share,
                    standard_error=0.02,
                    detail={"df": 99},
                )
                for unit, share in shares.items()
            ],
        )
    )
    session.commit()
