"""Finding models by words of their name, code, unit and person, accents and case ignored; the last word may be a beginning.

Rare words are looked up in the index of words (`model_search`, kept by triggers); for frequent ones a list walks its own
order and looks at each row, because the next fifty are never far.
"""

from __future__ import annotations

import re
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.ground.reading.text import fold
from workflow.ground.schema import emulation_model

MOST_WORDS: Final = 8
MOST_HITS: Final = 2_000
"""Up to so many hits a list is made from the hits themselves."""

_PUBLIC: Final = "xcongkhaix"
"""The word by which the index marks what the public page may show (`migrations.baseline.words`); nobody asks for it."""

# The index of words: a virtual table of SQLite, a plain one with an index of its own on PostgreSQL (`migrations.baseline.words`).
_MODEL_SEARCH = sa.table("model_search", sa.column("rowid", sa.BigInteger), sa.column("text", sa.Text))
_WORD = re.compile(r"[^\W_]+")
_HITS = {
    "sqlite": sa.text("SELECT rowid FROM model_search WHERE model_search MATCH :words LIMIT :most"),
    "postgresql": sa.text(
        "SELECT rowid FROM model_search WHERE to_tsvector('simple', text) @@ to_tsquery('simple', :words) LIMIT :most"
    ),
}


def words_of(text: str) -> tuple[str, ...]:
    """The words of a question, folded; the first eight."""
    return tuple(_WORD.findall(fold(text))[:MOST_WORDS])


def rare_hits(connection: Connection, words: tuple[str, ...], *, public: bool = False) -> list[int] | None:
    """Keys of every model with these words, whoever may see them; None when there are too many to list.

    public: only of what registrants agreed to publish.
    Whole words are asked for first: they are read one by one until there are too many, while a beginning is collected entirely.
    """
    dialect = connection.dialect.name
    if public:
        words = (_PUBLIC, *words)
    whole, beginning = _asked(words, dialect)
    found = connection.execute(_HITS[dialect], {"words": whole, "most": MOST_HITS + 1}).scalars().all()
    if len(found) <= MOST_HITS:
        found = connection.execute(_HITS[dialect], {"words": beginning, "most": MOST_HITS + 1}).scalars().all()
    return None if len(found) > MOST_HITS else [int(one) for one in found]


def _asked(words: tuple[str, ...], dialect: str) -> tuple[str, str]:
    """The question for whole words and the one with the last as a beginning; words are letters and digits only."""
    if dialect == "sqlite":
        whole = " ".join(f'"{word}"' for word in words)
        return whole, whole + "*"
    whole = " & ".join(words)
    return whole, whole + ":*"


def has_word(parameter: str) -> sa.ColumnElement[bool]:
    """A condition on a model: its words fit the parameter, one of `patterns(words)`."""
    text = (
        sa.select(_MODEL_SEARCH.c.text).where(_MODEL_SEARCH.c.rowid == emulation_model.c.id).correlate(emulation_model)
    )
    space = sa.literal_column("' '", sa.Text)
    return (space + text.scalar_subquery() + space).like(sa.bindparam(parameter, type_=sa.Text))


def patterns(words: tuple[str, ...]) -> list[str]:
    """What `has_word` compares with, in the order of the words."""
    return [f"% {word} %" for word in words[:-1]] + [f"% {words[-1]}%"] if words else []
