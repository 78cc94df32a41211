"""Shares of dossiers and of feedback that are counted, not asked: on time, online, and the three of QĐ 766/QĐ-TTg.

They stand beside the satisfaction score and never enter it: the rates of QĐ 766 take silence for satisfaction.
"""

from dataclasses import dataclass
from decimal import Decimal

from analysis.points import percent_of


@dataclass(frozen=True, slots=True)
class DossierFlow:
    """What came in and went out in a period; None is not stated, unlike 0.

    Without `settled_early` the early ones are among `settled_on_time`. `received` holds `carried_over`.
    """

    received: int | None = None
    received_online: int | None = None
    carried_over: int | None = None
    settled_early: int | None = None
    settled_on_time: int | None = None
    settled_overdue: int | None = None
    pending: int | None = None
    pending_overdue: int | None = None

    @property
    def settled(self) -> int | None:
        """Return all that were settled."""
        parts = (self.settled_early, self.settled_on_time, self.settled_overdue)
        return None if all(part is None for part in parts) else sum(part or 0 for part in parts)

    @property
    def on_time_percent(self) -> Decimal | None:
        """Return the settled early or on time, of all settled.

        >>> DossierFlow(settled_on_time=47563, settled_overdue=27).on_time_percent
        Decimal('99.94')
        """
        settled = self.settled
        return None if settled is None else percent_of(settled - (self.settled_overdue or 0), settled)

    @property
    def online_percent(self) -> Decimal | None:
        """Return the online ones of all received, those carried over among them.

        >>> flow = DossierFlow(received=7697, received_online=4302, carried_over=308)
        >>> flow.online_percent, flow.online_percent_of_new
        (Decimal('55.89'), Decimal('58.22'))
        """
        if self.received is None or self.received_online is None:
            return None
        return percent_of(self.received_online, self.received)

    @property
    def online_percent_of_new(self) -> Decimal | None:
        """Return the online ones of those received within the period."""
        if self.received is None or self.received_online is None:
            return None
        return percent_of(self.received_online, self.received - (self.carried_over or 0))


@dataclass(frozen=True, slots=True)
class Feedback766:
    """The counts behind the three rates; None is not stated.

    `feedback` is what lies within the competence of the unit; `feedback_bad` of it was answered late or left
    somebody dissatisfied; `dossiers_bad` of the `settled` dossiers were late, rated badly or complained about.
    """

    feedback: int | None = None
    feedback_on_time: int | None = None
    feedback_bad: int | None = None
    dossiers_bad: int | None = None
    settled: int | None = None

    @property
    def feedback_on_time_percent(self) -> Decimal | None:
        """Return rate 1: feedback handled early or on time, of all feedback.

        >>> Feedback766(feedback=40, feedback_on_time=38).feedback_on_time_percent
        Decimal('95.00')
        """
        if self.feedback is None or self.feedback_on_time is None:
            return None
        return percent_of(self.feedback_on_time, self.feedback)

    @property
    def feedback_satisfied_percent(self) -> Decimal | None:
        """Return rate 2: feedback without dissatisfaction or delay, of all feedback."""
        return _without(self.feedback_bad, self.feedback)

    @property
    def dossiers_satisfied_percent(self) -> Decimal | None:
        """Return rate 3: dossiers neither late, nor rated badly, nor complained about, of all settled.

        >>> Feedback766(dossiers_bad=32, settled=1910).dossiers_satisfied_percent
        Decimal('98.32')
        """
        return _without(self.dossiers_bad, self.settled)

    @property
    def is_stated(self) -> bool:
        """Tell whether any of the counts was given."""
        return any(
            one is not None for one in (self.feedback, self.feedback_on_time, self.feedback_bad, self.dossiers_bad)
        )


def _without(bad: int | None, whole: int | None) -> Decimal | None:
    return None if bad is None or whole is None else percent_of(whole - bad, whole)
