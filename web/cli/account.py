"""`dvk account`: accounts, their passwords and their roles."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date

import click

from web.cli import arguments, console, installation
from web.serving import clock
from workflow.core import access
from workflow.core.labels import RANKS
from workflow.core.lifecycles import labels as lifecycle_labels
from workflow.core.people import accounts, assignments, invitations
from workflow.core.people.accounts import AccountView, AssignmentView
from workflow.ground.speech import _, mark, spoken_day


@click.group("account", help=mark("Tài khoản và vai trò."))
def account_command() -> None:
    """Holds the commands below."""


@account_command.command("list", help=mark("Các tài khoản; có --as thì chỉ những tài khoản người ấy quản trị."))
@arguments.by(required=False)
@arguments.form()
def listing(who: str | None, form: str) -> None:
    with installation.reading() as connection:
        actor = access.actor(connection, who, clock.now()) if who else None
        found = accounts.listing(connection, actor)
        roles = lifecycle_labels.roles(connection)
    if form == "json":
        console.as_json([_document(view) for view in found])
        return
    console.table(
        (_("Tên đăng nhập"), _("Họ tên"), _("Đơn vị"), _("Vai trò"), _("Trạng thái")),
        [
            (
                view.user_name,
                view.full_name,
                view.unit,
                "; ".join(_told(held, roles) for held in view.assignments),
                _("đã khoá") if view.locked else ("" if view.can_sign_in else _("không đăng nhập")),
            )
            for view in found
        ],
    )


@account_command.command(
    "first", help=mark("Tạo quản trị đầu tiên, khi chưa có tài khoản nào; tạo luôn đơn vị cao nhất.")
)
@click.argument("user_name", metavar=mark("TÊN_ĐĂNG_NHẬP"))
@click.option("--name", required=True, metavar=mark("HỌ_TÊN"), help=mark("Họ và tên."))
@click.option("--unit", "unit_code", required=True, metavar=mark("MÃ"), help=mark("Mã đơn vị cao nhất."))
@click.option("--unit-name", default="", metavar=mark("TÊN"), help=mark("Tên đơn vị ấy, nếu chưa có đơn vị nào."))
@click.option(
    "--unit-level", default="province", show_default=True, metavar=mark("CẤP"), help=mark("Cấp của đơn vị ấy.")
)
@click.option("--position", default="", metavar=mark("CHỨC_VỤ"), help=mark("Chức vụ."))
def first(user_name: str, name: str, unit_code: str, unit_name: str, unit_level: str, position: str) -> None:
    with installation.writing() as connection:
        _account_id, password = accounts.bootstrap_admin(
            connection,
            clock.now(),
            user_name,
            name,
            unit_code,
            unit_name=unit_name,
            unit_level=unit_level,
            position=position,
        )
    _tell_password(user_name, password)


@account_command.command("add", help=mark("Thêm một tài khoản; mật khẩu ban đầu in ra một lần."))
@click.argument("user_name", metavar=mark("TÊN_ĐĂNG_NHẬP"))
@click.option("--name", required=True, metavar=mark("HỌ_TÊN"), help=mark("Họ và tên."))
@click.option("--unit", "unit_code", required=True, metavar=mark("MÃ"), help=mark("Mã đơn vị công tác."))
@click.option("--position", default="", metavar=mark("CHỨC_VỤ"), help=mark("Chức vụ."))
@click.option("--no-sign-in", is_flag=True, help=mark("Chỉ có trong hồ sơ, không đăng nhập."))
@arguments.by()
def add(user_name: str, name: str, unit_code: str, position: str, no_sign_in: bool, who: str) -> None:
    with installation.writing() as connection:
        _account_id, password = accounts.create_account(
            connection, who, clock.now(), user_name, name, unit_code, position=position, sign_in=not no_sign_in
        )
    if password is None:
        console.message(_("Đã thêm tài khoản %(user_name)s, không đăng nhập.", user_name=user_name))
    else:
        _tell_password(user_name, password)


@account_command.command("password", help=mark("Đặt lại mật khẩu của một người; mật khẩu ban đầu mới in ra một lần."))
@click.argument("user_name", metavar=mark("TÊN_ĐĂNG_NHẬP"))
@arguments.by()
def password(user_name: str, who: str) -> None:
    with installation.writing() as connection:
        new = accounts.reset_password(connection, who, clock.now(), user_name)
    _tell_password(user_name, new)


@account_command.command(
    "invite", help=mark("Tạo một đường dẫn để người ấy tự đặt mật khẩu; in ra một lần, dùng một lần, trong 7 ngày.")
)
@click.argument("user_name", metavar=mark("TÊN_ĐĂNG_NHẬP"))
@click.option(
    "--site",
    default="",
    metavar=mark("ĐỊA_CHỈ"),
    help=mark("Địa chỉ trang web đứng trước đường dẫn, ví dụ https://dvk.example."),
)
@arguments.by()
def invite(user_name: str, site: str, who: str) -> None:
    with installation.writing() as connection:
        token = invitations.invite(connection, who, clock.now(), user_name)
    console.message(_("Hãy gửi đường dẫn này cho %(user_name)s; chỉ hiện một lần:", user_name=user_name))
    console.result(f"{site.rstrip('/')}/loi-moi/{token}")


@account_command.command("sign-out", help=mark("Đăng xuất một người khỏi mọi thiết bị."))
@click.argument("user_name", metavar=mark("TÊN_ĐĂNG_NHẬP"))
@arguments.by()
def sign_out(user_name: str, who: str) -> None:
    with installation.writing() as connection:
        ended = accounts.end_sessions(connection, who, clock.now(), user_name)
    console.message(_("Đã kết thúc %(ended)s phiên của %(user_name)s.", ended=ended, user_name=user_name))


@account_command.command("lock", help=mark("Khoá một tài khoản và kết thúc các phiên của nó."))
@click.argument("user_name", metavar=mark("TÊN_ĐĂNG_NHẬP"))
@click.option("--reason", default="", metavar=mark("LÝ_DO"), help=mark("Lý do, ghi vào lịch sử."))
@arguments.by()
def lock(user_name: str, reason: str, who: str) -> None:
    with installation.writing() as connection:
        changed = accounts.lock(connection, who, clock.now(), user_name, reason=reason)
    console.message(
        _("Đã khoá %(user_name)s.", user_name=user_name)
        if changed
        else _("%(user_name)s đã bị khoá từ trước.", user_name=user_name)
    )


@account_command.command("unlock", help=mark("Mở khoá một tài khoản."))
@click.argument("user_name", metavar=mark("TÊN_ĐĂNG_NHẬP"))
@arguments.by()
def unlock(user_name: str, who: str) -> None:
    with installation.writing() as connection:
        changed = accounts.unlock(connection, who, clock.now(), user_name)
    console.message(
        _("Đã mở khoá %(user_name)s.", user_name=user_name)
        if changed
        else _("%(user_name)s không bị khoá.", user_name=user_name)
    )


@account_command.command("assign", help=mark("Giao cho một người một vai trò ở một đơn vị."))
@click.argument("user_name", metavar=mark("TÊN_ĐĂNG_NHẬP"))
@click.argument("role", metavar=mark("VAI_TRÒ"))
@click.argument("unit_code", metavar=mark("MÃ_ĐƠN_VỊ"))
@arguments.day("--from", mark("Ngày bắt đầu; mặc định hôm nay."))
@arguments.day("--to", mark("Ngày cuối; mặc định không thời hạn."))
@click.option("--deputy-for", metavar=mark("NGƯỜI"), help=mark("Thay mặt người này (tên đăng nhập)."))
@click.option(
    "--rank",
    type=click.Choice(list(RANKS)),
    help=mark("Của lãnh đạo: trưởng hay phó trưởng ban."),
)
@arguments.by()
def assign(
    user_name: str, role: str, unit_code: str, deputy_for: str | None, rank: str | None, who: str, **period: date | None
) -> None:
    with installation.writing() as connection:
        assignments.assign(
            connection,
            who,
            clock.now(),
            user_name,
            role,
            unit_code,
            valid_from=period["from"],
            valid_to=period["to"],
            deputy_for=deputy_for,
            rank=rank or "",
        )
        label = lifecycle_labels.roles(connection)[role]
    console.message(
        _(
            "Đã giao vai trò «%(role)s» ở %(unit_code)s cho %(user_name)s.",
            role=label,
            unit_code=unit_code,
            user_name=user_name,
        )
    )


@account_command.command("end", help=mark("Kết thúc một vai trò, kèm vai trò của những người thay mặt."))
@click.argument("user_name", metavar=mark("TÊN_ĐĂNG_NHẬP"))
@click.argument("role", metavar=mark("VAI_TRÒ"))
@click.argument("unit_code", metavar=mark("MÃ_ĐƠN_VỊ"))
@arguments.day("--last-day", mark("Ngày cuối còn hiệu lực; mặc định hôm qua (thôi ngay)."))
@arguments.by()
def end(user_name: str, role: str, unit_code: str, last_day: date | None, who: str) -> None:
    now = clock.now()
    with installation.writing() as connection:
        held = assignments.holding(connection, now, user_name, role, unit_code)
        ended = assignments.end_assignment(connection, who, now, held.id, last_day=last_day)
    console.message(_("Đã kết thúc %(ended)s vai trò.", ended=ended))


def _tell_password(user_name: str, password: str) -> None:
    console.message(_("Mật khẩu ban đầu của %(user_name)s (phải đổi khi đăng nhập lần đầu):", user_name=user_name))
    console.result(password)
    if sys.stdout.isatty():
        console.message(_("Hãy trao tận tay; mật khẩu này không xem lại được."))


def _told(held: AssignmentView, roles: Mapping[str, str]) -> str:
    """By its label, and in brackets in the words in which `assign` and `end` are told: "Cán bộ … (unit_officer@NP)"."""
    until = _(" đến %(valid_to)s", valid_to=spoken_day(held.valid_to)) if held.valid_to else ""
    deputy = _(" thay %(person)s", person=held.deputy_for) if held.deputy_for else ""
    called = RANKS[held.rank] if held.rank else roles.get(held.role, held.role)
    return f"{called} ({held.role}@{held.unit}){deputy}{until}"


def _document(view: AccountView) -> dict[str, object]:
    return {
        "user_name": view.user_name,
        "full_name": view.full_name,
        "position": view.position,
        "unit": view.unit,
        "locked": view.locked,
        "can_sign_in": view.can_sign_in,
        "must_change_password": view.must_change_password,
        "last_seen_at": view.last_seen_at.isoformat() if view.last_seen_at else None,
        "sample": view.sample,
        "assignments": [
            {
                "role": held.role,
                "unit": held.unit,
                "from": held.valid_from,
                "to": held.valid_to,
                "deputy_for": held.deputy_for,
                "rank": held.rank or None,
            }
            for held in view.assignments
        ],
    }
