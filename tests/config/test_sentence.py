"""A sentence keeps its parts."""

from __future__ import annotations

from config.sentence import Sentence


def test_sentence_reads_as_it_is_written_and_is_said_part_by_part() -> None:
    sentence = Sentence("%(name)s: %(rule)s.", name="DVK_PORT", rule=Sentence("phải từ %(least)s trở lên", least=1))
    assert sentence == "DVK_PORT: phải từ 1 trở lên."
    words = {"phải từ %(least)s trở lên": "must be %(least)s or more"}
    assert sentence.said(lambda message: words.get(message, message)) == "DVK_PORT: must be 1 or more."


def test_sentence_without_values_may_have_a_percent_sign() -> None:
    assert Sentence("100 %") == "100 %"
    assert Sentence("100 %").said(str) == "100 %"
