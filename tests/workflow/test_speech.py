"""Sentences of the domain in another language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from workflow.core.lifecycles.parsing import standard
from workflow.ground.reading.quantities import Quantity, format_quantity, parse_quantity, spoken_number, spoken_quantity
from workflow.ground.speech import _, _l, lpgettext, mark, other, pgettext, speaking, spoken_day


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


def test_word_is_translated_for_where_it_stands() -> None:
    words = {"Quyết định": "Decision", "places\x04Quyết định": "Decisions"}
    assert pgettext("places", "Quyết định") == "Quyết định"
    with speaking(lambda message: words.get(message, message)):
        assert _("Quyết định") == "Decision"
        assert pgettext("places", "Quyết định") == "Decisions"
        # Without a translation for this place it stays as written: another place's would be wrong.
        assert pgettext("conclusion", "Quyết định") == "Quyết định"


def test_label_says_itself_in_the_language_of_the_moment() -> None:
    words = {"Tập thể": "Collective", "nhiều nhất %(most)s": "%(most)s at most", "conclusion\x04Đạt": "Passed"}
    collective, most, passed = _l("Tập thể"), _l("nhiều nhất %(most)s", most=3), lpgettext("conclusion", "Đạt")
    assert f"{collective}, {most}, {passed}" == "Tập thể, nhiều nhất 3, Đạt"
    with speaking(lambda message: words.get(message, message)):
        assert f"{collective}, {most}, {passed}" == "Collective, 3 at most, Passed"
    assert str(collective) == "Tập thể"


def test_day_has_its_month_named_in_another_language() -> None:
    assert spoken_day(date(2024, 2, 5)) == "05/02/2024"
    with speaking(lambda message: {"tháng 2": "Feb"}.get(message, message)):
        assert spoken_day(date(2024, 2, 5)) == "5 Feb 2024"


def test_label_with_its_own_translation_is_said_by_it() -> None:
    assert other("Bản nháp", "Draft") == "Bản nháp"
    with speaking(str):
        assert other("Bản nháp", "Draft") == "Draft"
        assert other("Bản nháp", "") == "Bản nháp"


def test_state_and_fact_are_named_in_the_language_spoken() -> None:
    definition = standard("three_tier")
    state = definition.states["draft"]
    assert (state.label, definition.title) == ("Bản nháp", "Xã bình xét, huyện công nhận")
    with speaking(str):
        assert (state.label, definition.title) == ("Draft", "Commune review, district recognition")


def test_number_is_grouped_as_the_language_groups_it() -> None:
    quantity = Quantity(Decimal("1139000.5"), "ngày công", "at_least")
    assert spoken_number(quantity.value) == "1.139.000,5"
    assert spoken_quantity(quantity) == format_quantity(quantity) == "trên 1.139.000,5 ngày công"
    words = {"trên": "over", "ngày công": "labour days"}
    with speaking(lambda message: words.get(message, message)):
        assert spoken_number(quantity.value) == "1,139,000.5"
        assert spoken_quantity(quantity) == "over 1,139,000.5 labour days"
        # What is put into a field to be sent again is read the Vietnamese way in every language.
        assert parse_quantity(format_quantity(quantity)) == quantity
