"""What an entry of the history carries, in words: names of its particulars, of the values they take, and of people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from web.look.presentation import FIELD_NAMES, ITEMS, level_label, role_label, shown_day, shown_number
from workflow.core.events import Changed, Event, Stated
from workflow.core.labels import (
    AUDIENCES,
    BALLOTS,
    CHANGE_SUBJECTS,
    CONCLUSIONS,
    DUTIES,
    FILE_PURPOSES,
    INSPECTION_KINDS,
    MODEL_KINDS,
    NUMBERINGS,
    ORIGINS,
    RANKS,
    UNIT_KINDS,
    VOTES,
)
from workflow.core.people.names import names_of
from workflow.core.programmes.defaults import standard_defaults
from workflow.core.programmes.report_sections import every_section
from workflow.ground.database import Connection
from workflow.ground.reading.text import shorten
from workflow.ground.speech import _, _l

MOST_DETAILS = 30
_LONGEST = 300
_DAY = re.compile(r"\d{4}-\d\d-\d\d")

PARTICULARS: Mapping[str, Any] = {
    **FIELD_NAMES,
    "account": _l("Người"),
    "added": _l("Thêm"),
    "after": _l("Sau"),
    "aliases": _l("Tên gọi khác"),
    "audience": _l("Ai xem được"),
    "bad": _l("Ví dụ chưa đạt"),
    "ballot": _l("Cách lấy phiếu"),
    "before": _l("Trước"),
    "can_sign_in": _l("Đăng nhập được"),
    "carried": _l("Đủ phiếu"),
    "changed": _l("Thay đổi"),
    "choice": _l("Phiếu"),
    "closes_on": _l("Hết hạn đăng ký"),
    "code": _l("Mã"),
    "commended": _l("Đề nghị khen thưởng"),
    "conclusion": _l("Kết luận"),
    "copied_from": _l("Chép từ năm"),
    "day": _l("Ngày"),
    "days": _l("Số ngày so với hạn"),
    "decision_date": _l("Ngày quyết định"),
    "decision_number": _l("Số quyết định"),
    "deputy_for": _l("Thay mặt"),
    "due": _l("Hạn gửi lại"),
    "due_on": _l("Hạn"),
    "due_stated": _l("Hạn ghi trong yêu cầu"),
    "duty": _l("Nhiệm vụ"),
    "email": _l("Thư điện tử"),
    "evidence_note": _l("Minh chứng"),
    "file": _l("Tệp"),
    "finding": _l("Kết luận kiểm tra"),
    "from_points": _l("Từ điểm"),
    "full_name": _l("Họ tên"),
    "good": _l("Ví dụ nên viết"),
    "guests": _l("Khách mời"),
    "guidance": _l("Hướng dẫn"),
    "head": _l("Trưởng đoàn"),
    "held_on": _l("Ngày họp, ngày kiểm tra"),
    "item": _l("Mục"),
    "items": _l("Các mục"),
    "keywords": _l("Cụm từ gợi ý"),
    "kept_at_commune": _l("Giữ công nhận cấp xã"),
    "kind": _l("Loại"),
    "label": _l("Tên gọi"),
    "late": _l("Đăng ký trễ"),
    "late_days": _l("Trễ (ngày)"),
    "level": _l("Cấp"),
    "list_of": _l("Số phiếu trong danh sách"),
    "max_length": _l("Dài nhất (ký tự)"),
    "max_points": _l("Điểm tối đa"),
    "measure": _l("Chỉ số"),
    "meeting": _l("Phiên bình xét số"),
    "member": _l("Thành viên"),
    "members": _l("Thành viên"),
    "mend_by": _l("Hạn khắc phục"),
    "merged_into": _l("Mô hình tiếp nhận"),
    "minutes": _l("Biên bản"),
    "models": _l("Mô hình"),
    "not_cast": _l("Phiếu không nộp lại"),
    "note": _l("Ghi chú"),
    "min_inspectors": _l("Số thành viên đoàn kiểm tra, ít nhất"),
    "days_to_mend": _l("Số ngày để bổ sung phiếu bị trả lại"),
    "numbering": _l("Cách đánh số văn bản"),
    "opens_days": _l("Yêu cầu trước hạn (ngày)"),
    "opens_on": _l("Mở đăng ký"),
    "outlier_above": _l("Hỏi lại khi lớn hơn"),
    "outstanding": _l("Tiêu biểu"),
    "owed_by": _l("Ai phải báo cáo"),
    "parent": _l("Trực thuộc"),
    "period_from": _l("Kỳ báo cáo từ"),
    "period_to": _l("Kỳ báo cáo đến"),
    "place": _l("Địa điểm"),
    "plan": _l("Kế hoạch"),
    "points": _l("Điểm"),
    "position": _l("Chức vụ, thứ tự"),
    "present": _l("Có mặt"),
    "purpose": _l("Loại tệp"),
    "qualifier": _l("Mức"),
    "quorum": _l("Thành phần tối thiểu"),
    "quorum_denominator": _l("Thành phần tối thiểu, mẫu số"),
    "quorum_numerator": _l("Thành phần tối thiểu, tử số"),
    "rank": _l("Chức danh"),
    "recipients": _l("Người nhận"),
    "recommendations": _l("Kiến nghị"),
    "record_version": _l("Lần ghi"),
    "removed": _l("Bỏ"),
    "report": _l("Báo cáo thành tích"),
    "results": _l("Kết quả"),
    "resubmit_by": _l("Hạn nộp lại"),
    "role": _l("Vai trò"),
    "roles": _l("Vai trò"),
    "sample": _l("Dữ liệu mẫu"),
    "scores": _l("Điểm"),
    "sections": _l("Các phần của báo cáo"),
    "shortcomings": _l("Tồn tại"),
    "signer": _l("Người ký"),
    "start_date": _l("Ngày bắt đầu"),
    "strengths": _l("Ưu điểm"),
    "subject": _l("Nội dung"),
    "submission": _l("Tờ trình số"),
    "successor": _l("Đơn vị tiếp nhận"),
    "summary": _l("Tóm tắt"),
    "team_decision": _l("Quyết định lập đoàn"),
    "text": _l("Nội dung"),
    "threshold": _l("Tỷ lệ phiếu phải quá"),
    "threshold_denominator": _l("Tỷ lệ phiếu phải quá, mẫu số"),
    "threshold_numerator": _l("Tỷ lệ phiếu phải quá, tử số"),
    "title": _l("Tên phiên"),
    "total": _l("Tổng điểm"),
    "unit": _l("Đơn vị"),
    "units": _l("Các đơn vị"),
    "unit_aliases": _l("Cách viết khác của đơn vị tính"),
    "user_name": _l("Tên đăng nhập"),
    "valid_from": _l("Từ ngày"),
    "valid_to": _l("Đến ngày"),
    "value": _l("Số lượng"),
    "with_list_of_late": _l("Kèm danh sách trễ"),
    "working": _l("Ngày làm việc"),
    "votes": _l("Phiếu"),
    "votes_abstaining": _l("Phiếu không biểu quyết"),
    "votes_against": _l("Phiếu không đồng ý"),
    "votes_for": _l("Phiếu đồng ý"),
    "waived": _l("Mục không phải điền"),
    "written": _l("Bằng văn bản"),
    "year": _l("Năm"),
}
_VALUES: Mapping[str, Mapping[str, Any]] = {
    "audience": AUDIENCES,
    "ballot": BALLOTS,
    "choice": VOTES,
    "conclusion": CONCLUSIONS,
    "duty": DUTIES,
    "item": FIELD_NAMES,
    "kind": {**MODEL_KINDS, **UNIT_KINDS, **INSPECTION_KINDS},
    "numbering": NUMBERINGS,
    "origin": ORIGINS,
    "purpose": FILE_PURPOSES,
    "qualifier": {
        "exactly": _l("đúng"),
        "at_least": _l("ít nhất"),
        "approximately": _l("khoảng"),
        "at_most": _l("nhiều nhất"),
    },
    "rank": RANKS,
    "subject": CHANGE_SUBJECTS,
    "waived": ITEMS,
}
# What the lifecycle definitions name.
_NAMED: Mapping[str, Callable[[str], str]] = {"level": level_label, "role": role_label, "roles": role_label}
# Keys of the database and fingerprints: they say nothing to a person.
_HIDDEN = frozenset(
    {"assignment", "attachment", "comment", "content", "decision", "definition", "from_definition", "inspection"}
    | {
        "as_of",
        "figures",
        "name_folded",
        "name_identity",
        "obligation",
        "report_submission",
        "request",
        "to_definition",
        "visit",
        "words",
    }
)
_PEOPLE = frozenset({"account", "deputy_for", "member", "members", "present"})


Events = Iterable[Event]
"""What an entry tells."""
People = Mapping[int | str, str]
"""What people are called, by key and by user name."""


def people_in(connection: Connection, told: Iterable[Events]) -> dict[int | str, str]:
    """The names of everybody whom these entries mention by key or by user name, in one statement."""
    mentioned = {one for events in told for event in events for one in _mentioned("", event)}
    return names_of(
        connection,
        {one for one in mentioned if isinstance(one, int)},
        {one for one in mentioned if isinstance(one, str)},
    )


def details(events: Events, people: People) -> list[str]:
    """What an entry carries, a line for each: "Hết hạn đăng ký: 31/03/2024 → 15/04/2024"."""
    told = sorted((item for event in events for item in _items(event)), key=lambda item: item[0])
    lines = [shorten(line, _LONGEST) for name, value in told for line in _lines((name,), value, people)]
    if len(lines) > MOST_DETAILS:
        lines[MOST_DETAILS:] = [_("… và %(n)s dòng nữa", n=len(lines) - MOST_DETAILS)]
    return lines


def _items(value: Any) -> list[tuple[str, Any]]:
    """Names and values within an event or a part of one; none for a plain value."""
    if isinstance(value, Stated):
        return _items(value.facts)
    if isinstance(value, Mapping):
        return sorted(value.items(), key=lambda item: str(item[0]))
    if is_dataclass(value):
        return [(name, getattr(value, name)) for name in sorted(field.name for field in fields(value))]
    return []


def _is_part(value: Any) -> bool:
    return isinstance(value, Mapping) or is_dataclass(value)


def _mentioned(name: str, value: Any) -> Iterator[int | str]:
    for key, inner in _items(value):
        yield from _mentioned(key, inner)
    if isinstance(value, list | tuple):
        for inner in value:
            yield from _mentioned(name, inner)
    elif name in _PEOPLE and isinstance(value, int) and not isinstance(value, bool):
        yield value
    elif name == "head" and value:
        yield str(value)


def _lines(path: tuple[str, ...], value: Any, people: People) -> Iterator[str]:
    name = path[-1]
    if name in _HIDDEN or value is None or value in ("", [], {}, ()):
        return
    if _is_part(value):
        for key, inner in _items(value):
            yield from _lines((*path, str(key)), inner, people)
    elif isinstance(value, Changed):
        if value.before != value.after:
            yield f"{_title(path)}: {_text(name, value.before, people)} → {_text(name, value.after, people)}"
    elif isinstance(value, list | tuple) and any(map(_is_part, value)):
        for row in value:
            yield f"{_title(path)}: {_row(row, people)}"
    else:
        yield f"{_title(path)}: {_text(name, value, people)}"


def _row(row: Any, people: People) -> str:
    if not _is_part(row):
        return str(row)
    told = (
        f"{_title((key,))} {_text(key, one, people)}"
        for key, one in _items(row)
        if key not in _HIDDEN and one is not None and one not in ("", [], (), False)
    )
    return ", ".join(told)


def _title(path: tuple[str, ...]) -> str:
    """The names on the way to a value; that something changed is said by the arrow."""
    shown = [part for part in path if part != "changed" or len(path) == 1]
    return " › ".join(str(PARTICULARS.get(part) or _(_CODES.get(part, part))) for part in shown)


def _text(name: str, value: Any, people: People) -> str:
    if value is None or value in ("", [], ()):
        return "–"
    if isinstance(value, bool):
        return _("có") if value else _("không")
    if isinstance(value, list | tuple):
        return "; ".join(_text(name, one, people) for one in value)
    if isinstance(value, int | float | Decimal):
        return people.get(int(value), str(value)) if name in _PEOPLE else shown_number(value)
    text = str(value)
    if name == "head":
        return people.get(text, text)
    if name in _NAMED:
        return _NAMED[name](text)
    if name in _VALUES:
        return str(_VALUES[name].get(text, text))
    if _DAY.fullmatch(text):
        return _spelled(text)
    return _(_CODES.get(text, text))


def _spelled(text: str) -> str:
    try:
        return shown_day(date.fromisoformat(text))
    except ValueError:
        return text


_CODES: Mapping[str, str] = {
    **{section.id: section.label for section in every_section()},
    **{
        one.code: one.label
        for rows in (standard_defaults().criteria, standard_defaults().measures, standard_defaults().fields)
        for one in rows
    },
}
"""What codes of score sheet, measures, fields and sections are called by default; a year's own codes are shown as they are."""
