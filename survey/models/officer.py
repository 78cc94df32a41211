"""Officers who sign in, and what each may see."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from flask_login import UserMixin
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.invitation import Invitation
from survey.models.model import Model, UtcDateTime, choice
from survey.models.second_factor import SecondFactor
from survey.models.unit import Unit


class Role(StrEnum):
    """What an officer does; the administrator keeps the system and sees no content.

    In a province the work of REFORM is divided: SATISFACTION (Sở Nội vụ) has scores and index, DOSSIERS (Văn phòng
    UBND tỉnh) has dossiers and feedback.
    """

    ONE_STOP = "one_stop"
    REFORM = "reform"
    SATISFACTION = "satisfaction"
    DOSSIERS = "dossiers"
    LEADER = "leader"
    INSPECTOR = "inspector"
    ADMINISTRATOR = "administrator"


class Officer(UserMixin, Model):  # type: ignore[misc]  # Flask-Login has no types
    """A person with a sign-in; the e-mail address is kept in lower case.

    `password_hash` is empty until the first password is set. Raising `session_generation` ends every session.
    """

    __tablename__ = "officer"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    session_generation: Mapped[int] = mapped_column(default=0)

    grants: Mapped[list[Grant]] = relationship(back_populates="officer", cascade="all, delete-orphan")
    second_factor: Mapped[SecondFactor | None] = relationship(cascade="all, delete-orphan", passive_deletes=True)
    invitation: Mapped[Invitation | None] = relationship(cascade="all, delete-orphan", passive_deletes=True)

    @property
    def has_password(self) -> bool:
        """Whether the officer has set a password; who was invited and has not come yet has none."""
        return bool(self.password_hash)

    @property
    def has_second_factor(self) -> bool:
        """Whether signing in asks for a code."""
        return self.second_factor is not None

    @property
    def is_active(self) -> bool:
        """Flask-Login lets only active officers in."""
        return self.disabled_at is None


class Grant(Model):
    """A role on a unit, valid for the unit and everything below it."""

    __tablename__ = "officer_grant"

    officer_id: Mapped[str] = mapped_column(ForeignKey("officer.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(choice(Role), primary_key=True)

    officer: Mapped[Officer] = relationship(back_populates="grants")
    unit: Mapped[Unit] = relationship()
