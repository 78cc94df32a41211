"""Imports point one way, as CONTRIBUTING.md draws them; this parses every file and names each wrong edge."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIRST_PARTY = ("survey", "forms", "analysis")

# Which rooms a room may import. "survey" stands for the modules directly in survey/, the plumbing that
# every room may use; what they may use in turn is listed under their own names.
PLUMBING = {"survey.access", "survey.closing_messages", "survey.codes", "survey.config", "survey.database",
            "survey.derivation_words", "survey.errors", "survey.extensions", "survey.feedback_messages",
            "survey.figure_messages", "survey.filters", "survey.index_words", "survey.interface",
            "survey.language", "survey.messages", "survey.notice_messages", "survey.officer_messages",
            "survey.officer_session",
            "survey.permissions", "survey.results_messages", "survey.set_aside_messages",
            "survey.unit_messages", "survey.whole_number"}  # fmt: skip
ALLOWED: dict[str, set[str]] = {
    "analysis": {"analysis"},
    "forms": {"forms"},
    "survey.models": {"survey.models"},
    "survey.reports": {"survey.reports"},
    "survey.services": {"survey.services", "survey.models", "survey.reports", "analysis", "forms.questionnaire"},
    "survey.views": {"survey.views", "survey.services", "survey.models", "forms"},
    "survey.cli": {"survey.cli", "survey.services", "survey.models"},
}
PLUMBING_FOR = {
    "survey.models": set(),
    "survey.reports": {"survey.codes", "survey.filters", "survey.messages", "survey.set_aside_messages"},
    "survey.services": {
        "survey.codes",
        "survey.config",
        "survey.database",
        "survey.errors",
        "survey.permissions",
    },
    "survey.views": PLUMBING,
    "survey.cli": PLUMBING,
}
OUTSIDE_ALLOWED = {"analysis": {"numpy", "scipy", "_typeshed"}}  # the last for type checkers only
# Pages and commands read plain facts of the statistics (a period's name) but never compute.
READABLE_ANALYSIS = {"analysis.periods", "analysis.errors"}


def modules() -> Iterator[tuple[str, Path]]:
    for package in FIRST_PARTY:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(part for part in parts if part != "__init__"), path


def imports_of(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: write the full name of the package"
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def room_of(module: str) -> str | None:
    return next((room for room in ALLOWED if module == room or module.startswith(room + ".")), None)


def is_in(module: str, rooms: set[str]) -> bool:
    return any(module == room or module.startswith(room + ".") for room in rooms)


def test_every_import_points_the_right_way() -> None:
    wrong = []
    for module, path in modules():
        room = room_of(module)
        if room is None:
            continue
        for target, line in imports_of(path):
            if target.split(".")[0] not in FIRST_PARTY:
                continue
            allowed = ALLOWED[room] | PLUMBING_FOR.get(room, set())
            if room in ("survey.views", "survey.cli"):
                allowed = allowed | READABLE_ANALYSIS
            if not is_in(target, allowed):
                wrong.append(f"{path.relative_to(ROOT)}:{line}: {room} must not import {target}")
    assert wrong == []


def test_analysis_knows_only_numpy_scipy_and_the_standard_library() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {target}"
        for module, path in modules()
        if module.split(".")[0] == "analysis"
        for target, line in imports_of(path)
        if target.split(".")[0] not in sys.stdlib_module_names | OUTSIDE_ALLOWED["analysis"] | {"analysis"}
    ]
    assert wrong == []


def test_reports_never_touch_the_database() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {target}"
        for module, path in modules()
        if module.startswith("survey.reports")
        for target, line in imports_of(path)
        if target.split(".")[0] in ("sqlalchemy", "alembic", "flask_login")
    ]
    assert wrong == []


def test_no_first_party_import_hides_in_a_function() -> None:
    wrong = []
    for _, path in modules():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for node in ast.walk(function):
                name = node.module if isinstance(node, ast.ImportFrom) else None
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [name or ""]
                wrong += [
                    f"{path.relative_to(ROOT)}:{function.lineno}: {n}"
                    for n in names
                    if n.split(".")[0] in FIRST_PARTY
                ]
    assert wrong == []


def test_no_import_cycle() -> None:
    known = {module for module, _ in modules()}
    graph: dict[str, set[str]] = {}
    for module, path in modules():
        targets = {t if t in known else t.rpartition(".")[0] for t, _ in imports_of(path)}
        graph[module] = (targets & known) - {module}
    # A package's __init__ that lists its members is imported by name from the members' siblings.
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"import cycle: {' → '.join(error.args[1])}")


# os.environ["LANGUAGE"] = "vi" tells a library something and reads nothing
READS_ENVIRONMENT = re.compile(r"environ\b(?!\[\"LANGUAGE\"\] = )")


def test_settings_are_the_only_reader_of_the_environment() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for module, path in modules()
        if module not in ("survey", "survey.config") and READS_ENVIRONMENT.search(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


def test_test_folders_are_no_packages() -> None:
    # A tests/forms/__init__.py would shadow the real package `forms` under pytest.
    assert list((ROOT / "tests").rglob("__init__.py")) == []
