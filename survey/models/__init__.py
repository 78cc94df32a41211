"""The tables, one noun per file."""

from survey.models.audit import AuditEvent
from survey.models.dossier import Basis, Channel, DossierCount, Outcome
from survey.models.leader_survey import LeaderResponse, LeaderSurvey
from survey.models.model import Model
from survey.models.officer import Grant, Officer, Role
from survey.models.one_time_code import OneTimeCode, OpenTicket, Purpose
from survey.models.qrcode import QrCode
from survey.models.questionnaire import QuestionnaireDraft, QuestionnaireUse, QuestionnaireVersion
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
    "DossierCount",
    "Grant",
    "IndexEntry",
    "IndexPrinted",
    "IndexRound",
    "LeaderResponse",
    "LeaderSurvey",
    "Model",
    "Officer",
    "OneTimeCode",
    "OpenTicket",
    "Outcome",
    "Purpose",
    "QrCode",
    "QuestionnaireDraft",
    "QuestionnaireUse",
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
