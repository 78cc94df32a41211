"""Head and foot of a unit's documents: what was set for it, else what its name says, else its parent's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.database import write
from survey.models import Unit, UnitKind, UnitLetterhead
from survey.reports.letterhead import Letterhead
from survey.services import audit
from survey.services.spelling import clean

KEYS = ("superior", "issuer", "place", "symbol", "signature", "signer", "recipients")
_SEVERAL_LINES = ("signature", "recipients")
_COMMITTEES = (UnitKind.PROVINCE, UnitKind.WARD, UnitKind.COMMUNE, UnitKind.SPECIAL_ZONE)
_PEOPLES_COMMITTEE = "ỦY BAN NHÂN DÂN"
# Words that a place name leaves out: "Phường Tân Hoà" dates its documents "Tân Hoà, ngày …".
_KIND_WORDS = ("Tỉnh", "Thành phố", "Phường", "Xã", "Đặc khu")


@dataclass(frozen=True)
class Place:
    """A unit as its documents know it; `parent` is the code of what stands above, `own` what was set for it."""

    name: str
    kind: UnitKind
    parent: str | None
    own: Mapping[str, str]

    def plain(self) -> dict[str, Any]:
        """Write it as plain values to store."""
        return asdict(self) | {"kind": self.kind.value}


def place_of(stored: Mapping[str, Any]) -> Place:
    """Read what `Place.plain` wrote."""
    return Place(stored["name"], UnitKind(stored["kind"]), stored["parent"], stored["own"])


def places(session: Session) -> dict[str, Place]:
    """Every unit by its code."""
    units = session.execute(select(Unit.id, Unit.code, Unit.name, Unit.kind, Unit.parent_id)).all()
    codes = {unit.id: unit.code for unit in units}
    own = {one.unit_id: _values(one) for one in session.scalars(select(UnitLetterhead))}
    return {
        unit.code: Place(unit.name, unit.kind, codes.get(unit.parent_id), own.get(unit.id, {})) for unit in units
    }


def codes_above(known: Mapping[str, Place], code: str) -> list[str]:
    """The codes of a unit and of all that stand above it, upwards."""
    found: list[str] = []
    at: str | None = code
    while at is not None and at in known and at not in found:
        found.append(at)
        at = known[at].parent
    return found


def letterhead_at(known: Mapping[str, Place], code: str) -> Letterhead:
    """Return the letterhead of one of the places, complete whatever was left blank."""
    return _complete(_made_up(known, code))


def called(place: Place) -> str:
    """Name a body inside a sentence: "Ủy ban nhân dân tỉnh Bình Minh", "Sở Nội vụ"."""
    name = clean(place.name)
    return f"{_PEOPLES_COMMITTEE.capitalize()} {name[:1].lower()}{name[1:]}" if place.kind in _COMMITTEES else name


def letterhead_of(session: Session, unit_id: int) -> Letterhead:
    """Return the letterhead of a unit, complete whatever was left blank."""
    return _complete(_made_up(*_around(session, unit_id)))


def set_for(session: Session, unit_id: int) -> dict[str, str]:
    """Return what was set for this unit itself, without the blanks."""
    stored = session.get(UnitLetterhead, unit_id)
    return {} if stored is None else _values(stored)


def made_up(session: Session, unit_id: int) -> dict[str, str]:
    """Return what stands in each place that is left blank."""
    return _made_up(*_around(session, unit_id), leave_out_own=True)


def save(session: Session, unit: Unit, values: Mapping[str, str], *, now: datetime, actor: str) -> None:
    """Set a unit's letterhead; a blank is no value of its own."""
    tidy = {key: _tidy(key, values.get(key, "")) for key in KEYS}
    with write(session):
        known = session.get(UnitLetterhead, unit.id) or UnitLetterhead(unit_id=unit.id)
        for key, text in tidy.items():
            setattr(known, key, text or None)
        session.add(known)
        audit.record(
            session,
            now=now,
            actor=actor,
            action="letterhead.save",
            subject=unit.code,
            detail={key: text for key, text in tidy.items() if text},
        )


def _values(stored: UnitLetterhead) -> dict[str, str]:
    return {key: text for key in KEYS if (text := getattr(stored, key))}


def _around(session: Session, unit_id: int) -> tuple[dict[str, Place], str]:
    """A unit with what stands above it, and its code."""
    found: dict[str, Place] = {}
    first = unit = session.get_one(Unit, unit_id)
    while unit.code not in found:
        parent = unit.parent
        above = None if parent is None else parent.code
        found[unit.code] = Place(unit.name, unit.kind, above, set_for(session, unit.id))
        unit = parent or unit
    return found, first.code


def _made_up(known: Mapping[str, Place], code: str, *, leave_out_own: bool = False) -> dict[str, str]:
    """Go up the tree: at each unit what was set, then what its name says; the first found stays.

    A person signs for one body only, so a name is never taken from above; nor does a body that issues in its own
    name write its parent's name at the head.
    """
    found: dict[str, str] = {}
    for at in codes_above(known, code):
        place = known[at]
        if at != code or not leave_out_own:
            found = _inherited(place.own, is_own=at == code) | found
        found = _of_name(place, known.get(place.parent or "")) | found
    return found


def _inherited(values: Mapping[str, str], *, is_own: bool) -> dict[str, str]:
    return {key: text for key, text in values.items() if is_own or key != "signer"}


def _of_name(unit: Place, parent: Place | None) -> dict[str, str]:
    name = clean(unit.name)
    if unit.kind in _COMMITTEES:
        place = next((name[len(word) :].strip() for word in _KIND_WORDS if name.startswith(f"{word} ")), name)
        return {
            "superior": "",
            "issuer": f"{_PEOPLES_COMMITTEE}\n{name.upper()}",
            "place": place,
            "symbol": "BC-UBND",
            "signature": f"TM. {_PEOPLES_COMMITTEE}\nCHỦ TỊCH",
            "recipients": "Như trên;\nLưu: VT.",
        }
    if unit.kind is UnitKind.DEPARTMENT:
        above = "" if parent is None else f"{_PEOPLES_COMMITTEE} {clean(parent.name).upper()}"
        initials = "".join(word[0].upper() for word in name.split() if word[0].isalpha())
        return {
            "superior": above,
            "issuer": name.upper(),
            "symbol": f"BC-{initials}",
            "signature": "GIÁM ĐỐC",
            "recipients": "Như trên;\nLưu: VT.",
        }
    return {}


def _complete(values: Mapping[str, str]) -> Letterhead:
    return Letterhead(
        superior=values.get("superior") or None,
        issuer=values.get("issuer", ""),
        place=values.get("place", ""),
        symbol=values.get("symbol", "BC"),
        signature=tuple(values.get("signature", "").splitlines()),
        signer=values.get("signer"),
        recipients=tuple(values.get("recipients", "Lưu: VT.").splitlines()),
    )


def _tidy(key: str, text: str) -> str:
    lines = [clean(line) for line in text.splitlines()]
    if key == "recipients":
        # The dash in front of each is the layout's.
        lines = [line.lstrip("-–+ ") for line in lines]
    return ("\n" if key in (*_SEVERAL_LINES, "issuer", "superior") else " ").join(line for line in lines if line)
