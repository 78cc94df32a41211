"""The paper form: the same questions as on the phone, to tick, fold and drop into the box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from survey.codes import grouped
from survey.reports import qr_symbol
from survey.reports.pdf import compile_pdf

# Two forms of A5 on one sheet of A4, to be cut; or one form that fills the sheet, with large letters.
SIZES = ("a5", "a4")


@dataclass(frozen=True)
class PaperText:
    """A text in Vietnamese, and in English where the form has both."""

    vi: str
    en: str = ""


@dataclass(frozen=True)
class PaperOption:
    """A box with its words; `key` is what a clerk types for it, where the box itself does not tell."""

    text: PaperText
    key: str = ""


@dataclass(frozen=True)
class PaperQuestion:
    """A question with its boxes; of a rating, only the sixth one, the others being the scale."""

    text: PaperText
    options: tuple[PaperOption, ...]


@dataclass(frozen=True)
class PaperForm:
    """All that the form of one unit says."""

    title: PaperText
    one_stop_name: str
    field_question: PaperText
    fields: tuple[PaperOption, ...]
    stem: PaperText
    scale: tuple[PaperText, ...]
    ratings: tuple[PaperQuestion, ...]
    choices: tuple[PaperQuestion, ...]
    extras: tuple[PaperQuestion, ...]
    version: str
    code: str
    address: str
    note: str = ""


def paper_pdf(forms: Sequence[PaperForm], *, size: str, english: bool, dated: date) -> bytes:
    """Print one sheet per form; the same input gives the same bytes."""
    data = {"size": size, "english": english, "forms": [_form(form) for form in forms]}
    return compile_pdf("paper.typ", data, dated=dated)


def _form(form: PaperForm) -> dict[str, object]:
    return asdict(form) | {
        "typed_address": form.address.partition("://")[2].rpartition("/")[0],
        "code": grouped(form.code),
        "symbol": qr_symbol.svg(form.address).decode(),
    }
