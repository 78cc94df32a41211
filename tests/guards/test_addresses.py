"""Addresses are printed on walls: none is renamed, and a new one is added here on purpose."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

ADDRESSES = {
    "/": "GET",
    "/q": "GET",
    "/q/<code>": "GET POST",
    "/q/<code>/thanks": "GET POST",
    "/q/<code>/feedback": "GET POST",
    "/track": "GET",
    "/track/<code>": "GET POST",
    "/privacy": "GET",
    "/js/<name>.js": "GET",
    "/api/v1/deliveries": "POST",
    "/kiosk/": "GET",
    "/kiosk/worker.js": "GET",
    "/kiosk/app.webmanifest": "GET",
    "/kiosk/devices": "POST",
    "/kiosk/form": "GET",
    "/kiosk/responses": "POST",
    "/officer/": "GET",
    "/officer/sign-in": "GET POST",
    "/officer/sign-out": "POST",
    "/officer/scores": "GET",
    "/officer/scores/<period>": "GET",
    "/officer/scores/<period>/refresh": "POST",
    "/officer/devices": "GET POST",
    "/officer/devices/<device_id>": "GET",
    "/officer/devices/<device_id>/code": "POST",
    "/officer/devices/<device_id>/revoke": "POST",
    "/officer/exports/<period>.<any(xlsx, csv, json):kind>": "GET",
    "/officer/notices": "GET POST",
    "/officer/notices/unsent": "POST",
    "/officer/feedback": "GET POST",
    "/officer/feedback/export": "GET POST",
    "/officer/feedback/remarks": "GET",
    "/officer/feedback/templates": "GET POST",
    "/officer/feedback/templates/<int:template_id>/retire": "POST",
    "/officer/feedback/<reference>": "GET",
    "/officer/feedback/<reference>/about": "POST",
    "/officer/feedback/<reference>/apology": "POST",
    "/officer/feedback/<reference>/assign": "POST",
    "/officer/feedback/<reference>/classify": "POST",
    "/officer/feedback/<reference>/contact": "POST",
    "/officer/feedback/<reference>/merge": "POST",
    "/officer/feedback/<reference>/note": "POST",
    "/officer/feedback/<reference>/original": "POST",
    "/officer/feedback/<reference>/reply": "POST",
    "/officer/feedback/<reference>/state": "POST",
    "/officer/feedback/<reference>/transfer": "POST",
    "/officer/feedback/<reference>/undo": "POST",
    "/officer/jobs/<int:job_id>": "GET",
    "/officer/jobs/<int:job_id>.json": "GET",
    "/officer/jobs/<int:job_id>/<name>": "GET",
    "/officer/questionnaires": "GET",
    "/officer/questionnaires/<version>": "GET",
    "/officer/questionnaires/<version>/preview": "GET",
    "/officer/questionnaires/<version>/copy": "POST",
    "/officer/questionnaires/<version>/use": "POST",
    "/officer/questionnaire-drafts/<draft_id>": "GET POST",
    "/officer/questionnaire-drafts/<draft_id>/preview": "GET POST",
    "/officer/questionnaire-drafts/<draft_id>/discard": "POST",
    "/officer/paper": "GET POST",
    "/officer/paper/<batch_id>": "GET",
    "/officer/paper/<batch_id>/sheets": "POST",
    "/officer/paper/<batch_id>/sheets/<int:number>": "GET POST",
    "/officer/paper/<batch_id>/sheets/<int:number>/remove": "POST",
    "/officer/paper/<batch_id>/check": "GET POST",
    "/officer/paper/<batch_id>/draw": "POST",
    "/officer/paper/<batch_id>/finish": "POST",
    "/officer/paper/<batch_id>/discard": "POST",
    "/healthz": "GET",
    "/readyz": "GET",
    "/static/<path:filename>": "GET",
}


def test_every_address_is_the_agreed_one(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    found: dict[str, set[str]] = {}
    for rule in make_app(sqlite_url).url_map.iter_rules():
        found.setdefault(rule.rule, set()).update((rule.methods or set()) - {"HEAD", "OPTIONS"})
    assert {address: " ".join(sorted(methods)) for address, methods in found.items()} == ADDRESSES
