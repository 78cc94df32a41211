"""Head and foot of documents: set for a unit, made from its name, or taken from the unit above."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey.models import Role, Unit, UnitKind
from survey.services.letterhead import letterhead_of

from factories import Factory
from signing_in import csrf_token, sign_in


@pytest.fixture
def province(factory: Factory) -> Unit:
    return factory.unit(code="T", name="Tỉnh Bình Minh", kind=UnitKind.PROVINCE)


@pytest.fixture
def ward(factory: Factory, province: Unit) -> Unit:
    return factory.unit(code="P1", name="Phường Tân Hoà", parent=province)


def post(client: FlaskClient, code: str, **values: str) -> int:
    address = f"/officer/letterhead/{code}"
    token = csrf_token(client.get(address))
    return client.post(address, data={"csrf_token": token} | values).status_code


def test_a_body_that_set_nothing_has_the_letterhead_of_its_kind(
    session: Session, factory: Factory, ward: Unit
) -> None:
    own = letterhead_of(session, ward.id)
    assert (own.superior, own.issuer) == (None, "ỦY BAN NHÂN DÂN\nPHƯỜNG TÂN HOÀ")
    assert (own.place, own.symbol, own.signature) == ("Tân Hoà", "BC-UBND", ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"))
    home = factory.unit(name="Sở Nội vụ", kind=UnitKind.DEPARTMENT, parent=ward.parent)
    office = letterhead_of(session, home.id)
    assert (office.superior, office.issuer) == ("ỦY BAN NHÂN DÂN TỈNH BÌNH MINH", "SỞ NỘI VỤ")
    assert (office.place, office.symbol, office.signature) == ("Bình Minh", "BC-SNV", ("GIÁM ĐỐC",))


def test_what_is_left_blank_comes_from_above_but_no_persons_name(
    client: FlaskClient, session: Session, factory: Factory, ward: Unit, province: Unit
) -> None:
    centre = factory.unit(code="C1", name="Trung tâm Phục vụ hành chính công", kind=UnitKind.OTHER, parent=ward)
    sign_in(client, factory.officer(province).email)
    assert post(client, "P1", signature="TM. ỦY BAN NHÂN DÂN\r\n KT. CHỦ TỊCH\r\n\r\nPHÓ CHỦ TỊCH",
                signer="Trần  Văn Bình", recipients="- Như trên;\n– Lưu: VT, TTPVHCC.") == 303  # fmt: skip
    assert post(client, "C1", superior="ủy ban nhân dân phường Tân Hoà", place="Mỹ Hưng") == 303
    session.expire_all()
    own = letterhead_of(session, ward.id)
    assert own.signature == ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")
    assert (own.signer, own.recipients) == ("Trần Văn Bình", ("Như trên;", "Lưu: VT, TTPVHCC."))
    below = letterhead_of(session, centre.id)
    assert (below.place, below.superior) == ("Mỹ Hưng", "ủy ban nhân dân phường Tân Hoà")
    assert (below.signature, below.recipients, below.issuer) == (own.signature, own.recipients, own.issuer)
    assert below.signer is None


def test_the_page_shows_the_paper_and_keeps_what_was_typed(
    client: FlaskClient, session: Session, factory: Factory, ward: Unit
) -> None:
    sign_in(client, factory.officer(ward).email)
    page = client.get("/officer/letterhead/P1").text
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in page
    assert 'placeholder="Tân Hoà"' in page
    assert post(client, "P1", place="x" * 121) == 422
    assert post(client, "P1", place="Tân Hòa") == 303
    assert 'value="Tân Hòa"' in client.get("/officer/letterhead/P1").text
    assert post(client, "P1", place="") == 303
    session.expire_all()
    assert letterhead_of(session, ward.id).place == "Tân Hoà"


@pytest.mark.parametrize(("role", "code", "status"), [
    (Role.LEADER, "P1", 403), (Role.ADMINISTRATOR, "P1", 200), (Role.REFORM, "T", 403), (Role.REFORM, "X", 404),
])  # fmt: skip
def test_who_may_set_it(
    client: FlaskClient, factory: Factory, ward: Unit, role: Role, code: str, status: int
) -> None:
    sign_in(client, factory.officer(ward, role).email)
    assert client.get(f"/officer/letterhead/{code}").status_code == status
