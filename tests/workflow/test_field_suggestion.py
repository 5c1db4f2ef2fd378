"""The field suggested from a name: whole phrases without accents, reasons given, silence when in doubt."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa

from tests.world import World
from workflow.core.programmes import stored
from workflow.ground.schema import field
from workflow.stages.registration.field_suggestion import suggest


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Vận động Nhân dân thôn Nà Hin hiến đất mở rộng đường liên thôn", "nong_thon_moi"),
        ("VAN DONG HIEN DAT LAM DUONG", "nong_thon_moi"),
        ("Tổ hợp tác chăn nuôi giúp nhau thoát nghèo", "kinh_te"),
        ("Camera an ninh, khu phố bình yên", "quoc_phong_an_ninh"),
        ("Chi bộ giúp dân làm thủ tục hành chính", "he_thong_chinh_tri"),
        ("Khuyến học, đỡ đầu học sinh nghèo", "van_hoa_xa_hoi"),
        ("Mô hình dân vận khéo năm 2024", None),
        ("", None),
        # As many reasons for one field as for another: no hint rather than a wrong one.
        ("Thu nhập và biên giới", None),
        # "nuôi" is a phrase of the economy, "nuoitre" is another word.
        ("Nuoitre", None),
    ],
)
def test_field_is_suggested_from_the_name(sqlite_world: World, name: str, code: str | None) -> None:
    with sqlite_world.database.read() as connection:
        found = suggest(name, stored.fields(connection, sqlite_world.year_id))
    assert (found.code if found else None) == code


def test_suggestion_says_why_and_counts_a_phrase_inside_another_once(sqlite_world: World) -> None:
    with sqlite_world.database.read() as connection:
        found = suggest("Hiến đất mở rộng đường", stored.fields(connection, sqlite_world.year_id))
    assert found is not None
    assert found.label == "Nông thôn mới"
    assert found.phrases == ("hiến đất", "mở rộng đường")


def test_words_are_those_of_the_year(sqlite_world: World) -> None:
    of_economy = field.c.code == "kinh_te"
    with sqlite_world.database.write() as connection:
        connection.execute(sa.update(field).where(of_economy).values(keywords=["nuôi ong"]))
        fields = stored.fields(connection, sqlite_world.year_id)
    found = suggest("Tổ nuôi ong bản Huồi Sét", fields)
    assert found is not None
    assert (found.code, found.phrases) == ("kinh_te", ("nuôi ong",))
    assert suggest("Tổ hợp tác chăn nuôi giúp nhau thoát nghèo", fields) is None


def test_very_long_text_takes_no_time(sqlite_world: World) -> None:
    with sqlite_world.database.read() as connection:
        fields = stored.fields(connection, sqlite_world.year_id)
    begun = time.perf_counter()
    suggest("hiến đất " * 100_000, fields)
    assert time.perf_counter() - begun < 0.5
