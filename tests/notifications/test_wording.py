"""The sentences of reminders: complete in every language, and none that could do more than be read."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.letters.wording import letter, sentences
from notifications.letters.wording.letter import Content, Line, Section
from notifications.letters.wording.sentences import LANGUAGES, PLACES, Library
from workflow.ground.refusals import InvalidInput


def shipped(language: str = "vi") -> str:
    return sentences.shipped(language).read_text(encoding="utf-8")


def worded(name: str, sentence: str, language: str = "vi") -> str:
    """The shipped file with one sentence written anew."""
    table, key = name.split(".")
    lines, inside = [], False
    for line in shipped(language).splitlines():
        if line.startswith("["):
            inside = line == f"[{table}]"
        if inside and line.startswith(f"{key} = "):
            line = f"{key} = {sentence}"
        lines.append(line)
    return "\n".join(lines)


def problems(text: str) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refusal:
        sentences.read(text, "vi")
    return refusal.value.problems


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(PLACES))
def test_every_sentence_is_there_and_takes_what_it_may_name(language: str, name: str) -> None:
    say = sentences.load(None, language)
    said = say(name, **dict.fromkeys(PLACES[name], "‹ở đây›"))
    assert said.count("‹ở đây›") == len([p for _, p, _, _ in string.Formatter().parse(say.texts[name]) if p])
    assert "{" not in said


def test_both_languages_use_the_same_places() -> None:
    def used(language: str) -> dict[str, set[str | None]]:
        texts = sentences.load(None, language).texts
        return {
            name: {place for _, place, _, _ in string.Formatter().parse(text)} - {None} for name, text in texts.items()
        }

    assert used("vi") == used("en")


@pytest.mark.parametrize(
    "sentence",
    [
        '"{nobody} – {left}"',
        '"{what.__class__.__init__.__globals__}"',
        '"{what[0]}"',
        '"{what!r}"',
        '"{what:>1000000000}"',
        '"{what:{left}}"',
        '"{}"',
        '"{0}"',
        '"{what"',
        '"what}"',
        '""',
        '"   "',
        "7",
        '["{what}"]',
        '"{what}\\nBcc: ai@do.example"',
        '"{what}\\u0000"',
        f'"{"dài " * 100}"',
    ],
)
def test_sentence_that_could_do_more_than_be_read_is_refused(sentence: str) -> None:
    assert set(problems(worded("subject.digest", sentence))) == {"subject.digest"}


def test_problem_names_the_place_and_those_that_may_stand_there() -> None:
    found = problems(worded("line.waiting", '"{unit} đang chờ"'))
    assert found["line.waiting"].endswith("chỗ điền «{unit}» không dùng được. Được dùng: {collector}.")


def test_missing_and_unknown_sentences_are_named() -> None:
    text = shipped().replace("greeting = ", "greetings = ")
    assert set(problems(text)) == {"letter.greeting", "letter.greetings"}
    assert set(problems("other = 1\n" + shipped())) == {"other"}
    assert set(problems("[subject")) == {"wording"}


def test_saving_keeps_nothing_that_is_wrong(tmp_path: Path) -> None:
    good = worded("letter.greeting", '"Thưa {name},"')
    assert sentences.save(tmp_path, "vi", good).read_text(encoding="utf-8") == good
    with pytest.raises(InvalidInput):
        sentences.save(tmp_path, "vi", worded("letter.greeting", '"Thưa {title},"'))
    with pytest.raises(InvalidInput):
        sentences.save(tmp_path, "../vi", good)
    assert sentences.load(tmp_path, "vi")("letter.greeting", name="Hin") == "Thưa Hin,"
    assert [path.name for path in (tmp_path / "wording").iterdir()] == ["vi.toml"]


def test_library_reads_a_changed_file_and_does_without_a_broken_one(tmp_path: Path) -> None:
    library = Library(tmp_path)
    assert library("vi")("letter.greeting", name="Hin") == "Kính gửi Hin,"
    own = sentences.save(tmp_path, "vi", worded("letter.greeting", '"Thưa {name},"'))
    assert library("vi")("letter.greeting", name="Hin") == "Thưa Hin,"
    own.write_text("broken {", encoding="utf-8")
    assert library("vi")("letter.greeting", name="Hin") == "Kính gửi Hin,"
    own.unlink()
    assert library("vi")("letter.greeting", name="Hin") == "Kính gửi Hin,"
    assert library("fr").language == "vi"


@given(st.text(max_size=60), st.text(max_size=60))
def test_what_is_filled_in_stays_text(what: str, unit: str) -> None:
    say = sentences.load(None, "vi")
    assert say("line.what", what=what, unit=unit, left="mai") == f"{what} – {unit}: mai"


@given(st.text(max_size=400))
def test_subject_is_one_line_that_fits(text: str) -> None:
    found = letter.subject(text)
    assert len(found) <= letter.LONGEST_SUBJECT
    assert found.isprintable() or not text.isprintable()
    assert not set(found) & set("\r\n\x00\x0b\x0c\x85\u2028\u2029")


@given(st.text(max_size=80))
def test_nothing_in_a_letter_becomes_markup(text: str) -> None:
    written = f"<b>{text}</b>"
    content = Content(
        "vi", written, written, (Section(written, (Line(written, (written,), "https://a.example/x"),), written),), written,
        "https://a.example/", written,
    )  # fmt: skip
    assert "<b>" not in letter.as_html(content)
    assert "<b>" in letter.as_text(content)
