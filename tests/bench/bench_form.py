"""The citizen's form: bytes on the wire, requests, and CPU of one gunicorn worker per journey (open it, send it).

Budget: one request for the page and, later, one for its script, together 6,000 bytes with headers; 4 ms.
Two codes are measured, because they cost differently: the poster of a counter with one field, and a unit's online
link, whose field question is sorted by dossiers.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from datetime import date
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from sqlalchemy.orm import Session

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from survey.database import make_engine
from survey.models import QuestionnaireUse
from survey.services import presets, schema

from factories import Factory

# The best batch tells what the program needs; the median also tells what else the machine was doing.
BATCHES, BATCH = int(os.environ.get("BENCH_BATCHES", 10)), 100
BUDGET_BYTES, BUDGET_MILLISECONDS = 6_000, 4.0
TODAY = date(2026, 8, 1)
ROOT = Path(__file__).resolve().parents[2]
# What Chromium on Android sends; the answer's size depends on it.
HEADERS = {"Accept-Encoding": "gzip, deflate, br", "Accept": "text/html", "Accept-Language": "vi-VN,vi;q=0.9"}
ANSWERS = {"L": "dat-dai", "Q1": "5", "Q2": "4", "Q3": "4", "Q4": "x", "Q5": "3", "Q7": "2"}


def main() -> None:
    """Start one worker on a new SQLite file and measure both codes."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.sqlite3"
        codes, long_forms = prepare(url)
        port = free_port()
        server = start(url, port, folder)
        try:
            for name, code in codes.items():
                measure(name, code, port, server.pid)
            for name, code in long_forms.items():
                weigh(name, code, port)
        finally:
            server.terminate()
            server.wait(timeout=30)


def measure(name: str, code: str, port: int, master: int) -> None:
    """Print the size of the form and the CPU of a journey."""
    size = bytes_on_the_wire(f"/q/{code}", port)
    later = [bytes_on_the_wire(path, port) for path in outside_references(f"/q/{code}", port)]
    total = size + sum(later)
    print(
        f"form, {name}: 1 request, {size:,} bytes with headers; {len(later)} later, the script, {sum(later):,}; "
        f"together {total:,} of {BUDGET_BYTES:,} ({total / BUDGET_BYTES:.0%})",
        flush=True,
    )
    connection = HTTPConnection("127.0.0.1", port)
    journeys(connection, code, BATCH)
    batches = []
    for _ in range(BATCHES):
        before = cpu_seconds(master)
        journeys(connection, code, BATCH)
        batches.append(1_000 * (cpu_seconds(master) - before) / BATCH)
    connection.close()
    best, middle = min(batches), median(batches)
    print(
        f"form, {name}: {best:.2f} ms CPU per journey (open and send) of {BUDGET_MILLISECONDS} ms "
        f"({best / BUDGET_MILLISECONDS:.0%}) in the best of {BATCHES} batches of {BATCH}, median {middle:.2f} ms",
        flush=True,
    )


def weigh(name: str, code: str, port: int) -> None:
    """Print the size of a long form, which is meant for a tablet or for sitting down and has no budget."""
    size = bytes_on_the_wire(f"/q/{code}", port)
    later = sum(bytes_on_the_wire(path, port) for path in outside_references(f"/q/{code}", port))
    print(f"long form, {name}: {size:,} bytes with headers; with the script {size + later:,}", flush=True)


def prepare(url: str) -> tuple[dict[str, str], dict[str, str]]:
    """Make a unit that has counters and dossiers; return the codes to measure, and those of long forms."""
    engine = make_engine(url)
    schema.upgrade_schema(engine, today=TODAY)
    with Session(engine, expire_on_commit=False) as session:
        presets.load(session, today=TODAY)
        factory = Factory(session)
        unit = factory.unit(one_stop_name="Trung tâm Phục vụ hành chính công phường Tân Hoà")
        counter = factory.counter(unit)
        fields = ("chung-thuc", "tu-phap-ho-tich", "dat-dai", "lao-dong-xa-hoi", "kinh-te", "xay-dung")
        for period in ("2026-Q1", "2026-Q2"):
            factory.dossiers(unit, period, {(field, "direct", "on_time"): 9 for field in fields})
        codes = {
            "a counter's poster": factory.qr_code(unit, counter).code,
            "a unit's online link": factory.qr_code(unit).code,
        }
        long_forms = {}
        for version in ("sipas-2640-v1", "sipas-1001-v1"):
            other = factory.unit(one_stop_name="Trung tâm Phục vụ hành chính công phường Tân Hoà")
            session.add(QuestionnaireUse(unit_id=other.id, version=version, valid_from=TODAY))
            session.commit()
            long_forms[version] = factory.qr_code(other, factory.counter(other)).code
    engine.dispose()
    return codes, long_forms


def start(url: str, port: int, folder: str) -> subprocess.Popen[bytes]:
    """Run gunicorn as the README does, with one worker."""
    environment = os.environ | {
        "HAILONG_ENV": "production",
        "HAILONG_DATABASE_URL": url,
        "HAILONG_BASE_URL": "https://ykien.example.gov.vn",
        "HAILONG_SECRET_KEY": "only-for-this-measurement-and-long-enough",
    }
    gunicorn = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    server = subprocess.Popen(
        [*gunicorn, "--worker-class", "gthread", "--workers", "1", "--threads", "4", "wsgi:app"],
        cwd=ROOT,
        env=environment | {"HOME": folder},
    )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return server
        time.sleep(0.1)
    server.kill()
    raise RuntimeError("gunicorn did not start")


def journeys(connection: HTTPConnection, code: str, number: int) -> None:
    """Open and send the form `number` times over one connection."""
    for _ in range(number):
        # Not compressed here, so that the nonce can be read; the worker compresses neither way at this point.
        connection.request("GET", f"/q/{code}")
        nonce = re.search(rb'name="n" value="([^"]+)"', connection.getresponse().read())
        if nonce is None:
            raise RuntimeError("the form has no nonce")
        body = urlencode(ANSWERS | {"n": nonce[1].decode()})
        connection.request("POST", f"/q/{code}", body, {"Content-Type": "application/x-www-form-urlencoded"})
        response = connection.getresponse()
        response.read()
        if response.status != 303:
            raise RuntimeError(f"the form was answered with {response.status}")


def bytes_on_the_wire(path: str, port: int) -> int:
    """Count all that comes back for one request, status line and headers included."""
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *(f"{k}: {v}" for k, v in HEADERS.items())]
    with socket.create_connection(("127.0.0.1", port)) as wire:
        wire.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode())
        received = b"".join(iter(lambda: wire.recv(65_536), b""))
    if not received.startswith(b"HTTP/1.1 200 "):
        raise RuntimeError(f"unexpected answer: {received[:60]!r}")
    return len(received)


def outside_references(path: str, port: int) -> list[str]:
    """List what the page would make a browser fetch besides itself."""
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", path)
    page = connection.getresponse().read().decode()
    connection.close()
    if re.search(r"url\(|@import", page):
        raise RuntimeError("the style asks for something more")
    return re.findall(r'<(?:script|img|link|iframe)[^>]+(?:src|href)="(?!data:)([^"]+)"', page)


def cpu_seconds(master: int) -> float:
    """Time of all threads of the one worker on a processor, from the kernel's books."""
    worker = Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii").split()[0]
    threads = Path(f"/proc/{worker}/task").glob("*/schedstat")
    return sum(int(thread.read_text(encoding="ascii").split()[0]) for thread in threads) / 1e9


def free_port() -> int:
    """A free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
