"""What an entry of the history carries, as words: before and after, names of deeds that are no step of a lifecycle."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.engine import Connection

from web.presentation import NOTES
from workflow.definitions import lifecycle_store
from workflow.reading.text import shorten
from workflow.schema import account, history

SUBJECTS = {
    "model": _l("Mô hình"),
    "account": _l("Tài khoản"),
    "unit": _l("Đơn vị"),
    "year": _l("Năm thi đua"),
    "meeting": _l("Phiên bình xét"),
    "submission": _l("Tờ trình"),
}
DEEDS = {
    "account_created": _l("Thêm tài khoản"),
    "account_bootstrapped": _l("Tạo quản trị đầu tiên"),
    "account_invited": _l("Tạo đường dẫn đặt mật khẩu"),
    "invitation_withdrawn": _l("Thu hồi đường dẫn đặt mật khẩu"),
    "password_chosen": _l("Tự đặt mật khẩu"),
    "password_changed": _l("Đổi mật khẩu"),
    "password_reset": _l("Đặt lại mật khẩu"),
    "sessions_ended": _l("Đăng xuất khỏi mọi thiết bị"),
    "account_locked": _l("Khoá tài khoản"),
    "account_unlocked": _l("Mở khoá tài khoản"),
    "role_assigned": _l("Giao vai trò"),
    "role_ended": _l("Kết thúc vai trò"),
    "unit_created": _l("Thêm đơn vị"),
    "unit_renamed": _l("Đổi tên đơn vị"),
    "unit_validity_set": _l("Đổi thời gian hoạt động"),
    "unit_merged": _l("Sáp nhập vào đơn vị khác"),
    "unit_took_over": _l("Nhận đơn vị sáp nhập"),
    "year_started": _l("Mở năm thi đua"),
    "year_edited": _l("Sửa thông tin năm"),
    "year_definition_set": _l("Đổi quy trình của năm"),
    "fields_edited": _l("Sửa lĩnh vực"),
    "criteria_edited": _l("Sửa bảng chấm điểm"),
    "bands_edited": _l("Sửa xếp hạng"),
    "measures_edited": _l("Sửa chỉ số"),
}
READINGS = {
    "page": _l("Mở trang mô hình"),
    "file": _l("Mở tệp đính kèm"),
    "report": _l("Mở báo cáo thành tích"),
    "export": _l("Tải danh sách"),
}

_MOST_DETAILS = 30


def deeds(connection: Connection) -> dict[str, str]:
    """Every deed that may stand in the history, by its name, with what it is called: steps of all definitions and the rest."""
    found = {
        step.trigger: str(step.label)
        for definition in lifecycle_store.known(connection)
        for step in definition.transitions
    }
    found |= {name: str(label) for name, label in (NOTES | DEEDS).items()}
    return dict(sorted(found.items(), key=lambda item: item[1]))


def told_of_year(connection: Connection, year_id: int) -> list[sa.Row[Any]]:
    """The history of a year, the latest first, with the name of whoever did it."""
    statement = (
        sa.select(history, account.c.full_name.label("actor_name"))
        .join(account, account.c.id == history.c.actor_id)
        .where(history.c.subject == "year", history.c.subject_id == year_id)
        .order_by(history.c.seq.desc())
    )
    return list(connection.execute(statement))


def details(payload: str | Mapping[str, Any]) -> list[str]:
    """What an entry carries, a line for each: 'closes_on: 2024-03-31 → 2024-04-15'."""
    content = json.loads(payload) if isinstance(payload, str) else payload
    lines = [shorten(line, 300) for line in _lines("", content)]
    if len(lines) > _MOST_DETAILS:
        lines[_MOST_DETAILS:] = [f"… (+{len(lines) - _MOST_DETAILS})"]
    return lines


def _lines(path: str, value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _lines(f"{path} › {key}" if path else str(key), inner)
    elif isinstance(value, list) and len(value) == 2 and not any(isinstance(one, dict) for one in value):
        if value[0] != value[1]:
            yield f"{path}: {_text(value[0])} → {_text(value[1])}"
    elif isinstance(value, list):
        for inner in value:
            if isinstance(inner, Mapping):
                yield f"{path}: {', '.join(f'{key} {_text(one)}' for key, one in inner.items() if one not in (None, '', []))}"
            else:
                yield f"{path}: {_text(inner)}"
    elif value not in (None, ""):
        yield f"{path}: {_text(value)}"


def _text(value: Any) -> str:
    if value is None or value == "":
        return "–"
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)
