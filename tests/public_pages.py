"""Every public page in every state, as a browser gets there: for accessibility tests and `make screenshots`.

A new public page or state is one function and one line of STATES.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flask import Flask
from playwright.sync_api import Page, expect

from analysis.periods import parse_period
from survey.codes import encode_bits, grouped
from survey.extensions import db
from survey.models import Unit
from survey.services import publication, score
from survey.services.response import number_hash

from citizens import signer
from factories import COMPUTED_AT, Factory

LONG_AGO = date(2025, 7, 2)
PUBLISHED = parse_period("2025-Q3")
RESULTS = parse_period("2026-Q2")
CORRECTED = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)
SIZES = {"320": (320, 640), "360": (360, 740), "768": (768, 1024), "landscape": (740, 360)}


@dataclass(frozen=True)
class Site:
    """Where a server runs, and codes of each kind on it."""

    address: str
    one_field: str
    several_fields: str
    trial: str
    revoked: str
    closed: str
    expired_receipt: str
    counted: str
    set_aside: str
    app: Flask

    def url(self, path: str, language: str, **more: str) -> str:
        """The address of a page in a language."""
        return f"{self.address}{path}?" + "&".join(f"{k}={v}" for k, v in {**more, "lang": language}.items())


def make_site(app: Flask, address: str) -> Site:
    """Store one of everything that leads to a public page."""
    with app.app_context():
        factory = Factory(db.session)
        unit = factory.unit(one_stop_name="Trung tâm Phục vụ hành chính công phường Tân Hoà")
        ended = factory.unit(valid_to=LONG_AGO)
        one = factory.qr_code(unit, factory.counter(unit)).code
        fields = ("chung-thuc", "tu-phap-ho-tich", "dat-dai", "lao-dong-xa-hoi", "kinh-te", "xay-dung", "y-te")
        receipt = signer(app).issue_receipt(
            code=one, version="short-v1", number=bytes(10), trial=False, now=datetime.now(UTC) - timedelta(hours=1)
        )
        return Site(
            address=address,
            one_field=one,
            several_fields=factory.qr_code(unit, factory.counter(unit, fields)).code,
            trial=factory.qr_code(factory.unit(start_date=None)).code,
            revoked=factory.qr_code(unit, revoked_on=LONG_AGO).code,
            closed=factory.qr_code(ended).code,
            expired_receipt=receipt,
            counted=published(factory, unit, set_aside=False),
            set_aside=published(factory, unit, set_aside=True),
            app=app,
        )


def published(factory: Factory, unit: Unit, *, set_aside: bool) -> str:
    """The number of a response in a closed period, which may not count."""
    number = secrets.token_bytes(10)
    day = PUBLISHED.last if set_aside else PUBLISHED.first
    factory.responses(unit, "555552", local_date=day, number_hash=number_hash(number))
    if set_aside:
        factory.set_aside(unit, PUBLISHED, day)
        factory.score_set(PUBLISHED.text, closed=True, published_at=COMPUTED_AT)
    return grouped(encode_bits(number))


def answer(page: Page, **answers: str) -> None:
    """Choose answers (question → value)."""
    for name, value in answers.items():
        page.locator(f"label:has(> input[name={name}][value='{value}'])").click()


def send(page: Page) -> None:
    """Press the form's own button."""
    page.locator("button:not([type])").click()


def form(page: Page, site: Site, language: str) -> None:
    """The form as it is opened."""
    page.goto(site.url(f"/q/{site.one_field}", language), wait_until="networkidle")


def form_with_fields(page: Page, site: Site, language: str) -> None:
    """The form of a code for several fields."""
    page.goto(site.url(f"/q/{site.several_fields}", language), wait_until="networkidle")


def form_answered(page: Page, site: Site, language: str) -> None:
    """The form with everything chosen."""
    form_with_fields(page, site, language)
    answer(page, L="dat-dai", Q1="1", Q2="2", Q3="3", Q4="x", Q5="5", Q7="3")


def form_trial(page: Page, site: Site, language: str) -> None:
    """The form of a unit that has not started."""
    page.goto(site.url(f"/q/{site.trial}", language), wait_until="networkidle")


def form_refused(page: Page, site: Site, language: str) -> None:
    """The form that came back because too little was answered."""
    form_with_fields(page, site, language)
    answer(page, Q1="1", Q2="5")
    send(page)
    page.wait_for_url("**send=1**", wait_until="networkidle")


