"""The ways out of the house: a mail server, and what apprise reaches. Knows letters and how they fare, no database.

A channel takes one letter at a time and answers by returning or by raising: `Deferred` for what may go well later, `Rejected` for
what will not.
"""

from __future__ import annotations

import logging
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from email.utils import parseaddr
from importlib.util import find_spec
from typing import Final, Protocol

from config.settings import Settings
from notifications.letters.mail import Letter, LetterUnusable, mail, one_line, recipient
from workflow.ground.speech import Translate, _, speaking

LONGEST_ANSWER = 400
_STATUS: Final = re.compile(r"error=(\d{3})\b")
_TEMPORARY: Final = frozenset({408, 425, 429})
"""Of the answers 4xx of HTTP those that ask to come again; the others mean this message or its address."""
_PORTS = {"starttls": 587, "tls": 465, "none": 25}


class Deferred(Exception):
    """It may go well later. server: it is not about this letter, the next ones would probably fare no better."""

    def __init__(self, why: str, *, server: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.server = server


class Rejected(Exception):
    """It will not go, however often it is tried."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Channel(Protocol):
    """What delivery needs of a channel."""

    def send(self, letter: Letter) -> None:
        """Hand one letter over for good. Raises Deferred or Rejected."""

    def close(self) -> None:
        """Let go of what is kept open between two letters; the next letter opens it again."""

    def abort(self) -> None:
        """End an attempt under way, from another thread: it comes out as Deferred."""


Channels = Mapping[str, Channel]


def channels(
    settings: Settings, speak: Callable[[str], Translate | None] = lambda _language: None
) -> dict[str, Channel]:
    """The channels that this installation has set up. speak: language → what says our own words in it."""
    found: dict[str, Channel] = {}
    if settings.smtp_host:
        found["email"] = Smtp(settings)
    if settings.other_channels:
        found["apprise"] = Apprise(settings.other_channels.split(), settings.site, speak)
    return found


class Smtp:
    """One connection to a mail server, opened by the first letter and kept for those that follow."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sender = parseaddr(settings.mail_from)[1]
        self._server: smtplib.SMTP | None = None

    def complaint(self) -> str | None:
        """A sentence when the server cannot be reached or does not let us in; None when letters can go. Sends nothing."""
        try:
            self._open()
        except Deferred as deferred:
            return deferred.why
        self.close()
        return None

    def send(self, letter: Letter) -> None:
        """Hand one mail to the server; it has taken it when this returns."""
        try:
            content, to = mail(letter, self._settings.mail_from), recipient(letter.address)
        except LetterUnusable as unusable:
            raise Rejected(str(unusable)) from unusable
        server = self._server or self._open()
        # The server has to promise that it takes such an address; else smtplib says SMTPNotSupportedError.
        options = [] if to.isascii() else ["SMTPUTF8"]
        try:
            server.sendmail(self._sender, [to], content, mail_options=options)
        except smtplib.SMTPRecipientsRefused as refused:
            code, said = next(iter(refused.recipients.values()))
            self._judge(code, said)
        except smtplib.SMTPSenderRefused as refused:
            # 552: too large. Anything else is about us, not about this letter.
            if refused.smtp_code != 552:
                self._drop()
                raise Deferred(_answer(refused.smtp_code, refused.smtp_error), server=True) from refused
            raise Rejected(_answer(refused.smtp_code, refused.smtp_error)) from refused
        except smtplib.SMTPResponseException as refused:
            self._judge(refused.smtp_code, refused.smtp_error)
        except smtplib.SMTPNotSupportedError as error:
            raise Rejected(_("Máy chủ thư không nhận địa chỉ có dấu. Hãy dùng địa chỉ không dấu.")) from error
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise Deferred(_broken(error), server=True) from error

    def close(self) -> None:
        """Say goodbye, if there is somebody to say it to."""
        server, self._server = self._server, None
        if server is not None:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()

    def abort(self) -> None:
        """Cut the line."""
        server = self._server
        line = getattr(server, "sock", None)
        if line is not None:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def _open(self) -> smtplib.SMTP:
        settings = self._settings
        seconds = float(settings.smtp_timeout_seconds)
        port = settings.smtp_port or _PORTS[settings.smtp_security]
        # Reading the certificates the machine trusts takes longer than twenty letters do.
        trusted = None if settings.smtp_security == "none" else ssl.create_default_context()
        server = (
            smtplib.SMTP_SSL(timeout=seconds, context=trusted)
            if settings.smtp_security == "tls"
            else smtplib.SMTP(timeout=seconds)
        )
        # Kept before it is connected, so that `abort` finds the line on which the greeting is waited for.
        self._server = server
        # The name that a certificate is checked against; smtplib sets it only when it connects in its constructor.
        server._host = settings.smtp_host  # type: ignore[attr-defined]
        try:
            code, said = server.connect(settings.smtp_host, port)
            if code != 220:
                raise smtplib.SMTPConnectError(code, said)
            if settings.smtp_security == "starttls":
                server.starttls(context=trusted)
            if settings.smtp_user:
                password = settings.smtp_password
                server.login(settings.smtp_user, password.get_secret_value() if password else "")
            server.ehlo_or_helo_if_needed()
        except smtplib.SMTPAuthenticationError as error:
            self._drop()
            raise Deferred(
                _("Máy chủ thư không nhận DVK_SMTP_USER và DVK_SMTP_PASSWORD (mã %(code)s).", code=error.smtp_code),
                server=True,
            ) from error
        except smtplib.SMTPNotSupportedError as error:
            self._drop()
            raise Deferred(
                _("Máy chủ thư không có TLS hoặc đăng nhập như DVK_SMTP_SECURITY yêu cầu."), server=True
            ) from error
        except smtplib.SMTPResponseException as error:
            self._drop()
            raise Deferred(_answer(error.smtp_code, error.smtp_error), server=True) from error
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            self._drop()
            raise Deferred(_broken(error), server=True) from error
        return server

    def _judge(self, code: int, said: bytes | str) -> None:
        """A letter that the server put off or refused, or a server that wants to be left alone."""
        if code == 421:
            self._drop()
        if 500 <= code < 600:
            raise Rejected(_answer(code, said))
        raise Deferred(_answer(code, said), server=code == 421)

    def _drop(self) -> None:
        """Hang up without a word: who does not answer is not waited for again."""
        server, self._server = self._server, None
        if server is not None:
            server.close()


class Apprise:
    """What the optional library apprise reaches: Zalo, Telegram and the like, each by an address of its own form.

    site: address of the pages, where somebody reads on when a service takes no text as long.
    """

    def __init__(self, schemes: list[str], site: str, speak: Callable[[str], Translate | None]) -> None:
        self._schemes = frozenset(schemes)
        self._site = site
        self._speak = speak

    def send(self, letter: Letter) -> None:
        """Hand the text to the service behind the address."""
        complaint = address_complaint(letter.address, self._schemes)
        if complaint:
            raise Rejected(complaint)
        import apprise

        service = apprise.Apprise.instantiate(letter.address, suppress_exceptions=True)
        if service is None:
            raise Rejected(_("Địa chỉ kênh không dùng được. Hãy sửa trong cách nhận tin."))
        title = one_line(letter.subject)
        # Without a field for it the library puts the title above the text, on a line of its own.
        room = service.body_maxlen - (len(title) + 2 if service.title_maxlen <= 0 else 0)
        body = self._fitting(letter, room)
        # The library says why only in its log.
        with apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as heard:  # type: ignore[no-untyped-call]
            taken = service.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT)
            said = _STATUS.findall(heard.getvalue())
        if not taken:
            refused = next((int(code) for code in said if code[0] == "4" and int(code) not in _TEMPORARY), None)
            if refused is not None:
                raise Rejected(
                    _("Dịch vụ nhắn tin từ chối (mã %(code)s). Hãy xem lại địa chỉ kênh của người này.", code=refused)
                )
            raise Deferred(_("Dịch vụ nhắn tin không nhận. Sẽ thử lại."))

    def _fitting(self, letter: Letter, room: int) -> str:
        """The text, or its beginning in whole lines with where to read on. Raises Rejected when not even that has room."""
        text = letter.text.strip()
        if len(text) <= room:
            return text
        with speaking(self._speak(letter.language)):
            reading_on = "\n…\n" + _("Xem tiếp ở %(link)s", link=self._site + letter.link)
        left = room - len(reading_on)
        if left < 0:
            raise Rejected(_("Kênh này chỉ nhận tin tối đa %(room)s ký tự, không đủ cho một đường dẫn.", room=room))
        # Whole lines, unless that would lose half of what has room.
        ends = (text.rfind(mark, 0, left + 1) for mark in ("\n", " "))
        return text[: next((end for end in ends if end >= left // 2), left)].rstrip() + reading_on

    def close(self) -> None:
        """Nothing is kept open."""

    def abort(self) -> None:
        """Each message has its own short time-outs."""


def address_complaint(address: str, schemes: frozenset[str]) -> str | None:
    """A sentence when a message cannot be sent to such an address here; None when it can.

    Only schemes that the installation allows: some of apprise's reach into the machine or the network it stands in.
    """
    scheme = address.partition("://")[0].strip().lower()
    if scheme not in schemes:
        allowed = ", ".join(sorted(schemes))
        return (
            _("Kênh «%(scheme)s» không được phép ở đây. Các kênh: %(allowed)s.", scheme=scheme[:20], allowed=allowed)
            if schemes
            else _("Chưa bật kênh nhắn tin nào (DVK_OTHER_CHANNELS).")
        )
    if find_spec("apprise") is None:
        return _("Chưa cài thư viện nhắn tin. Hãy chạy: pip install 'danvankheo[apprise]'")
    return None


def _answer(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {one_line(text)}"[:LONGEST_ANSWER]


def _broken(error: Exception) -> str:
    # smtplib reports a time-out in the middle of a talk as a disconnect.
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return _("Máy chủ thư không trả lời trong thời gian cho phép.")
    if isinstance(error, ConnectionRefusedError | socket.gaierror):
        return _("Không nối được với máy chủ thư. Kiểm tra DVK_SMTP_HOST và DVK_SMTP_PORT.")
    if isinstance(error, ssl.SSLError):
        return _("Không lập được kênh TLS với máy chủ thư: %(why)s", why=one_line(str(error))[:200])
    return _("Máy chủ thư ngắt kết nối: %(why)s", why=one_line(str(error))[:200])
