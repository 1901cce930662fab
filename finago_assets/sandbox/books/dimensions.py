"""Dimension types and their elements: below 100 the system's, above it this tenant's own.

Owns names and which elements are closed; a closed one stays on old lines and is missing from the element list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PROJECT, DEPARTMENT, EMPLOYEE, PRODUCT, CUSTOMER = range(1, 6)
CAMPAIGN: Final = 101
REGION: Final = 104
DEPARTMENTS: Final = ("10", "20", "30", "40")

DIMENSION_TYPES: Final = {
    PROJECT: "Prosjekt",
    DEPARTMENT: "Avdeling",
    EMPLOYEE: "Ansatt",
    PRODUCT: "Produkt",
    CUSTOMER: "Kunde",
    CAMPAIGN: "Kampanje",
    REGION: "Region",
}


@dataclass(frozen=True, slots=True)
class Element:
    """A value of a dimension; a closed one is no longer listed."""

    kind: int
    value: str
    name: str
    active: bool = True


_ELEMENTS: Final = (
    *(
        Element(PROJECT, f"P{100 + n}", name, active=n != 2)
        for n, name in enumerate(("Butikk Bergen", "Nettbutikk", "Flytting 2023", "Ny logistikk", "Messe Lillestrøm"))
    ),
    *(
        Element(DEPARTMENT, str(10 * (n + 1)), name)
        for n, name in enumerate(("Salg", "Lager", "Administrasjon", "Nettbutikk"))
    ),
    *(Element(EMPLOYEE, str(n + 1), name) for n, name in enumerate(("Kari", "Ola", "Åse"))),
    *(
        Element(CAMPAIGN, f"K-{n:02d}", name, active=n != 1)
        for n, name in enumerate(("Vår", "Sommer 2023", "Høst", 'Black "Week"'), start=0)
    ),
    *(Element(REGION, value, name) for value, name in (("Ø", "Østlandet"), ("V", "Vestlandet"), ("N", "Nord"))),
)

ELEMENTS: Final = {(element.kind, element.value): element for element in _ELEMENTS}


def name_of(kind: int, value: str) -> str:
    """Return the name of a value; those of products and customers, whose registers lie elsewhere, name themselves."""
    element = ELEMENTS.get((kind, value))
    return value if element is None else element.name


def dimension_json(kind: int, value: str) -> dict[str, object]:
    """Return one dimension of a ledger line; the type's name is there only sometimes, as documented."""
    body: dict[str, object] = {"dimensionType": kind}
    if kind != DEPARTMENT:
        body["dimensionTypeName"] = DIMENSION_TYPES[kind]
    body["value"] = value
    body["name"] = name_of(kind, value)
    return body
