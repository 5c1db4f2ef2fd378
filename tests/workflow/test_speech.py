"""Sentences of the domain in another language."""

from __future__ import annotations

from workflow.speech import _, mark, speaking


def test_sentence_is_said_as_written_when_no_language_is_set() -> None:
    assert _("Còn %(days)s ngày.", days=3) == "Còn 3 ngày."
    assert _("100% số phiếu") == "100% số phiếu"


def test_sentence_is_translated_inside_and_vietnamese_again_after() -> None:
    words = {"Còn %(days)s ngày.": "%(days)s days left."}
    marked = mark("Còn %(days)s ngày.")
    with speaking(lambda message: words.get(message, message)):
        assert _(marked, days=3) == "3 days left."
        with speaking(None):
            assert _(marked, days=3) == "Còn 3 ngày."
        assert _("Chưa dịch.") == "Chưa dịch."
    assert _(marked, days=3) == "Còn 3 ngày."
