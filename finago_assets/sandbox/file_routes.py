"""The addresses that the API hands out instead of files: where to send an upload, and where to fetch a document.

Owns both routes. They take no token: as with any signed address, whoever holds it may use it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import Response
from starlette.routing import Route

from finago_assets.sandbox.books.written_records import Series

if TYPE_CHECKING:
    from starlette.requests import Request

    from finago_assets.sandbox.books.company import Books
    from finago_assets.sandbox.state import Sandbox

FILES: Final = "/files/"
UPLOADS: Final = FILES + "uploads"
DOWNLOADS: Final = FILES + "documents"
SCAN: Final = b"%PDF-1.4\n% A scan of nothing: seeded vouchers have numbers for documents, and no paper.\n%%EOF\n"


def file_routes(sandbox: Sandbox) -> list[Route]:
    """Return the routes beside the API."""

    async def put(request: Request) -> Response:
        content = await request.body()
        with sandbox.lock:
            return Response(status_code=_store_content(sandbox, request, content))

    async def fetch(request: Request) -> Response:
        with sandbox.lock:
            return _document(sandbox, request.query_params.get("signature", ""))

    return [Route(UPLOADS + "/{fileId}", put, methods=["PUT"]), Route(DOWNLOADS, fetch)]


def _store_content(sandbox: Sandbox, request: Request, content: bytes) -> int:
    for books in sandbox.tenants.values():
        upload = books.written.uploads.get(request.path_params["fileId"])
        if upload is not None and upload.signature == request.query_params.get("signature"):
            upload.content = content
            upload.document = upload.document or books.written.new(Series.DOCUMENT)
            return 200
    return 403


def _document(sandbox: Sandbox, signature: str) -> Response:
    for books in sandbox.tenants.values():
        if signature in books.written.links:
            return Response(_find_content(books, books.written.links[signature]), media_type="application/pdf")
    return Response(status_code=403)


def _find_content(books: Books, number: int) -> bytes:
    upload = books.written.of_document(number)
    return SCAN if upload is None or upload.content is None else upload.content
