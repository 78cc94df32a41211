"""axe-core on a page that a browser test has open."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

AXE = (Path(__file__).resolve().parent / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """tags => axe.run(document, {runOnly: {type: 'tag', values: tags}}).then(found =>
    found.violations.map(v => `${v.id}: ${v.help} (${v.nodes.map(n => n.target.join(' ')).join(', ')})`))"""


def violations(page: Page) -> list[str]:
    """Say which rules of WCAG 2.2 AA the page breaks, and where; nothing is loaded from elsewhere."""
    page.evaluate(AXE)
    found: list[str] = page.evaluate(RUN, RULES)
    return found
