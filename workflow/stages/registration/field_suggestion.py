"""Which field a model probably belongs to, judged by the words of its name: a hint that says why, never a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workflow.core.programmes.year import Field
from workflow.ground.reading.names import word_key
from workflow.ground.speech import _

_LONGEST_READ = 2_000


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A field of the year and the phrases of the text that speak for it, as the programme spells them."""

    code: str
    label: str
    phrases: tuple[str, ...]


def suggest(text: str, fields: Sequence[Field]) -> Suggestion | None:
    """The field with the most phrases in the text; None without any, or when two fields have equally good reasons.

    fields: rows of a programme year. Accents and case do not count; phrases match whole words only. A longer phrase weighs
    more, and one inside another that is found too does not count twice.
    """
    words = f" {word_key(text[:_LONGEST_READ])} "
    ranked: list[tuple[int, Suggestion]] = []
    for row in fields:
        spellings = {
            word_key(phrase): phrase for phrase in (*row.keywords, row.label, *row.aliases) if word_key(phrase)
        }
        found = [key for key in spellings if f" {key} " in words]
        own = [key for key in found if not any(key != other and f" {key} " in f" {other} " for other in found)]
        if own:
            weight = sum(len(key.split()) for key in own)
            ranked.append((weight, Suggestion(row.code, _(row.label), tuple(spellings[key] for key in own))))
    ranked.sort(key=lambda one: -one[0])
    if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
        return None
    return ranked[0][1]
