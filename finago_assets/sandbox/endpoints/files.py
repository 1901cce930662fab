"""Documents, and how far an upload has come.

Owns which document numbers the books know. The addresses in the answers are signed, and served beside the API.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from msgspec import json

from finago_assets.sandbox.answers import One, Result
from finago_assets.sandbox.books.journal import FIRST_DOCUMENT, scanned
from finago_assets.sandbox.endpoints.ask import Ask, Handler, missing
from finago_assets.sandbox.file_routes import DOWNLOADS

if TYPE_CHECKING:
    from finago_assets.sandbox.books.company import Books


def document(ask: Ask) -> Result:
    """A link to a document that a voucher names or that was uploaded."""
    number = ask.integer("documentId")
    if not knows(ask.books, number):
        raise missing()
    signature = secrets.token_urlsafe(16)
    ask.books.written.links[signature] = number
    link = f"{ask.origin}{DOWNLOADS}?signature={signature}"
    return One(json.encode({"documentId": number, "contentType": "application/pdf", "downloadUrl": link, "pages": []}))


def knows(books: Books, number: int) -> bool:
    """Tell whether there is a document of a number."""
    serial = number - FIRST_DOCUMENT
    return (0 < serial <= books.journal.vouchers and scanned(serial)) or books.written.of_document(number) is not None


def file_upload(ask: Ask) -> Result:
    """The state of an upload; its document has a number once the content has come."""
    upload = ask.books.written.uploads.get(ask.path["fileId"])
    if upload is None:
        raise missing()
    if upload.document is None:
        return One(json.encode({"fileId": upload.file_id, "status": "Pending"}))
    return One(json.encode({"fileId": upload.file_id, "status": "Completed", "documentId": upload.document}))


HANDLERS: Final[dict[str, Handler]] = {"/documents/{documentId}": document, "/fileUpload/{fileId}": file_upload}
