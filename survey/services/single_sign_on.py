"""Signing in at the province's own provider: OpenID Connect, authorisation code with PKCE, state and nonce."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from survey.config import Provider
from survey.errors import HailongError

SCOPE = "openid email"
PATIENCE_SECONDS = 5
# Signed with the provider's private key; neither "none" nor a shared secret will do.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
CLOCKS_DIFFER_SECONDS = 60
WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass(frozen=True)
class Visit:
    """A visit to the provider: what must come back with the officer, and what only we know."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Identity:
    """Who came back: a verified e-mail address, and whether the provider asked for more than a password."""

    email: str
    is_multi_factor: bool


def new_visit() -> Visit:
    """Draw the secrets of a visit."""
    return Visit(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))


def address_of(provider: Provider, visit: Visit, *, return_to: str) -> str:
    """Return where to send the officer; raise HailongError `provider_unreachable`."""
    with _client() as client:
        endpoint = _endpoint(provider, _metadata(client, provider), "authorization_endpoint")
    address: str = add_params_to_uri(
        endpoint,
        {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": return_to,
            "scope": SCOPE,
            "state": visit.state,
            "nonce": visit.nonce,
            "code_challenge": create_s256_code_challenge(visit.verifier),
            "code_challenge_method": "S256",
        },
    )
    return address


def identify(provider: Provider, visit: Visit, code: str, *, return_to: str, now: datetime) -> Identity:
    """Exchange the code that came back for who the officer is.

    Raises HailongError `provider_unreachable`, `provider_refused` or `provider_email_unverified`.
    """
    with _client() as client:
        metadata = _metadata(client, provider)
        tokens = _exchange(client, provider, metadata, visit, code, return_to)
        claims = _checked(client, provider, metadata, visit, tokens, now)
        person: dict[str, Any] = claims
        if "email" not in claims:
            person = _userinfo(client, provider, metadata, tokens, claims["sub"])
    if person.get("email_verified") not in (True, "true") or not isinstance(person.get("email"), str):
        raise HailongError("provider_email_unverified")
    return Identity(person["email"], "mfa" in (claims.get("amr") or []))


def _client() -> httpx.Client:
    return httpx.Client(timeout=PATIENCE_SECONDS)


def _metadata(client: httpx.Client, provider: Provider) -> dict[str, Any]:
    # Read anew at every sign-in, of which there are few: no outdated key is ever trusted.
    metadata = _read(client, "GET", provider.issuer.rstrip("/") + WELL_KNOWN)
    if str(metadata.get("issuer", "")).rstrip("/") != provider.issuer.rstrip("/"):
        raise HailongError("provider_unreachable")
    return metadata


def _endpoint(provider: Provider, metadata: dict[str, Any], name: str) -> str:
    address = str(metadata.get(name, ""))
    if not address.startswith("https://" if provider.issuer.startswith("https://") else "http"):
        raise HailongError("provider_unreachable")
    return address


def _exchange(
    client: httpx.Client,
    provider: Provider,
    metadata: dict[str, Any],
    visit: Visit,
    code: str,
    return_to: str,
) -> dict[str, Any]:
    data = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": return_to,
        "code_verifier": visit.verifier,
    }
    methods = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    auth = None
    if "client_secret_basic" in methods:
        auth = httpx.BasicAuth(quote(provider.client_id, safe=""), quote(provider.client_secret, safe=""))
    else:
        data |= {"client_id": provider.client_id, "client_secret": provider.client_secret}
    endpoint = _endpoint(provider, metadata, "token_endpoint")
    return _read(client, "POST", endpoint, data=data, auth=auth)


def _checked(
    client: httpx.Client,
    provider: Provider,
    metadata: dict[str, Any],
    visit: Visit,
    tokens: dict[str, Any],
    now: datetime,
) -> dict[str, Any]:
    """Read the ID token: signed by the provider, for us, of this visit and of now."""
    keys = _read(client, "GET", _endpoint(provider, metadata, "jwks_uri"))
    try:
        token = jwt.decode(str(tokens.get("id_token", "")), KeySet.import_key_set(keys), algorithms=ALGORITHMS)  # type: ignore[arg-type]
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={
                "iss": {"essential": True, "value": metadata["issuer"]},
                "aud": {"essential": True, "value": provider.client_id},
                "sub": {"essential": True},
            },
            params={
                "nonce": visit.nonce,
                "client_id": provider.client_id,
                "access_token": tokens.get("access_token"),
            },
        )
        claims.validate(now=int(now.timestamp()), leeway=CLOCKS_DIFFER_SECONDS)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise HailongError("provider_refused") from error
    return dict(claims)


def _userinfo(
    client: httpx.Client, provider: Provider, metadata: dict[str, Any], tokens: dict[str, Any], subject: str
) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {tokens.get('access_token', '')}"}
    person = _read(client, "GET", _endpoint(provider, metadata, "userinfo_endpoint"), headers=headers)
    if person.get("sub") != subject:
        raise HailongError("provider_refused")
    return person


def _read(client: httpx.Client, method: str, address: str, **options: Any) -> dict[str, Any]:
    """Ask the provider; a refusal (4xx) and silence are told apart, because who mends them differs."""
    try:
        answer = client.request(method, address, **options)
        if answer.is_client_error:
            raise HailongError("provider_refused")
        data = answer.raise_for_status().json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise HailongError("provider_unreachable") from error
    if not isinstance(data, dict):
        raise HailongError("provider_unreachable")
    return data
