"""The tables, one noun per file."""

from survey.models.audit import AuditEvent
from survey.models.comment import Comment
from survey.models.device import Device
from survey.models.dossier import Basis, Channel, DossierCount, Outcome
from survey.models.feedback import (
    RESTRICTED,
    CaseState,
    Category,
    EntryKind,
    Erasure,
    FeedbackCase,
    FeedbackContact,
    FeedbackEntry,
    FeedbackNote,
    PendingReply,
    Reader,
    Topic,
)
from survey.models.job import Job, JobFile, JobState
from survey.models.leader_survey import LeaderResponse, LeaderSurvey
from survey.models.model import Model
from survey.models.notice import ContactHandle, FeedbackNotice, NoticeChoice, NoticeKind, NoticeSetting
from survey.models.officer import Grant, Officer, Role
from survey.models.one_time_code import OneTimeCode, OpenTicket, Purpose
from survey.models.opening import QrOpening
from survey.models.paper import BatchState, PaperBatch, PaperSheet
from survey.models.qrcode import QrCode
from survey.models.questionnaire import QuestionnaireDraft, QuestionnaireUse, QuestionnaireVersion
from survey.models.reform_index import IndexEntry, IndexPrinted, IndexRound
from survey.models.reply_template import ReplyTemplate
from survey.models.response import Response, ResponseExtra, Source, SpentNonce, Trust
from survey.models.score import Score, ScoreSet, ScoreState
from survey.models.site import SiteFact
from survey.models.unit import Counter, CounterField, ServiceField, Unit, UnitKind

__all__ = [
    "RESTRICTED",
    "AuditEvent",
    "Basis",
    "BatchState",
    "CaseState",
    "Category",
    "Channel",
    "Comment",
    "ContactHandle",
    "Counter",
    "CounterField",
    "Device",
    "DossierCount",
    "EntryKind",
    "Erasure",
    "FeedbackCase",
    "FeedbackContact",
    "FeedbackEntry",
    "FeedbackNote",
    "FeedbackNotice",
    "Grant",
    "IndexEntry",
    "IndexPrinted",
    "IndexRound",
    "Job",
    "JobFile",
    "JobState",
    "LeaderResponse",
    "LeaderSurvey",
    "Model",
    "NoticeChoice",
    "NoticeKind",
    "NoticeSetting",
    "Officer",
    "OneTimeCode",
    "OpenTicket",
    "Outcome",
    "PaperBatch",
    "PaperSheet",
    "PendingReply",
    "Purpose",
    "QrCode",
    "QrOpening",
    "QuestionnaireDraft",
    "QuestionnaireUse",
    "QuestionnaireVersion",
    "Reader",
    "ReplyTemplate",
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
    "Topic",
    "Trust",
    "Unit",
    "UnitKind",
]
