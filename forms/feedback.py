"""The form of a feedback case, what may be added to one, and the block of contact details behind a consent."""

from __future__ import annotations

import re
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, StringField, ValidationError

from forms.citizen import Opening, ProtectedForm
from forms.fields import ChoiceField
from forms.text import clean_line, clean_text

LONGEST_TEXT = 5_000
LONGEST_REMARK = 500
LONGEST_NAME = 120
LONGEST_EMAIL = 254

TOPICS = ("suggestion", "report", "praise", "extra_fees", "conduct")
# About these the citizen says who may read it; about the others, whoever handles feedback does.
SENSITIVE_TOPICS = ("extra_fees", "conduct")
READERS = ("leader", "above")
ORDINARY_READER = "unit"
ACTIONS = ("add", "reopen", "rate", "withdraw", "erase", "contact", "erase_contact")

# Why a field is asked for again.
MISSING = "missing"
TOO_LONG = "too_long"
UNUSABLE = "unusable"

_PHONE = re.compile(r"\+?\d{8,15}")
_BETWEEN_DIGITS = str.maketrans(dict.fromkeys(" .-()/"))
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


@dataclass(frozen=True)
class ContactDetails:
    """How somebody wishes to be reached."""

    name: str
    phone: str
    email: str


class TextField(StringField):  # type: ignore[misc]  # WTForms has no types
    """Free text, cleaned when it is read."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the first text sent."""
        self.data = clean_text(valuelist[0]) if valuelist else ""


class LineField(StringField):  # type: ignore[misc]
    """A text of one line, cleaned when it is read."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the first text sent."""
        self.data = clean_line(valuelist[0]) if valuelist else ""


class CaseForm(ProtectedForm):
    """A form of this module."""

    @property
    def faults(self) -> dict[str, str]:
        """The fields to be pointed at, in their order on the page, each with the code of what is wrong."""
        return {name: errors[0] for name, errors in self.errors.items() if name and name != "n"}


class ContactBlock(CaseForm):
    """Contact details: taken only with consent, only from adults, and only with a way to reach somebody."""

    consent = BooleanField()
    adult = BooleanField()
    name = LineField()
    phone = LineField()
    email = LineField()

    @property
    def contact(self) -> ContactDetails | None:
        """What may be stored: nothing without consent."""
        if not self.consent.data:
            return None
        return ContactDetails(self.name.data or "", self.phone.data or "", self.email.data or "")

    @property
    def has_details(self) -> bool:
        """Whether anything was written into the block."""
        return any(field.data for field in (self.name, self.phone, self.email))

    def validate_consent(self, field: BooleanField) -> None:
        """Details without consent come back; they are never taken silently, nor thrown away silently."""
        if self.has_details and not field.data:
            raise ValidationError(MISSING)

    def validate_adult(self, field: BooleanField) -> None:
        """Only adults leave personal data."""
        if self.consent.data and not field.data:
            raise ValidationError(MISSING)

    def validate_name(self, field: LineField) -> None:
        """A name is optional."""
        if len(field.data or "") > LONGEST_NAME:
            raise ValidationError(TOO_LONG)

    def validate_phone(self, field: LineField) -> None:
        """A number, or an e-mail address instead."""
        if field.data and not _PHONE.fullmatch(field.data.translate(_BETWEEN_DIGITS)):
            raise ValidationError(UNUSABLE)
        if self.consent.data and not field.data and not self.email.data:
            raise ValidationError(MISSING)

    def validate_email(self, field: LineField) -> None:
        """An address that could be one."""
        address = field.data or ""
        if address and (len(address) > LONGEST_EMAIL or not _EMAIL.fullmatch(address)):
            raise ValidationError(UNUSABLE)


class FeedbackForm(ContactBlock):
    """A new case."""

    topic = ChoiceField(values=TOPICS)
    reader = ChoiceField(values=READERS)
    text = TextField()
    offered_readers: tuple[str, ...] = READERS

    @property
    def chosen_reader(self) -> str:
        """Who may read it."""
        return self.reader.data if self.topic.data in SENSITIVE_TOPICS else ORDINARY_READER

    @property
    def faults(self) -> dict[str, str]:
        """The fields to be pointed at, in their order on the page."""
        order = ("topic", "reader", "text", "consent", "adult", "name", "phone", "email")
        found = super().faults
        return {name: found[name] for name in order if name in found}

    def validate_topic(self, field: ChoiceField) -> None:
        """Nothing is preselected, so something must be chosen."""
        if not field.data:
            raise ValidationError(MISSING)

    def validate_reader(self, field: ChoiceField) -> None:
        """Who may read about fees or somebody's conduct is never chosen for the citizen."""
        if self.topic.data in SENSITIVE_TOPICS and field.data not in self.offered_readers:
            raise ValidationError(MISSING)

    def validate_text(self, field: TextField) -> None:
        """Something must be written."""
        if not field.data:
            raise ValidationError(MISSING)
        if len(field.data) > LONGEST_TEXT:
            raise ValidationError(TOO_LONG)


class TrackingForm(ContactBlock):
    """What the citizen does with a case."""

    do = ChoiceField(values=ACTIONS)
    text = TextField()
    satisfied = ChoiceField(values=("1", "0"))
    answer = StringField()

    def validate_do(self, field: ChoiceField) -> None:
        """A button was pressed."""
        if not field.data:
            raise ValidationError(MISSING)

    def validate_text(self, field: TextField) -> None:
        """An addition says something; a reason for reopening may stay away."""
        if self.do.data == "add" and not field.data:
            raise ValidationError(MISSING)
        if len(field.data or "") > LONGEST_TEXT:
            raise ValidationError(TOO_LONG)

    def validate_satisfied(self, field: ChoiceField) -> None:
        """A rating is one of the two."""
        if self.do.data == "rate" and not field.data:
            raise ValidationError(MISSING)

    @property
    def rated_answer(self) -> int:
        """Which answer is rated; one that is not there rates nothing."""
        position = self.answer.data or ""
        return int(position) if re.fullmatch(r"\d{1,4}", position, re.ASCII) else -1

    def validate_consent(self, field: BooleanField) -> None:
        """Details are taken with the consent only; here nothing else is sent with them."""
        if self.do.data == "contact" and not field.data:
            raise ValidationError(MISSING)


def feedback_form(
    opening: Opening, sent: MultiDict[str, str] | None = None, *, offered_readers: tuple[str, ...] = READERS
) -> FeedbackForm:
    """Make the form of a new case, with what was sent if anything was."""
    form = FeedbackForm(formdata=sent, meta={"csrf_context": opening})
    form.offered_readers = offered_readers
    return form


def tracking_form(opening: Opening, sent: MultiDict[str, str] | None = None) -> TrackingForm:
    """Make the form of a case's page, with what was sent if anything was."""
    return TrackingForm(formdata=sent, meta={"csrf_context": opening})


def clean_remark(sent: MultiDict[str, str]) -> str:
    """Read the optional remark of the thank-you page."""
    return clean_text(sent.get("Q9", ""))
