"""One message as the mail it becomes: built so that nothing in a name, subject or address can add a header or a recipient.

Put together here instead of by `email.message`: the same letter is the same bytes on every attempt, at a fiftieth of the time.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parseaddr
from functools import lru_cache

from workflow.ground.speech import _

_CONTROL = dict.fromkeys((*range(0x20), 0x7F, *range(0x80, 0xA0), 0x2028, 0x2029), " ")
_PLAIN = re.compile(r"[A-Za-z0-9 .,:;!?()/+-]*")
_ATOMS = re.compile(r"[A-Za-z0-9 -]+")
_LOCAL = re.compile(r"[^\s@<>(),;:\\\"\[\]]+")
_DOMAIN = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*|\[[0-9A-Fa-f.:IPv]+\]")
# Of UTF-8 in one encoded word: with its frame it stays below the 75 characters of RFC 2047.
_WORD_BYTES = 42
_LONGEST_LINE = 70
# RFC 5321, 4.5.3.1.6, without its end.
_LONGEST_SMTP_LINE = 998


class LetterUnusable(Exception):
    """No mail can be made of it, today or later; the text says why."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What goes to one person by one channel.

    link: path within the site of what it asks for. message_id: RFC 5322, with its angle brackets, the same on every attempt.
    unsubscribe: an https address that takes the person off by a POST (RFC 8058); '' for what nobody may be taken off.
    """

    delivery_id: int
    channel: str
    address: str
    full_name: str
    language: str
    subject: str
    text: str
    html: str
    message_id: str
    written_at: datetime
    unsubscribe: str = ""
    link: str = "/"


def recipient(address: str) -> str:
    """The address as a mail server wants it: a domain with Vietnamese letters in its ASCII form. Raises LetterUnusable."""
    local, at, domain = address.strip().rpartition("@")
    if not at or not domain or not _LOCAL.fullmatch(local) or not address.isprintable() or len(address) > 254:
        raise LetterUnusable(_("Địa chỉ thư không đúng dạng. Hãy sửa địa chỉ rồi gửi lại."))
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise LetterUnusable(_("Tên miền của địa chỉ thư không đúng. Hãy sửa địa chỉ rồi gửi lại.")) from error
    if not _DOMAIN.fullmatch(ascii_domain):
        raise LetterUnusable(_("Tên miền của địa chỉ thư không đúng. Hãy sửa địa chỉ rồi gửi lại."))
    return f"{local}@{ascii_domain}"


def mail(letter: Letter, sender: str) -> bytes:
    """The whole mail, lines ended by CRLF, text first and HTML beside it. Raises LetterUnusable.

    sender: `Tên <địa chỉ>` or the bare address. A local part outside ASCII stays as it is, for a server that takes SMTPUTF8.
    """
    boundary = hashlib.sha256(letter.message_id.encode("utf-8", "replace")).hexdigest()[:32]
    headers = [
        f"From: {_sender(sender)}",
        f"To: {_mailbox(letter.full_name, recipient(letter.address))}",
        f"Subject: {_words(one_line(letter.subject))}",
        f"Date: {format_datetime(letter.written_at)}",
        f"Message-ID: {one_line(letter.message_id)}",
        # RFC 3834: no out-of-office note comes back.
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
    ]
    if letter.unsubscribe:
        headers.append(f"List-Unsubscribe: <{one_line(letter.unsubscribe)}>")
        headers.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    headers += [
        f"Content-Language: {one_line(letter.language)}",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative; boundary="{boundary}"',
        "",
        "",
    ]
    head = "\r\n".join(headers)
    if any(len(line) > _LONGEST_SMTP_LINE for line in head.split("\r\n")):
        raise LetterUnusable(_("Một dòng đầu thư quá dài."))
    # A line of base64 has no hyphen in it, so no text can end its part.
    parts = (_part("plain", letter.text, boundary), _part("html", letter.html, boundary))
    return head.encode("utf-8", "replace") + b"".join(parts) + f"--{boundary}--\r\n".encode()


def one_line(text: str) -> str:
    """Text without the characters that end a header; what follows them stays text of the same line."""
    return " ".join(text.translate(_CONTROL).split())


def _part(subtype: str, text: str, boundary: str) -> bytes:
    head = f'--{boundary}\r\nContent-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    return head.encode() + base64.encodebytes(_lines(text).encode("utf-8", "replace")).replace(b"\n", b"\r\n")


def _lines(text: str) -> str:
    return "\r\n".join(text.splitlines()) + "\r\n"


@lru_cache(maxsize=8)
def _sender(written: str) -> str:
    name, address = parseaddr(written)
    return _mailbox(name, recipient(address))


def _mailbox(name: str, address: str) -> str:
    name = one_line(name)
    if not name:
        return address
    plain = len(name) <= _LONGEST_LINE and _ATOMS.fullmatch(name)
    return f"{name if plain else _words(name, always=True)} <{address}>"


def _words(text: str, *, always: bool = False) -> str:
    """A header's text, as it is where that is safe and short, else as encoded words of RFC 2047, one on each line."""
    if not always and len(text) <= _LONGEST_LINE and _PLAIN.fullmatch(text):
        return text
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(chunk).decode()}?=" for chunk in _chunks(text))


def _chunks(text: str) -> Iterator[bytes]:
    """UTF-8 in pieces that never divide a character."""
    piece = b""
    for character in text:
        encoded = character.encode("utf-8", "replace")
        if len(piece) + len(encoded) > _WORD_BYTES:
            yield piece
            piece = b""
        piece += encoded
    yield piece
