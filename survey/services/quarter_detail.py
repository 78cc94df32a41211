"""Collect what a report on a closed period says beside the scores, from what was frozen with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.errors import AnalysisError
from analysis.periods import Period, previous
from analysis.rules import ScoreRule
from forms.questionnaire import Questionnaire, load_questionnaire
from survey.models import Basis, FrozenDossierCount, Score, ScoreSet, ScoreState
from survey.reports.quarter_annex import (
    AnswerFigures,
    CellFigures,
    ChangeFigures,
    FeedbackFigures,
    FlowFigures,
    Importance,
    ItemFigures,
    MarginFigures,
    UnitAnnex,
)
from survey.services.annex import ANNEX
from survey.services.counter_figure import hidden_fields
from survey.services.figure import Figure, compared, figure_of, may_be_shown
from survey.services.on_time import Key, flow_of

# Field → counts; a unit's dossiers as they were frozen.
Dossiers = Mapping[str, Mapping[Key, int]]
_MANY_TRIPS = "3"
SOME = 200


class Detail:
    """Reads the annexes of one frozen result: what all its units share is fetched once."""

    def __init__(
        self, session: Session, score_set: ScoreSet, period: Period, rule: ScoreRule, names: Mapping[str, str]
    ) -> None:
        self._rule, self._names = rule, names
        self._questionnaires = [load_questionnaire(version) for version in score_set.versions]
        self._dossiers = _frozen_dossiers(session, score_set)
        self._before, self._earlier = _figures_before(session, score_set, period, rule)

    def of(self, score: Score) -> UnitAnnex:
        """Return a unit's annex; nothing of one that has responses, but too few to be shown."""
        dossiers = self._dossiers.get(score.unit_id, {})
        flows = tuple(_flow_figures(field, dossiers[field], self._names) for field in sorted(dossiers))
        detail = score.detail
        kept = detail.get(ANNEX)
        feedback = None if kept is None else FeedbackFigures(**kept["feedback"])
        if not may_be_shown(score, self._rule):
            return UnitAnnex(flows=flows, feedback=feedback)
        reading = detail.get("reading", {})
        fields, hidden = reading.get("fields", ()), set()
        if kept is not None:
            persons = {part["levels"][0]: part["estimate"]["n"] for part in fields}
            hidden = hidden_fields(
                persons,
                kept.get("lone_fields", ()),
                whole=score.response_count,
                least=self._rule.mark_below,
            )
        important = (reading.get("importance") or {}).get("factors", ())
        return UnitAnnex(
            items=tuple(_items(detail.get("items", ()), self._questionnaires)),
            fields=tuple(_margin(part, self._names) for part in fields if part["levels"][0] not in hidden),
            channels=tuple(_margin(part, self._names) for part in reading.get("channels", ())),
            # a cell of a field that is left out could be told from its column
            cells=() if hidden else tuple(self._cell(part, detail, dossiers) for part in reading.get("cells", ())),
            flows=flows,
            answers=AnswerFigures() if kept is None else _answers(kept["answers"], self._rule),
            feedback=feedback,
            change=self._change(score),
            importance=tuple(
                Importance(one["code"], one["mean_share"], one["correlation"], one["quadrant"])
                for one in important
            ),
        )

    def _cell(self, part: Mapping[str, Any], detail: Mapping[str, Any], dossiers: Dossiers) -> CellFigures:
        field, channel = part["levels"]
        own = [
            cell
            for cell in (detail["calibration"] or {}).get("cells", ())
            if (cell["field"], cell["channel"]) == (field, channel)
        ]
        n = sum(cell["n"] for cell in own)
        counts = [
            number
            for (basis, of_channel, _), number in dossiers.get(field, {}).items()
            if basis is Basis.CROSS and of_channel == channel
        ]
        return CellFigures(
            field=field,
            field_name=self._names.get(field, field),
            channel=channel,
            dossiers=sum(counts) if counts else None,
            n=part["estimate"]["n"],
            weight=sum(cell["n"] * cell["ratio"] for cell in own) / n if n else None,
            share=part["estimate"]["share"],
            lower_share=part["estimate"]["lower"],
            upper_share=part["estimate"]["upper"],
        )

    def _change(self, score: Score) -> ChangeFigures | None:
        before = self._earlier.get(score.unit_id)
        if before is None or self._before is None:
            return None
        now = figure_of(score, "", self._rule)
        found = None if now is None else compared(before, now, self._rule)
        if found is None:
            return None
        return ChangeFigures(self._before, found.points, found.lower, found.upper, found.verdict)


