"""Real servers on this machine: a free port, a server in a thread of the test, and waiting for one elsewhere."""

from __future__ import annotations

import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseServer
from typing import TYPE_CHECKING

from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

START_SECONDS = 30
# How often a server looks whether it shall end; socketserver's own half a second is what a test would wait for it.
LOOKS_EVERY = 0.02


class QuietHandler(WSGIRequestHandler):
    """Keeps addresses with codes out of the log, as in production."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write nothing."""


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def in_one_piece(application: WSGIApplication) -> WSGIApplication:
    """Read each answer whole and close it before it is sent.

    Werkzeug's server leaves the file of an answer open where the browser goes away in the middle of it: a warning,
    hence a failure, in whichever test runs when the file is collected.
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        pieces = application(environ, start_response)
        try:
            return [b"".join(pieces)]
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()

    return answer


@contextmanager
def serving(application: WSGIApplication, port: int) -> Iterator[str]:
    """Serve an application from threads until the block ends; gives its address."""
    whole = in_one_piece(application)
    server = make_server("127.0.0.1", port, whole, threaded=True, request_handler=QuietHandler)
    with running(server):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def running(server: BaseServer) -> Iterator[None]:
    """Run a server in a thread until the block ends."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": LOOKS_EVERY})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def wait_until_listening(port: int, process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    """Return as soon as a process listens; fail if it ends before, or does not in half a minute."""
    until = time.monotonic() + START_SECONDS
    while True:
        assert process.poll() is None, "the server ended at once"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < until, "the server does not listen"
        # Nothing tells that somebody else's process listens now: one can only ask again.
        time.sleep(0.02)
