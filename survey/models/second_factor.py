"""The second factor of officers: a one-time password app, and codes for when the phone is lost."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.model import Model, UtcDateTime


class SecondFactor(Model):
    """An officer's one-time password app (TOTP, RFC 6238).

    The secret is encrypted. `last_step` is the newest time step whose code was used: none is good twice.
    """

    __tablename__ = "second_factor"

    officer_id: Mapped[str] = mapped_column(
        String(32), ForeignKey("officer.id", ondelete="CASCADE"), primary_key=True
    )
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    last_step: Mapped[int] = mapped_column(BigInteger)
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    recovery_codes: Mapped[list[RecoveryCode]] = relationship(cascade="all, delete-orphan", passive_deletes=True)


class RecoveryCode(Model):
    """A code that is good once instead of the app: a keyed hash only, and the row goes with its use."""

    __tablename__ = "recovery_code"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    officer_id: Mapped[str] = mapped_column(
        String(32), ForeignKey("second_factor.officer_id", ondelete="CASCADE"), index=True
    )
