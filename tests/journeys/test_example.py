"""`hailong demo` fills an empty database with an example province that one can look around in at once."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.codes import new_qr_code
from survey.extensions import db
from survey.models import QrCode, Response, Unit, UnitKind
from survey.services import example

from commands import hailong
from signing_in import sign_in

SIGN_IN = re.compile(r"(\S+@\S+)  mật khẩu (\S+)")


def test_the_example_has_a_province_a_form_six_sign_ins_and_feedback_to_answer(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    printed = hailong(app, "demo", "--responses", 600).output
    kinds = [unit.kind for unit in session.scalars(select(Unit)) if unit.kind is not UnitKind.PROVINCE]
    assert len(kinds) == 34
    assert kinds.count(UnitKind.SPECIAL_ZONE) == 1
    assert session.scalar(select(func.count()).select_from(Response)) == 600
    link = re.search(r"http\S+/q/\w+", printed)
    assert link
    form = client.get(urlsplit(link[0]).path).text
    assert "Phiếu lấy ý kiến" in form
    assert "Dữ liệu ví dụ" in form
    (reform, password), (one_stop, other), *others = SIGN_IN.findall(printed)
    assert sign_in(client, reform, password).status_code == 303
    assert "Phường An Hoà" in client.get("/officer/", follow_redirects=True).text
    assert sign_in(app.test_client(), one_stop, other).status_code == 303
    assert [email.partition("@")[0] for email, _password in others] == [
        "lanh.dao",
        "quan.tri",
        "kiem.tra",
        "van.phong",
    ]
    for email, own in others[2:]:
        assert sign_in(app.test_client(), email, own).status_code == 303
    deciders = others[:2]
    for email, own in deciders:
        # Usable in one minute: the example asks no app of those who would need one elsewhere, and says so.
        decider = app.test_client()
        assert sign_in(decider, email, own, following="?next=/officer/account").location == "/officer/account"
        assert "riêng bản ví dụ này không bắt" in decider.get("/officer/account").text
    head = app.test_client()
    sign_in(head, *deciders[0])
    inbox = head.get("/officer/feedback").text
    assert "Quá hạn" in inbox
    assert "chỉ lãnh đạo" in inbox
    assert "gợi ý đưa thêm tiền" not in inbox
    assert "Không có đề nghị nào chờ duyệt" not in head.get("/officer/set-aside").text
    assert "DỮ LIỆU VÍ DỤ" in printed


@pytest.mark.parametrize("units", [4, 7])
def test_a_small_example_has_a_ward_to_show(make_app: Callable[..., Flask], sqlite_url: str, units: int) -> None:
    app = make_app(sqlite_url)
    assert "http" in hailong(app, "demo", "--units", units, "--responses", 100).output


def test_no_two_codes_of_an_example_are_alike(
    make_app: Callable[..., Flask], sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    few, chance = [new_qr_code() for _ in range(40)], random.Random(1)
    monkeypatch.setattr(example, "new_qr_code", lambda: chance.choice(few))
    app = make_app(sqlite_url)
    assert hailong(app, "demo", "--units", 4, "--responses", 100).exit_code == 0
    with app.app_context():
        codes = db.session.scalars(select(QrCode.code)).all()
    assert len(set(codes)) == len(codes) > 10


def test_an_example_is_never_added_to_real_data(app: Flask, session: Session) -> None:
    hailong(app, "demo", "--units", 4, "--responses", 100)
    before = session.scalar(select(func.count()).select_from(Response))
    hailong(app, "demo", "--units", 4, "--responses", 100, expect=1)
    assert session.scalar(select(func.count()).select_from(Response)) == before
