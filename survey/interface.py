"""What the citizens' pages say around a questionnaire, and which languages it is all translated into."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo

from survey.messages import SENTENCES

_FOLDER = Path(__file__).resolve().parent
TRANSLATIONS = _FOLDER / "translations"
# Where a citizen's page takes its words from: templates but the officers', these modules, and these sentences.
_OFFICERS_TEMPLATES = "officer/"
_MODULES = (
    "feedback_messages.py",
    "views/citizen.py",
    "views/errors.py",
    "views/feedback.py",
    "views/public_page.py",
    "results_messages.py",
    "views/tracking.py",
    "views/verify.py",
)
PUBLIC_SENTENCES = (
    "number_unreadable",
    "unknown_code",
    "unknown_one_time_code",
    "revoked_code",
    "code_not_begun",
    "stopped_code",
    "expired_code",
    "expired_leader_link",
    "used_code",
    "used_leader_link",
    "closed_unit",
)


def is_complete(language: str) -> bool:
    """Tell whether everything a citizen may read is translated; a page is never shown in two languages."""
    return bool(catalogue(language).is_file() and not missing_texts(language))


def missing_texts(language: str) -> tuple[str, ...]:
    """List the Vietnamese texts of the citizens' pages that have no translation yet."""
    path = catalogue(language)
    translated: set[str] = set()
    if path.is_file():
        with path.open("rb") as file:
            translated = {str(message.id) for message in read_mo(file) if message.string}
    return tuple(text for text in public_texts() if text not in translated)


def catalogue(language: str) -> Path:
    """Where the compiled catalogue of a further language lies."""
    return TRANSLATIONS / f"vi@{language}" / "LC_MESSAGES" / "messages.mo"


@cache
def public_texts() -> tuple[str, ...]:
    """Every text of the citizens' pages, read from what makes them."""
    templates = extract_from_dir(_FOLDER / "templates", [("**.html", "jinja2")])
    texts = {str(text) for name, _, text, _, _ in templates if not name.startswith(_OFFICERS_TEMPLATES)}
    modules = extract_from_dir(_FOLDER, [(module, "python") for module in _MODULES])
    texts |= {str(text) for _, _, text, _, _ in modules}
    return tuple(sorted(texts | {_source(code) for code in PUBLIC_SENTENCES}))


def _source(code: str) -> str:
    """The Vietnamese of a sentence, whatever language is being spoken."""
    sentence = SENTENCES[code]
    return str(getattr(sentence, "_args", (sentence,))[0])
