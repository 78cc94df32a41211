"""Every Vietnamese text of pages and messages has its English, and the compiled catalogue is the written one."""

from __future__ import annotations

import gettext
import io
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "survey" / "translations" / "en" / "LC_MESSAGES"
METHODS = [
    ("survey/**.py", "python"),
    ("forms/**.py", "python"),
    ("survey/templates/**.html", "jinja2"),
]
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@pytest.fixture(scope="module")
def english() -> Catalog:
    """The written catalogue."""
    with (FOLDER / "messages.po").open("rb") as file:
        return read_po(file, locale="en")


def test_no_text_lacks_english(english: Catalog) -> None:
    used = {str(message) for _, _, message, _, _ in extract_from_dir(ROOT, METHODS)}
    missing = sorted(text for text in used if not (english.get(text) and english.get(text).string))
    assert missing == [], "run: make translations, and write the English"


def test_translations_fill_in_the_same_things(english: Catalog) -> None:
    for message in english:
        if message.id and message.string:
            assert set(PLACEHOLDER.findall(message.string)) == set(PLACEHOLDER.findall(message.id)), message.id
            assert message.string.count("%%") == message.id.count("%%"), message.id


def test_the_compiled_catalogue_is_the_written_one(english: Catalog) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, english)
    compiled.seek(0)
    with (FOLDER / "messages.mo").open("rb") as file:
        stored = read_mo(file)
    assert {m.id: m.string for m in stored if m.id} == {m.id: m.string for m in read_mo(compiled) if m.id}
    with (FOLDER / "messages.mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Gửi ý kiến") == "Send"
