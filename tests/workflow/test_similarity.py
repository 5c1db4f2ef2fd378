"""Names of models that are probably the same."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.ground.reading.similarity import NameIndex, Similar, core, similar

WORDS = "hiến đất mở đường thu gom rác thải trồng hoa camera tự quản nuôi bò gà ong keo leo học đọc đoàn kết"
NAMES = [
    (1, "Mô hình “Dân vận khéo” trong vận động Nhân dân hiến đất làm đường thôn Nà Chuông"),
    (2, "Camera an ninh thôn Bản Cậu"),
    (3, "Phụ nữ giúp nhau phát triển kinh tế"),
    (4, "Trồng cây xanh dọc đường liên thôn năm 2023"),
]


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("Mô hình “Dân vận khéo” trong trồng rừng năm 2024", "rung trong"),
        ("Dân vận khéo: TRỒNG RỪNG", "rung trong"),
        ("mo hinh dan van kheo trong rung", "rung trong"),
        (unicodedata.normalize("NFD", "Mô hình trồng rừng"), "rung trong"),
        ("Tổ tự quản thôn 3", "3 quan thon to tu"),
        ("Mô hình Dân vận khéo", "dan hinh kheo mo van"),
        ("“”", ""),
    ],
)
def test_core_is_what_is_the_names_own(name: str, own: str) -> None:
    assert core(name) == own


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("Vận động nhân dân hiến đất làm đường thôn Nà Chuông", [1]),
        ("CAMERA AN NINH THON BAN CAU", [2]),
        ("Phát triển kinh tế: phụ nữ giúp nhau", [3]),
        ("Trồng cây xanh dọc đường liên thôn năm 2024", [4]),
        ("Nuôi ong lấy mật", []),
        ("", []),
    ],
)
def test_similar_and_index_agree(name: str, keys: list[int]) -> None:
    assert [hit.key for hit in similar(name, NAMES)] == keys
    assert NameIndex(NAMES).similar(name) == similar(name, NAMES)


def test_similar_gives_the_most_alike_first_with_the_name_as_written() -> None:
    near = [*NAMES, (5, "Camera an ninh thôn Bản Cậu 2")]
    assert similar("Camera an ninh thôn Bản Cậu", near) == [
        Similar(2, "Camera an ninh thôn Bản Cậu", 100),
        Similar(5, "Camera an ninh thôn Bản Cậu 2", 96),
    ]
    assert len(similar("Camera an ninh thôn Bản Cậu", near, limit=1)) == 1
    assert [hit.key for hit in similar("Camera an ninh thôn Bản Cậu", near, threshold=97)] == [2]


def test_index_leaves_out_the_name_itself() -> None:
    twins = NameIndex([*NAMES, (6, "Phụ nữ giúp nhau phát triển kinh tế 2024")])
    assert {key: [hit.key for hit in twins.similar(name, but=key)] for key, name in NAMES if key == 3} == {3: [6]}


def test_index_finds_each_slip_among_thousands() -> None:
    words = WORDS.split()
    names = [
        (i, " ".join([words[i % 23], words[i // 23 % 19], words[i // 437 % 17], f"bản {i * 7919}", words[i % 13]]))
        for i in range(3_000)
    ]
    index = NameIndex(names)
    slipped = [(i, name.replace("bản", "bàn")) for i, name in names[::10]]
    assert [key for key, name in slipped if key not in [hit.key for hit in index.similar(name)]] == []


def test_index_with_one_name_for_all_is_bounded() -> None:
    same = NameIndex([(i, f"Tổ tự quản thôn {i}") for i in range(3_000)])
    assert {len(same.similar(f"Tổ tự quản thôn {i}", but=i)) for i in range(50)} == {5}


@settings(max_examples=50)
@given(st.lists(st.text(max_size=40), max_size=12), st.text(max_size=40))
def test_index_never_says_more_than_full_comparison(names: list[str], asked: str) -> None:
    candidates = list(enumerate(names))
    full = {hit.key: hit for hit in similar(asked, candidates, limit=100)}
    assert [hit for hit in NameIndex(candidates).similar(asked, limit=100) if full.get(hit.key) != hit] == []
