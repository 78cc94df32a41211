"""An attack on the anonymity of dossiers: whoever has the whole database at one time, every key, and the printed
list of codes and dossiers, tries to tell which answer belongs to which code.

All codes are of one unit, field, channel and outcome, because the group is what a response does say. What the
attack cannot do and why: docs/decisions/0005-one-time-codes-leave-no-trace.md.
"""

from __future__ import annotations

import hashlib
import hmac
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from scipy.stats import spearmanr
from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

import survey
from survey.codes import SLIP_CODE_LENGTH
from survey.config import Settings
from survey.extensions import db
from survey.models import Model
from survey.services import one_time_code
from survey.services.one_time_code import Ticket

from citizens import send
from conftest import new_postgres_database
from factories import Factory
from postgres_server import PostgresServer, as_administrator

ISSUED = 90
USED = 70
# With 70 pairs, chance brings a rank correlation of 0.75 once in a thousand million tries.
BY_CHANCE = 0.75
CODES_AND_TICKETS = ("one_time_code", "open_ticket")


@dataclass(frozen=True)
class Printed:
    """What the attacker has on paper, in the order of printing, and what nobody but this test knows."""

    codes: list[str]
    truth: dict[str, str]


Dump = dict[str, list[dict[str, Any]]]


def answer_slips(app: Flask, session: Session, factory: Factory) -> Printed:
    """Print slips and answer most of them in another order, each with answers that no other has."""
    unit = factory.unit()
    grants = [one_time_code.Grant(unit_id=unit.id, field="dat-dai", expires_on=date(2999, 1, 1))] * ISSUED
    drawn = one_time_code.draw(ISSUED, [SLIP_CODE_LENGTH])
    one_time_code.issue(session, grants, codes=drawn, today=date(2026, 8, 14))
    session.commit()
    codes = [code for (code,) in drawn]
    shuffled = random.Random(4)
    answers = shuffled.sample(list(product("12345", repeat=5)), USED)
    truth = {}
    client = app.test_client()
    for code, ratings in zip(shuffled.sample(codes, USED), answers, strict=True):
        given = dict(zip(("Q1", "Q2", "Q3", "Q4", "Q5"), ratings, strict=True))
        assert send(client, f"/q/{code}", given).status_code == 303
        truth[code] = "".join(ratings) + "-"
    return Printed(codes, truth)


def dump(engine: Engine) -> Dump:
    """Read every table in the order in which it lies there, with what the engine keeps of each row."""
    hidden = ", CAST(CAST(xmin AS text) AS bigint) AS xmin, CAST(CAST(xmax AS text) AS bigint) AS xmax, ctid"
    with engine.connect() as connection:
        return {
            name: [
                dict(row._mapping) | {"place": place}
                for place, row in enumerate(
                    connection.execute(
                        text(f"SELECT *{hidden if engine.dialect.name == 'postgresql' else ''} FROM {name}")  # noqa: S608
                    )
                )
            ]
            for name in Model.metadata.tables
        }


def every_key(app: Flask) -> list[bytes]:
    """The secret key, each key that any part of the program derives from it, and none at all."""
    settings: Settings = app.config["SETTINGS"]
    program = "".join(path.read_text(encoding="utf-8") for path in Path(survey.__file__).parent.rglob("*.py"))
    purposes = sorted(set(re.findall(r'\.key_for\("([^"]+)"\)', program)))
    assert "citizen's form" in purposes
    return [settings.secret_key.encode(), *map(settings.key_for, purposes), b""]


def derived(secret: bytes, keys: list[bytes]) -> Iterator[bytes]:
    """Everything that might be made of a code or ticket and stored with an answer."""
    for once in (secret, hashlib.sha256(secret).digest()):
        yield once
        yield hashlib.sha256(once).digest()
        for key in keys:
            mac = hmac.digest(key, once, "sha256")
            yield from (mac, hashlib.sha256(mac).digest(), hashlib.sha256(mac[:10]).digest())


def stored_bytes(rows: list[dict[str, Any]]) -> bytes:
    return b"\0".join(
        value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row.values()
    )


def orders(rows: list[dict[str, Any]]) -> dict[str, list[float]]:
    """Number the rows by each of their columns that can be put in order and is not the same everywhere."""
    found = {}
    for column in rows[0] if rows else ():
        values = [row[column] for row in rows]
        if len(set(map(str, values))) > 1 and None not in values:
            ranked = sorted(set(values), key=lambda value: (str(type(value)), value))
            found[column] = [float(ranked.index(value)) for value in values]
    return found


