"""What rules, questionnaires, periods and actors are called; ids are for addresses, files and commands."""

from __future__ import annotations

from flask_babel import get_locale
from flask_babel import lazy_gettext as _

from analysis.errors import AnalysisError
from analysis.periods import parse_period
from forms.questionnaire import QuestionnaireError, load_questionnaire
from survey.errors import HailongError
from survey.extensions import db
from survey.filters import period_name
from survey.services.audit import COMMAND_LINE
from survey.services.score_rule import find_rule
from survey.services.work import ACTOR as WORKER

_ACTORS = {COMMAND_LINE: _("dòng lệnh"), WORKER: _("chương trình, tự động")}


def rule_title(rule_id: str) -> str:
    """Name a score rule; one that is not known any more keeps its id."""
    try:
        title = find_rule(db.session, rule_id).head.title
    except HailongError:
        return rule_id
    return title.en if _words() == "en" else title.vi


def questionnaire_title(version: str) -> str:
    """Name a version of a questionnaire; one that is not known any more keeps its id."""
    try:
        return load_questionnaire(version).name.plain(_words())
    except QuestionnaireError:
        return version


def period_title(text: str) -> str:
    """Name a period that is stored as text."""
    try:
        return period_name(parse_period(text))
    except AnalysisError:
        return text


def actor_title(actor: str) -> str:
    """Say who did something: an e-mail address stays; what nobody did in person has words of its own."""
    return str(_ACTORS.get(actor, actor))


def _words() -> str:
    return "en" if str(get_locale()) == "en" else "vi"
