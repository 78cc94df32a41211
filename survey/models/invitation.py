"""The link with which an officer sets a password: the first one, or another after forgetting it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.model import Model, UtcDateTime


class Invitation(Model):
    """The newest link of an officer, of which only the hash is stored; the row goes when the link is used."""

    __tablename__ = "officer_invitation"

    officer_id: Mapped[str] = mapped_column(
        String(32), ForeignKey("officer.id", ondelete="CASCADE"), primary_key=True
    )
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    invited_by: Mapped[str] = mapped_column(String(254))
