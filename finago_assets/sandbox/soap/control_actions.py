"""What may be done to the SOAP services over HTTP: the addresses under /_sandbox, and what each does.

Owns the table. Every action is a method of SoapControl.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from msgspec import json

if TYPE_CHECKING:
    from starlette.requests import Request

    from finago_assets.sandbox.control import Control
    from finago_assets.sandbox.control_routes import ControlAction


def _show_switches(control: Control, _: Request, __: bytes) -> object:
    return asdict(control.soap.switches)


def _turn_switches(control: Control, _: Request, body: bytes) -> object:
    return control.soap.set(**json.decode(body, type=dict[str, Any]))


def _list_drafts(control: Control, _: Request, __: bytes) -> object:
    return control.soap.drafts()


def _book_draft(control: Control, request: Request, _: bytes) -> object:
    return {"booked": control.soap.book(int(request.path_params["id"]))}


def _delete_draft(control: Control, request: Request, _: bytes) -> object:
    control.soap.delete(int(request.path_params["id"]))
    return {"deleted": 1}


def _expire_sessions(control: Control, _: Request, __: bytes) -> object:
    return {"expired": control.soap.expire_sessions()}


def _change_organization(control: Control, _: Request, body: bytes) -> object:
    asked = json.decode(body, type=dict[str, str])
    return {"changed": control.soap.change_organization(asked["organization"])}


def _quarantine(control: Control, _: Request, body: bytes) -> object:
    seconds = json.decode(body, type=dict[str, float])["seconds"]
    control.soap.quarantine(seconds)
    return {"seconds": seconds}


def _lock_year(control: Control, request: Request, _: bytes) -> object:
    control.soap.lock_year(int(request.path_params["year"]))
    return {"locked": sorted(control.soap.ledger().locked)}


def _unlock_year(control: Control, request: Request, _: bytes) -> object:
    control.soap.unlock_year(int(request.path_params["year"]))
    return {"locked": sorted(control.soap.ledger().locked)}


SOAP_ACTIONS: Final[tuple[tuple[str, str, ControlAction], ...]] = (
    ("GET", "/soap", _show_switches),
    ("PUT", "/soap", _turn_switches),
    ("GET", "/drafts", _list_drafts),
    ("POST", "/drafts/{id}/book", _book_draft),
    ("DELETE", "/drafts/{id}", _delete_draft),
    ("POST", "/sessions/expire", _expire_sessions),
    ("POST", "/sessions/organization", _change_organization),
    ("POST", "/soap/quarantine", _quarantine),
    ("PUT", "/years/{year}/locked", _lock_year),
    ("DELETE", "/years/{year}/locked", _unlock_year),
)
