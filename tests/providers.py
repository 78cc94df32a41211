"""OpenID Connect providers for tests: a real one as a process of its own, and one that lies as it is told."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from werkzeug.wrappers import Request, Response

from survey.config import Provider

from serving import free_port, serving, wait_until_listening

CLIENT_ID, CLIENT_SECRET = "hailong", "a secret between us"


@contextmanager
def running_provider(*users: dict[str, Any]) -> Iterator[Provider]:
    """Start a provider that knows `users`, each the claims of one, in a process of its own."""
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    claims = [word for user in users for word in ("--user-claims", json.dumps(user))]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), *claims]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until_listening(port, process)
        yield Provider(issuer, CLIENT_ID, CLIENT_SECRET, "Cổng cán bộ tỉnh")
    finally:
        process.terminate()
        process.wait()


def consent(address: str, subject: str) -> str:
    """Sign in at the real provider as `subject`, as its page does; return the address that leads back."""
    answer = httpx.post(address, data={"sub": subject})
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


@dataclass
class LyingProvider:
    """A provider of our own whose answers a test spoils: claims, signature, metadata or the token answer."""

    port: int
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    claims: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    person: dict[str, Any] = field(default_factory=dict)
    signed_with: RSAKey | OctKey | None = None
    algorithm: str = "RS256"
    status: int = 200
    asked: dict[str, list[str]] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> Provider:
        return Provider(self.issuer, CLIENT_ID, CLIENT_SECRET)

    def arrive(self, address: str) -> str:
        """Take note of what a visitor was sent with, and send them back."""
        self.asked = parse_qs(urlsplit(address).query)
        return f"{self.asked['redirect_uri'][0]}?code=a-code&state={self.asked['state'][0]}"

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        request = Request(environ)
        answers = {
            "/.well-known/openid-configuration": self._metadata,
            "/jwks": lambda _request: {"keys": [self.key.as_dict(private=False)]},
            "/token": self._token,
            "/userinfo": lambda _request: self.person,
        }
        answer = answers[request.path](request)
        status = self.status if request.path == "/token" else 200
        return Response(json.dumps(answer), status, mimetype="application/json")(environ, start)

    def _metadata(self, _request: Request) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
        } | self.metadata

    def _token(self, request: Request) -> dict[str, Any]:
        # What RFC 7636 asks of a provider: whoever brings the code must know what its challenge was made of.
        challenge = sha256(request.form["code_verifier"].encode()).digest()
        assert self.asked["code_challenge"] == [urlsafe_b64encode(challenge).rstrip(b"=").decode()]
        assert request.authorization is not None
        assert request.authorization.username == CLIENT_ID
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": "s1",
            "iat": now,
            "exp": now + 300,
            "nonce": self.asked["nonce"][0],
        } | self.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.algorithm, "kid": "one"}
        token = jwt.encode(header, claims, self.signed_with or self.key, algorithms=[self.algorithm])
        return {"access_token": "a-token", "token_type": "Bearer", "id_token": token}


@contextmanager
def lying_provider() -> Iterator[LyingProvider]:
    """Serve a LyingProvider from a thread."""
    provider = LyingProvider(free_port())
    with serving(provider, provider.port):
        yield provider