def correlations(printed: Printed, tables: Dump) -> dict[tuple[str, str], float]:
    """Hold every order of the responses against every order of their codes, for those that were used."""
    response_of = {row["answers"]: row for row in tables["response"]}
    code_of = {row["code_hash"]: row for row in tables["one_time_code"]}
    responses, codes = [], []
    for number, code in enumerate(printed.codes):
        if code in printed.truth:
            row = code_of[one_time_code.code_hash(code)]
            responses.append(response_of[printed.truth[code]])
            codes.append(row | {"printed": number})
    return {
        (left, right): float(spearmanr(one, other).statistic)
        for left, one in orders(responses).items()
        for right, other in orders(codes).items()
    }


def shared_transactions(tables: Dump) -> set[int]:
    """The transactions that wrote a response and touched a code or ticket."""
    wrote = {row["xmin"] for row in tables["response"] if "xmin" in row}
    touched = {
        row[kept] for name in CODES_AND_TICKETS for row in tables[name] for kept in ("xmin", "xmax") if kept in row
    }
    return wrote & touched


@pytest.fixture
def printed(app: Flask, session: Session, factory: Factory) -> Printed:
    """Slips, most of them answered."""
    return answer_slips(app, session, factory)


def test_nothing_stored_with_an_answer_is_made_of_a_code(app: Flask, printed: Printed) -> None:
    tables = dump(db.engine(app))
    ticket_of = {row["code_hash"]: row["ticket_key"] for row in tables["one_time_code"]}
    with_answers = stored_bytes(
        [row for name, rows in tables.items() if name not in CODES_AND_TICKETS for row in rows]
    )
    for code in printed.codes:
        for secret in (code.encode(), ticket_of[one_time_code.code_hash(code)]):
            for made in derived(secret, every_key(app)):
                assert made not in with_answers
                assert made.hex().encode() not in with_answers


def test_no_order_of_rows_leads_from_codes_to_answers(app: Flask, printed: Printed) -> None:
    tables = dump(db.engine(app))
    assert len(tables["response"]) == USED
    found = correlations(printed, tables)
    assert len(found) >= 8
    assert {pair: rho for pair, rho in found.items() if abs(rho) > BY_CHANCE} == {}
    assert shared_transactions(tables) == set()


def test_what_remains_of_a_used_ticket_is_nothing(app: Flask, printed: Printed) -> None:
    tables = dump(db.engine(app))
    used = {one_time_code.code_hash(code) for code in printed.truth}
    open_now = {row["ticket_key"] for row in tables["open_ticket"]}
    for row in tables["one_time_code"]:
        assert (row["ticket_key"] in open_now) is (row["code_hash"] not in used)
    # Where they are described, used and unused codes look the same.
    assert len({(str(row["issued_on"]), str(row["expires_on"])) for row in tables["one_time_code"]}) == 1


def files(engine: Engine) -> bytes:
    """Read the files in which the open tickets lie, with all that has not been overwritten in them."""
    if engine.dialect.name == "sqlite":
        path = Path(str(engine.url.database))
        log = path.with_name(path.name + "-wal")
        return path.read_bytes() + (log.read_bytes() if log.exists() else b"")
    with engine.connect() as connection:
        names = [
            connection.scalar(text(f"SELECT pg_relation_filepath('{name}')"))
            for name in ("open_ticket", "pk_open_ticket")
        ]
    engine.dispose()
    copy = f"copy_of_{engine.url.database}"
    with as_administrator(engine.url.set(database="postgres")) as connection:
        # What is unlogged is written to its file when the database is copied file by file.
        connection.execute(text(f"CREATE DATABASE {copy} TEMPLATE {engine.url.database} STRATEGY FILE_COPY"))
        connection.execute(text(f"DROP DATABASE {copy}"))
        return b"".join(
            bytes(connection.scalar(text("SELECT pg_read_binary_file(:name)"), {"name": name})) for name in names
        )


def times_found(engine: Engine, session: Session, printed: Printed) -> tuple[set[int], set[int]]:
    """How often the tickets of used and of unused codes are found in those files."""
    tables = dump(engine)
    session.close()
    found: tuple[set[int], set[int]] = (set(), set())
    raw = files(engine)
    used = {one_time_code.code_hash(code) for code in printed.truth}
    for row in tables["one_time_code"]:
        found[row["code_hash"] not in used].add(raw.count(row["ticket_key"]))
    return found


