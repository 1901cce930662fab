"""The operations of an API as its description has them: scopes, parameters, bodies, answers, and what paging there is.

Owns reading the file of facts, and holding a query or a body against it. Whether ids lead anywhere, an endpoint knows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jsonschema import Draft202012Validator, FormatChecker

from finago_assets.sandbox.books.kept import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jsonschema import ValidationError

DESCRIPTION_FILE: Final = Path(__file__).with_name("finago.json")
FORMATS: Final = FormatChecker(["date", "date-time", "email", "uuid"])
OF_PARAMETERS: Final = FormatChecker(["date"])  # what is asked for by a moment without a zone is answered
JsonSchema = dict[str, Any]
Violation = tuple[str, str]  # where, and which keyword of the schema says no


@dataclass(frozen=True, slots=True)
class DescribedOperation:
    """One method on one path. `types` are the media types of a body, empty where none is described."""

    method: str
    path: str
    scopes: tuple[str, ...]
    query: Mapping[str, JsonSchema]
    types: tuple[str, ...]
    answers: Mapping[str, JsonSchema]
    _of_query: Draft202012Validator = field(repr=False, compare=False)
    _of_body: Draft202012Validator | None = field(repr=False, compare=False)

    @property
    def writes(self) -> bool:
        """True for every method that may change the books."""
        return self.method != "GET"

    @property
    def sends_json(self) -> bool:
        """True when the body is JSON and not a file."""
        return self._of_body is not None

    @property
    def linked(self) -> bool:
        """True when a success comes in pages, with a link to the next."""
        return any("links" in answer for answer in self.answers.values())

    @property
    def names(self) -> frozenset[str]:
        """Everything that withholds it: a scope, method and path, and for a read also the path of its list, bare."""
        bare = self.path.strip("/")
        lists = () if self.writes else (bare, bare.rpartition("/{")[0] if bare.endswith("}") else bare)
        return frozenset((f"{self.method} {self.path}", *self.scopes, *lists))

    def of_query(self, values: Mapping[str, str]) -> list[Violation]:
        """Return what is wrong with the parameters of a request; unknown ones are ignored, as the vendor does."""
        given = {name: _read_value(values[name], self.query[name]) for name in self.query if values.get(name)}
        return _problems(self._of_query.iter_errors(given))

    def of_body(self, body: JsonSchema) -> list[Violation]:
        """Return what is wrong with a body."""
        return [] if self._of_body is None else _problems(self._of_body.iter_errors(body))


@dataclass(frozen=True, slots=True)
class Description:
    """An API: its operations by method and path, and the shapes that their schemas name."""

    operations: Mapping[str, DescribedOperation]
    schemas: Mapping[str, JsonSchema]

    def resolved(self, schema: JsonSchema) -> JsonSchema:
        """Return a schema itself for a reference to it."""
        while "$ref" in schema:
            schema = self.schemas[schema["$ref"].removeprefix("#/schemas/")]
        return schema


def read_description(file: Path = DESCRIPTION_FILE) -> Description:
    """Return the facts of a file."""
    facts = read(file.read_bytes())
    operations = {key: _operation(key, said, facts["schemas"]) for key, said in facts["operations"].items()}
    return Description(operations, facts["schemas"])


def _operation(key: str, said: JsonSchema, schemas: JsonSchema) -> DescribedOperation:
    method, _, path = key.partition(" ")
    query, body = said.get("query", {}), said.get("body", {})
    schema = body.get("schema")
    return DescribedOperation(
        method=method,
        path=path,
        scopes=tuple(said["scopes"]),
        query=query.get("properties", {}),
        types=tuple(body.get("types", ())),
        answers=said["answers"],
        _of_query=Draft202012Validator({**query, "schemas": schemas}, format_checker=OF_PARAMETERS),
        _of_body=schema and Draft202012Validator({**schema, "schemas": schemas}, format_checker=FORMATS),
    )


def _read_value(text: str, schema: JsonSchema) -> object:
    """Return a parameter as the value that it spells, or as the text that it is."""
    try:
        match schema.get("type"):
            case "integer":
                return int(text)
            case "number":
                return Decimal(text)
            case "boolean":
                return {"true": True, "false": False}[text.lower()]
    except (ArithmeticError, KeyError, ValueError):
        pass
    return text


def _problems(errors: Iterable[ValidationError]) -> list[Violation]:
    return list(dict.fromkeys(problem for error in errors for problem in _find_violations(error)))


def _find_violations(error: ValidationError) -> Iterator[Violation]:
    """Yield what an error is about; of alternatives that all fail, what is wrong with the one that came nearest."""
    place, keyword = ".".join(str(step) for step in error.absolute_path), str(error.validator)
    if error.context:
        alternatives = [list(errors) for _, errors in groupby(error.context, lambda one: one.schema_path[0])]
        for inner in min(alternatives, key=_distance):
            yield from _find_violations(inner)
    elif keyword == "required":
        yield from (
            (f"{place}.{name}".lstrip("."), keyword) for name in error.validator_value if name not in error.instance
        )
    else:
        yield place, keyword


def _distance(errors: list[ValidationError]) -> tuple[bool, int]:
    """Return how far a body is from an alternative: one that another word stands for is the farthest."""
    return any(error.validator == "enum" for error in errors), len(errors)
