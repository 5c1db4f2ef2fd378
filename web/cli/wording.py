"""`dvk wording`: the sentences of reminders, which an installation may word for itself."""

from __future__ import annotations

from pathlib import Path

import click

from config.settings import load_settings
from notifications.letters.wording import sentences
from web.cli import console
from workflow.ground.refusals import InvalidInput
from workflow.ground.speech import _, mark

_LANGUAGE = click.argument("language", metavar=mark("NGÔN_NGỮ"), type=click.Choice(sentences.LANGUAGES))
_FILE = click.argument("file", metavar=mark("TỆP.toml"), type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group("wording", help=mark("Lời của thư nhắc: xem, kiểm tra, thay."))
def wording_command() -> None:
    """Holds the commands below."""


@wording_command.command("show", help=mark("In lời đang dùng, để sửa thành lời của đơn vị."))
@_LANGUAGE
def show(language: str) -> None:
    own = sentences.own(load_settings().data_dir, language)
    source = own if own.is_file() else sentences.shipped(language)
    console.result(source.read_text(encoding="utf-8").rstrip("\n"))


@wording_command.command("check", help=mark("Kiểm tra một tệp lời nhắc mà không lưu."))
@_LANGUAGE
@_FILE
def check(language: str, file: Path) -> None:
    sentences.read(_text(file), language)
    console.message(_("Tệp dùng được."))


@wording_command.command("save", help=mark("Dùng tệp này làm lời nhắc. Có câu sai thì không lưu."))
@_LANGUAGE
@_FILE
def save(language: str, file: Path) -> None:
    kept = sentences.save(load_settings().data_dir, language, _text(file))
    console.message(_("Đã lưu %(kept)s; lần nhắc sau dùng lời này.", kept=kept))


@wording_command.command("reset", help=mark("Bỏ lời của đơn vị, dùng lại lời có sẵn."))
@_LANGUAGE
def reset(language: str) -> None:
    sentences.own(load_settings().data_dir, language).unlink(missing_ok=True)
    console.message(_("Đang dùng lời có sẵn."))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput({"file": _("Tệp %(file)s không phải UTF-8.", file=file)}) from error
