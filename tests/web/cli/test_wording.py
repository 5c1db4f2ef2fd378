"""`dvk wording`: an installation's own sentences, refused when they could not be filled in."""

from __future__ import annotations

from pathlib import Path

from notifications.letters.wording import sentences
from tests.web.cli.conftest import Dvk


def test_sentences_are_shown_checked_saved_and_given_up(dvk: Dvk, folder: Path) -> None:
    shown = dvk("wording", "show", "vi")
    assert (shown.code, shown.out) == (0, sentences.shipped("vi").read_text(encoding="utf-8"))
    own = folder / "own.toml"
    own.write_text(shown.out.replace("Kính gửi {name},", "Thưa {name},"), encoding="utf-8")
    assert dvk("wording", "check", "vi", str(own)).code == 0
    assert dvk("wording", "show", "vi").out == shown.out
    assert dvk("wording", "save", "vi", str(own)).code == 0
    assert "Thưa {name}," in dvk("wording", "show", "vi").out
    assert dvk("wording", "reset", "vi").code == 0
    assert dvk("wording", "show", "vi").out == shown.out


def test_unknown_place_is_named_and_nothing_is_saved(dvk: Dvk, folder: Path) -> None:
    own = folder / "own.toml"
    text = sentences.shipped("vi").read_text(encoding="utf-8")
    own.write_text(text.replace("Kính gửi {name},", "Kính gửi {title} {name},"), encoding="utf-8")
    for command in ("check", "save"):
        answer = dvk("wording", command, "vi", str(own))
        assert (answer.code, answer.out) == (1, "")
        assert "letter.greeting" in answer.err
        assert "{title}" in answer.err
    assert "Kính gửi {name}," in dvk("wording", "show", "vi").out


def test_file_that_is_no_text_is_refused(dvk: Dvk, folder: Path) -> None:
    own = folder / "own.toml"
    own.write_bytes(b"\xff\xfe\x00")
    answer = dvk("wording", "save", "vi", str(own))
    assert answer.code == 1
    assert "UTF-8" in answer.err


def test_doctor_finds_a_file_that_was_broken_by_hand(dvk: Dvk, folder: Path) -> None:
    dvk("init")
    own = folder / "var" / "wording" / "en.toml"
    own.parent.mkdir()
    own.write_text('[letter]\ngreeting = "Dear {title},"\n', encoding="utf-8")
    answer = dvk("doctor")
    assert answer.code == 1
    assert "Lời nhắc «en» không dùng được" in answer.err
