"""The worked numbers in the docstrings of the statistics are true."""

import doctest
import pkgutil
from importlib import import_module

import pytest

import analysis

MODULES = sorted(module.name for module in pkgutil.walk_packages(analysis.__path__, "analysis."))


@pytest.mark.parametrize("name", MODULES)
def test_worked_numbers(name: str) -> None:
    assert doctest.testmod(import_module(name)).failed == 0


def test_the_docstrings_do_hold_worked_numbers() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    examples = [test for name in MODULES for test in finder.find(import_module(name)) if test.examples]
    assert len(examples) >= 12
