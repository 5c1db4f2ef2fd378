"""The order of Vietnamese names: the keys sort as ICU's `vi` sorts the names, people by their given names."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Iterator, Sequence

import psycopg
import pytest

from tests.servers import PostgresServer
from workflow.ground.reading.order import LONGEST_KEY, name_order, person_order

NAMES = 20_000
FIRST = (
    "",
    "b",
    "c",
    "ch",
    "d",
    "đ",
    "g",
    "gi",
    "h",
    "k",
    "kh",
    "l",
    "m",
    "n",
    "ng",
    "ngh",
    "nh",
    "ph",
    "r",
    "s",
    "t",
    "th",
    "tr",
    "v",
)
SHAPES = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
LAST = ("", "", "", "c", "ch", "i", "m", "n", "ng", "nh", "o", "p", "t", "u", "y")
FOREIGN = (
    "Café",
    "Zoë",
    "Šimek",
    "Ångström",
    "Müller",
    "François",
    "Nuñez",
    "Győr",
    "Çelik",
    "Łódź",
    "Søren",
    "Straße",
    "w",
    "Jazz",
    "fa",
)
MARKS = "-–—,;:!?.'’\"“”«»()[]{}§@*/\\&#%•°+×=<>|~$"


def syllable(chance: random.Random) -> str:
    written = chance.choice(FIRST) + chance.choice(SHAPES) + chance.choice(TONES) + chance.choice(LAST)
    written = chance.choice((str.lower, str.lower, str.capitalize, str.capitalize, str.upper))(written)
    return unicodedata.normalize(chance.choice(("NFC", "NFC", "NFD")), written)


def word(chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.75:
        return syllable(chance)
    if kind < 0.85:
        return chance.choice(("", "0", "00")) + str(chance.choice((0, 1, 2, 9, 10, 11, 20, 100, 2024, 10**12, 10**30)))
    if kind < 0.90:
        return chance.choice(FOREIGN)
    if kind < 0.95:
        return syllable(chance) + chance.choice(MARKS) + syllable(chance)
    return chance.choice(("({})", "[{}]", "«{}»", "“{}”", "{},", "{}.", "A{}", "{}B")).format(
        chance.choice((syllable(chance), str(chance.randrange(30))))
    )


def names(seed: int, some: int) -> list[str]:
    """Random names, many of them alike but for a tone, a capital, a blank or a number."""
    chance = random.Random(seed)
    words = [word(chance) for _ in range(400)]
    made = {" ".join(chance.choice(words) for _ in range(chance.randint(1, 4))) for _ in range(some * 2)}
    return chance.sample(sorted(made), some)


@pytest.fixture(scope="module")
def by_icu(postgres: PostgresServer) -> Iterator[Callable[[Sequence[str]], list[list[str]]]]:
    """Puts names in order as ICU does for Vietnamese, numbers by value; those that it holds to be the same stand together."""
    with psycopg.connect(postgres.dsn("postgres"), autocommit=True) as connection:
        connection.execute(
            "CREATE COLLATION IF NOT EXISTS proof (provider = icu, locale = 'vi-u-kn-true', deterministic = false)"
        )

        def ordered(what: Sequence[str]) -> list[list[str]]:
            rows = connection.execute(
                "SELECT array_agg(name) FROM unnest(%s::text[]) AS name"
                " GROUP BY name COLLATE proof ORDER BY name COLLATE proof",
                (list(what),),
            )
            return [row[0] for row in rows]

        yield ordered


@pytest.mark.parametrize("seed", [1, 2])
def test_names_sort_as_icu_sorts_them(by_icu: Callable[[Sequence[str]], list[list[str]]], seed: int) -> None:
    found = by_icu(names(seed, NAMES))
    keys = [{name_order(name) for name in same} for same in found]
    assert [same for same, key in zip(found, keys, strict=True) if len(key) > 1] == []
    wrong = [
        (before, after)
        for before, after, key, following in zip(found, found[1:], keys, keys[1:], strict=False)
        if max(key) >= min(following)
    ]
    assert wrong == []


def test_people_sort_by_given_name_then_family_name_as_icu_sorts_these(postgres: PostgresServer) -> None:
    chance = random.Random(3)
    words = [unicodedata.normalize("NFC", syllable(chance)) for _ in range(60)]
    people = sorted({" ".join(chance.choice(words) for _ in range(chance.randint(1, 4))) for _ in range(NAMES)})
    with psycopg.connect(postgres.dsn("postgres"), autocommit=True) as connection:
        connection.execute(
            "CREATE COLLATION IF NOT EXISTS no_capitals"
            " (provider = icu, locale = 'vi-u-kn-true-ks-level2', deterministic = false)"
        )
        rows = connection.execute(
            "SELECT name FROM unnest(%s::text[]) AS name, string_to_array(name, ' ') AS words, cardinality(words) AS n"
            ' ORDER BY (words[n] || words[:n - 1]) COLLATE no_capitals, name COLLATE "vi-x-icu"',
            (people,),
        )
        keys = [person_order(row[0]).rsplit("!", 1)[0] for row in rows]
    assert len(keys) > NAMES / 2
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    "right",
    [
        ["An", "Ánh", "Ăn", "Ấm", "Dệt", "Dưa", "Đá", "Đan"],
        ["ma", "mà", "mả", "mã", "má", "mạ"],
        ["an", "An", "AN", "Án"],
        ["", "Thôn 2", "Thôn 02 A", "Thôn 2A", "Thôn 10", "Thôn 100"],
        ["Hòa An", "Hòa-An", "HòaAn"],
        ["An Bình", "Anh", "Ánh"],
        ["Mô hình (A)", "Mô hình 1", "Mô hình A", "Mô hình Ă", "Mô hình Â"],
        ["1½", "a", "z", "Ж", "農"],
    ],
    ids=lambda names: names[1],
)
def test_names_in_order(right: list[str]) -> None:
    keys = [name_order(name) for name in right]
    assert keys == sorted(set(keys))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Đan", "Ðan"),
        (unicodedata.normalize("NFC", "Ngữ Ế ậm"), unicodedata.normalize("NFD", "Ngữ Ế ậm")),
        ("Thôn  Nà\u00a0Hin", "Thôn Nà Hin"),
        ("Thôn 02", "Thôn 2"),
        ("a\u200bn", "an"),
    ],
)
def test_names_that_look_alike_have_one_place(one: str, other: str) -> None:
    assert name_order(one) == name_order(other)
    assert person_order(one) == person_order(other)


def test_people_in_order() -> None:
    right = [
        "Nguyễn Thị An",
        "Nguyễn Văn An",
        "NGUYỄN VĂN AN",
        "Nguyễn Văn An (thôn 2)",
        "Nguyễn Văn An (thôn 10)",
        "Nguyễn Văn An A",
        "Nguyễn Văn An B",
        "Phạm Văn An, tổ 1",
        "Trần An",
        "Trần Thị Ánh",
        "Lê Văn Ăn",
        "Trần Thị B",
        "Lò Như Ý",
    ]
    keys = [person_order(name) for name in right]
    assert keys == sorted(set(keys))


def test_the_place_of_the_tone_mark_decides_only_between_names_that_are_the_same_without() -> None:
    assert sorted(["Hoà", "Hòa", "Hoa"], key=name_order)[0] == "Hoa"
    assert name_order("Hoà Bình") < name_order("Hòa Minh") < name_order("Hoà Ninh")


def test_a_key_is_bounded_and_plain_and_takes_whatever_is_a_text() -> None:
    for text in (
        "",
        " ",
        "\u0301",
        "ẬẬ" * 150,
        "農" * 300,
        "9" * 300,
        "a" + "\u0301" * 5_000,
        "\ud800",
        "👩‍🌾",
        "(",
        "(A)",
        "A (",
        "," * 40,
    ):
        for order in (name_order, person_order):
            key = order(text)
            assert len(key) <= LONGEST_KEY
            assert key.isascii()
            assert key.isprintable()
    assert name_order("Â" * 250 + " thôn 2") <= name_order("Â" * 250 + " thôn 10")
