"""What a citizen consents to who leaves a way to be reached: versioned texts; a case stores the version."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

CONTACT_CONSENT = "contact-v1"
_FOLDER = files("forms") / "consents"


@dataclass(frozen=True)
class Consent:
    """One version of a consent; each text by language, with places in braces to fill."""

    id: str
    source: str
    consent: Mapping[str, str]
    consent_with_above: Mapping[str, str]
    terms: Mapping[str, str]

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which one can consent."""
        return tuple(self.consent)


@cache
def load_consent(version: str = CONTACT_CONSENT) -> Consent:
    """Read a version of the consent."""
    data = tomllib.loads((_FOLDER / f"{version}.toml").read_text(encoding="utf-8"))
    by_language = {key: texts for key, texts in data.items() if isinstance(texts, dict)}
    texts = {name: {lang: own[name] for lang, own in by_language.items()} for name in data["vi"]}
    return Consent(id=data["id"], source=data["source"], **texts)
