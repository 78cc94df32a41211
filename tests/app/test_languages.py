"""Further languages: shown to citizens when nothing is missing, and to translators with what is missing marked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import get_babel, get_domain

from forms import questionnaire as questionnaires
from forms.questionnaire import QuestionnaireError, parse_questionnaire, review_questionnaire
from survey import interface, language
from survey.extensions import db
from survey.services import presets, questionnaire_use
from survey.views import citizen

from citizens import send
from commands import hailong
from conftest import TODAY
from factories import Factory

SHORT = (Path(questionnaires.__file__).parent / "definitions" / "short-v1.toml").read_text(encoding="utf-8")


def translated(language: str) -> str:
    """The short form as a further version in a made-up translation: each text after the language's code."""

    def with_more(found: re.Match[str]) -> str:
        words, comma = found[1], found[2]
        between = ", " if comma else "\n"
        return f'vi = "{words}"{between}{language} = "{language} {words}"{comma}'

    text = re.sub(r'\bvi = "([^"]*)"(,?)', with_more, SHORT)
    text = text.replace('languages = ["vi", "en"]', f'languages = ["vi", "en", "{language}"]')
    return text.replace('id = "short-v1"', 'id = "short-v2"')


@pytest.fixture
def app(
    make_app: Callable[..., Flask], sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """An application whose catalogues and questionnaires a test may add to."""
    definitions, catalogues = tmp_path / "definitions", tmp_path / "translations"
    definitions.mkdir()
    (definitions / "short-v1.toml").write_text(SHORT, encoding="utf-8")
    monkeypatch.setattr(questionnaires, "_FOLDER", definitions)
    monkeypatch.setattr(interface, "TRANSLATIONS", catalogues)
    app = make_app(sqlite_url)
    with app.app_context():
        get_babel().translation_directories.append(str(catalogues))
    yield app
    with app.app_context():
        get_domain().cache.clear()
    forget()


def forget() -> None:
    """Read catalogues and questionnaires anew."""
    language.public_languages.cache_clear()
    questionnaires.packaged_questionnaires.cache_clear()
    citizen._form_page.cache_clear()
    citizen._thanks_page.cache_clear()


def add_catalogue(language: str, *, without: str = "") -> None:
    """Translate every text of the public pages, but one if it is named."""
    assert not without or without in interface.public_texts()
    catalogue = Catalog(locale=None)
    for text in interface.public_texts():
        if text != without:
            catalogue.add(text, f"{language} {text}")
    path = interface.catalogue(language)
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, catalogue)
    forget()


