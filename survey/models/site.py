"""Facts about this installation that live with its data."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.model import Model

EXAMPLE_FACT = "example"


class SiteFact(Model):
    """One named fact, such as that the data are an example."""

    __tablename__ = "site_fact"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))