def form_altered(page: Page, site: Site, language: str) -> None:
    """The form that came back because its nonce was damaged."""
    form(page, site, language)
    page.evaluate("document.forms[0].n.value = 'x'")
    answer(page, Q1="1", Q2="5", Q3="5")
    send(page)
    page.wait_for_url("**send=1**", wait_until="networkidle")


def form_kept(page: Page, site: Site, language: str) -> None:
    """The form that could not be sent and is kept."""
    form(page, site, language)
    answer(page, Q1="4", Q2="5", Q3="5")
    page.route("**/*send=1*", lambda route: route.abort())
    send(page)
    expect(page.locator("#ms")).to_have_text(re.compile("máy này|this phone"))


def thanks(page: Page, site: Site, language: str) -> None:
    """The page after sending."""
    form(page, site, language)
    answer(page, Q1="4", Q2="5", Q3="5")
    send(page)
    page.wait_for_url("**/thanks?**", wait_until="networkidle")


def thanks_for_more(page: Page, site: Site, language: str) -> None:
    """The page after the two more answers."""
    thanks(page, site, language)
    answer(page, Q6="1", Q8="2")
    send(page)
    page.wait_for_url("**more=1**")


def thanks_expired(page: Page, site: Site, language: str) -> None:
    """The page after sending, opened again too late."""
    page.goto(site.url(f"/q/{site.one_field}/thanks", language, t=site.expired_receipt))


def results(path: str) -> Callable[[Page, Site, str], None]:
    """A page of published results: a ward that answered, one that hardly did, and a correction."""

    def state(page: Page, site: Site, language: str) -> None:
        with site.app.app_context():
            if not publication.published_revisions(db.session, RESULTS.text):
                publish_results(Factory(db.session))
        joined = f"{site.address}{path}{'&' if '?' in path else '?'}lang={language}"
        page.goto(joined, wait_until="networkidle")

    return state


def publish_results(factory: Factory) -> None:
    """Close and publish a quarter, twice."""
    top = factory.unit(code="TINH", name="Tỉnh Bình Minh", ranking_group=None, start_date=None)
    ward = top
    for code, name, number in (("AH", "Phường An Hoà", 60), ("HK", "Phường Hưng Khánh Trung", 3)):
        ward = factory.unit(code=code, name=name, parent=top)
        factory.dossiers(ward, RESULTS.text, {("dat-dai", "direct", "on_time"): 300})
        factory.responses(ward, "354452", number, local_date=RESULTS.first)
    for revision, reason in ((None, ""), (1, "Sửa số hồ sơ của Phường Hưng Khánh Trung")):
        score.close(db.session, RESULTS, now=CORRECTED, actor="test", revision_of=revision, reason=reason)
        publication.publish(db.session, RESULTS, now=CORRECTED, actor="test")
        if revision is None:
            factory.dossiers(ward, RESULTS.text, {("tu-phap-ho-tich", "direct", "on_time"): 50})


def plain(path: str) -> Callable[[Page, Site, str], None]:
    """A page that is simply opened; `{…}` in its path names a code of the site."""
    return lambda page, site, language: void(page.goto(site.url(path.format(**vars(site)), language)))


def void(_: object) -> None:
    """Drop what a call returns."""


STATES: dict[str, Callable[[Page, Site, str], None]] = {
    "enter": plain("/"),
    "privacy": plain("/privacy"),
    "verify-enter": plain("/verify"),
    "verify-wrong": plain("/verify/123"),
    "verify-not-counted": plain("/verify/0000-0000-0000-0000"),
    "verify-counted": plain("/verify/{counted}"),
    "verify-set-aside": plain("/verify/{set_aside}"),
    "form": form,
    "form-fields": form_with_fields,
    "form-answered": form_answered,
    "form-trial": form_trial,
    "form-refused": form_refused,
    "form-altered": form_altered,
    "form-kept": form_kept,
    "thanks": thanks,
    "thanks-more": thanks_for_more,
    "thanks-expired": thanks_expired,
    "code-unknown": plain("/q/ABCDEFGH"),
    "code-revoked": plain("/q/{revoked}"),
    "code-closed": plain("/q/{closed}"),
    "no-such-page": plain("/no/such/page"),
    "results": results("/results"),
    "results-period": results("/results/2026-Q2"),
    "results-search": results("/results/2026-Q2?q=khanh"),
    "results-unit": results("/results/2026-Q2/AH"),
    "results-silent": results("/results/2026-Q2/HK"),
    "results-corrected": results("/results/2026-Q2/AH?revision=1"),
}