def add_questionnaire(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    """Put a version in force that is also in `language`."""
    (tmp_path / "definitions" / "short-v2.toml").write_text(translated(language), encoding="utf-8")
    forget()
    monkeypatch.setattr(questionnaire_use, "DEFAULT_VERSION", "short-v2")
    with app.app_context():
        presets.load(db.session, today=TODAY)


@pytest.fixture
def code(factory: Factory) -> str:
    """The code of a counter for two fields."""
    unit = factory.unit()
    return factory.qr_code(unit, factory.counter(unit, ("dat-dai", "xay-dung"))).code


def words_without_language(text: str, language: str) -> list[str]:
    """What a page says that is neither in `language` nor marked as being in another."""
    body = re.sub(r"<(style|script|title).*?</\1>", "", text.split("<body>")[1], flags=re.DOTALL)
    body = re.sub(r'<(\w+)[^>]* lang="\w+"[^>]*>.*?</\1>', "", body)
    pieces = [re.sub(r"^\d\. |^▲ ", "", piece.strip()) for piece in re.findall(r">([^<]+)<", body)]
    return [piece for piece in pieces if re.search(r"[^\W\d]", piece) and not piece.startswith(f"{language} ")]


@pytest.mark.parametrize("language", ["km", "hmn", "tyz"])
def test_a_complete_language_is_offered_everywhere(
    app: Flask, client: FlaskClient, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    add_catalogue(language)
    add_questionnaire(app, tmp_path, monkeypatch, language)
    vietnamese = client.get(f"/q/{code}").text
    assert '<html lang="vi">' in vietnamese
    assert f'<a href="?lang={language}" lang="{language}">' in vietnamese
    for page in (
        client.get(f"/q/{code}?lang={language}"),
        client.get(f"/q/{code}", headers={"Accept-Language": f"{language}-VN,vi;q=0.9"}),
        client.post(f"/q/{code}?lang={language}", data={"Q1": "1"}),
        client.get(f"/privacy?lang={language}"),
        client.get(f"/q/ABCDEFGH?lang={language}"),
        client.get(f"/?lang={language}"),
    ):
        assert f'<html lang="{language}">' in page.text
        assert set(re.findall(r'<a href="\?lang=(\w+)"', page.text)) in ({"vi", "en"}, set())
        # The names of the unit and of the fields are what they are called; they are marked as Vietnamese.
        assert words_without_language(page.text, language) == [], page.request.path
    sent = send(client, f"/q/{code}?lang={language}", {"Q1": "1", "Q2": "x", "Q3": "5"})
    assert f"lang={language}" in sent.headers["Location"]
    assert f'<html lang="{language}">' in client.get(sent.headers["Location"]).text


def test_a_language_that_lacks_one_text_of_the_pages_is_not_offered(
    app: Flask, client: FlaskClient, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_catalogue("km", without="Gửi ý kiến")
    add_questionnaire(app, tmp_path, monkeypatch, "km")
    for page in (client.get(f"/q/{code}?lang=km"), client.get("/", headers={"Accept-Language": "km"})):
        assert '<html lang="vi">' in page.text
        assert "lang=km" not in page.text


def test_a_questionnaire_without_the_language_is_not_shown_half_translated(client: FlaskClient, code: str) -> None:
    add_catalogue("km")
    assert '<html lang="km">' in client.get("/privacy?lang=km").text
    form = client.get(f"/q/{code}?lang=km", headers={"Accept-Language": "km,en;q=0.5"})
    assert '<html lang="en">' in form.text
    assert "lang=km" not in form.text
    sent = send(client, f"/q/{code}?lang=km")
    assert '<html lang="vi">' in client.get(sent.headers["Location"]).text


def test_a_definition_that_names_an_incomplete_language_is_refused() -> None:
    complete = translated("km")
    assert parse_questionnaire(complete).languages == ("vi", "en", "km")
    with pytest.raises(QuestionnaireError, match="question Q2: text: no text in km"):
        parse_questionnaire(re.sub(r', km = "km Giấy tờ[^"]*"', "", complete))


def test_translators_see_what_is_missing_in_its_place() -> None:
    incomplete = re.sub(r', km = "km Giấy tờ[^"]*"', "", translated("km"))
    reviewed, missing = review_questionnaire(incomplete, "km")
    assert missing == {"question Q2: text": "Giấy tờ phải nộp, phí và thời gian giải quyết"}
    assert reviewed.questions[1].text["km"] == "[vi] Giấy tờ phải nộp, phí và thời gian giải quyết"
    assert reviewed.questions[0].text["km"] == "km Chỗ ngồi chờ, trang thiết bị"


def test_the_command_lists_everything_that_is_missing(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "short-v2.toml"
    file.write_text(SHORT, encoding="utf-8")
    # Written without naming the language: that is how a translation begins.
    begun = hailong(app, "questionnaires", "check", str(file), "--lang", "km", expect=1).output
    assert "Q2. [vi] Giấy tờ phải nộp, phí và thời gian giải quyết" in begun
    assert "  - stem: Ông/Bà hài lòng hay không hài lòng về:" in begun
    assert "survey/translations/vi@km/LC_MESSAGES/messages.po" in begun
    assert "  - Gửi ý kiến" in begun
    add_catalogue("km")
    file.write_text(translated("km"), encoding="utf-8")
    done = hailong(app, "questionnaires", "check", str(file), "--lang", "km").output
    assert "Đủ bản dịch" in done
    assert "[vi]" not in done


@pytest.mark.parametrize(
    ("asked", "wished", "language"),
    [
        ("", "", "vi"),
        ("", "en-GB,en;q=0.9", "en"),
        ("", "vi-VN,vi;q=0.9,en;q=0.8", "vi"),
        ("", "fr-FR,en;q=0.7,vi;q=0.3", "en"),
        ("", "fr,de", "vi"),
        ("?lang=vi", "en-GB", "vi"),
        ("?lang=en", "vi-VN", "en"),
        ("?lang=xx", "en", "en"),
        ("", "en;q=0,vi;q=0.1", "vi"),
    ],
)
def test_the_address_decides_before_the_browser(
    client: FlaskClient, code: str, asked: str, wished: str, language: str
) -> None:
    page = client.get(f"/q/{code}{asked}", headers={"Accept-Language": wished} if wished else {})
    assert f'<html lang="{language}">' in page.text
    assert "Accept-Language" in page.headers["Vary"]


def test_a_choice_of_vietnamese_holds_on_an_english_phone(client: FlaskClient, code: str) -> None:
    english = {"Accept-Language": "en-US,en;q=0.9"}
    page = client.get(f"/q/{code}?lang=vi", headers=english)
    action = re.search(r'action="([^"]+)"', page.text)
    assert action
    nonce = re.search(r'name="n" value="([^"]+)"', page.text)
    assert nonce
    answers = {"n": nonce[1], "Q1": "1", "Q2": "1", "Q3": "1"}
    sent = client.post(f"/q/{code}{action[1].replace('&amp;', '&')}", data=answers, headers=english)
    assert '<html lang="vi">' in client.get(sent.headers["Location"], headers=english).text
    links = re.findall(r'href="(/[^"]*)"', page.text)
    assert links
    assert all("lang=vi" in link for link in links)


def test_officers_pages_do_not_follow_the_browser(client: FlaskClient) -> None:
    page = client.get("/officer/sign-in", headers={"Accept-Language": "en-US"})
    assert "Mật khẩu" in page.text


def test_every_refusal_of_a_code_is_among_the_texts_to_be_translated() -> None:
    assert set(citizen.STATUS) <= set(interface.PUBLIC_SENTENCES)
