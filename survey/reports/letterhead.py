"""Head and foot of a document in the layout of NĐ 30/2020/NĐ-CP, whatever the document says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Letterhead:
    """What a document needs; `signature` ends with the signer's title, every `recipients` line is one addressee.

    `superior` is None for a body that writes none above itself; `signer` is None while no name is set.
    """

    superior: str | None
    issuer: str
    place: str
    symbol: str
    signature: tuple[str, ...]
    signer: str | None
    recipients: tuple[str, ...]
