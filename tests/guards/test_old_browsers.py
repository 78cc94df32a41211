"""Citizens' phones may have the WebView of Android 6 or 7: no style or script of theirs is newer than Chrome 60.

The lists name what people reach for, with the version that brought it; a feature behind a check or with a plain
declaration before it belongs in `survey/templates/citizen` only after it was tried without.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from survey.views.script import SCRIPT

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "survey" / "templates"
STYLES = sorted([*(TEMPLATES / "citizen").glob("*.css"), *(TEMPLATES / "kiosk").glob("*.css")])
SCRIPTS = sorted((ROOT / "static" / "js").glob("citizen*.js"))
# Tablets have Chrome 60 itself, from 2017: more than the WebView of an old phone.
TABLET_SCRIPTS = sorted([*(ROOT / "static" / "js" / "kiosk").glob("*.js"), *(TEMPLATES / "kiosk").glob("*.js")])
IN_CHROME_60 = {
    "arrow function",
    "let, const, class",
    "spread",
    "async, await, import",
    "fetch, which old ones lack",
}

NEWER_CSS = {
    "gap outside of a grid (84)": r"[;{\s](?:row-|column-)?gap\s*:",
    ":has (105)": r":has\(",
    ":is, :where (88)": r":(?:is|where)\(",
    ":not with a list (88)": r":not\([^)]*,",
    ":focus-visible (86)": r":focus-visible",
    "nesting (112)": r"(?:^|[{;}])\s*&|&\s*[:.\[>{]",
    "dvh, svh, lvh (108)": r"\d[dsl]v[hwib]\b",
    "inset (87)": r"[;{\s]inset\s*:",
    "min(), max(), clamp() (79)": r"[:\s(,](?:min|max|clamp)\(",
    "aspect-ratio (88)": r"[;{\s]aspect-ratio\s*:",
    "layers, containers, scopes (99-118)": r"@(?:layer|container|property|scope|starting-style)",
    "range syntax in media queries (104)": r"@media[^{]*[<>]",
    "new colours (111)": r"\b(?:oklch|oklab|lab|lch|hwb|color-mix|color)\(",
    "colours without commas (65)": r"\b(?:rgba?|hsla?)\(\s*[\d.]+%?\s+[\d.]",
    "colours of four or eight digits (62)": r"#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{4})\b",
    "logical properties (69-89)": r"(?:margin|padding|border)-(?:inline|block)|[;{\s](?:inline|block)-size\s*:",
    "place-items and its kin (59-)": r"[;{\s]place-(?:items|content|self)\s*:",
    "overflow: clip (90)": r"overflow(?:-[xy])?\s*:\s*clip",
    "fit-content as a width (46 with a prefix)": r":\s*fit-content",
    "accent-color (93)": r"[;{\s]accent-color\s*:",
    "text-wrap (114)": r"[;{\s]text-wrap\s*:",
    "individual transforms (104)": r"[;{\s](?:translate|rotate|scale)\s*:",
}
NEWER_JS = {
    "arrow function": r"=>",
    "let, const, class": r"\b(?:let|const|class)\b",
    "text with ${}": r"`",
    "spread": r"\.\.\.",
    "optional chaining": r"\?\.\D",
    "??": r"\?\?",
    "**": r"\*\*",
    "async, await, import": r"\b(?:async|await|import|export|yield)\b",
    "for … of": r"\bfor\s*\([^)]*\bof\b",
    "default value of a parameter": r"\bfunction\b[^({]*\([^)]*=",
    "destructuring": r"\bvar\s*[\[{]|\bfunction\b[^({]*\(\s*[\[{]",
    "catch without a name": r"\bcatch\s*\{",
    "fetch, which old ones lack": r"\bfetch\s*\(",
    "methods after Chrome 60": r"\.(?:flat|flatMap|matchAll|replaceAll|at|finally|trimStart|trimEnd"
    r"|toggleAttribute|replaceChildren|findLast|randomUUID|requestSubmit|showModal|getAnimations)\(",
    "objects after Chrome 60": r"\b(?:AbortController|globalThis|BigInt|structuredClone|queueMicrotask|fromEntries"
    r"|allSettled|ResizeObserver|WeakRef|SubmitEvent)\b",
}


def newer_css(text: str) -> set[str]:
    """Name what in a style came after Chrome 60."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return {name for name, pattern in NEWER_CSS.items() if re.search(pattern, text, re.MULTILINE)}


