"""Opened → sent per code: people are counted, machines are not, and nothing waits for the counting."""

from __future__ import annotations

import csv
import io
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from survey.extensions import db
from survey.models import QrOpening
from survey.services.opening import Openings

from citizens import ANSWERS, nonce_in, send
from commands import hailong
from conftest import TODAY
from factories import Factory

PHONE = {"User-Agent": "Mozilla/5.0 (Linux; Android 7.0; SM-G610F) AppleWebKit/537.36 Chrome/60 Mobile Zalo/1.0"}
ROOT = Path(__file__).resolve().parents[2]


def openings_of(app: Flask) -> Openings:
    found: Openings = app.extensions["hailong_openings"]
    return found


def counted(app: Flask, session: Session) -> list[tuple[str, int, int]]:
    assert openings_of(app).flush()
    session.rollback()
    rows = session.execute(select(QrOpening.code, QrOpening.opened, QrOpening.sent).order_by(QrOpening.code))
    return [tuple(row) for row in rows]


@pytest.fixture
def code(factory: Factory) -> str:
    unit = factory.unit()
    return factory.qr_code(unit, factory.counter(unit)).code


def test_opened_and_sent_are_counted_once_each(
    app: Flask, client: FlaskClient, session: Session, code: str
) -> None:
    page = client.get(f"/q/{code}", headers=PHONE)
    client.get(f"/q/{code.lower()}", headers=PHONE)
    data = ANSWERS | {"n": nonce_in(page)}
    for _ in range(3):  # a double tap and a retry are one form
        assert client.post(f"/q/{code}", data=data, headers=PHONE).status_code == 303
    assert client.post(f"/q/{code}", data={"n": data["n"] + "x"}).status_code == 400
    assert counted(app, session) == [(code, 2, 1)]
    client.get(f"/q/{code}", headers=PHONE)
    assert counted(app, session) == [(code, 3, 1)]


@pytest.mark.parametrize(
    "headers",
    [
        {"Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"User-Agent": "facebookexternalhit/1.1"},
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"User-Agent": "TelegramBot (like TwitterBot)"},
        {"User-Agent": "WhatsApp/2.23.20.0"},
        {"User-Agent": "curl/8.5.0"},
    ],
    ids=str,
)
def test_machines_are_not_counted(
    app: Flask, client: FlaskClient, session: Session, code: str, headers: dict[str, str]
) -> None:
    assert client.get(f"/q/{code}", headers=headers).status_code == 200
    assert counted(app, session) == []


def test_looking_up_changing_the_language_and_trials_are_not_counted(
    app: Flask, client: FlaskClient, session: Session, factory: Factory, code: str
) -> None:
    client.head(f"/q/{code}", headers=PHONE)
    client.get(f"/q/{code}?lang=en", headers=PHONE | {"Sec-Fetch-Site": "same-origin"})
    assert client.get("/q/4K7M2XQ3", headers=PHONE).status_code == 404
    trial = factory.qr_code(factory.unit(start_date=None)).code
    assert send(client, f"/q/{trial}").status_code == 303
    assert counted(app, session) == []


def test_a_code_that_is_one_persons_is_never_counted(app: Flask, session: Session) -> None:
    for personal in ("0123-4567-89AB-CDEF", "0123456789ABCDEF", "1" * 26):
        openings_of(app).count_opened(personal, TODAY)
        openings_of(app).count_sent(personal, TODAY)
    assert counted(app, session) == []


def test_the_table_has_numbers_per_code_and_day_only(app: Flask) -> None:
    columns = {column["name"] for column in inspect(db.engine(app)).get_columns("qr_opening")}
    assert columns == {"code", "local_date", "opened", "sent"}


