"""The data files that come with the program are found as package resources."""

from __future__ import annotations

import tomllib

import pytest

from config import definitions


@pytest.mark.parametrize("lifecycle_id", definitions.LIFECYCLE_IDS)
def test_lifecycle_file_bears_its_own_id(lifecycle_id: str) -> None:
    assert tomllib.loads(definitions.lifecycle_text(lifecycle_id))["id"] == lifecycle_id


@pytest.mark.parametrize("name", ["", "one_tier", "../programme", "three_tier.toml"])
def test_any_other_name_is_no_lifecycle(name: str) -> None:
    with pytest.raises(KeyError):
        definitions.lifecycle_file(name)


def test_programme_text_is_toml_with_every_part() -> None:
    assert set(tomllib.loads(definitions.programme_text())) == {
        "numbering",
        "lifecycles",
        "returned",
        "window",
        "review",
        "inspection",
        "fields",
        "criteria",
        "bands",
        "measures",
        "items",
        "obligations",
        "reminder_steps",
    }
