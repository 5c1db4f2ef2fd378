"""The root command, and the one place where an exception becomes a sentence on stderr and an exit code.

0 done, 1 refused or findings, 2 wrong usage.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from config.sentence import LANGUAGE
from web.cli import console
from web.words.catalogue import SOURCE, translator
from workflow.ground.speech import _, mark, speaking

DONE, REFUSED, WRONG_USAGE = 0, 1, 2
INTERRUPTED = 130

# Name of the command, module of web.cli, what it does. The order is that of the help page.
COMMANDS: tuple[tuple[str, str, str], ...] = (
    ("init", "setup", mark("Tạo thư mục dữ liệu, khóa bí mật và cơ sở dữ liệu.")),
    ("demo", "setup", mark("Nạp dữ liệu mẫu và in các tài khoản mẫu.")),
    ("serve", "setup", mark("Chạy trang web và việc nhắc hạn.")),
    ("scheduler", "scheduler", mark("Chỉ chạy việc nhắc hạn.")),
    ("remind", "scheduler", mark("Nhắc hạn một lần, tại thời điểm được nêu.")),
    ("wording", "wording", mark("Lời của thư nhắc: xem, kiểm tra, thay.")),
    ("doctor", "doctor", mark("Kiểm tra cài đặt: thiết lập, cơ sở dữ liệu, ổ đĩa.")),
    ("account", "account", mark("Tài khoản và vai trò.")),
    ("unit", "unit", mark("Cây đơn vị.")),
    ("year", "year", mark("Năm thi đua.")),
    ("import", "importing", mark("Nhập đăng ký từ bảng tính.")),
    ("model", "model", mark("Mô hình: đăng ký, xem, danh sách, lịch sử.")),
    ("record", "record", mark("Ghi kế hoạch, kết quả, biên bản kiểm tra.")),
    ("transition", "transition", mark("Chuyển bước một mô hình.")),
    ("transition-many", "transition", mark("Chuyển cùng một bước cho nhiều mô hình.")),
    ("meeting", "meeting", mark("Phiên bình xét.")),
    ("submission", "submission", mark("Tờ trình.")),
    ("decision", "decision", mark("Quyết định.")),
    ("call", "call", mark("Yêu cầu báo cáo: gửi, xem, dời hạn, thu hồi.")),
    ("obligation", "obligation", mark("Những việc có hạn, của ai, còn mấy ngày.")),
    ("holiday", "holiday", mark("Ngày nghỉ và ngày làm bù.")),
    ("report", "report", mark("Báo cáo của đơn vị: viết, gửi, tiếp nhận, tập hợp.")),
    ("tally", "tally", mark("Bảng tổng hợp của một năm.")),
    ("calendar", "calendar", mark("Các hạn của một người thành tệp lịch.")),
    ("lifecycle", "lifecycle", mark("Quy trình: kiểm tra, vẽ, chuyển đổi.")),
    ("audit", "audit", mark("Kiểm chứng lịch sử.")),
)
_MODULES = {name: module for name, module, _summary in COMMANDS}


class _Root(click.Group):
    """Knows the names of its commands without loading them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name, _module, _summary in COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = _MODULES.get(cmd_name)
        if module is None:
            return None
        command = getattr(import_module(f"web.cli.{module}"), f"{cmd_name.replace('-', '_')}_command")
        if not isinstance(command, click.Command):
            raise TypeError(f"{cmd_name} is no command")
        _say(command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(_("Lệnh")):
            formatter.write_dl([(name, _(summary)) for name, _module, summary in COMMANDS])


@click.command(
    cls=_Root,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    help=mark("Theo dõi mô hình “Dân vận khéo” từ đăng ký đến công nhận."),
    epilog=mark(
        "Kết quả in ra stdout, thông báo ra stderr. Mã thoát: 0 xong, 1 bị từ chối hoặc có lỗi phát hiện, 2 dùng sai."
    ),
)
@click.version_option(package_name="danvankheo", message="%(version)s")
def root() -> None:
    """Nothing of its own: every command is a module."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `dvk` and leave with its exit code."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run `dvk` with these arguments (by default those of the process) and return the exit code."""
    console.speak_utf8()
    with speaking(translator(os.environ.get(LANGUAGE, SOURCE))):
        _say(root)
        return _run(arguments)


def _run(arguments: Sequence[str] | None) -> int:
    try:
        _require_unicode(sys.argv[1:] if arguments is None else arguments)
        result = root.main(
            args=list(arguments) if arguments is not None else None, prog_name="dvk", standalone_mode=False
        )
        sys.stdout.flush()
    except click.exceptions.Exit as left:
        return left.exit_code
    except click.UsageError as error:
        console.usage(error)
        return WRONG_USAGE
    except click.ClickException as error:
        console.message(error.format_message())
        return WRONG_USAGE
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else DONE
    except (click.Abort, KeyboardInterrupt):
        console.message(_("Đã dừng."))
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the result has seen enough; the interpreter must not try to flush the rest at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return REFUSED
    except UnicodeEncodeError:
        console.message(_("Tham số có chữ không phải UTF-8. Hãy gõ lại với bảng mã UTF-8."))
        return WRONG_USAGE
    except _foreseen() as error:
        _explain(error)
        return REFUSED
    return result if isinstance(result, int) else DONE


def _require_unicode(arguments: Sequence[str]) -> None:
    """Raise InvalidInput for an argument in letters from before Unicode. A file may be called anything."""
    doubtful = [argument for argument in arguments if not argument.isascii() and not os.path.lexists(argument)]
    if doubtful:
        from workflow.ground.reading.old_letters import require_unicode

        require_unicode({argument[:60]: argument for argument in doubtful})


def _say(command: click.Command) -> None:
    """Put the help of a command, its options and the commands below it into the language spoken now."""
    _translate(command, "help", "short_help", "epilog")
    for parameter in command.params:
        _translate(parameter, "help", "metavar")
        _translate(parameter.type, "name")
    if isinstance(command, click.Group):
        for below in command.commands.values():
            _say(below)


def _translate(thing: click.Command | click.Parameter | click.ParamType[Any], *names: str) -> None:
    for name in names:
        # What was written is kept: in one process one run may speak another language than the run before.
        written = _WRITTEN.setdefault((id(thing), name), getattr(thing, name, None))
        if written:
            setattr(thing, name, _(written))


_WRITTEN: dict[tuple[int, str], str | None] = {}


def _foreseen() -> tuple[type[Exception], ...]:
    """What a person can cause; anything else is a fault of ours and keeps its traceback. Loaded when something was raised."""
    from config.settings import SettingsInvalid
    from workflow.ground.data_files import DataFileInvalid
    from workflow.ground.refusals import Refusal

    return (Refusal, SettingsInvalid, DataFileInvalid, OSError)


def _explain(error: Exception) -> None:
    from config.sentence import Sentence
    from config.settings import SettingsInvalid
    from workflow.ground.data_files import DataFileInvalid
    from workflow.ground.refusals import InvalidInput, Refusal

    if isinstance(error, InvalidInput):
        for name, sentence in error.problems.items():
            console.message(f"{name}: {sentence}" if name else sentence)
        if not error.problems:
            console.message(error.message)
    elif isinstance(error, Refusal):
        for sentence in dict.fromkeys(reason.message for reason in error.reasons):
            console.message(sentence)
    elif isinstance(error, SettingsInvalid):
        for sentence in error.messages:
            console.message(sentence.said(_) if isinstance(sentence, Sentence) else sentence)
    elif isinstance(error, DataFileInvalid):
        for problem in error.problems:
            console.message(str(problem))
    elif isinstance(error, OSError):
        why = console.system_sentence(error)
        console.message(
            _("Không dùng được «%(filename)s»: %(why)s.", filename=error.filename, why=why)
            if error.filename
            else _("Lỗi hệ thống: %(why)s.", why=why)
        )
