"""Which language a page is shown in: as its address says, else as the browser asks, of those offered there."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from babel import Locale
from flask import g, has_request_context, request
from flask_babel import refresh

from survey.interface import is_complete

# Those of every page, the officers' too; Vietnamese is what the texts are written in.
LANGUAGES = ("vi", "en")
# Each by its own name, with its code of ISO 639 ("tay" would be a language of Taiwan). A citizen's page may be
# offered in these once everything in it is translated.
NAMES = {"vi": "Tiếng Việt", "en": "English", "km": "ភាសាខ្មែរ", "tyz": "Tày", "hmn": "Hmoob"}
OFFICERS = "/officer"


def choose_language() -> str:
    """Return the language of this request; commands speak Vietnamese."""
    if not has_request_context():
        return LANGUAGES[0]
    if "language" not in g:
        g.language = _choose(offered_languages())
    language: str = g.language
    return language


def offered_languages() -> tuple[str, ...]:
    """List the languages that this page can be read in, whole."""
    if "offered_languages" not in g:
        g.offered_languages = LANGUAGES if request.path.startswith(OFFICERS) else public_languages()
    offered: tuple[str, ...] = g.offered_languages
    return offered


def narrow_languages(languages: Collection[str]) -> None:
    """Offer on this page only what its questionnaire is written in; call it before anything is put into words."""
    offered = tuple(language for language in offered_languages() if language in languages)
    if offered != offered_languages():
        g.offered_languages = offered
        g.pop("language", None)
        refresh()


def choose_locale() -> Locale | str:
    """Return what the catalogues are looked up by in this request."""
    return locale_of(choose_language())


def locale_of(language: str) -> Locale | str:
    """Return what the catalogues of a language are looked up by.

    CLDR knows neither Tày nor Hmông, and none of our minorities writes dates and numbers in a way of its own: so
    they are Vietnamese with a modifier, and their catalogues lie in `translations/vi@km` and so on.
    """
    return language if language in LANGUAGES else Locale("vi", modifier=language)


@cache
def public_languages() -> tuple[str, ...]:
    """List the languages that all of the citizens' pages are translated into, but for the questionnaires."""
    return (*LANGUAGES, *(language for language in NAMES if language not in LANGUAGES and is_complete(language)))


def _choose(offered: tuple[str, ...]) -> str:
    asked = request.args.get("lang", "")
    if asked in offered:
        return asked
    # Officers' computers are often set to English by whoever installed them; their pages have a link instead.
    if not request.path.startswith(OFFICERS):
        for tag, quality in request.accept_languages:
            language = tag.partition("-")[0].lower()
            if quality > 0 and language in offered:
                return language
    return LANGUAGES[0]
