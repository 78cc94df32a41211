"""Who may do what: one table of roles and permissions, for pages and services alike."""

from __future__ import annotations

from enum import StrEnum, auto

from survey.models import Officer, Role


class Permission(StrEnum):
    """What can be allowed; each is granted on a unit and holds for all below it."""

    SEE_SCORES = auto()
    EXPORT_SCORES = auto()
    CHECK_SCORES = auto()  # the patterns of answers behind the scores; who exports at the top has them too
    REFRESH_SCORES = auto()  # only at the top: a period is computed for all units at once
    CLOSE_PERIOD = auto()  # only at the top: a period is closed for all units at once
    OBJECT_TO_SCORES = auto()
    EDIT_RULES = auto()
    SET_ASIDE = auto()  # who asks and who approves are two persons
    SEE_INDEX = auto()
    SCORE_INDEX = auto()
    APPRAISE_INDEX = auto()
    READ_FEEDBACK = auto()
    ANSWER_FEEDBACK = auto()
    READ_RESTRICTED_FEEDBACK = auto()  # khiếu nại, tố cáo, and what the citizen addressed to the leader
    READ_REMARKS = auto()
    IMPORT_DOSSIERS = auto()
    MANAGE_UNITS = auto()  # units, counters, codes, letterhead, start date
    MANAGE_OFFICERS = auto()
    MANAGE_DEVICES = auto()
    SEE_QUESTIONNAIRES = auto()
    EDIT_QUESTIONNAIRES = auto()
    ENTER_PAPER = auto()


_SATISFACTION = frozenset(
    {
        Permission.SEE_SCORES,
        Permission.EXPORT_SCORES,
        Permission.REFRESH_SCORES,
        Permission.CLOSE_PERIOD,
        Permission.OBJECT_TO_SCORES,
        Permission.EDIT_RULES,
        Permission.SET_ASIDE,
        Permission.SEE_INDEX,
        Permission.SCORE_INDEX,
        Permission.APPRAISE_INDEX,
        Permission.MANAGE_DEVICES,
        Permission.SEE_QUESTIONNAIRES,
        Permission.EDIT_QUESTIONNAIRES,
        Permission.ENTER_PAPER,
        Permission.READ_REMARKS,
        Permission.MANAGE_UNITS,
    }
)
_DOSSIERS = frozenset(
    {
        Permission.SEE_SCORES,
        Permission.IMPORT_DOSSIERS,
        Permission.READ_FEEDBACK,
        Permission.ANSWER_FEEDBACK,
        Permission.READ_REMARKS,
    }
)
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ONE_STOP: frozenset(
        {
            Permission.SEE_SCORES,
            Permission.SEE_QUESTIONNAIRES,
            Permission.ENTER_PAPER,
            Permission.READ_FEEDBACK,
            Permission.ANSWER_FEEDBACK,
        }
    ),
    Role.REFORM: _SATISFACTION | _DOSSIERS,
    Role.SATISFACTION: _SATISFACTION,
    Role.DOSSIERS: _DOSSIERS,
    Role.LEADER: frozenset(
        {
            Permission.SEE_SCORES,
            Permission.EXPORT_SCORES,
            Permission.REFRESH_SCORES,
            Permission.OBJECT_TO_SCORES,
            Permission.SET_ASIDE,
            Permission.SEE_INDEX,
            Permission.READ_FEEDBACK,
            Permission.ANSWER_FEEDBACK,
            Permission.READ_RESTRICTED_FEEDBACK,
            Permission.READ_REMARKS,
            Permission.MANAGE_DEVICES,
            Permission.SEE_QUESTIONNAIRES,
        }
    ),
    Role.INSPECTOR: frozenset(
        {
            Permission.SEE_SCORES,
            Permission.EXPORT_SCORES,
            Permission.CHECK_SCORES,
            Permission.SEE_INDEX,
            Permission.READ_FEEDBACK,
            Permission.READ_REMARKS,
            Permission.SEE_QUESTIONNAIRES,
        }
    ),
    # Care of the system: no score, no response, no feedback.
    Role.ADMINISTRATOR: frozenset(
        {Permission.MANAGE_OFFICERS, Permission.MANAGE_UNITS, Permission.MANAGE_DEVICES}
    ),
}


def has_permission(officer: Officer, permission: Permission) -> bool:
    """Tell whether a role of the officer has `permission`, on whichever unit."""
    return any(permission in PERMISSIONS[grant.role] for grant in officer.grants)
