"""A name at module level stands in one module of the package, so that whoever searches for it finds one thing."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import finago_assets

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE: Final = Path(finago_assets.__file__).parent
# what a user's new project begins with is theirs
TEMPLATES: Final = "new_project"
# its classes are called what a vendor's contract calls them
VENDORS_WORDS: Final = "apis/finago_soap/datatypes.py"
# each is one thing in several parts, or a word of Python's
FAMILIES: Final = {
    "HANDLERS": "the sandbox's endpoints by path: each file has its own, and the package gathers them",
    "WRITERS": "the sandbox's operations that write, gathered in the same way",
    "SCENARIOS": "the vouchers that are known in advance, gathered in the same way",
    "main": "what starts a program, of which there is more than one",
    "T": "a type variable says nothing but that two types are one",
    "__all__": "Python's",
    "_log": "a module's logger, called after the module",
}


def names_of(body: list[ast.stmt]) -> Iterator[str]:
    """Yield the names that statements define, also under a condition; imports define none."""
    for statement in body:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield statement.name
            case ast.Assign(targets=targets):
                yield from (part for target in targets for part in names_in(target))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.If(body=inner, orelse=others) | ast.Try(body=inner, orelse=others):
                yield from names_of([*inner, *others])


def names_in(target: ast.expr) -> Iterator[str]:
    """Yield the names that an assignment defines; one to an element or an attribute defines none."""
    match target:
        case ast.Name(id=name):
            yield name
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                yield from names_in(part)


def modules_by_name(package: Path) -> dict[str, set[str]]:
    """Return in which modules of a package each name is defined."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(package.rglob("*.py")):
        place = path.relative_to(package)
        if TEMPLATES not in place.parts and place.as_posix() != VENDORS_WORDS:
            for name in names_of(ast.parse(path.read_text(encoding="utf-8")).body):
                found[name].add(place.as_posix())
    return found


def test_a_name_stands_in_one_module_only() -> None:
    twice = {name: sorted(modules) for name, modules in modules_by_name(PACKAGE).items() if len(modules) > 1}

    assert {name: modules for name, modules in twice.items() if name not in FAMILIES} == {}


def test_every_kind_of_definition_is_seen(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text(
        "import os\nfrom typing import Final\na: Final = 1\nb, c = 1, 2\nif a:\n    def d(): ...\nelse:\n    e = 1\n"
        "class F:\n    inside = 1\nasync def g():\n    local = 1\na[0] = b.attribute = 1\n"
    )

    assert modules_by_name(tmp_path) == {name: {"one.py"} for name in "abcdeFg"}
