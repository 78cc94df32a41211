"""The citizen's form of any questionnaire, released or not, inside a frame of the officers' pages."""

from __future__ import annotations

from datetime import datetime

from flask import Response, g
from flask_babel import gettext as _

from forms.citizen import Opening, blank_form
from forms.nonce import Signer
from forms.questionnaire import Purpose, Questionnaire
from survey.config import TIME_ZONE
from survey.language import choose_language
from survey.views import public_page
from survey.views.citizen import FormFacts

# It signs nothing that any form would take.
NOBODY = Signer(b"preview")


def preview_response(questionnaire: Questionnaire) -> Response:
    """Answer with the form as a phone shows it; it cannot be sent, and only our own pages may frame it."""
    for_leaders = questionnaire.purpose is Purpose.LEADER
    facts = FormFacts(
        questionnaire=questionnaire,
        heading=_("Tên đơn vị") if for_leaders else _("Tên Bộ phận Một cửa của đơn vị"),
        online=False,
        fields=(),
        asked=3 if for_leaders else None,
        language=choose_language(),
        trial=False,
        example=public_page.is_example(),
    )
    form = blank_form(questionnaire, Opening(NOBODY, "", questionnaire.id, datetime.now(TIME_ZONE)))
    style = public_page.FORM_STYLE
    html = public_page.render("citizen/form.html", style=style, facts=facts, form=form, nonce="", failed=False)
    response = public_page.respond(html, style=style)
    g.content_security_policy |= {"frame-ancestors": "'self'", "form-action": "'none'"}
    return response
