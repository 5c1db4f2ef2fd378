"""The ways out: a mail server that wants TLS and a password, and what apprise reaches."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from notifications.delivery.channels import Apprise, Channel, Deferred, Rejected, Smtp, channels
from notifications.letters.mail import Letter
from tests.letters import settings_for
from tests.mail_server import mail_server
from tests.servers import free_port

LETTER = Letter(
    1, "email", "hin@khelam.example", "Lò Thị Hin", "vi", "Còn 3 ngày", "Nội dung\n", "<p>Nội dung</p>",
    "<m.1@khelam.example>", datetime(2024, 3, 1, tzinfo=UTC),
)  # fmt: skip


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost with its key, both in one file, signed by itself."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl in PATH to make a certificate with")
    folder = tmp_path_factory.mktemp("certificate")
    key, signed = folder / "key.pem", folder / "signed.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(signed)]
    subprocess.run(command, check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_text(signed.read_text() + key.read_text())
    return both


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The server's side of it; this machine trusts it for the length of a test."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return context(certificate)


def context(certificate: Path) -> ssl.SSLContext:
    found = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    found.load_cert_chain(certificate)
    return found


def smtp(port: int, **more: str) -> Smtp:
    return Smtp(settings_for(port, DVK_SMTP_HOST="localhost", **more))


@pytest.mark.parametrize(("security", "implicit"), [("starttls", False), ("tls", True)])
def test_mail_goes_through_tls_after_signing_in(trusted: ssl.SSLContext, security: str, implicit: bool) -> None:
    with mail_server(trusted=trusted, implicit=implicit, users={"danvan": "khac-han"}) as post:
        known = {"DVK_SMTP_SECURITY": security, "DVK_SMTP_USER": "danvan", "DVK_SMTP_PASSWORD": "mat-khau"}
        with pytest.raises(Deferred, match="DVK_SMTP_USER"):
            smtp(post.port, **known).send(LETTER)
    with mail_server(trusted=trusted, implicit=implicit, users={"danvan": "mat-khau"}) as post:
        channel = smtp(post.port, **known)
        channel.send(LETTER)
        channel.close()
        assert post.ids.total() == 1


@pytest.mark.parametrize(("security", "implicit"), [("starttls", False), ("tls", True)])
def test_server_with_a_certificate_nobody_vouches_for_gets_no_mail(
    certificate: Path, security: str, implicit: bool
) -> None:
    with mail_server(trusted=context(certificate), implicit=implicit) as post:
        with pytest.raises(Deferred, match="TLS") as caught:
            smtp(post.port, DVK_SMTP_SECURITY=security).send(LETTER)
        assert caught.value.server
        assert post.arrived == []


def test_server_without_tls_gets_no_mail_when_tls_is_asked_for() -> None:
    with mail_server() as post:
        with pytest.raises(Deferred, match="DVK_SMTP_SECURITY"):
            smtp(post.port, DVK_SMTP_SECURITY="starttls").send(LETTER)
        assert post.arrived == []


def test_address_with_marks_goes_to_a_server_that_takes_them() -> None:
    with mail_server() as post:
        channel = smtp(post.port)
        channel.send(replaced("đồng.chí@khelam.example"))
        channel.send(replaced("hin@xã.example"))
        channel.close()
        # The second in the ASCII form of its domain.
        assert [mail["Message-ID"] for mail in post.mails] == ["<m.1@khelam.example>"] * 2
        assert b"hin@xn--x-yfa.example" in post.arrived[1]


def test_host_that_is_none_defers() -> None:
    with pytest.raises(Deferred) as caught:
        Smtp(settings_for(free_port(), DVK_SMTP_HOST="khong.co.invalid")).send(LETTER)
    assert caught.value.server


def replaced(address: str, channel: str = "email") -> Letter:
    return Letter(
        1, channel, address, "Lò Thị Hin", "vi", "Còn 3 ngày", "Nội dung\n", "<p>Nội dung</p>",
        "<m.1@khelam.example>", datetime(2024, 3, 1, tzinfo=UTC),
    )  # fmt: skip


def apprise_for(*schemes: str) -> Apprise:
    return Apprise(list(schemes), "https://danvan.example", {"vi": None, "en": in_english}.__getitem__)


def in_english(sentence: str) -> str:
    return sentence.replace("Xem tiếp ở", "Read on at")


@pytest.fixture
def narrow() -> Iterator[Callable[[int, int], list[str]]]:
    """Makes a service for narrow:// that takes so many characters of a text and of a title; gives what it has taken."""
    import apprise
    from apprise import manager_plugins

    made_here: Any = manager_plugins
    known = made_here.NotificationManager()

    def made(most: int, titles: int) -> list[str]:
        taken: list[str] = []

        def send(_service: object, body: str, title: str = "", **_more: object) -> bool:
            if len(body) <= most:
                taken.append(body)
            return len(body) <= most

        of = {"service_name": "Narrow", "secure_protocol": "narrow", "body_maxlen": most, "title_maxlen": titles}
        known.add(type("Narrow", (apprise.NotifyBase,), {**of, "send": send}))
        return taken

    yield made
    known.remove("narrow", unload=False)


