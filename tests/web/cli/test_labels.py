"""One word for a thing: a label edited in a lifecycle definition shows on pages, in commands and in workbooks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

from config import definitions
from config.settings import load_settings
from tests.web.cli.conftest import Dvk
from tests.web.conftest import Browser
from tests.world import NOW, World
from web import create_app
from workflow.core.lifecycles import labels, parsing, store
from workflow.ground.schema import programme_year
from workflow.ground.speech import speaking

EDITED = {
    'label = "Tổ giúp việc, cán bộ Ban Dân vận"\nlabel_en = "Staff"': 'label = "Tổ công tác"\nlabel_en = "Working group"',
    'label = "Cấp xã"\nlabel_en = "Commune"': 'label = "Xã, phường"\nlabel_en = "Commune or ward"',
}


def _edited(lifecycle_id: str) -> str:
    text = definitions.lifecycle_text(lifecycle_id)
    for before, after in EDITED.items():
        assert before in text
        text = text.replace(before, after)
    return text


@pytest.fixture
def edited(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if somebody had edited both files that come with the program."""
    texts = {lifecycle_id: _edited(lifecycle_id) for lifecycle_id in definitions.LIFECYCLE_IDS}
    monkeypatch.setattr(definitions, "lifecycle_text", texts.__getitem__)
    store.shipped.cache_clear()
    yield
    store.shipped.cache_clear()


@pytest.mark.usefixtures("edited")
def test_label_edited_in_the_definition_shows_everywhere(dvk: Dvk, world: World, tmp_path: Path) -> None:
    app = create_app(load_settings({"DVK_DATA_DIR": str(tmp_path / "var")}, None), world.database)
    browser = Browser(app).sign_in("admin")
    accounts = browser.get("/quan-tri/tai-khoan")
    assert ("Tổ công tác, Huyện Khe Lam" in accounts, "Tổ giúp việc" in accounts) == (True, False)
    assert "Xã, phường" in browser.get("/quan-tri/don-vi/moi")
    assert "Tổ công tác (staff@KL)" in dvk("account", "list").out
    assert "Xã, phường" in dvk("unit", "list").out
    assert dvk("unit", "template", "units.xlsx", "--filled").code == 0
    cells = {str(cell) for row in load_workbook("units.xlsx").worksheets[0].iter_rows(values_only=True) for cell in row}
    assert ("Xã, phường" in cells, "Cấp xã" in cells) == (True, False)


@pytest.mark.usefixtures("edited", "folder")
def test_label_has_the_english_of_its_definition(world: World) -> None:
    with world.database.read() as connection, speaking(str):
        assert labels.roles(connection)["staff"] == "Working group"
        assert labels.levels(connection)["commune"] == "Commune or ward"


def test_definition_of_an_installation_names_roles_for_the_year_that_follows_it(world: World) -> None:
    own = parsing.load(_edited("three_tier"), "own.toml")
    with world.database.write() as connection:
        store.put(connection, NOW, own)
        assert labels.roles(connection)["staff"] == "Tổ giúp việc, cán bộ Ban Dân vận"
        connection.execute(programme_year.update().values(definition_hash=own.hash))
        assert labels.roles(connection)["staff"] == "Tổ công tác"
        assert list(labels.levels(connection)) == ["province", "district", "commune", "village"]
