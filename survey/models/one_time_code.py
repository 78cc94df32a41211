"""Codes that are good for one response, such as the slip of a dossier; nothing here names the dossier."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.model import Model, choice


class Purpose(StrEnum):
    """Whom a one-time code was made for."""

    DOSSIER = "dossier"
    LEADER = "leader"


class OneTimeCode(Model):
    """What a one-time code knows: printed on a slip or sent as a link, and the same before and after its use.

    Only the code's hash is stored. Codes with the same `ticket_key` are good for one response together: the slip
    and the link of one dossier. `version` names a questionnaire other than the one that everybody gets.
    """

    __tablename__ = "one_time_code"
    __table_args__ = ({"sqlite_with_rowid": False},)

    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    ticket_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    purpose: Mapped[Purpose] = mapped_column(choice(Purpose))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    version: Mapped[str | None] = mapped_column(ForeignKey("questionnaire_version.id"))
    field: Mapped[str | None] = mapped_column(ForeignKey("service_field.code"))
    channel: Mapped[str | None] = mapped_column(String(16))
    outcome: Mapped[str | None] = mapped_column(String(16))
    # The leaders' survey that a leader's link belongs to; its table is younger, so there is no foreign key.
    survey_id: Mapped[int | None]
    issued_on: Mapped[date] = mapped_column(Date)
    expires_on: Mapped[date] = mapped_column(Date, index=True)


class OpenTicket(Model):
    """A ticket that has not been used. Using it deletes the row, and nothing takes its place: no link, no time.

    On PostgreSQL the table is UNLOGGED, so that no log, archive or standby tells which ticket was used beside
    which response (docs/decisions/0005). The row with the key zero tells whether the table outlived a crash.
    """

    __tablename__ = "open_ticket"
    __table_args__ = ({"sqlite_with_rowid": False},)

    ticket_key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