def test_several_processes_add_up(app: Flask, session: Session, code: str) -> None:
    processes = [Openings(db.engine(app)) for _ in range(4)]
    days = [date(2026, 8, day) for day in range(1, 6)]

    def work(openings: Openings) -> None:
        for _ in range(20):
            for day in days:
                openings.count_opened(code, day)
            openings.count_sent(code, days[0])
            assert openings.flush()

    threads = [Thread(target=work, args=(openings,)) for openings in processes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for openings in processes:
        openings.close()
    session.rollback()
    rows = session.scalars(select(QrOpening).order_by(QrOpening.local_date)).all()
    assert [(row.opened, row.sent) for row in rows] == [(80, 80), (80, 0), (80, 0), (80, 0), (80, 0)]


def test_while_the_table_is_away_people_are_served_and_counting_goes_on(
    app: Flask, client: FlaskClient, session: Session, code: str
) -> None:
    engine = db.engine(app)
    session.commit()
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE qr_opening RENAME TO qr_opening_away")
    assert send(client, f"/q/{code}").status_code == 303
    assert not openings_of(app).flush()
    client.get(f"/q/{code}", headers=PHONE)
    assert not openings_of(app).flush()
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE qr_opening_away RENAME TO qr_opening")
    assert counted(app, session) == [(code, 2, 1)]


def test_opening_a_form_does_not_wait_for_a_writer(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    with app.app_context():
        factory = Factory(db.session)
        code = factory.qr_code(factory.unit()).code
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None) as writer:
        writer.execute("BEGIN IMMEDIATE")
        # Would wait 30 seconds for the writer, and then fail, if it wrote anything.
        started = openings_of(app)
        assert app.test_client().get(f"/q/{code}", headers=PHONE).status_code == 200
        assert started._opened.total() == 1
        writer.execute("ROLLBACK")
    writer.close()


def test_counts_are_printed_with_their_rate(
    app: Flask, session: Session, factory: Factory, tmp_path: Path
) -> None:
    unit = factory.unit(name="Phường Tân Hoà")
    counter = factory.counter(unit, name="=Quầy số 1")
    busy, quiet = factory.qr_code(unit, counter).code, factory.qr_code(unit).code
    elsewhere = factory.qr_code(factory.unit()).code
    for code, day, opened, sent in (
        (busy, date(2026, 7, 1), 30, 20),
        (busy, date(2026, 9, 30), 10, 5),
        (busy, date(2026, 10, 1), 99, 99),
        (elsewhere, date(2026, 7, 1), 7, 7),
    ):
        session.add(QrOpening(code=code, local_date=day, opened=opened, sent=sent))
    session.commit()
    printed = hailong(app, "qr", "openings", "--period", "2026-Q3", "--unit", unit.code).stdout.splitlines()
    assert printed[1].split()[-3:] == ["40", "25", "62%"]
    assert printed[2].split()[-3:] == ["0", "0", "–"]
    assert f"{quiet[:4]}-{quiet[4:]}" in printed[2]
    assert printed[3].startswith("Kỳ 2026-Q3: mở 40 lượt, gửi 25 phiếu.")
    assert "không tính tỷ lệ" not in printed[-1]
    session.add(QrOpening(code=quiet, local_date=date(2026, 8, 1), opened=0, sent=3))
    session.commit()
    more_sent = hailong(app, "qr", "openings", "--period", "2026-Q3", "--unit", unit.code).stdout.splitlines()
    assert more_sent[2].split()[-3:] == ["0", "3", "–"]
    assert "Nơi nào số gửi nhiều hơn số mở thì không tính tỷ lệ" in more_sent[-1]
    session.delete(session.get_one(QrOpening, (quiet, date(2026, 8, 1))))
    session.commit()
    everyone = hailong(app, "qr", "openings", "--period", "2026-Q3").stdout
    assert "mở 47 lượt, gửi 32 phiếu" in everyone
    file = tmp_path / "openings.csv"
    hailong(app, "qr", "openings", "--period", "2026-Q3", "--unit", unit.code, "--out", file)
    lines = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
    assert lines[1][2:6] == ["'=Quầy số 1", f"{busy[:4]}-{busy[4:]}", "40", "25"]


def test_a_server_that_is_stopped_writes_what_its_workers_counted(
    make_app: Callable[..., Flask], sqlite_url: str
) -> None:
    app = make_app(sqlite_url)
    with app.app_context():
        factory = Factory(db.session)
        code = factory.qr_code(factory.unit()).code
    environment = os.environ | {
        "HAILONG_ENV": "example",
        "HAILONG_DATABASE_URL": sqlite_url,
        "HAILONG_SECRET_KEY": "only-for-this-test-and-long-enough-too",
    }
    gunicorn = [sys.executable, "-m", "gunicorn", "--bind", "127.0.0.1:0", "--workers", "2", "wsgi:app"]
    server = subprocess.Popen(gunicorn, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    assert server.stderr
    port = 0
    for line in server.stderr:
        if "Listening at" in line:
            port = int(line.rsplit(":", 1)[1].split()[0].rstrip(")"))
        if "Booting worker" in line:
            break
    for _ in range(6):
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", f"/q/{code}", headers=PHONE)
        assert connection.getresponse().status == 200
        connection.close()
    server.send_signal(signal.SIGTERM)
    server.stderr.read()
    server.stderr.close()
    server.wait(timeout=60)
    with app.app_context():
        assert db.session.scalars(select(QrOpening.opened)).all() == [6]


def test_counts_reach_the_table_without_being_asked(app: Flask, session: Session, code: str) -> None:
    openings = Openings(db.engine(app), seconds=0.01)
    openings.count_opened(code, TODAY)
    for _ in range(1_000):
        session.rollback()
        if session.scalar(select(QrOpening.opened)) == 1:
            break
        # A thread of the counter writes, and only the table tells that it has.
        time.sleep(0.01)
    else:
        pytest.fail("the count never came")
    openings.close()
