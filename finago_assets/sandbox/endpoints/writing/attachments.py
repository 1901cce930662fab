"""Files: attached to a sales order, or announced to be sent and booked.

Owns the name of an attachment and its limit, and the signed address of an upload. No content is served by the API.
"""

from __future__ import annotations

import secrets
from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING, Final

from msgspec import json

from finago_assets.sandbox.answers import Done, Refused
from finago_assets.sandbox.books.ids import Thing, make_guid
from finago_assets.sandbox.books.written_records import Series, Upload, stamp
from finago_assets.sandbox.endpoints.invoicing import order_of
from finago_assets.sandbox.endpoints.writing.checks import invalid
from finago_assets.sandbox.file_routes import UPLOADS

if TYPE_CHECKING:
    from finago_assets.sandbox.endpoints.ask import Ask, Writer
    from finago_assets.sandbox.sent import SentBody

MOST_BYTES: Final = 4 * 1024 * 1024
EXTENSIONS: Final = {"application/pdf": "pdf", "image/png": "png"}


def attach(ask: Ask) -> Done:
    """A file under 4 MB with the name it was sent under. Raises Refused 403 for an invoice."""
    order, written = order_of(ask), ask.books.written
    if order.invoice is not None:
        raise Refused(403, "The order is already invoiced.")
    name, media_type, content = _read_file(ask.sent)
    if not content or len(content) >= MOST_BYTES:
        raise invalid("", "maxLength" if content else "minLength")
    key = make_guid(Thing.FILE, written.new(Series.FILE))
    body = {"fileId": key, "orderId": order.id, "fileName": name, "mediaType": media_type, "size": len(content)}
    order.files.append(json.encode(body | {"timestamp": stamp(written.now()), "tags": []}))
    return Done(201, order.files[-1])


def _read_file(sent: SentBody) -> tuple[str, str, bytes]:
    """Return name, media type and content: of the body, or of the first file in a form."""
    heads = f"Content-Type: {sent.content_type}\r\nContent-Disposition: {sent.disposition or 'attachment'}\r\n\r\n"
    message = BytesParser(policy=HTTP).parsebytes(heads.encode("latin-1", "replace") + _body_of_a_form(sent))
    part = next((part for part in message.walk() if part.get_filename()), message)
    media_type = part.get_content_type()
    name = part.get_filename() or _bare_name(sent.disposition) or f"attachment.{EXTENSIONS.get(media_type, 'bin')}"
    if not message.is_multipart():
        return name, media_type, sent.raw
    content = part.get_payload(decode=True)
    return name, media_type, content if isinstance(content, bytes) else b""


def _body_of_a_form(sent: SentBody) -> bytes:
    return sent.raw if sent.content_type.lower().startswith("multipart/") else b""


def _bare_name(disposition: str) -> str:
    """Return the name of a header that begins with it, as in the description's own example."""
    found = [part.partition("=")[2] for part in disposition.split(";") if part.strip().startswith("filename=")]
    return found[0].strip(' "') if found else ""


def announce(ask: Ask) -> Done:
    """Where to send a file; its state can be asked for until the sandbox ends."""
    key = make_guid(Thing.UPLOAD, ask.books.written.new(Series.UPLOAD))
    upload = Upload(key, ask.sent.json["contentType"], secrets.token_urlsafe(16))
    ask.books.written.uploads[key] = upload
    address = f"{ask.origin}{UPLOADS}/{key}?signature={upload.signature}"
    return Done(200, json.encode({"uploadMethod": "PUT", "uploadUrl": address, "fileId": key}))


WRITERS: Final[dict[str, Writer]] = {
    "POST /salesorders/{id}/attachments": attach,
    "POST /fileUpload": announce,
}
