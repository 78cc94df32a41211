"""The form of a score rule: its definition as fields, and what was typed as a definition again."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

FORMULAS = ("TOP2", "MEAN5", "MEAN04", "ALLSAT")
TRUST_LEVELS = ("dossier", "counter", "assisted")
_TEXTS = ("id", "version", "formula", "aggregation", "within_factor")
_BILINGUAL = ("title", "source")
_COUNTS = ("factor_answers", "suppress_below", "mark_below")
LONGEST = 2_000


def values(data: Mapping[str, Any]) -> dict[str, Any]:
    """Spread a definition over the fields of the form."""
    found: dict[str, Any] = {name: data[name] for name in _TEXTS}
    for name in _BILINGUAL:
        found |= {f"{name}.{language}": data[name][language] for language in ("vi", "en")}
    found |= {name: _shown(data["minimum"][name]) for name in _COUNTS}
    found["maximum"] = _shown(data["points"]["maximum"])
    found["steps"] = "\n".join(map(_step_line, data["points"].get("steps", [])))
    found |= {f"weight.{code}": _shown(weight) for code, weight in data.get("factor_weights", {}).items()}
    found["trust_levels"] = list(data["trust_levels"])
    found["reference"] = bool(data["reference"])
    return found


def typed(
    data: Mapping[str, Any], form: Mapping[str, str], *, trust: Sequence[str], factors: Sequence[str]
) -> Any:
    """Put what was typed in place of a definition's values; what is no number stays text, for the check to find.

    Calibration and variance are not in the form: they stay as they are in the rule that the draft began from.
    """
    new: dict[str, Any] = copy.deepcopy(dict(data))
    for name in _TEXTS:
        new[name] = form.get(name, "").strip()[:LONGEST]
    for name in _BILINGUAL:
        new[name] = {lang: form.get(f"{name}.{lang}", "").strip()[:LONGEST] for lang in ("vi", "en")}
    for name in _COUNTS:
        new["minimum"][name] = number(form.get(name, ""))
    new["points"] = {"maximum": number(form.get("maximum", ""))}
    if steps := [_step(line) for line in form.get("steps", "")[:LONGEST].splitlines() if line.strip()]:
        new["points"]["steps"] = steps
    new["trust_levels"] = [level for level in TRUST_LEVELS if level in trust]
    new["reference"] = "reference" in form
    weights = {code: form.get(f"weight.{code}", "").strip() for code in factors}
    new.pop("factor_weights", None)
    if any(weights.values()):
        new["factor_weights"] = {code: number(text or "0") for code, text in weights.items()}
    return new


def number(text: str) -> Decimal | int | str:
    """Read a number as people here write it, with a comma; anything else comes back as it is."""
    plain = text.strip().replace(",", ".")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return text.strip()[:40]
    if not value.is_finite() or len(plain) > 20:
        return text.strip()[:40]
    return int(value) if value == value.to_integral_value() and abs(value) < 10**9 else value


def _step(line: str) -> Any:
    percent, _, points = line.partition("=")
    share = number(percent.replace("%", ""))
    if isinstance(share, str) or not points.strip():
        return line.strip()[:80]
    return {"from_share": Decimal(share) / 100, "points": number(points)}


def _step_line(step: Any) -> str:
    if not isinstance(step, dict):
        return str(step)
    return f"{_shown(_percent(step['from_share']))} = {_shown(step['points'])}"


def _percent(share: Any) -> Decimal:
    return Decimal(str(share)) * 100


def _shown(value: Any) -> str:
    if isinstance(value, Decimal):
        plain = f"{value:f}"
        value = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return str(value).replace(".", ",")
