"""The SOAP services as routes, each under the vendor's own path; those of its second host under a path of their own.

Owns the way from an HTTP request to a call and from its result to a response: cookie, limit, faults and their status.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import Response
from starlette.routing import Route

from finago_assets.sandbox.faults import AnswerFault
from finago_assets.sandbox.soap.call import AsmxCall
from finago_assets.sandbox.soap.envelope import SoapFaulted, faulted_envelope
from finago_assets.sandbox.soap.reading import named_action, read_request, version_of
from finago_assets.sandbox.soap.served import ASMX_HANDLERS
from finago_assets.sandbox.soap.sessions import SESSION_COOKIE
from finago_assets.sandbox.soap.writing import write_answer
from finago_assets.sandbox.soap.wsdl import write_wsdl

if TYPE_CHECKING:
    from starlette.requests import Request

    from finago_assets.sandbox.app import View
    from finago_assets.sandbox.faults import Rule
    from finago_assets.sandbox.soap.contract import AsmxService
    from finago_assets.sandbox.soap.desk import SoapDesk
    from finago_assets.sandbox.soap.envelope import SoapVersion
    from finago_assets.sandbox.state import Sandbox

SECOND_HOST: Final = "/webservices"
LARGEST_REQUEST: Final = 4 * 1024 * 1024
UTF_8: Final = "charset=utf-8"


def soap_routes(sandbox: Sandbox) -> list[Route]:
    """Return the routes of each service: one that is called, and one that shows its contract."""
    routes = []
    for service in sandbox.soap.services:
        routes.append(Route(path_of_service(service), _make_soap_view(sandbox, service), methods=["POST"]))
        routes.append(Route(path_of_service(service), _make_wsdl_view(service), methods=["GET"]))
    return routes


def path_of_service(service: AsmxService) -> str:
    """Return the path of a service here."""
    return service.path if service.host == "api" else SECOND_HOST + service.path


def _make_soap_view(sandbox: Sandbox, service: AsmxService) -> View:
    async def answer(request: Request) -> Response:
        version = version_of(request.headers.get("content-type", ""))
        if version is None:
            return Response("<html><body><h1>Unsupported Media Type</h1></body></html>", 415, media_type="text/html")
        raw = await request.body()
        with sandbox.lock:
            return _answer_soap(sandbox.soap, service, version, request, raw)

    return answer


def _make_wsdl_view(service: AsmxService) -> View:
    async def show(request: Request) -> Response:
        if request.url.query.lower() != "wsdl":
            return Response(f"<html><body><h1>{service.name}</h1></body></html>", media_type="text/html")
        here = f"{request.url.scheme}://{request.headers['host']}{request.url.path}"
        return Response(write_wsdl(service, here), media_type="text/xml")

    return show


def _answer_soap(desk: SoapDesk, service: AsmxService, version: SoapVersion, request: Request, raw: bytes) -> Response:
    try:
        call = _open_call(desk, service, version, request, raw)
        body, status = _write_call(desk, service, version, call), 200
    except SoapFaulted as fault:
        call, status = None, fault.status
        if status != SoapFaulted("").status:
            return Response(fault.text, status, media_type="text/plain", headers=desk.limit.headers())
        body = faulted_envelope(version, fault)
    response = Response(body, status, {"Cache-Control": "private, max-age=0", **desk.limit.headers()})
    response.headers["Content-Type"] = f"{version.media_type}; {UTF_8}"
    if call is not None and call.new_session is not None:
        response.set_cookie(SESSION_COOKIE, call.new_session, httponly=True, samesite="lax")
    return response


def _open_call(desk: SoapDesk, service: AsmxService, version: SoapVersion, request: Request, raw: bytes) -> AsmxCall:
    if len(raw) > LARGEST_REQUEST:
        raise SoapFaulted("Maximum request length exceeded.", ours=False)
    now, rule = desk.now(), request.state.rule
    if rule is not None and rule.fault is AnswerFault.QUARANTINE:
        desk.limit.quarantine(now + rule.seconds)
    desk.limit.count(now)
    read = read_request(service, version, named_action(request.headers), raw, strict=desk.switches.strict)
    session = desk.sessions.of_cookie(request.cookies.get(SESSION_COOKIE), now)
    if rule is not None and rule.fault is AnswerFault.OTHER_ORGANIZATION and session is not None:
        desk.sessions.lead_astray(session)
    return AsmxCall(desk, read.operation, read.arguments, session, rule=rule)


def _write_call(desk: SoapDesk, service: AsmxService, version: SoapVersion, call: AsmxCall) -> bytes:
    answering = ASMX_HANDLERS[service.name].get(call.operation)
    if answering is None:
        raise SoapFaulted(f"{call.operation} is not served by this sandbox.")
    result = answering(call)
    if isinstance(result, list) and (desk.switches.one_element or is_cut(call.rule)):
        result = result[:1]
    return write_answer(service, version, call.operation, result, desk.switches.defaults)


def is_cut(rule: Rule | None) -> bool:
    """Tell whether a fault cuts the lists of an answer."""
    return rule is not None and rule.fault is AnswerFault.ONE_ELEMENT


def operation_in(headers: list[tuple[bytes, bytes]]) -> str:
    """Return which operation the headers of a request name, empty for a request that is no SOAP."""
    found = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
    if version_of(found.get("content-type", "")) is None:
        return ""
    return named_action(found).rpartition("/")[2]
