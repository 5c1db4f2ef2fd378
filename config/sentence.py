"""A sentence that is still known by its parts, so that whoever shows it can say it in another language."""

from __future__ import annotations

from collections.abc import Callable

# The language of the command line: of the person who sits there, so no setting of the installation.
LANGUAGE = "DVK_LANG"


class Sentence(str):
    """Reads like the Vietnamese sentence; `%(name)s` in its pattern stands for a value, which may be a sentence itself."""

    __slots__ = ("_pattern", "_values")

    _pattern: str
    _values: dict[str, object]

    def __new__(cls, pattern: str, /, **values: object) -> Sentence:
        sentence = super().__new__(cls, pattern % values if values else pattern)
        sentence._pattern, sentence._values = pattern, values
        return sentence

    def said(self, translate: Callable[[str], str]) -> str:
        """The sentence with every part of it translated."""
        values = {
            name: value.said(translate) if isinstance(value, Sentence) else value
            for name, value in self._values.items()
        }
        pattern = translate(self._pattern)
        return pattern % values if values else pattern
