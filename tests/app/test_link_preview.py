"""A unit's online link when it is sent on: what chat programs show of it, and the button on a portal."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from survey.extensions import db

from commands import hailong
from factories import Factory

PROPERTY = re.compile(r'<meta property="(og:[a-z:]+)" content="([^"]*)">')


def preview_of(client: FlaskClient, address: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in PROPERTY.findall(client.get(address).text)}


def test_an_online_link_has_a_title_and_a_picture_for_chat_previews(
    make_app: Callable[..., Flask], sqlite_url: str
) -> None:
    app = make_app(sqlite_url, environment="production", base_url="https://ykien.example.gov.vn")
    with app.app_context():
        factory = Factory(db.session)
        code = factory.qr_code(factory.unit(one_stop_name='Một cửa "Tân Hoà" <b>')).code
    client = app.test_client()
    shown = preview_of(client, f"/q/{code}")
    assert shown["og:title"] == 'Phiếu lấy ý kiến: Một cửa "Tân Hoà" <b>'
    assert preview_of(client, f"/q/{code}?lang=en")["og:title"].startswith("Opinion form: ")
    assert shown["og:image"].startswith("https://ykien.example.gov.vn/static/")
    with client.get(urlsplit(shown["og:image"]).path) as picture:
        assert (picture.status_code, picture.mimetype) == (200, "image/png")
        size = Image.open(io.BytesIO(picture.data)).size
        assert size == (1200, 630)  # what chat programs show across the whole width
        assert len(picture.data) < 30_000


def test_posters_slips_and_sent_forms_have_no_preview(client: FlaskClient, factory: Factory) -> None:
    unit = factory.unit()
    for code in (factory.qr_code(unit, factory.counter(unit)).code, factory.one_time_code(unit)):
        assert preview_of(client, f"/q/{code}") == {}


def test_the_button_for_a_portal_opens_the_online_form_and_loads_nothing(
    app: Flask, factory: Factory, tmp_path: Path
) -> None:
    province = factory.unit(one_stop_name='Trung tâm "Một" & <hai>')
    factory.counter(factory.unit(parent=province))
    shown = hailong(app, "qr", "links", "--unit", province.code, "--html").stdout
    found = re.fullmatch(r'<a href="([^"]+)" title="([^"]+)" [^<>]+>Mời Ông/Bà cho ý kiến</a>\n', shown)
    assert found
    assert unescape(found[2]) == 'Trung tâm "Một" & <hai>'
    assert 'rel="noopener noreferrer"' in shown
    assert "url(" not in shown
    assert "Cổng Dịch vụ công quốc gia" in app.test_client().get(urlsplit(found[1]).path).text
    file = tmp_path / "buttons.html"
    hailong(app, "qr", "links", "--unit", province.code, "--below", "--html", "--out", file)
    assert file.read_text(encoding="utf-8").count("<a href=") == 2