def _items(items: Iterable[Mapping[str, Any]], questionnaires: Sequence[Questionnaire]) -> Iterable[ItemFigures]:
    for item in items:
        code = item["code"]
        asked = [
            (question, questionnaire)
            for questionnaire in questionnaires
            for question in questionnaire.questions
            if question.code == code
        ]
        text = asked[0][0].text.plain("vi") if asked else code
        factor = next((f.title.plain("vi") for _, each in asked for f in each.factors if code in f.items), "")
        if item["rating_counts"] is None:
            yield ItemFigures(code, text, factor)
            continue
        estimate = item["top2"]
        yield ItemFigures(
            code,
            text,
            factor,
            counts=tuple(item["rating_counts"]),
            not_applicable=item["not_applicable_count"],
            skipped=item["skipped_count"],
            share=estimate["share"],
            lower_share=estimate["lower"],
            upper_share=estimate["upper"],
        )


def _margin(part: Mapping[str, Any], names: Mapping[str, str]) -> MarginFigures:
    (level,), estimate = part["levels"], part["estimate"]
    return MarginFigures(
        level=level,
        name=names.get(level, level),
        dossiers=part["dossiers"],
        n=estimate["n"],
        share=estimate["share"],
        lower_share=estimate["lower"],
        upper_share=estimate["upper"],
    )


def _answers(answers: Mapping[str, Mapping[str, int]], rule: ScoreRule) -> AnswerFigures:
    fees, trips, promised = (answers.get(name, {}) for name in ("fees", "trips", "promised"))
    found: dict[str, int] = {}
    asked = fees.get("yes", 0) + fees.get("no", 0)
    # An accusation needs more people behind it than a rating does.
    if asked >= rule.mark_below:
        found |= {"fees_asked": asked, "fees_yes": fees.get("yes", 0), "fees_declined": fees.get("declined", 0)}
    if sum(trips.values()) >= rule.suppress_below:
        found |= {
            "trips_asked": sum(trips.values()),
            "trips_total": sum(int(times) * number for times, number in trips.items()),
            "trips_many": sum(number for times, number in trips.items() if times >= _MANY_TRIPS),
        }
    judged = promised.get("kept", 0) + promised.get("late", 0)
    if judged >= rule.suppress_below:
        found |= {"promised_asked": judged, "promised_kept": promised.get("kept", 0)}
    return AnswerFigures(**found)


def _frozen_dossiers(session: Session, score_set: ScoreSet) -> dict[int, dict[str, dict[Key, int]]]:
    table = FrozenDossierCount
    query = (
        select(table.unit_id, table.basis, table.field, table.channel, table.outcome, func.sum(table.count))
        .where(table.score_set_id == score_set.id)
        .group_by(table.unit_id, table.basis, table.field, table.channel, table.outcome)
    )
    found: dict[int, dict[str, dict[Key, int]]] = {}
    for unit_id, basis, field, channel, outcome, number in session.execute(query):
        found.setdefault(unit_id, {}).setdefault(field, {})[Basis(basis), channel, outcome] = int(number)
    return found


def _flow_figures(field: str, counts: Mapping[Key, int], names: Mapping[str, str]) -> FlowFigures:
    flow = flow_of(counts)
    return FlowFigures(
        field=field,
        field_name=names.get(field, field),
        received=None if flow.received is None else flow.received - (flow.carried_over or 0),
        received_online=flow.received_online,
        carried_over=flow.carried_over,
        settled_early=flow.settled_early,
        settled_on_time=flow.settled_on_time,
        settled_overdue=flow.settled_overdue,
        pending=flow.pending,
        pending_overdue=flow.pending_overdue,
    )


def _figures_before(
    session: Session, score_set: ScoreSet, period: Period, rule: ScoreRule
) -> tuple[str | None, dict[int, Figure]]:
    """The figures of the period before as they were closed by then: a later correction changes no report."""
    try:
        before = previous(period).text
    except AnalysisError:
        return None, {}
    found = session.scalar(
        select(ScoreSet)
        .where(
            ScoreSet.period == before,
            ScoreSet.state == ScoreState.CLOSED,
            ScoreSet.computed_at < score_set.computed_at,
            # Only what was measured alike can be compared.
            ScoreSet.rule_digest == score_set.rule_digest,
        )
        .order_by(ScoreSet.revision.desc())
        .limit(1)
    )
    if found is None:
        return before, {}
    query = select(Score).where(Score.score_set_id == found.id).execution_options(yield_per=SOME)
    figures = {score.unit_id: figure_of(score, before, rule) for score in session.scalars(query)}
    return before, {unit_id: figure for unit_id, figure in figures.items() if figure is not None}
