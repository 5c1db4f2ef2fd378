"""The command line in English: help pages, refusals, wrong usage, settings that cannot be used; Vietnamese again after."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.web.cli.conftest import Dvk
from tests.web.cli.test_entry import commands
from tests.world import World

_VIETNAMESE = re.compile("[À-ÃÈ-ÊÌÍÒ-ÕÙÚÝà-ãè-êìíò-õùúýĂăĐđĨĩŨũƠơƯưẠ-ỹ]")
# The movement has no other name, a document number is typed like this, and numbers are typed the Vietnamese way.
_KEPT = re.compile(r"Dân vận khéo|12-TTr/BCĐ|trên 350")


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVK_LANG", "en")


def _ours(text: str) -> str:
    return _KEPT.sub("", " ".join(text.split()))


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("path", commands(), ids=" ".join)
def test_every_command_explains_itself_in_english(dvk: Dvk, path: tuple[str, ...]) -> None:
    answer = dvk(*path, "--help")
    assert (answer.code, answer.err) == (0, "")
    assert _VIETNAMESE.findall(_ours(answer.out)) == []


def test_language_is_that_of_each_run(dvk: Dvk, monkeypatch: pytest.MonkeyPatch) -> None:
    vietnamese = dvk("unit", "add", "--help").out
    monkeypatch.setenv("DVK_LANG", "en")
    assert "Add a unit below another." in dvk("unit", "add", "--help").out
    monkeypatch.setenv("DVK_LANG", "xx")
    assert dvk("unit", "add", "--help").out == vietnamese
    monkeypatch.delenv("DVK_LANG")
    assert dvk("unit", "add", "--help").out == vietnamese


@pytest.mark.usefixtures("english", "folder")
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (
            ("transition", "DVK-1999-00001", "submit", "--as", "staff"),
            1,
            "There is no model with the code “DVK-1999-00001”",
        ),
        (("model", "show", "DVK-2024-00001", "--as", "nobody"), 1, "There is no account “nobody”."),
        (("model", "list", "--field", "kinh_te"), 2, "Wrong usage: --field needs --year: fields belong to a year."),
        (("year", "add", "1066", "--as", "admin"), 1, "The year 1066 cannot be used: 2000 to 2100."),
        (("account", "add"), 2, "Wrong usage: missing argument 'USER_NAME'."),
        (("nothing",), 2, "Wrong usage: there is no command “nothing”. Commands: "),
        (("lifecycle", "draw", "none.toml"), 1, "the file cannot be read"),
    ],
)
def test_refusal_is_english(world: World, dvk: Dvk, arguments: tuple[str, ...], code: int, said: str) -> None:
    answer = dvk(*arguments)
    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err
    assert _VIETNAMESE.findall(_ours(answer.err)) == []


@pytest.mark.usefixtures("english", "folder")
def test_wrong_setting_is_explained_in_english(dvk: Dvk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVK_PORT", "high")
    answer = dvk("init")
    assert answer.code == 1
    assert answer.err == "DVK_PORT: it is “high”, it must be a whole number. Mend it in the environment variable.\n"


@pytest.mark.usefixtures("english")
def test_new_installation_is_set_up_in_english(folder: Path, dvk: Dvk) -> None:
    answer = dvk("init")
    assert answer.code == 0
    assert f"Made the data folder {folder / 'var'}." in answer.err
    assert _VIETNAMESE.findall(answer.err) == []
