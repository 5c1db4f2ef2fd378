"""Changing a programme year: copied, checked before it is kept, what is in use keeps its meaning, all in the history."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tests.world import NOW, YEAR, World, a_draft
from workflow.across.oversight import audit
from workflow.core.lifecycles import parsing
from workflow.core.programmes import change as programme_change
from workflow.core.programmes import content, editing, stored
from workflow.core.programmes.content import BandInput, CriterionInput, FieldInput, ItemInput, MeasureInput
from workflow.core.programmes.editing import YearInput
from workflow.ground.refusals import Conflict, InvalidInput, NotAllowed, NotPossible
from workflow.ground.schema import history, score_band
from workflow.stages.registration.model_quantities import Measures, QuantityInput

STATED = YearInput("Phong trào năm 2024", date(2024, 1, 15), date(2024, 3, 31), "2/3", "1/2", "year")


def fields(world: World) -> list[FieldInput]:
    with world.database.read() as connection:
        rows = stored.fields(connection, world.year_id)
    return [FieldInput(row.code, row.label, "; ".join(row.aliases), "; ".join(row.keywords)) for row in rows]


def items(world: World) -> list[ItemInput]:
    with world.database.read() as connection:
        rows = stored.items(connection, world.year_id).values()
    return [ItemInput(row.code, row.label, row.guidance, row.good, row.bad, str(row.max_length)) for row in rows]


def criteria(world: World) -> list[CriterionInput]:
    with world.database.read() as connection:
        rows = stored.criteria(connection, world.year_id)
    return [CriterionInput(row.code, row.label, str(row.max_points), row.guidance) for row in rows]


def bands(world: World) -> list[BandInput]:
    with world.database.read() as connection:
        rows = connection.execute(sa.select(score_band).where(score_band.c.year_id == world.year_id)).all()
    return [BandInput(row.label, str(row.from_points)) for row in rows]


def measures(world: World) -> list[MeasureInput]:
    with world.database.read() as connection:
        rows = stored.measures(connection, world.year_id)
    return [
        MeasureInput(
            row.code,
            row.label,
            row.unit,
            "; ".join(row.aliases),
            "; ".join(row.unit_aliases),
            "" if row.outlier_above is None else f"{row.outlier_above:.0f}",
        )
        for row in rows
    ]


def change(world: World, act: Callable[..., bool], stated: Any, who: str = "admin", **options: Any) -> bool:
    with world.database.write() as connection:
        return act(connection, who, NOW, YEAR, stated, **options)


def told(connection: Connection, year_id: int) -> list[tuple[str, dict[str, Any]]]:
    rows = connection.execute(
        sa.select(history.c.trigger, history.c.payload)
        .where(history.c.subject == "year", history.c.subject_id == year_id)
        .order_by(history.c.seq)
    )
    return [(row.trigger, json.loads(row.payload)) for row in rows]


def test_a_year_is_copied_whole_and_stands_on_its_own(world: World) -> None:
    with world.database.write() as connection:
        year_id = editing.copy_year(connection, "admin", NOW, YEAR, 2025)
    with world.database.read() as connection:
        new, old = stored.year(connection, 2025), stored.year(connection, YEAR)
        assert (new.id, new.next_number, new.sample) == (year_id, 1, False)
        assert (new.name, new.opens_on, new.closes_on) == (
            old.name.replace("2024", "2025"),
            old.opens_on.replace(year=2025),
            old.closes_on.replace(year=2025),
        )
        for listed in (stored.fields, stored.criteria, stored.measures):
            copied, source = listed(connection, new.id), listed(connection, old.id)
            assert [row.code for row in copied] == [row.code for row in source]
            assert {row.id for row in copied}.isdisjoint({row.id for row in source})
        assert [row.keywords for row in stored.fields(connection, new.id)] == [
            row.keywords for row in stored.fields(connection, old.id)
        ]
        assert [replace(row, id=0, year_id=0) for row in stored.items(connection, new.id).values()] == [
            replace(row, id=0, year_id=0) for row in stored.items(connection, old.id).values()
        ]
        assert stored.band(connection, new.id, 85) == stored.band(connection, old.id, 85)
        assert told(connection, year_id) == [
            ("year_started", {"year": 2025, "copied_from": 2024, "opens_on": "2025-01-15", "closes_on": "2025-03-31"})
        ]
        assert audit.verify(connection) == []


@pytest.mark.parametrize(
    ("year", "options", "field"),
    [
        (YEAR, {}, "year"),
        (1999, {}, "year"),
        (2025, {"opens_on": date(2025, 3, 1), "closes_on": date(2025, 2, 1)}, "closes_on"),
        (2025, {"definition": "abc"}, "definition"),
    ],
)
def test_a_copy_that_cannot_be_is_refused(sqlite_world: World, year: int, options: dict[str, Any], field: str) -> None:
    with sqlite_world.database.write() as connection, pytest.raises(InvalidInput) as refused:
        editing.copy_year(connection, "admin", NOW, YEAR, year, **options)
    assert list(refused.value.problems) == [field]


def test_settings_change_with_before_and_after(world: World) -> None:
    stated = replace(STATED, closes_on=date(2024, 4, 15), threshold="2 / 3")
    assert change(world, editing.edit_year, stated)
    assert not change(world, editing.edit_year, stated)
    with world.database.read() as connection:
        row = stored.year(connection, YEAR)
        assert (row.closes_on, row.threshold_numerator, row.threshold_denominator) == (date(2024, 4, 15), 2, 3)
        trigger, payload = told(connection, world.year_id)[-1]
    assert trigger == "year_edited"
    assert payload["changed"]["closes_on"] == ["2024-03-31", "2024-04-15"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"opens_on": None}, "opens_on"),
        ({"closes_on": date(2024, 1, 1)}, "closes_on"),
        ({"quorum": "3/2"}, "quorum"),
        ({"threshold": "1/1"}, "threshold"),
        ({"threshold": "nửa"}, "threshold"),
        ({"numbering": "month"}, "numbering"),
    ],
)
def test_settings_that_make_no_sense_are_refused(sqlite_world: World, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        change(sqlite_world, editing.edit_year, replace(STATED, **changes))
    assert list(refused.value.problems) == [field]


def test_two_people_do_not_overwrite_each_other(sqlite_world: World) -> None:
    world = sqlite_world
    with world.database.read() as connection:
        seen = programme_change.version(connection, world.year_id)
    assert change(world, editing.edit_year, STATED, version=seen)
    with pytest.raises(Conflict):
        change(world, editing.edit_year, replace(STATED, name="Tên khác"), version=seen)


def test_only_the_topmost_unit_changes_a_year(sqlite_world: World) -> None:
    for who in ("staff", "district1", "officer.x1t1"):
        with pytest.raises(NotAllowed):
            change(sqlite_world, editing.edit_year, STATED, who=who)


def test_another_definition_only_while_there_is_no_model(sqlite_world: World) -> None:
    world, other = sqlite_world, parsing.standard("two_tier").hash
    assert change(world, editing.set_definition, other)
    assert not change(world, editing.set_definition, other)
    world.create()
    with pytest.raises(NotPossible):
        change(world, editing.set_definition, parsing.standard("three_tier").hash)


def test_fields_are_renamed_ordered_added_and_removed(world: World) -> None:
    rows = fields(world)
    first, second, *rest = rows
    wanted = [replace(second, label=first.label), replace(first, label=second.label), *rest[:-1]]
    wanted.append(FieldInput("", "Dân tộc, tôn giáo", "DT-TG; Tôn giáo"))
    wanted[0], wanted[1] = replace(wanted[0], aliases=""), replace(wanted[1], aliases="")
    assert change(world, content.set_fields, wanted)
    assert not change(world, content.set_fields, fields(world))
    with world.database.read() as connection:
        kept = stored.fields(connection, world.year_id)
        trigger, payload = told(connection, world.year_id)[-1]
    assert [(row.code, row.label) for row in kept] == [
        (second.code, first.label),
        (first.code, second.label),
        *((row.code, row.label) for row in rest[:-1]),
        ("dan_toc_ton_giao", "Dân tộc, tôn giáo"),
    ]
    assert kept[-1].aliases == ["DT-TG", "Tôn giáo"]
    assert trigger == "fields_edited"
    assert payload["changed"][first.code]["label"] == [first.label, second.label]
    assert payload["removed"] == [{"code": rest[-1].code, "label": rest[-1].label}]


def test_a_field_with_models_stays_but_its_label_may_be_corrected(sqlite_world: World) -> None:
    world = sqlite_world
    world.create()
    rows = fields(world)
    used = next(row for row in rows if row.code == "nong_thon_moi")
    with pytest.raises(InvalidInput) as refused:
        change(world, content.set_fields, [row for row in rows if row is not used])
    assert "Nông thôn mới" in refused.value.problems["rows"]
    corrected = [replace(row, label="Xây dựng nông thôn mới") if row is used else row for row in rows]
    assert change(world, content.set_fields, corrected)


def test_words_that_speak_for_a_field_belong_to_the_year(world: World) -> None:
    wanted = [replace(row, keywords="nuôi ong; Lấy mật\nnuôi ong") for row in fields(world)]
    assert change(world, content.set_fields, wanted)
    assert not change(world, content.set_fields, wanted)
    with world.database.write() as connection:
        copied = editing.copy_year(connection, "admin", NOW, YEAR, 2025)
        assert [row.keywords for row in stored.fields(connection, copied)] == [["nuôi ong", "Lấy mật"]] * len(wanted)


def test_items_of_the_form_are_called_and_asked_for_as_the_year_says(world: World) -> None:
    first, second, *rest = items(world)
    wanted = [second, replace(first, label="Tên gọi", guidance=" Ngắn\n\n\ngọn ", good="", max_length="120"), *rest]
    assert change(world, content.set_items, wanted)
    assert not change(world, content.set_items, items(world))
    with world.database.read() as connection:
        kept = stored.items(connection, world.year_id)
        trigger, payload = told(connection, world.year_id)[-1]
    # Their order is the form's, whatever came first.
    assert list(kept) == [row.code for row in (first, second, *rest)]
    name = kept["name"]
    assert (name.label, name.guidance, name.good, name.bad) == ("Tên gọi", "Ngắn\n\ngọn", "", first.bad)
    assert (trigger, list(payload["changed"])) == ("items_edited", ["name"])
    assert payload["changed"]["name"]["max_length"] == [300, 120]
    with pytest.raises(InvalidInput, match="tối đa 120"):
        world.create(a_draft(name="Dê " * 50))


@pytest.mark.parametrize(
    ("spoil", "key"),
    [
        (lambda rows: rows[1:], "rows"),
        (lambda rows: [*rows, rows[0]], "rows"),
        (lambda rows: [*rows[1:], replace(rows[0], code="khac")], "rows"),
        (lambda rows: [replace(rows[0], label=" "), *rows[1:]], "rows-0-label"),
        (lambda rows: [replace(rows[0], label=rows[1].label), *rows[1:]], "rows-1-label"),
        (lambda rows: [replace(rows[0], max_length="301"), *rows[1:]], "rows-0-max_length"),
        (lambda rows: [rows[0], replace(rows[1], max_length="20001"), *rows[2:]], "rows-1-max_length"),
        (lambda rows: [replace(rows[0], bad="x" * 2001), *rows[1:]], "rows-0-bad"),
    ],
)
def test_items_that_cannot_be_are_refused_by_row(sqlite_world: World, spoil: Any, key: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        change(sqlite_world, content.set_items, spoil(items(sqlite_world)))
    assert list(refused.value.problems) == [key]


@pytest.mark.parametrize(
    ("spoil", "key"),
    [
        (lambda rows: [], "rows"),
        (lambda rows: [replace(rows[0], label=""), *rows[1:]], "rows-0-label"),
        (lambda rows: [replace(rows[0], code="khac"), *rows[1:]], "rows-0-label"),
        (lambda rows: [*rows, rows[0]], "rows-5-label"),
        (lambda rows: [*rows, FieldInput("", "KINH TE")], "rows-5-label"),
        (lambda rows: [*rows, FieldInput("", "Mới", "vh-xh")], "rows-5-aliases"),
        (lambda rows: [*rows, FieldInput("", "x" * 121)], "rows-5-label"),
        (lambda rows: [*rows, *(FieldInput("", f"Lĩnh vực {i}") for i in range(60))], "rows"),
    ],
)
def test_fields_that_cannot_be_are_refused_by_row(sqlite_world: World, spoil: Any, key: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        change(sqlite_world, content.set_fields, spoil(fields(sqlite_world)))
    assert key in refused.value.problems


def test_score_sheet_adds_up_to_one_hundred(world: World) -> None:
    rows = criteria(world)
    with pytest.raises(InvalidInput, match="105"):
        change(world, content.set_criteria, [replace(rows[0], points="20"), *rows[1:]])
    with pytest.raises(InvalidInput) as refused:
        change(world, content.set_criteria, [replace(rows[0], points="mười"), *rows[1:]])
    assert list(refused.value.problems) == ["rows-0-points"]
    shifted = [replace(rows[0], points="10"), *rows[1:], CriterionInput("", "Sáng tạo", "5", "Cách làm mới.")]
    assert change(world, content.set_criteria, shifted)
    assert [row.points for row in criteria(world)][-1] == "5"


def test_score_sheet_weighs_as_it_weighed_once_there_are_scores(sqlite_world: World) -> None:
    world = sqlite_world
    world.carry(world.create(), "inspected")
    rows = criteria(world)
    moved = [replace(rows[0], points="10"), replace(rows[1], points="20"), *rows[2:]]
    for spoilt in (moved, [*moved[:1], *rows[1:], CriterionInput("", "Thêm", "5")]):
        with pytest.raises(InvalidInput) as refused:
            change(world, content.set_criteria, spoilt)
        assert "biên bản chấm điểm" in refused.value.problems["rows"]
    assert change(world, content.set_criteria, [replace(rows[0], label="Chỉ đạo và hồ sơ"), *rows[:0:-1]])
    with pytest.raises(InvalidInput, match="mốc điểm"):
        change(world, content.set_bands, [BandInput("Đạt", "50"), BandInput("Chưa đạt", "0")])
    assert change(world, content.set_bands, [replace(band, label=band.label.upper()) for band in bands(world)])


@pytest.mark.parametrize(
    "rows",
    [
        [BandInput("Đạt", "50")],
        [BandInput("Đạt", "50"), BandInput("Khá", "50"), BandInput("Chưa đạt", "0")],
        [BandInput("Đạt", "101"), BandInput("Chưa đạt", "0")],
        [BandInput("", "50"), BandInput("Chưa đạt", "0")],
        [],
    ],
)
def test_bands_that_leave_points_without_a_band_are_refused(sqlite_world: World, rows: list[BandInput]) -> None:
    with pytest.raises(InvalidInput):
        change(sqlite_world, content.set_bands, rows)


def test_bands_are_set_whole(world: World) -> None:
    rows = [BandInput("Chưa đạt", "0"), BandInput("Đạt", "50")]
    assert change(world, content.set_bands, rows)
    assert not change(world, content.set_bands, list(reversed(rows)))
    with world.database.read() as connection:
        assert stored.band(connection, world.year_id, 49.5) == "Chưa đạt"
        assert told(connection, world.year_id)[-1][1]["after"][0] == {"label": "Đạt", "from_points": 50}


def test_a_measure_in_use_keeps_its_unit_and_stays(world: World) -> None:
    world.create()
    rows = measures(world)
    assert not change(world, content.set_measures, rows)
    used = next(row for row in rows if row.code == "labour_days")
    with pytest.raises(InvalidInput) as refused:
        change(
            world,
            content.set_measures,
            [replace(row, unit="giờ công", unit_aliases="") if row is used else row for row in rows],
        )
    assert "không đổi đơn vị" in refused.value.problems[f"rows-{rows.index(used)}-unit"]
    with pytest.raises(InvalidInput, match="có số liệu"):
        change(world, content.set_measures, [row for row in rows if row is not used])
    doubted = [replace(row, outlier_above="1.000", label="Ngày công lao động") if row is used else row for row in rows]
    assert change(world, content.set_measures, doubted)
    assert next(row for row in measures(world) if row.code == "labour_days").outlier_above == "1000"
    assert change(world, content.set_measures, [*measures(world), MeasureInput("", "Cây xanh mới", "khóm")])


def test_one_spelling_of_a_unit_means_one_unit(sqlite_world: World) -> None:
    rows = measures(sqlite_world)
    with pytest.raises(InvalidInput) as refused:
        change(sqlite_world, content.set_measures, [*rows, MeasureInput("", "Mới", "chiếc", "", rows[0].unit)])
    assert list(refused.value.problems) == [f"rows-{len(rows)}-unit_aliases"]


def test_inspectors_and_days_to_mend_belong_to_the_year(world: World) -> None:
    assert change(world, editing.edit_year, replace(STATED, min_inspectors="3", days_to_mend="10"))
    with world.database.write() as connection:
        editing.copy_year(connection, "admin", NOW, YEAR, 2025)
        kept = [stored.year(connection, year) for year in (YEAR, 2025)]
    assert [(year.min_inspectors, year.days_to_mend) for year in kept] == [(3, 10), (3, 10)]


@pytest.mark.parametrize(
    ("stated", "field"),
    [
        (replace(STATED, min_inspectors="0"), "min_inspectors"),
        (replace(STATED, min_inspectors="21"), "min_inspectors"),
        (replace(STATED, days_to_mend="bảy"), "days_to_mend"),
        (replace(STATED, days_to_mend="366"), "days_to_mend"),
    ],
)
def test_a_number_out_of_range_is_refused(sqlite_world: World, stated: YearInput, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        change(sqlite_world, editing.edit_year, stated)
    assert list(refused.value.problems) == [field]


def test_names_that_differ_by_an_accent_are_two_and_without_accents_are_doubles(sqlite_world: World) -> None:
    rows = fields(sqlite_world)
    assert change(sqlite_world, content.set_fields, [*rows, FieldInput("", "Nuôi dê"), FieldInput("", "Nuôi dế")])
    with pytest.raises(InvalidInput) as refused:
        change(sqlite_world, content.set_fields, [*fields(sqlite_world), FieldInput("", "NUÔI  DẾ")])
    assert list(refused.value.problems) == [f"rows-{len(rows) + 2}-label"]
    added = [MeasureInput("", "Hố rác", "hố"), MeasureInput("", "Hồ nước", "hồ")]
    assert change(sqlite_world, content.set_measures, [*measures(sqlite_world), *added])
    with sqlite_world.database.read() as connection:
        known = Measures.of_year(connection, sqlite_world.year_id)
    found, problems = known.read([QuantityInput("Hồ nước", "3 hồ"), QuantityInput("hố rác", "4 hố")], "targets")
    assert ([row.label for row in found], problems) == (["Hồ nước", "Hố rác"], {})
