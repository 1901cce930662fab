"""The control surface over HTTP, under /_sandbox: for people with curl, and for tests in another process.

Owns the addresses. Every operation is a method of Control.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import json
from starlette.responses import Response
from starlette.routing import Route

from finago_assets.sandbox.books.money import ORE
from finago_assets.sandbox.books.vouchers import Posting, VoucherType
from finago_assets.sandbox.faults import read_rules
from finago_assets.sandbox.soap.control_actions import SOAP_ACTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from finago_assets.sandbox.app import View
    from finago_assets.sandbox.control import Control

    ControlAction = Callable[[Control, Request, bytes], object]

ROOT: Final = "/_sandbox"


class NewPosting(msgspec.Struct):
    """One line of a voucher to post: account number, amount in kroner, tax number."""

    account: int
    amount: Decimal
    tax: int | None = None
    customer: int | None = None
    comment: str | None = None


class NewVoucher(msgspec.Struct):
    """A voucher to post; `type` is a name of VoucherType."""

    date: date
    postings: list[NewPosting]
    type: str = "MANUAL"


def _post(control: Control, _: Request, body: bytes) -> object:
    voucher = json.decode(body, type=NewVoucher)
    postings = [Posting(p.account, int(p.amount * ORE), p.tax, p.customer, comment=p.comment) for p in voucher.postings]
    return {"id": control.post(VoucherType[voucher.type], voucher.date, *postings)}


def _plant(control: Control, request: Request, body: bytes) -> object:
    asked = json.decode(body or b"{}", type=dict[str, str])
    day = date.fromisoformat(asked["date"]) if "date" in asked else None
    return asdict(control.plant(request.path_params["kind"], day))


def _change(control: Control, request: Request, body: bytes) -> object:
    changes: dict[str, object] = dict(json.decode(body, type=dict[str, msgspec.Raw]))
    return msgspec.Raw(control.change_line(request.path_params["id"], **changes))


def _delete_line(control: Control, request: Request, _: bytes) -> object:
    control.delete_line(request.path_params["id"])
    return {"deleted": 1}


def _delete_voucher(control: Control, request: Request, _: bytes) -> object:
    return {"deleted": control.delete_voucher(request.path_params["id"])}


def _advance(control: Control, request: Request, body: bytes) -> object:
    asked = json.decode(body or b"{}", type=dict[str, str])
    day = date.fromisoformat(asked["date"]) if "date" in asked else None
    return {"status": control.advance_order(int(request.path_params["id"]), asked.get("status", "Invoice"), day)}


def _delete_order(control: Control, request: Request, _: bytes) -> object:
    control.delete_order(int(request.path_params["id"]))
    return {"deleted": 1}


def _withhold(control: Control, request: Request, _: bytes) -> object:
    control.withhold(request.path_params["name"])
    return {"withheld": sorted(control.sandbox.withheld)}


def _grant(control: Control, request: Request, _: bytes) -> object:
    control.grant(request.path_params["name"])
    return {"withheld": sorted(control.sandbox.withheld)}


def _faults(control: Control, _: Request, body: bytes) -> object:
    rules = read_rules(body)
    control.set_faults(*rules)
    return {"rules": len(rules)}


def _expire(control: Control, _: Request, __: bytes) -> object:
    return {"expired": control.expire_tokens()}


def _list_requests(control: Control, _: Request, __: bytes) -> object:
    return [asdict(request) for request in control.requests()]


def _reset_sandbox(control: Control, _: Request, __: bytes) -> object:
    control.reset()
    return {"lines": control.books().ledger.count}


def _state(control: Control, _: Request, __: bytes) -> object:
    books = control.books()
    counts = {"lines": books.ledger.count, "orders": len(books.orders.orders), "parties": len(books.parties)}
    days = {"first": books.plan.start.isoformat(), "last": books.plan.last.isoformat()}
    return {**counts, **days, "withheld": sorted(control.sandbox.withheld), "fired": control.faults_fired()}


ROUTES: Final[tuple[tuple[str, str, ControlAction], ...]] = (
    ("GET", "", _state),
    ("GET", "/requests", _list_requests),
    ("POST", "/vouchers", _post),
    ("DELETE", "/vouchers/{id}", _delete_voucher),
    ("POST", "/bad/{kind}", _plant),
    ("PATCH", "/lines/{id}", _change),
    ("DELETE", "/lines/{id}", _delete_line),
    ("POST", "/orders/{id}/advance", _advance),
    ("DELETE", "/orders/{id}", _delete_order),
    ("PUT", "/withheld/{name:path}", _withhold),
    ("DELETE", "/withheld/{name:path}", _grant),
    ("PUT", "/faults", _faults),
    ("POST", "/tokens/expire", _expire),
    ("POST", "/reset", _reset_sandbox),
    *SOAP_ACTIONS,
)


def control_routes(control: Control) -> list[Route]:
    """Return the routes under /_sandbox."""
    return [Route(ROOT + path, _make_control_view(control, act), methods=[method]) for method, path, act in ROUTES]


def _make_control_view(control: Control, act: ControlAction) -> View:
    async def view(request: Request) -> Response:
        body: Any = await request.body()
        try:
            return Response(json.encode(act(control, request, body)), media_type="application/json")
        except KeyError as error:
            return Response(json.encode({"unknown": str(error)}), 404, media_type="application/json")
        except (ValueError, InvalidOperation, msgspec.MsgspecError) as error:
            return Response(json.encode({"refused": str(error)}), 400, media_type="application/json")

    return view
