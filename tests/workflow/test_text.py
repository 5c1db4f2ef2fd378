"""Cleaning, folding and shortening of what people type and paste."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.ground.reading.text import clean, fold, normalise, shorten

VIETNAMESE = st.text(
    alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ 0123456789“”-",
    max_size=60,
)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Nông thôn mới", "nong thon moi"),
        ("  QUỐC PHÒNG\u00a0-  AN NINH ", "quoc phong - an ninh"),
        ("Đường Điện ĐẸP", "duong dien dep"),
        ("Ðảng bộ", "dang bo"),
        (unicodedata.normalize("NFD", "Xã Lục Bình"), "xa luc binh"),
        ("İSTANBUL", "istanbul"),
        ("", ""),
    ],
)
def test_fold_known(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text())
def test_fold_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_fold_again_changes_nothing_for_any_character_with_case() -> None:
    unstable = [hex(i) for i in range(0x20000) if fold(fold(chr(i))) != fold(chr(i))]
    assert unstable == []


@given(VIETNAMESE)
def test_fold_ignores_case_and_normal_form(text: str) -> None:
    expected = fold(text)
    assert fold(text.upper()) == expected
    assert fold(text.title()) == expected
    assert fold(unicodedata.normalize("NFD", text)) == expected
    assert fold(unicodedata.normalize("NFD", text.upper())) == expected
    assert expected.isascii() or "“" in text or "”" in text


@given(st.text(), st.booleans())
def test_clean_again_changes_nothing(text: str, multiline: bool) -> None:
    once = clean(text, multiline=multiline)
    assert clean(once, multiline=multiline) == once


@given(st.text(alphabet=st.characters(), max_size=80), st.booleans())
def test_clean_leaves_nothing_that_cannot_be_stored_or_seen(text: str, multiline: bool) -> None:
    cleaned = clean(text, multiline=multiline)
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert not any(unicodedata.category(c) in {"Cc", "Cs"} for c in cleaned if c != "\n")
    assert multiline or "\n" not in cleaned
    assert cleaned == cleaned.strip()


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Tổ\u202e tự\u2066 quản\u200f", "Tổ tự quản"),
        ("\ufeffDân\u200b vận\u00ad khéo\x00", "Dân vận khéo"),
        ("“Dân vận khéo” – 2024", "“Dân vận khéo” – 2024"),
        ("một\thai\u00a0 ba\r\nbốn", "một hai ba bốn"),
        ("nông dân 👩\u200d🌾 vui 👍🏽 🇻🇳 ❤️", "nông dân 👩\u200d🌾 vui 👍🏽 🇻🇳 ❤️"),
        ("a\u200db\u200d", "ab"),
        ("👩\u200d\u200d🌾", "👩🌾"),
        ("\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"),
        ("bí mật\U000e0041\U000e0042", "bí mật"),
        ("\uf0b7 Trồng cây", "• Trồng cây"),
        ("<script>{{7*7}}</script>", "<script>{{7*7}}</script>"),
        ("lỗi \ud800 đôi", "lỗi đôi"),
        ("\u3164trống\u115f \u034frỗng\uffa0", "trống rỗng"),
        ("e\u200b\u0301", "é"),
    ],
)
def test_clean_one_line(written: str, kept: str) -> None:
    assert clean(written) == kept


def test_clean_many_lines() -> None:
    pasted = "  Mục tiêu:\r\n-  Trồng\u00a0cây \u2028- Làm đường\x0b\r\r\r\n\r\nHết\t "
    assert clean(pasted, multiline=True) == "Mục tiêu:\n- Trồng cây\n- Làm đường\n\nHết"


@pytest.mark.parametrize(
    "text",
    [
        "a" + "\u0301\u0323" * 50_000,
        "ệ" * 100_000,
        " \n" * 50_000,
        "👩\u200d" * 50_000,
        "\U0001f3f4" + "\U000e0067" * 100_000,
        "\u0344" * 100_000,
        "\u200b" * 100_000,
    ],
)
def test_long_text_does_not_take_quadratic_time(text: str) -> None:
    # A quadratic step takes 5 s and more here, a linear one a twentieth of a second: wide enough for any
    # machine.
    began = time.process_time()
    folded, kept = fold(text), clean(text, multiline=True)
    assert time.process_time() - began < 3
    assert fold(folded) == folded
    assert clean(kept, multiline=True) == kept


def test_normalise_keeps_ordinary_text_whole() -> None:
    text = "Đường làng ngõ xóm sạch đẹp. " * 4_000
    assert normalise(unicodedata.normalize("NFD", text)) == text


@given(st.text(), st.integers(min_value=0, max_value=40))
def test_shorten_is_never_longer(text: str, length: int) -> None:
    short = shorten(text, length)
    assert len(short) <= length or short == text
    assert (short == text) == (len(text) <= length) or short.endswith("…")


@pytest.mark.parametrize(
    ("length", "short"),
    [(13, "Đường hoa…"), (14, "Đường hoa phụ…"), (16, "Đường hoa phụ nữ"), (4, "Đườ…"), (1, "…"), (0, "")],
)
def test_shorten_between_words(length: int, short: str) -> None:
    assert shorten("Đường hoa phụ nữ", length) == short


def test_shorten_does_not_tear_an_emoji_apart() -> None:
    assert shorten("ab 👩\u200d🌾 cây", 6) == "ab…"


def test_a_short_text_is_cleaned_as_a_long_one_is() -> None:
    words = [f"a{chr(i)}b" for i in range(0x20000)]
    assert clean(" ".join(words)) == " ".join(clean(word) for word in words)
