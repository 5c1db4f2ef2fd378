"""A real SMTP server in the test's process that can misbehave in every way a mail server does."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HANGS = "hang"
DISCONNECTS = "disconnect"
TAKES_AND_DIES = "take and die"


@dataclass
class Post:
    """What arrived, and how the server answers. at_rcpt, at_data: address → an answer such as '451 later', or a fault above."""

    port: int = 0
    at_rcpt: dict[str, str] = field(default_factory=dict)
    at_data: dict[str, str] = field(default_factory=dict)
    at_mail: str = ""
    # After so many letters on one connection it says 421 and hangs up.
    letters_per_connection: int = 0
    arrived: list[bytes] = field(default_factory=list)
    connections: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def mails(self) -> list[EmailMessage]:
        """What arrived, read as a mail program does."""
        return [message_from_bytes(raw, EmailMessage, policy=policy.default) for raw in self.arrived]

    @property
    def ids(self) -> Counter[str]:
        """How often each Message-ID arrived."""
        return Counter(message_id(raw) for raw in self.arrived)

    def restore(self) -> None:
        """Behave from now on."""
        self.at_rcpt.clear()
        self.at_data.clear()
        self.at_mail, self.letters_per_connection = "", 0


def message_id(raw: bytes) -> str:
    """That of a mail, without reading the rest of it."""
    found = re.search(rb"^Message-ID: (.*)\r$", raw, re.MULTILINE)
    assert found is not None
    return found[1].decode()


class _Handler:
    def __init__(self, post: Post) -> None:
        self._post = post

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self._post.connections += 1
        session.letters = 0  # type: ignore[attr-defined]
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        limit = self._post.letters_per_connection
        if limit and session.letters >= limit:  # type: ignore[attr-defined]
            return "421 too many on one connection"
        if self._post.at_mail:
            return self._post.at_mail
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._post.at_rcpt.get(address)
        if answer is not None:
            return await self._answer(server, answer)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        raw = content if isinstance(content, bytes) else str(content).encode()
        answer = self._post.at_data.get(envelope.rcpt_tos[0])
        if answer == TAKES_AND_DIES:
            self._post.arrived.append(raw)
        if answer is not None:
            return await self._answer(server, answer)
        self._post.arrived.append(raw)
        session.letters += 1  # type: ignore[attr-defined]
        return "250 taken"

    async def _answer(self, server: SMTP, answer: str) -> str:
        if answer in (DISCONNECTS, TAKES_AND_DIES):
            assert server.transport is not None
            server.transport.close()
            return "250 nobody hears this"
        if answer == HANGS:
            while not self._post.released.is_set():
                await asyncio.sleep(0.05)
            return "451 at last"
        return answer


@contextmanager
def mail_server(
    *, trusted: ssl.SSLContext | None = None, implicit: bool = False, users: Mapping[str, str] | None = None
) -> Iterator[Post]:
    """A server on a free port of this machine. trusted: offers STARTTLS with it; implicit: TLS from the first byte."""
    post = Post()

    def login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword) -> AuthResult:
        known = (users or {}).get(data.login.decode())
        return AuthResult(success=known == data.password.decode(), handled=False)

    options: dict[str, Any] = {"auth_require_tls": not implicit, "authenticator": login} if users else {}
    if trusted and not implicit:
        options |= {"tls_context": trusted, "require_starttls": True}
    controller = Controller(
        _Handler(post),
        hostname="127.0.0.1",
        port=_free_port(),
        ssl_context=trusted if implicit else None,
        enable_SMTPUTF8=True,
        **options,
    )
    controller.start()
    post.port = controller.port
    try:
        yield post
    finally:
        post.released.set()
        controller.stop()


@contextmanager
def silent_server() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield int(listening.getsockname()[1])


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
