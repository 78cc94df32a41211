"""Every Vietnamese text of pages and messages has its English, and the compiled catalogue is the written one."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from click.testing import CliRunner

from survey.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
TRANSLATIONS = ROOT / "survey" / "translations"
CATALOGUES = (("en", "messages"), ("vi", "click"))
METHODS = [
    ("survey/**.py", "python"),
    ("forms/**.py", "python"),
    ("survey/templates/**.html", "jinja2"),
]
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@pytest.fixture(scope="module")
def english() -> Catalog:
    """The written catalogue."""
    return written("en", "messages")


def written(language: str, domain: str) -> Catalog:
    with (TRANSLATIONS / language / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        return read_po(file, locale=language)


def test_no_text_lacks_english(english: Catalog) -> None:
    used = {str(message) for _, _, message, _, _ in extract_from_dir(ROOT, METHODS)}
    missing = sorted(text for text in used if not (english.get(text) and english.get(text).string))
    assert missing == [], "run: make translations, and write the English"


def test_translations_fill_in_the_same_things(english: Catalog) -> None:
    for message in english:
        if message.id and message.string:
            assert set(PLACEHOLDER.findall(message.string)) == set(PLACEHOLDER.findall(message.id)), message.id
            assert message.string.count("%%") == message.id.count("%%"), message.id


def _texts(catalogue: Catalog) -> list[str]:
    return sorted(repr((message.id, message.string)) for message in catalogue if message.id)


@pytest.mark.parametrize(("language", "domain"), CATALOGUES)
def test_the_compiled_catalogue_is_the_written_one(language: str, domain: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, written(language, domain))
    compiled.seek(0)
    with (TRANSLATIONS / language / "LC_MESSAGES" / f"{domain}.mo").open("rb") as file:
        stored = read_mo(file)
    assert _texts(stored) == _texts(read_mo(compiled))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["score"], "Lỗi: Thiếu đối số 'PERIOD'."),
        (["scor"], "Lỗi: Không có lệnh 'scor'. Có phải là: 'score'?"),
        (["score", "2026-Q3", "--units"], "Lỗi: Không có tuỳ chọn '--units'. Có phải là: '--unit'?"),
        (["export", "2026-Q3", "--format", "pptx", "--out", "x"], "'pptx' không có trong các giá trị: 'xlsx'"),
    ],
)
def test_a_command_typed_wrongly_is_answered_in_vietnamese(arguments: list[str], sentence: str) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert sentence in result.output
    assert "Cách dùng:" in result.output