def newer_js(text: str) -> set[str]:
    """Name what in a script came after Chrome 60, or is no ES5; texts in quotes and comments do not count."""
    text = re.sub(r'"(?:[^"\\\n]|\\.)*"', '""', text)
    text = re.sub(r"/\*.*?\*/|(?:^|\s)//[^\n]*", "", text, flags=re.DOTALL)
    return {name for name, pattern in NEWER_JS.items() if re.search(pattern, text)}


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_no_style_of_the_citizens_is_newer_than_chrome_60(path: Path) -> None:
    assert newer_css(path.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_of_the_citizens_is_newer_than_chrome_60(path: Path) -> None:
    assert newer_js(path.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize("path", TABLET_SCRIPTS, ids=lambda path: path.name)
def test_no_script_of_the_tablets_is_newer_than_chrome_60(path: Path) -> None:
    assert newer_js(path.read_text(encoding="utf-8")) <= IN_CHROME_60


def test_the_script_that_is_sent_is_no_newer_and_whole() -> None:
    text = SCRIPT.plain.decode("ascii")
    assert newer_js(text) == set()
    for opening, closing in ("()", "{}", "[]"):
        assert text.count(opening) == text.count(closing)


def test_there_is_something_to_judge() -> None:
    assert {path.name for path in STYLES} >= {"citizen.css", "page.css", "error.css"}
    assert [path.name for path in SCRIPTS][:1] == ["citizen.js"]
    assert {path.name for path in TABLET_SCRIPTS} >= {"screens.js", "worker.js"}


def test_text_stays_readable_without_custom_properties() -> None:
    """Before Chrome 49 a declaration with var() is dropped: the page and its faces keep a plain colour."""
    text = (ROOT / "survey" / "templates" / "citizen" / "citizen.css").read_text(encoding="utf-8")
    old = re.sub(r"[\w-]+:\s*[^;{}]*var\([^;{}]*;?", "", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))
    page, face = (
        re.search(rf"^{re.escape(rule)} \{{(.*?)\}}", old, re.DOTALL | re.MULTILINE) for rule in (".p", ".c svg")
    )
    assert page
    assert "background: #fff" in page[1]
    assert "color: #1a1d21" in page[1]
    assert face
    assert "stroke: #5c646e" in face[1]


@pytest.mark.parametrize(
    ("sample", "name"),
    [
        (".r { display: flex; gap: 4px }", "gap outside of a grid (84)"),
        ("form:has(:checked) { color: red }", ":has (105)"),
        ("a:is(:hover, :focus) { top: 0 }", ":is, :where (88)"),
        ("i:not(.a, .b) { top: 0 }", ":not with a list (88)"),
        ("a:focus-visible { top: 0 }", ":focus-visible (86)"),
        (".a { color: red; &:hover { color: blue } }", "nesting (112)"),
        (".p { min-height: 100dvh }", "dvh, svh, lvh (108)"),
        (".p { inset: 0 }", "inset (87)"),
        (".p { width: min(100%, 680px) }", "min(), max(), clamp() (79)"),
        (".p { aspect-ratio: 1 }", "aspect-ratio (88)"),
        ("@layer base { a { top: 0 } }", "layers, containers, scopes (99-118)"),
        ("@media (width < 340px) { a { top: 0 } }", "range syntax in media queries (104)"),
        (".p { color: oklch(60% 0.1 20) }", "new colours (111)"),
        (".p { color: rgb(0 0 0) }", "colours without commas (65)"),
        (".p { color: #1a1d2180 }", "colours of four or eight digits (62)"),
        (".p { margin-inline: auto }", "logical properties (69-89)"),
        (".p { place-items: center }", "place-items and its kin (59-)"),
    ],
)
def test_a_newer_style_is_found(sample: str, name: str) -> None:
    assert newer_css(sample) == {name}


@pytest.mark.parametrize(
    ("sample", "name"),
    [
        ("var f = x => x", "arrow function"),
        ("let a = 1", "let, const, class"),
        ("var a = `x`", "text with ${}"),
        ("f(...a)", "spread"),
        ("a?.b", "optional chaining"),
        ("a ?? b", "??"),
        ("2 ** 3", "**"),
        ("async function f() {}", "async, await, import"),
        ("for (var a of b) {}", "for … of"),
        ("function f(a = 1) {}", "default value of a parameter"),
        ("var {a} = b", "destructuring"),
        ("try { f() } catch { }", "catch without a name"),
        ("fetch('/q')", "fetch, which old ones lack"),
        ("a.replaceAll('x', '')", "methods after Chrome 60"),
        ("new AbortController()", "objects after Chrome 60"),
    ],
)
def test_a_newer_script_is_found(sample: str, name: str) -> None:
    assert newer_js(sample) == {name}


def test_what_old_browsers_know_is_let_through() -> None:
    assert (
        newer_css(".a > b:not(.c) { color: #fff; margin: 0 -2px } @media (max-width: 9px) { a { top: 0 } }")
        == set()
    )
    assert newer_js('var a = b ? .5 : 1; // let it be\nf(function (x) { return "=>" + x })') == set()
