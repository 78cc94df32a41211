"""What people agreed to is found again by its version: a released consent never changes."""

from __future__ import annotations

import hashlib
import string
from pathlib import Path

import pytest

import forms.consent
from forms.consent import CONTACT_CONSENT, load_consent

RELEASED = {"contact-v1": "313c7ef128eee4dc771a11b0c1a135b760e73eb378d8ed9d07be9bd36cdbb4a2"}
FOLDER = Path(forms.consent.__file__).parent / "consents"


def test_released_consents_are_never_edited() -> None:
    found = {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in FOLDER.glob("*.toml")}
    assert found == RELEASED
    assert CONTACT_CONSENT in RELEASED


@pytest.mark.parametrize("version", RELEASED)
def test_a_consent_names_who_what_for_and_how_long_in_both_languages(version: str) -> None:
    consent = load_consent(version)
    assert consent.id == version
    places = {"consent": {"unit"}, "consent_with_above": {"unit", "above"}, "terms": {"days", "desk"}}
    for name, expected in places.items():
        for language in ("vi", "en"):
            text = getattr(consent, name)[language]
            assert {field for _, field, _, _ in string.Formatter().parse(text) if field} == expected