@pytest.fixture
def webhook() -> Iterator[tuple[int, list[dict[str, str]], list[int]]]:
    """A port, what was posted to it as JSON, and the answers it gives, one after another; then 200."""
    posted: list[dict[str, str]] = []
    answers: list[int] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(answers.pop(0) if answers else 200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port, posted, answers
        server.shutdown()
        thread.join()


def test_apprise_hands_the_text_to_the_service(webhook: tuple[int, list[dict[str, str]], list[int]]) -> None:
    port, posted, answers = webhook
    channel: Channel = apprise_for("json")
    channel.send(replaced(f"json://127.0.0.1:{port}/", "apprise"))
    assert (posted[0]["title"], posted[0]["message"].strip()) == ("Còn 3 ngày", "Nội dung")
    answers.append(500)
    with pytest.raises(Deferred) as caught:
        channel.send(replaced(f"json://127.0.0.1:{port}/", "apprise"))
    assert not caught.value.server


@pytest.mark.parametrize(
    ("status", "permanent"), [(400, True), (401, True), (404, True), (413, True), (429, False), (503, False)]
)
def test_apprise_is_not_tried_again_after_a_refusal(
    webhook: tuple[int, list[dict[str, str]], list[int]], status: int, permanent: bool
) -> None:
    port, _posted, answers = webhook
    answers.append(status)
    with pytest.raises(Rejected if permanent else Deferred) as caught:
        apprise_for("json").send(replaced(f"json://127.0.0.1:{port}/", "apprise"))
    assert (str(status) in str(caught.value)) == permanent


LINES = "".join(f"- Báo cáo {number}: còn 3 ngày.\n  https://danvan.example/bao-cao/{number}\n" for number in range(9))


@pytest.mark.parametrize("text", ["Ngắn.\n", LINES, "một " * 300, "x" * 500, "Dòng đầu\n" + "y" * 500])
@pytest.mark.parametrize(("most", "titles"), [(200, 0), (120, 50), (2000, 0)])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_text_is_shortened_to_what_the_service_takes(
    narrow: Callable[[int, int], list[str]], text: str, most: int, titles: int, language: str
) -> None:
    taken = narrow(most, titles)
    letter = replace(replaced("narrow://somebody/", "apprise"), text=text, language=language, link="/bao-cao/0")
    apprise_for("narrow").send(letter)
    (body,) = taken
    whole = "" if titles else "Còn 3 ngày\r\n"
    assert len(body) <= most
    reading_on = {"vi": "\n…\nXem tiếp ở ", "en": "\n…\nRead on at "}[language] + "https://danvan.example/bao-cao/0"
    if len(whole + text.strip()) <= most:
        assert body == whole + text.strip()
        return
    assert body.endswith(reading_on)
    said = body.removeprefix(whole).removesuffix(reading_on)
    assert text.startswith(said)
    assert len(said) >= (most - len(whole) - len(reading_on)) // 2
    if text == LINES:
        assert said.splitlines()[-1] in LINES.splitlines()


def test_service_without_room_for_a_link_is_given_up(narrow: Callable[[int, int], list[str]]) -> None:
    taken = narrow(40, 0)
    with pytest.raises(Rejected, match="tối đa"):
        apprise_for("narrow").send(replace(replaced("narrow://somebody/", "apprise"), text="x" * 100))
    assert taken == []


def test_zalo_says_how_much_it_takes() -> None:
    import apprise

    service = apprise.Apprise.instantiate("zalo://123:abc/456")
    assert isinstance(service, apprise.NotifyBase)
    assert (service.body_maxlen, service.title_maxlen) == (2000, 0)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("xml://127.0.0.1/", "không được phép"),
        ("file:///etc/passwd", "không được phép"),
        ("syslog://", "không được phép"),
        ("json", "không dùng được"),
        ("json://", "không dùng được"),
    ],
)
def test_apprise_reaches_only_what_the_installation_allows(address: str, why: str) -> None:
    with pytest.raises(Rejected, match=why):
        apprise_for("json").send(replaced(address, "apprise"))


def test_channels_are_those_that_were_set_up() -> None:
    assert sorted(channels(settings_for(25))) == ["email"]
    assert sorted(channels(settings_for(25, DVK_OTHER_CHANNELS="zalo tgram"))) == ["apprise", "email"]
