"""A real HTTP server that receives the webhook, as a province's gateway does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from survey.config import Webhook

from serving import running

SECRET = "a-secret-of-the-gateway-that-is-long"


@dataclass
class Received:
    """One request as it came over the network."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def facts(self) -> dict[str, Any]:
        """The body, read."""
        facts: dict[str, Any] = json.loads(self.body)
        return facts


@dataclass
class Gateway:
    """What arrived; the server answers with `status`, and `location` if that is set."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    status: int = 204
    location: str = ""

    def settings(self, **changes: Any) -> Webhook:
        """How the program is told of this gateway."""
        return Webhook(f"http://127.0.0.1:{self.port}/hailong", SECRET, **changes)

    def events(self, name: str) -> list[dict[str, Any]]:
        """The events of one name, in order."""
        return [request.facts for request in self.received if request.facts["event"] == name]


@contextmanager
def gateway() -> Iterator[Gateway]:
    """Run a gateway until the block ends."""
    kept = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.received.append(Received(self.path, dict(self.headers), body))
            self.send_response(kept.status)
            if kept.location:
                self.send_header("Location", kept.location)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.port = server.server_address[1]
    with running(server):
        yield kept
