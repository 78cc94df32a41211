"""The tables, one noun per file."""

from survey.models.audit import AuditEvent
from survey.models.closing import Objection, ObjectionVerdict, ScoreDraft, Verification
from survey.models.comment import Comment
from survey.models.device import Device
from survey.models.dossier import Basis, Channel, DossierCount, DossierPrinted, Outcome
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
from survey.models.invitation import Invitation
from survey.models.job import Job, JobFile, JobState
from survey.models.leader_survey import LeaderResponse, LeaderSurvey
from survey.models.letterhead import UnitLetterhead
from survey.models.model import Model
from survey.models.notice import ContactHandle, FeedbackNotice, NoticeChoice, NoticeKind, NoticeSetting
from survey.models.officer import Grant, Officer, Role
from survey.models.one_time_code import OneTimeCode, OpenTicket, Purpose
from survey.models.opening import QrOpening
from survey.models.paper import BatchState, PaperBatch, PaperSheet
from survey.models.published import PublishedResult, PublishedUnit
from survey.models.qrcode import QrCode
from survey.models.questionnaire import QuestionnaireDraft, QuestionnaireUse, QuestionnaireVersion
from survey.models.reform_index import (
    ALL_LEVELS,
    IndexEntry,
    IndexEvidence,
    IndexPrinted,
    IndexPublication,
    IndexPublishedUnit,
    IndexRound,
    IndexScore,
    IndexSheet,
    IndexStructure,
    SheetState,
)
from survey.models.reply_template import ReplyTemplate
from survey.models.response import Response, ResponseExtra, Source, SpentNonce, Trust
from survey.models.score import FrozenDossierCount, FrozenPaper, Score, ScoreSet, ScoreState
from survey.models.score_rule import ScoreRuleDraft, ScoreRuleUse, ScoreRuleVersion
from survey.models.second_factor import RecoveryCode, SecondFactor
from survey.models.set_aside import (
    Reason,
    Selection,
    SetAsideAct,
    SetAsideDecision,
    SetAsideRequest,
    SetAsideResponse,
    Verdict,
)
from survey.models.site import SiteFact
from survey.models.target import ScoreTarget
from survey.models.unit import Counter, CounterField, ServiceField, StartStep, Unit, UnitKind
from survey.models.upload import Upload, UploadKind, UploadState

__all__ = [
    "ALL_LEVELS",
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
    "DossierPrinted",
    "EntryKind",
    "Erasure",
    "FeedbackCase",
    "FeedbackContact",
    "FeedbackEntry",
    "FeedbackNote",
    "FeedbackNotice",
    "FrozenDossierCount",
    "FrozenPaper",
    "Grant",
    "IndexEntry",
    "IndexEvidence",
    "IndexPrinted",
    "IndexPublication",
    "IndexPublishedUnit",
    "IndexRound",
    "IndexScore",
    "IndexSheet",
    "IndexStructure",
    "Invitation",
    "Job",
    "JobFile",
    "JobState",
    "LeaderResponse",
    "LeaderSurvey",
    "Model",
    "NoticeChoice",
    "NoticeKind",
    "NoticeSetting",
    "Objection",
    "ObjectionVerdict",
    "Officer",
    "OneTimeCode",
    "OpenTicket",
    "Outcome",
    "PaperBatch",
    "PaperSheet",
    "PendingReply",
    "PublishedResult",
    "PublishedUnit",
    "Purpose",
    "QrCode",
    "QrOpening",
    "QuestionnaireDraft",
    "QuestionnaireUse",
    "QuestionnaireVersion",
    "Reader",
    "Reason",
    "RecoveryCode",
    "ReplyTemplate",
    "Response",
    "ResponseExtra",
    "Role",
    "Score",
    "ScoreDraft",
    "ScoreRuleDraft",
    "ScoreRuleUse",
    "ScoreRuleVersion",
    "ScoreSet",
    "ScoreState",
    "ScoreTarget",
    "SecondFactor",
    "Selection",
    "ServiceField",
    "SetAsideAct",
    "SetAsideDecision",
    "SetAsideRequest",
    "SetAsideResponse",
    "SheetState",
    "SiteFact",
    "Source",
    "SpentNonce",
    "StartStep",
    "Topic",
    "Trust",
    "Unit",
    "UnitKind",
    "UnitLetterhead",
    "Upload",
    "UploadKind",
    "UploadState",
    "Verdict",
    "Verification",
]