def described(app: Flask) -> int:
    """How often a ticket is found where its code is described: SQLite has one file for all tables."""
    return 1 if db.engine(app).dialect.name == "sqlite" else 0


def test_the_files_keep_nothing_of_a_used_ticket(app: Flask, session: Session, printed: Printed) -> None:
    used, unused = times_found(db.engine(app), session, printed)
    assert used == {described(app)}
    assert min(unused) > described(app)


def test_without_the_care_taken_the_files_would_tell(
    app: Flask, session: Session, factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_time_code, "forget_use", lambda engine: None)
    careless = answer_slips(app, session, factory)
    used, _ = times_found(db.engine(app), session, careless)
    assert max(used) > described(app)


def test_a_program_that_marks_used_codes_would_be_found_out(
    app: Flask, session: Session, factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The attack has teeth: it sees through a mark with a day, or one written in the response's transaction."""
    marked = iter(range(ISSUED))
    use = one_time_code.use

    def mark(connection: Connection, ticket: Ticket) -> bool:
        connection.execute(
            text("UPDATE one_time_code SET expires_on = :day WHERE ticket_key = :key"),
            {"day": date.fromordinal(750_000 + next(marked)), "key": ticket.key},
        )
        return use(connection, ticket)

    monkeypatch.setattr(one_time_code, "use", mark)
    careless = answer_slips(app, session, factory)
    tables = dump(db.engine(app))
    if db.engine(app).dialect.name == "postgresql":
        assert len(shared_transactions(tables)) == USED
        assert any(abs(rho) > BY_CHANCE for rho in correlations(careless, tables).values())
    else:
        # SQLite keeps no order of responses to hold it against; an attacker who has one needs no more.
        told = {code: number for number, code in enumerate(careless.truth)}
        for row in tables["response"]:
            row["sent"] = next(told[code] for code, answers in careless.truth.items() if answers == row["answers"])
        assert any(abs(rho) > BY_CHANCE for rho in correlations(careless, tables).values())


def test_the_log_of_postgresql_does_not_tell_which_ticket_was_used(
    postgres: PostgresServer, make_app: Callable[..., Flask]
) -> None:
    for url in new_postgres_database(postgres):
        app = make_app(url)
        engine = db.engine(app)
        with app.app_context():
            factory = Factory(db.session)
            unit = factory.unit()
            codes = [factory.one_time_code(unit) for _ in range(20)]
            tickets = {row["ticket_key"] for row in dump(engine)["one_time_code"]}
            db.session.close()
        with as_administrator(engine.url.set(database="postgres")) as connection:
            connection.execute(text("CHECKPOINT"))
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            # The first reading of a page may write all of it to the log, with no regard to which row is read.
            connection.execute(text("VACUUM one_time_code"))
        with as_administrator(engine.url.set(database="postgres")) as connection:
            start = connection.scalar(text("SELECT pg_current_wal_insert_lsn()"))
            for code in codes[:15]:
                assert send(app.test_client(), f"/q/{code}").status_code == 303
            connection.execute(text("CHECKPOINT"))
            log = log_since(connection, start)
        numbers = [row["number_hash"] for row in dump(engine)["response"]]
        assert sum(number in log for number in numbers) > 10, "the log was read, and tells of the responses"
        assert [ticket for ticket in tickets if ticket in log] == []
        assert [code for code in codes if one_time_code.code_hash(code) in log] == []
        engine.dispose()


def log_since(connection: Connection, start: str) -> bytes:
    """Read PostgreSQL's write-ahead log from a place on."""
    place = {"start": start}
    first, offset = connection.execute(
        text("SELECT file_name, file_offset FROM pg_walfile_name_offset(CAST(:start AS pg_lsn))"), place
    ).one()
    last = connection.scalar(text("SELECT pg_walfile_name(pg_current_wal_insert_lsn())"))
    names = connection.scalars(
        text("SELECT name FROM pg_ls_waldir() WHERE name BETWEEN :first AND :last ORDER BY name"),
        {"first": first, "last": last},
    )
    read = text("SELECT pg_read_binary_file('pg_wal/' || :name)")
    return b"".join(bytes(connection.scalar(read, {"name": name})) for name in names.all())[offset:]
