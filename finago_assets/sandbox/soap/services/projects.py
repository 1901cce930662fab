"""The ProjectService, on the vendor's other host: projects by the number that an entry has.

Owns how they read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.books.dimensions import ELEMENTS, PROJECT
from finago_assets.sandbox.soap.searching import project_number

if TYPE_CHECKING:
    from finago_assets.sandbox.soap.call import AsmxAnswering, AsmxCall, AsmxRecord


def list_projects(call: AsmxCall) -> list[AsmxRecord]:
    """Projects by id and name, closed ones left out."""
    return _short_projects(call, active=True)


def list_closed_projects(call: AsmxCall) -> list[AsmxRecord]:
    """The closed ones."""
    return _short_projects(call, active=False)


def _short_projects(call: AsmxCall, *, active: bool) -> list[AsmxRecord]:
    _ = call.authenticated
    held = (one for one in ELEMENTS.values() if one.kind == PROJECT and one.active is active)
    return [{"Id": project_number(one.value), "Name": one.name} for one in held]


def list_detailed_projects(call: AsmxCall) -> list[AsmxRecord]:
    """Projects of a search, with little but id and name."""
    search = call.arguments["Ps"] or {}
    wanted, text = set(search.get("ProjectIds") or ()), search.get("Search", "").lower()
    found = [one for one in _short_projects(call, active=True) if not wanted or one["Id"] in wanted]
    return [
        {
            "Id": one["Id"],
            "Enabled": True,
            "Name": one["Name"],
            "RawName": one["Name"],
            "NameDisplay": "Plain",
            "TimeReg": "WorkType",
        }
        for one in found
        if text in one["Name"].lower()
    ]


HANDLERS: Final[dict[str, AsmxAnswering]] = {
    "GetProjectNameList": list_projects,
    "GetDeactivatedProjectNameList": list_closed_projects,
    "GetProjectList": list_detailed_projects,
}
