"""Whatever stands in a name, a subject or an address: one mail to one person, read back as it was written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.letters.mail import Letter, LetterUnusable, mail, one_line, recipient

SENDER = "Ban Dân vận huyện Khe Lam <danvan@khelam.example>"
LETTER = Letter(
    1,
    "email",
    "hin@khelam.example",
    "Lò Thị Hin",
    "vi",
    "Còn 3 ngày: báo cáo quý I của Thôn Nà Hin",
    "Kính gửi đồng chí.\n",
    "<p>Kính gửi đồng chí.</p>\n",
    "<m.1@khelam.example>",
    datetime(2024, 3, 1, 2, 0, tzinfo=UTC),
    "https://danvan.example/ngung-nhan/abc",
)
HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "List-Unsubscribe",
    "List-Unsubscribe-Post", "Content-Language", "MIME-Version", "Content-Type",
]  # fmt: skip
ATTACKS = (
    "Hin\r\nBcc: moi.nguoi@khelam.example",
    "Hin\nBcc: moi.nguoi@khelam.example",
    "Hin\r\n\r\n<script>alert(1)</script>",
    "Hin\u2028Bcc: x@y.example",
    "Hin\x85Bcc: x@y.example",
    "Hin\x0b\x0cBcc: x@y.example",
    'Hin" <x@y.example>, "',
    "Hin <x@y.example>",
    "=?utf-8?q?Hin=0D=0ABcc:_x=40y.example?=",
    "x" * 5000,
)
# Every character there is, surrogates apart: those are no text.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


def read(content: bytes) -> EmailMessage:
    return message_from_bytes(content, EmailMessage, policy=policy.default)


def as_read(content: bytes, name: str) -> str:
    """A header decoded by RFC 2047: the white space between two encoded words is none."""
    raw = message_from_bytes(content)[name]
    return " ".join(str(make_header(decode_header(raw))).split())


def check_whole(content: bytes) -> EmailMessage:
    """One mail with our headers and no others, in lines that every server takes."""
    found = read(content)
    assert found.keys() == HEADERS
    assert found.defects == []
    assert content.isascii()
    assert all(len(line) <= 998 and b"\r" not in line and b"\n" not in line for line in content.split(b"\r\n"))
    assert [part.get_content_type() for part in found.iter_parts()] == ["text/plain", "text/html"]
    return found


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("place", ["full_name", "subject", "text", "html", "message_id", "unsubscribe", "language"])
def test_nothing_adds_a_header_or_a_recipient(place: str, attack: str) -> None:
    try:
        content = mail(replace(LETTER, **{place: attack}), SENDER)  # type: ignore[arg-type]
    except LetterUnusable:
        # What is ours and not a person's is never that long.
        assert (place, attack) in {(name, "x" * 5000) for name in ("message_id", "unsubscribe", "language")}
        return
    found = check_whole(content)
    assert [one.addr_spec for one in found["To"].addresses] == ["hin@khelam.example"]


@given(texts, texts)
def test_name_and_subject_come_back_as_they_were(full_name: str, subject: str) -> None:
    content = mail(replace(LETTER, full_name=full_name, subject=subject), SENDER)
    found = check_whole(content)
    assert [one.addr_spec for one in found["To"].addresses] == ["hin@khelam.example"]
    assert as_read(content, "Subject") == one_line(subject)
    assert as_read(content, "To") == f"{one_line(full_name)} <hin@khelam.example>".strip() or not one_line(full_name)


@given(texts)
def test_text_comes_back_line_by_line(text: str) -> None:
    found = check_whole(mail(replace(LETTER, text=text, html=text), SENDER))
    for kind in ("plain", "html"):
        body = found.get_body((kind,))
        assert body is not None
        assert body.get_content().splitlines() == (text.splitlines() or [""])


def test_the_same_letter_is_the_same_bytes() -> None:
    assert mail(LETTER, SENDER) == mail(replace(LETTER), SENDER)


def test_boundary_cannot_be_written_into_the_text() -> None:
    boundary = read(mail(LETTER, SENDER)).get_boundary()
    found = check_whole(mail(replace(LETTER, text=f"\r\n--{boundary}--\r\nSau đó\r\n--{boundary}\r\n"), SENDER))
    body = found.get_body(("plain",))
    assert body is not None
    assert "Sau đó" in body.get_content()


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("hin@khelam.example", "hin@khelam.example"),
        ("  hin@khelam.example ", "hin@khelam.example"),
        ("hin@xã.vn", "hin@xn--x-yfa.vn"),
        ("hin+bao.cao@KheLam.Example", "hin+bao.cao@KheLam.Example"),
        ("đồng.chí@khelam.example", "đồng.chí@khelam.example"),
        ("hin@[192.0.2.1]", "hin@[192.0.2.1]"),
    ],
)
def test_address_is_understood(written: str, understood: str) -> None:
    assert recipient(written) == understood


@pytest.mark.parametrize(
    "written",
    [
        "", "hin", "@khelam.example", "hin@", "hin@@khelam.example", "hin hin@khelam.example", "a,b@khelam.example",
        "<hin@khelam.example>", "hin@khelam.example\r\nRCPT TO:<x@y.example>", "hin@khelam..example", "hin@-.",
        "hin@khelam.example>", "hin\x00@khelam.example", "a@" + "b" * 64 + ".example", "a" * 250 + "@x.example",
        "hin@khe lam.example", 'hin"@khelam.example',
    ],
)  # fmt: skip
def test_address_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(LetterUnusable):
        recipient(written)


@given(texts)
def test_any_address_is_refused_or_safe_in_a_command(written: str) -> None:
    try:
        address = recipient(written)
    except LetterUnusable:
        return
    assert not any(character.isspace() or character in "<>" for character in address)
    assert address.isprintable()
