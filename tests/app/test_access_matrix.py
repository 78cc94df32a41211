"""Every address of the officers × every role × a unit of their own and a foreign one."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum, auto

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from analysis.rules import DEFAULT_SCORE_RULE
from survey.access import PERMISSIONS, Permission
from survey.extensions import db
from survey.models import (
    BatchState,
    CaseState,
    FeedbackCase,
    IndexRound,
    Officer,
    PaperBatch,
    Reader,
    Role,
    Topic,
    Unit,
)
from survey.services import device, feedback_answer, job
from survey.services.index_round import begin as begin_round
from survey.services.index_round import find_round

from factories import Factory
from signing_in import csrf_token, sign_in

NOW = datetime(2026, 8, 14, 3, 0, tzinfo=UTC)
FOREIGN = "Phường Lạ Hoắc"


class Reach(Enum):
    """What an address is about, beside the permission it takes."""

    OPEN = auto()  # for who is not signed in
    SIGNED_IN = auto()  # for every officer: about the own account, or a way to somewhere else
    OWN = auto()  # for every officer, but only what that officer has made
    LIST = auto()  # lists things of the own units only
    UNIT = auto()  # about one thing of one unit, named in the address or as `unit`
    TOP = auto()  # only for a role at the top of the tree
    ALL = auto()  # the same for every unit


@dataclass(frozen=True)
class Need:
    """Who may open an address."""

    reach: Reach
    permission: Permission | None = None
    names_others: bool = False  # a case may be transferred to any unit, so its page names them all


OPEN, SIGNED_IN, OWN = Need(Reach.OPEN), Need(Reach.SIGNED_IN), Need(Reach.OWN)


def lists(permission: Permission) -> Need:
    return Need(Reach.LIST, permission)


def unit(permission: Permission) -> Need:
    return Need(Reach.UNIT, permission)


def top(permission: Permission) -> Need:
    return Need(Reach.TOP, permission)


def everywhere(permission: Permission) -> Need:
    return Need(Reach.ALL, permission)


# A new address gets its line here; without one the first test fails.
NEEDS: dict[str, Need] = {
    "/officer/sign-in": OPEN,
    "/officer/sign-in/code": OPEN,
    "/officer/sign-in/provider": OPEN,
    "/officer/sign-in/provider/return": OPEN,
    "/officer/sign-out": OPEN,
    "/officer/invitation/<token>": OPEN,
    "/officer/": SIGNED_IN,
    "/officer/account": SIGNED_IN,
    "/officer/account/name": SIGNED_IN,
    "/officer/account/password": SIGNED_IN,
    "/officer/account/second-factor": SIGNED_IN,
    "/officer/account/second-factor/remove": SIGNED_IN,
    "/officer/account/recovery-codes": SIGNED_IN,
    "/officer/account/recovery-codes/renew": SIGNED_IN,
    "/officer/account/sign-out-everywhere": SIGNED_IN,
    "/officer/officers": lists(Permission.MANAGE_OFFICERS),
    "/officer/officers/<officer_id>": unit(Permission.MANAGE_OFFICERS),
    "/officer/officers/<officer_id>/grants": unit(Permission.MANAGE_OFFICERS),
    "/officer/officers/<officer_id>/grants/<unit_code>/<role>/take-back": unit(Permission.MANAGE_OFFICERS),
    "/officer/officers/<officer_id>/close": unit(Permission.MANAGE_OFFICERS),
    "/officer/officers/<officer_id>/reopen": unit(Permission.MANAGE_OFFICERS),
    "/officer/officers/<officer_id>/invitation": unit(Permission.MANAGE_OFFICERS),
    "/officer/officers/<officer_id>/second-factor": unit(Permission.MANAGE_OFFICERS),
    "/officer/officers/<officer_id>/hand-over": unit(Permission.MANAGE_OFFICERS),
    "/officer/scores": everywhere(Permission.SEE_SCORES),
    "/officer/scores/<period>": lists(Permission.SEE_SCORES),
    "/officer/scores/<period>/refresh": top(Permission.REFRESH_SCORES),
    "/officer/index": lists(Permission.SEE_INDEX),
    "/officer/index/<int:round_id>": lists(Permission.SEE_INDEX),
    "/officer/index/<int:round_id>/<any(approve, publish):step>": top(Permission.APPRAISE_INDEX),
    "/officer/index/<int:round_id>/bands": top(Permission.APPRAISE_INDEX),
    "/officer/index/<int:round_id>/<unit_code>": unit(Permission.SEE_INDEX),
    "/officer/index/<int:round_id>/<unit_code>/own": unit(Permission.SCORE_INDEX),
    "/officer/index/<int:round_id>/<unit_code>/appraisal": unit(Permission.APPRAISE_INDEX),
    "/officer/index/<int:round_id>/<unit_code>/<any(submit, return, appraise, approve, publish):step>": unit(
        Permission.SCORE_INDEX
    ),
    "/officer/index/<int:round_id>/<unit_code>/evidence": unit(Permission.SCORE_INDEX),
    "/officer/index/<int:round_id>/<unit_code>/evidence/<evidence_id>": unit(Permission.SEE_INDEX),
    "/officer/index/<int:round_id>/<unit_code>/evidence/<evidence_id>/remove": unit(Permission.SCORE_INDEX),
    "/officer/index/<int:round_id>/<unit_code>/sheet.xlsx": unit(Permission.SEE_INDEX),
    "/officer/index/<int:round_id>/<unit_code>/sheet": unit(Permission.SEE_INDEX),
    "/officer/exports": lists(Permission.EXPORT_SCORES),
    "/officer/exports/<period>.<any(xlsx, csv, json, docx, pdf):kind>": unit(Permission.EXPORT_SCORES),
    "/officer/exports/<period>/public": lists(Permission.EXPORT_SCORES),
    "/officer/exports/<period>/verification": top(Permission.EXPORT_SCORES),
    "/officer/devices": lists(Permission.MANAGE_DEVICES),
    "/officer/devices/<device_id>": unit(Permission.MANAGE_DEVICES),
    "/officer/devices/<device_id>/code": unit(Permission.MANAGE_DEVICES),
    "/officer/devices/<device_id>/revoke": unit(Permission.MANAGE_DEVICES),
    "/officer/notices": everywhere(Permission.READ_FEEDBACK),
    "/officer/notices/unsent": everywhere(Permission.MANAGE_OFFICERS),
    "/officer/jobs/<int:job_id>": OWN,
    "/officer/jobs/<int:job_id>.json": OWN,
    "/officer/jobs/<int:job_id>/<name>": OWN,
    "/officer/questionnaires": everywhere(Permission.SEE_QUESTIONNAIRES),
    "/officer/questionnaires/<version>": everywhere(Permission.SEE_QUESTIONNAIRES),
    "/officer/questionnaires/<version>/preview": everywhere(Permission.SEE_QUESTIONNAIRES),
    "/officer/questionnaires/<version>/copy": top(Permission.EDIT_QUESTIONNAIRES),
    "/officer/questionnaires/<version>/use": unit(Permission.EDIT_QUESTIONNAIRES),
    "/officer/questionnaire-drafts/<draft_id>": top(Permission.EDIT_QUESTIONNAIRES),
    "/officer/questionnaire-drafts/<draft_id>/preview": top(Permission.EDIT_QUESTIONNAIRES),
    "/officer/questionnaire-drafts/<draft_id>/discard": top(Permission.EDIT_QUESTIONNAIRES),
    "/officer/paper": unit(Permission.ENTER_PAPER),
    "/officer/paper/<batch_id>": unit(Permission.ENTER_PAPER),
    "/officer/paper/<batch_id>/sheets": unit(Permission.ENTER_PAPER),
    "/officer/paper/<batch_id>/sheets/<int:number>": unit(Permission.ENTER_PAPER),
    "/officer/paper/<batch_id>/sheets/<int:number>/remove": unit(Permission.ENTER_PAPER),
    "/officer/paper/<batch_id>/check": unit(Permission.ENTER_PAPER),
    "/officer/paper/<batch_id>/draw": unit(Permission.ENTER_PAPER),
    "/officer/paper/<batch_id>/finish": unit(Permission.ENTER_PAPER),
    "/officer/paper/<batch_id>/discard": unit(Permission.ENTER_PAPER),
    "/officer/feedback": lists(Permission.READ_FEEDBACK),
    "/officer/feedback/<reference>": Need(Reach.UNIT, Permission.READ_FEEDBACK, names_others=True),
    "/officer/feedback/<reference>/about": unit(Permission.ANSWER_FEEDBACK),
    "/officer/feedback/<reference>/assign": unit(Permission.ANSWER_FEEDBACK),
    "/officer/feedback/<reference>/classify": unit(Permission.ANSWER_FEEDBACK),
    "/officer/feedback/<reference>/contact": unit(Permission.ANSWER_FEEDBACK),
    "/officer/feedback/<reference>/merge": unit(Permission.ANSWER_FEEDBACK),
    "/officer/feedback/<reference>/note": unit(Permission.ANSWER_FEEDBACK),
    "/officer/feedback/<reference>/original": unit(Permission.ANSWER_FEEDBACK),
    "/officer/feedback/<reference>/reply": unit(Permission.ANSWER_FEEDBACK),
    "/officer/feedback/<reference>/state": unit(Permission.ANSWER_FEEDBACK),
    "/officer/feedback/<reference>/transfer": unit(Permission.ANSWER_FEEDBACK),
    "/officer/feedback/<reference>/undo": unit(Permission.ANSWER_FEEDBACK),
    "/officer/set-aside": lists(Permission.SET_ASIDE),
    "/officer/set-aside/<request_id>": unit(Permission.SET_ASIDE),
    "/officer/set-aside/<request_id>/decision": unit(Permission.SET_ASIDE),
    "/officer/set-aside/<request_id>/undo": unit(Permission.SET_ASIDE),
    "/officer/set-aside/new": unit(Permission.SET_ASIDE),
    "/officer/closing": top(Permission.CLOSE_PERIOD),
    "/officer/closing/<period>": top(Permission.CLOSE_PERIOD),
    "/officer/closing/<period>/close": top(Permission.CLOSE_PERIOD),
    "/officer/closing/<period>/draft": top(Permission.CLOSE_PERIOD),
    "/officer/closing/<period>/objections/<int:objection_id>": top(Permission.CLOSE_PERIOD),
    "/officer/closing/<period>/publish": top(Permission.CLOSE_PERIOD),
    "/officer/closing/<period>/verify": top(Permission.CLOSE_PERIOD),
    "/officer/rule-drafts/<draft_id>": top(Permission.EDIT_RULES),
    "/officer/rule-drafts/<draft_id>/discard": top(Permission.EDIT_RULES),
    "/officer/rules": everywhere(Permission.SEE_SCORES),
    "/officer/rules/<rule_id>": everywhere(Permission.SEE_SCORES),
    "/officer/rules/<rule_id>/copy": top(Permission.EDIT_RULES),
    "/officer/rules/use": top(Permission.EDIT_RULES),
    "/officer/rules/what-if": top(Permission.EDIT_RULES),
    "/officer/scores/<period>/<unit_code>": unit(Permission.SEE_SCORES),
    "/officer/scores/<period>/<unit_code>/objections": unit(Permission.OBJECT_TO_SCORES),
    "/officer/dossiers": lists(Permission.IMPORT_DOSSIERS),
    "/officer/dossiers/<period>": lists(Permission.SEE_SCORES),
    "/officer/imports/<any(units, counters):kind>": lists(Permission.MANAGE_UNITS),
    "/officer/imports/<any(units, counters, dossiers):kind>/template.xlsx": lists(Permission.MANAGE_UNITS),
    "/officer/letterhead/<unit_code>": unit(Permission.MANAGE_UNITS),
    "/officer/periods": lists(Permission.SEE_SCORES),
    "/officer/uploads/<upload_id>": OWN,
    "/officer/uploads/<upload_id>/confirm": OWN,
    "/officer/uploads/<upload_id>/drop": OWN,
    "/officer/compare": lists(Permission.SEE_SCORES),
    "/officer/quarter": SIGNED_IN,
    "/officer/quarter/<period>/<unit>": unit(Permission.SEE_SCORES),
    "/officer/ranking": everywhere(Permission.SEE_SCORES),
    "/officer/ranking/<period>": lists(Permission.SEE_SCORES),
    "/officer/targets": lists(Permission.EDIT_RULES),
    "/officer/codes/<code>": unit(Permission.MANAGE_UNITS),
    "/officer/codes/<code>.<any(svg, png):kind>": unit(Permission.MANAGE_UNITS),
    "/officer/codes/<code>/days": unit(Permission.MANAGE_UNITS),
    "/officer/codes/<code>/replace": unit(Permission.MANAGE_UNITS),
    "/officer/codes/<code>/revoke": unit(Permission.MANAGE_UNITS),
    "/officer/counters/<int:counter_id>": unit(Permission.MANAGE_UNITS),
    "/officer/counters/<int:counter_id>/end": unit(Permission.MANAGE_UNITS),
    "/officer/feedback/<reference>/apology": unit(Permission.ANSWER_FEEDBACK),
    "/officer/feedback/export": lists(Permission.READ_FEEDBACK),
    "/officer/feedback/remarks": lists(Permission.READ_REMARKS),
    "/officer/feedback/templates": lists(Permission.ANSWER_FEEDBACK),
    "/officer/feedback/templates/<int:template_id>/retire": unit(Permission.ANSWER_FEEDBACK),
    "/officer/questionnaires/<version>/uses/<int:use_id>/end": unit(Permission.EDIT_QUESTIONNAIRES),
    "/officer/start": everywhere(Permission.MANAGE_UNITS),
    "/officer/start/<int:unit_id>": unit(Permission.MANAGE_UNITS),
    "/officer/start/<int:unit_id>/counters": unit(Permission.MANAGE_UNITS),
    "/officer/start/<int:unit_id>/day": unit(Permission.MANAGE_UNITS),
    "/officer/start/<int:unit_id>/fields": unit(Permission.MANAGE_UNITS),
    "/officer/start/<int:unit_id>/poster": unit(Permission.MANAGE_UNITS),
    "/officer/start/<int:unit_id>/sample": unit(Permission.MANAGE_UNITS),
    "/officer/start/<int:unit_id>/trial": unit(Permission.MANAGE_UNITS),
    "/officer/start/<int:unit_id>/trial.json": unit(Permission.MANAGE_UNITS),
    "/officer/start/<int:unit_id>/unit": unit(Permission.MANAGE_UNITS),
    "/officer/units": lists(Permission.MANAGE_UNITS),
    "/officer/units/<int:unit_id>": unit(Permission.MANAGE_UNITS),
    "/officer/units/<int:unit_id>/codes": unit(Permission.MANAGE_UNITS),
    "/officer/units/<int:unit_id>/counters/new": unit(Permission.MANAGE_UNITS),
    "/officer/units/<int:unit_id>/edit": unit(Permission.MANAGE_UNITS),
    "/officer/units/<int:unit_id>/end": unit(Permission.MANAGE_UNITS),
    "/officer/units/<int:unit_id>/keep": unit(Permission.MANAGE_UNITS),
    "/officer/units/<int:unit_id>/posters": unit(Permission.MANAGE_UNITS),
    "/officer/units/<int:unit_id>/posters.pdf": unit(Permission.MANAGE_UNITS),
    "/officer/units/merge": lists(Permission.MANAGE_UNITS),
    "/officer/units/new": lists(Permission.MANAGE_UNITS),
}


@dataclass(frozen=True)
class Place:
    """A unit with one of everything; `values` fill addresses, `unit` is what a page asks for in its form."""

    unit: Unit
    values: dict[str, str | int]


def place(session: Session, factory: Factory, name: str, parent: Unit) -> Place:
    """Make a unit and in it whatever the addresses name: a new kind of thing gets its line here."""
    made = factory.unit(name=name, parent=parent)
    counter = factory.counter(made)
    factory.responses(made, "555552", 40)
    officer = factory.officer(made, email=f"someone@{made.code.lower()}.example.vn", name=f"Công chức {name}")
    tablet = device.register(session, unit=made, counter=counter, name=f"Máy {name}", now=NOW, actor=officer.email)
    work = job.ask(session, "purge", actor=officer.email, now=NOW)
    return Place(
        made,
        {
            "officer_id": officer.id,
            "unit_code": made.code,
            "role": Role.REFORM.value,
            "device_id": tablet.device.id,
            "batch_id": batch(session, made, officer),
            "job_id": work.id,
            "name": "ket-qua.csv",
            "version": "short-v1",
            "draft_id": "0" * 32,
            "request_id": "0" * 32,
            "objection_id": 1,
            "rule_id": DEFAULT_SCORE_RULE,
            "number": 1,
            "period": "2026-Q3",
            "reference": case(session, made),
            "upload_id": "0" * 32,
            "unit_id": made.id,
            "counter_id": counter.id,
            "code": factory.qr_code(made, counter).code,
            "use_id": 1,
            "template_id": 1,
            "unit": made.code,
            "round_id": index_round(session).id,
            "evidence_id": "0" * 32,
        },
    )


def index_round(session: Session) -> IndexRound:
    """The round in which both wards are."""
    known = find_round(session, 2026, "par", "commune")
    return known or begin_round(
        session,
        year=2026,
        kind="par",
        level="commune",
        rules_id="index-65-25-10",
        criteria_id="criteria-commune-8",
        now=NOW,
        actor="test",
    )


def case(session: Session, made: Unit) -> str:
    """Send the unit feedback; return how its page is named."""
    sent = FeedbackCase(
        key=secrets.token_bytes(32),
        about_unit_id=made.id,
        reader_unit_id=made.id,
        reader=Reader.UNIT,
        topic=Topic.REPORT,
        state=CaseState.NEW,
        trial=False,
        received_on=date(2026, 8, 3),
    )
    session.add(sent)
    session.commit()
    return feedback_answer.reference(sent)


def batch(session: Session, made: Unit, officer: Officer) -> str:
    """Begin a batch of paper forms."""
    day = date(2026, 8, 3)
    begun = PaperBatch(
        id=secrets.token_hex(16),
        unit_id=made.id,
        version="short-v1",
        state=BatchState.OPEN,
        first_day=day,
        last_day=day,
        opened_on=day,
        opener_one="Bà Một",
        opener_two="Ông Hai",
        found_count=3,
        officer_id=officer.id,
        started_at=NOW,
    )
    session.add(begun)
    session.commit()
    return begun.id


@dataclass(frozen=True)
class Site:
    """A province with two wards, of which the officer of a test has a role in one."""

    app: Flask
    factory: Factory
    home: Place
    foreign: Place

    def officer(self, role: Role) -> FlaskClient:
        """Sign in somebody with `role` at home."""
        client = self.app.test_client()
        assert sign_in(client, self.factory.officer(self.home.unit, role).email).status_code == 303
        return client

    def rules(self) -> Iterator[tuple[str, str, Need]]:
        """List every address of the officers with each of its methods."""
        for rule in sorted(self.app.url_map.iter_rules(), key=lambda rule: rule.rule):
            if rule.rule.startswith("/officer/"):
                for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                    yield rule.rule, method, NEEDS[rule.rule]


@pytest.fixture
def site(make_app: Callable[..., Flask], sqlite_url: str) -> Iterator[Site]:
    app = make_app(sqlite_url)
    with app.app_context():
        session, factory = db.session, Factory(db.session)
        province = factory.unit(name="Tỉnh Bình Minh", ranking_group=None)
        home = place(session, factory, "Phường Nhà", province)
        foreign = place(session, factory, FOREIGN, province)
        scores = factory.score_set("2026-Q3")
        factory.dossiers(home.unit, "2026-Q3", {("dat-dai", "direct", "on_time"): 900})
        for somewhere in (home, foreign):
            factory.score(scores, somewhere.unit, "26.28", 40)
        yield Site(app, factory, home, foreign)


def filled(rule: str, where: Place) -> str:
    """Put the things of a unit into an address, and the first of a choice."""
    chosen = re.sub(r"<any\((\w+)[^)]*\):\w+>", r"\1", rule)
    return re.sub(r"<(?:[^<>]*:)?(\w+)>", lambda found: str(where.values[found[1]]), chosen)


def visit(client: FlaskClient, rule: str, method: str, where: Place) -> TestResponse:
    """Open an address with the things of a unit, as its own page would with a form."""
    address = filled(rule, where)
    asked = {"unit": where.unit.code, "place": where.unit.code}
    if method == "GET":
        return client.get(address, query_string=asked)
    token = csrf_token(client.get("/officer/account"))
    return client.post(address, query_string=asked, data=asked | {"csrf_token": token})


def test_every_address_says_who_may_open_it(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    rules = {rule.rule for rule in make_app(sqlite_url).url_map.iter_rules() if rule.rule.startswith("/officer/")}
    assert rules == set(NEEDS)


def test_a_stranger_is_led_to_the_sign_in(site: Site) -> None:
    client = site.app.test_client()
    for rule, method, need in site.rules():
        if need is not OPEN:
            token = csrf_token(client.get("/officer/sign-in"))
            address = filled(rule, site.home)
            page = client.open(address, method=method, data={"csrf_token": token} if method == "POST" else None)
            assert (page.status_code, page.location.partition("?")[0]) == (303, "/officer/sign-in"), (rule, method)


@pytest.mark.parametrize("role", list(Role))
def test_no_role_opens_more_than_its_own(site: Site, role: Role) -> None:
    client = site.officer(role)
    for rule, method, need in site.rules():
        if need.reach in (Reach.OPEN, Reach.SIGNED_IN):
            continue
        page = visit(client, rule, method, site.foreign)
        told = (role, rule, method, page.status_code)
        if need.permission is not None and need.permission not in PERMISSIONS[role]:
            assert page.status_code == 403, told
        elif need.reach is Reach.OWN:
            assert page.status_code == 404, told
        elif need.reach is Reach.UNIT:
            assert page.status_code in (403, 404), told
        elif need.reach is Reach.TOP:
            assert page.status_code == 403, told
        elif need.reach is Reach.LIST:
            assert page.status_code in ((200,) if method == "GET" else (200, 303, 403, 404, 422)), told
        else:
            assert page.status_code < 400, told
        assert need.names_others or FOREIGN.encode() not in page.data, told


@pytest.mark.parametrize("role", list(Role))
def test_what_a_role_may_see_opens_at_home(site: Site, role: Role) -> None:
    client = site.officer(role)
    for rule, method, need in site.rules():
        if method != "GET" or need.reach in (Reach.OPEN, Reach.OWN, Reach.TOP):
            continue
        page = visit(client, rule, method, site.home)
        is_allowed = need.permission is None or need.permission in PERMISSIONS[role]
        # A draft of a form that does not exist and so on may be missing, but nothing is refused.
        assert (page.status_code != 403) is is_allowed, (role, rule, page.status_code)
        assert need.names_others or FOREIGN.encode() not in page.data
