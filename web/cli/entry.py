"""The root command, and the one place where an exception becomes a sentence on stderr and an exit code.

0 done, 1 refused or findings, 2 wrong usage.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from web.cli import console

DONE, REFUSED, WRONG_USAGE = 0, 1, 2
INTERRUPTED = 130

# Name of the command, module of web.cli, what it does. The order is that of the help page.
COMMANDS: tuple[tuple[str, str, str], ...] = (
    ("init", "setup", "Tạo thư mục dữ liệu, khóa bí mật và cơ sở dữ liệu."),
    ("demo", "setup", "Nạp dữ liệu mẫu và in các tài khoản mẫu."),
    ("serve", "setup", "Chạy trang web và việc nhắc hạn."),
    ("scheduler", "scheduler", "Chỉ chạy việc nhắc hạn."),
    ("remind", "scheduler", "Nhắc hạn một lần, tại thời điểm được nêu."),
    ("doctor", "doctor", "Kiểm tra cài đặt: thiết lập, cơ sở dữ liệu, ổ đĩa."),
    ("account", "account", "Tài khoản và vai trò."),
    ("unit", "unit", "Cây đơn vị."),
    ("year", "year", "Năm thi đua."),
    ("import", "importing", "Nhập đăng ký từ bảng tính."),
    ("model", "model", "Mô hình: đăng ký, xem, danh sách, lịch sử."),
    ("record", "record", "Ghi kế hoạch, kết quả, biên bản kiểm tra."),
    ("transition", "transition", "Chuyển bước một mô hình."),
    ("transition-many", "transition", "Chuyển cùng một bước cho nhiều mô hình."),
    ("meeting", "meeting", "Phiên bình xét."),
    ("submission", "submission", "Tờ trình."),
    ("decision", "decision", "Quyết định."),
    ("report", "report", "Báo cáo của đơn vị: viết, gửi, tiếp nhận, tập hợp."),
    ("tally", "tally", "Bảng tổng hợp của một năm."),
    ("calendar", "calendar", "Các hạn của một người thành tệp lịch."),
    ("lifecycle", "lifecycle", "Quy trình: kiểm tra, vẽ, chuyển đổi."),
    ("audit", "audit", "Kiểm chứng lịch sử."),
)
_MODULES = {name: module for name, module, _ in COMMANDS}


class _Root(click.Group):
    """Knows the names of its commands without loading them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name, _, _ in COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = _MODULES.get(cmd_name)
        if module is None:
            return None
        command = getattr(import_module(f"web.cli.{module}"), f"{cmd_name.replace('-', '_')}_command")
        if not isinstance(command, click.Command):
            raise TypeError(f"{cmd_name} is no command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Lệnh"):
            formatter.write_dl([(name, summary) for name, _, summary in COMMANDS])


@click.command(
    cls=_Root,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    help="Theo dõi mô hình “Dân vận khéo” từ đăng ký đến công nhận.",
    epilog="Kết quả in ra stdout, thông báo ra stderr. Mã thoát: 0 xong, 1 bị từ chối hoặc có lỗi phát hiện, 2 dùng sai.",
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
    try:
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
        console.message("Đã dừng.")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the result has seen enough; the interpreter must not try to flush the rest at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return REFUSED
    except UnicodeEncodeError:
        console.message("Tham số có chữ không phải UTF-8. Hãy gõ lại với bảng mã UTF-8.")
        return WRONG_USAGE
    except _foreseen() as error:
        _explain(error)
        return REFUSED
    return result if isinstance(result, int) else DONE


def _foreseen() -> tuple[type[Exception], ...]:
    """What a person can cause; anything else is a fault of ours and keeps its traceback. Loaded when something was raised."""
    from config.settings import SettingsInvalid
    from workflow.definitions.problems import DataFileInvalid
    from workflow.refusals import Refusal

    return (Refusal, SettingsInvalid, DataFileInvalid, OSError)


def _explain(error: Exception) -> None:
    from config.settings import SettingsInvalid
    from workflow.definitions.problems import DataFileInvalid
    from workflow.refusals import InvalidInput, Refusal

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
            console.message(sentence)
    elif isinstance(error, DataFileInvalid):
        for problem in error.problems:
            console.message(str(problem))
    elif isinstance(error, OSError):
        why = console.system_sentence(error)
        console.message(f"Không dùng được «{error.filename}»: {why}." if error.filename else f"Lỗi hệ thống: {why}.")
