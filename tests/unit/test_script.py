"""The script is sent as small as can be, whole, and under an address that changes with it."""

from __future__ import annotations

import doctest
import gzip
from hashlib import sha256

from survey.views import script
from survey.views.script import SCRIPT, minify


def test_the_example_of_shortening_is_true() -> None:
    found = doctest.testmod(script)
    assert (found.failed, found.attempted > 0) == (0, True)


def test_names_of_the_browser_and_texts_stay_while_own_names_are_shortened() -> None:
    short = minify(
        """
        // a remark with "quotes"
        function go(address) {
          var text = "the text of address";
          d.address = address + text.length;
          d.go(function (event) { return event.text });
        }
        """
    )
    assert '"the text of address"' in short
    assert "d.address=" in short
    assert "d.go(" in short
    assert short.endswith(".text})}")
    for gone in ("function go", "(address)", "var text", "(event)", "remark", "  "):
        assert gone not in short


def test_its_address_is_that_of_its_content() -> None:
    assert sha256(SCRIPT.plain).hexdigest().startswith(SCRIPT.name)
    assert SCRIPT.name in SCRIPT.address
    assert gzip.decompress(SCRIPT.gzipped) == SCRIPT.plain
