"""The tables, one noun per file."""

from survey.models.audit import AuditEvent
from survey.models.device import Device
from survey.models.dossier import Basis, Channel, DossierCount, Outcome
from survey.models.model import Model
from survey.models.officer import Grant, Officer, Role
from survey.models.qrcode import QrCode
from survey.models.questionnaire import QuestionnaireVersion
from survey.models.reform_index import IndexEntry, IndexPrinted, IndexRound
from survey.models.response import Response, ResponseExtra, Source, SpentNonce, Trust
from survey.models.score import Score, ScoreSet, ScoreState
from survey.models.site import SiteFact
from survey.models.unit import Counter, CounterField, ServiceField, Unit, UnitKind

__all__ = [
    "AuditEvent",
    "Basis",
    "Channel",
    "Counter",
    "CounterField",
    "Device",
    "DossierCount",
    "Grant",
    "IndexEntry",
    "IndexPrinted",
    "IndexRound",
    "Model",
    "Officer",
    "Outcome",
    "QrCode",
    "QuestionnaireVersion",
    "Response",
    "ResponseExtra",
    "Role",
    "Score",
    "ScoreSet",
    "ScoreState",
    "ServiceField",
    "SiteFact",
    "Source",
    "SpentNonce",
    "Trust",
    "Unit",
    "UnitKind",
]
