"""Reading what a person states when taking a transition: text from a form, a command line or JSON becomes typed facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workflow.core.lifecycles.terms import Fact, Transition
from workflow.ground.reading.dates import parse_date_vi
from workflow.ground.reading.text import clean, fold
from workflow.ground.refusals import InvalidInput, Refusal
from workflow.ground.speech import _

_YES = frozenset({"1", "true", "yes", "y", "on", "co", "dung", "x"})
_NO = frozenset({"0", "false", "no", "n", "off", "khong", "sai", ""})


def parse(transition: Transition, stated: Mapping[str, Any]) -> dict[str, Any]:
    """Typed values of the transition's facts. Empty optional ones are left out.

    Raises InvalidInput with one sentence per fact: unknown name, missing, too long, not a date …
    """
    problems: dict[str, str] = {}
    values: dict[str, Any] = {}
    known = {fact.name for fact in transition.facts}
    for name in stated:
        if name not in known:
            listed = ", ".join(sorted(known)) or _("không có")
            problems[name] = _(
                "Bước «%(label)s» không nhận thông tin «%(name)s». Thông tin nhận: %(listed)s.",
                label=transition.label,
                name=name,
                listed=listed,
            )
    for fact in transition.facts:
        value, problem = _read(fact, stated.get(fact.name))
        if problem:
            problems[fact.name] = problem
        elif value is not None:
            values[fact.name] = value
    if problems:
        raise InvalidInput(problems)
    return values


def _read(fact: Fact, raw: Any) -> tuple[Any, str | None]:
    if raw is None or (isinstance(raw, str) and not raw.strip()) or (isinstance(raw, Sequence) and not raw):
        return None, (_("Hãy nhập «%(label)s».", label=fact.label) if fact.required else None)
    try:
        return _READERS[fact.type](fact, raw), None
    except Refusal as refusal:
        return None, f"{fact.label}: {refusal.message}"
    except _Unreadable as unreadable:
        return None, f"{fact.label}: {unreadable}"


class _Unreadable(Exception):
    pass


def _text(fact: Fact, raw: Any) -> str:
    if not isinstance(raw, str | int | float):
        raise _Unreadable(_("cần là một đoạn chữ."))
    value = clean(str(raw), multiline=fact.type == "text")
    longest = fact.max_length or (5_000 if fact.type == "text" else 300)
    if len(value) > longest:
        raise _Unreadable(_("dài %(count)s ký tự, tối đa %(longest)s. Hãy rút gọn.", count=len(value), longest=longest))
    if not value:
        raise _Unreadable(_("chưa có chữ nào đọc được."))
    return value


def _date(fact: Fact, raw: Any) -> Any:
    return parse_date_vi(raw)


def _boolean(fact: Fact, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    word = fold(str(raw))
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise _Unreadable(_("«%(raw)s» không phải có hoặc không.", raw=raw))


def _integer(fact: Fact, raw: Any) -> int:
    text = str(raw).strip()
    if isinstance(raw, bool) or not text.isdecimal() or len(text) > 12:
        raise _Unreadable(_("«%(text)s» không phải số nguyên.", text=text[:40]))
    return int(text)


def _choice(fact: Fact, raw: Any) -> str:
    if raw not in {key for key, _ in fact.choices}:
        listed = ", ".join(f"{key} ({label})" for key, label in fact.choices)
        raise _Unreadable(_("«%(raw)s» không có trong các lựa chọn: %(listed)s.", raw=str(raw)[:40], listed=listed))
    return str(raw)


def _rows(fact: Fact, raw: Any) -> list[dict[str, Any]]:
    if not isinstance(raw, list | tuple) or not all(isinstance(row, Mapping) for row in raw):
        raise _Unreadable(_("cần là một danh sách các dòng."))
    if len(raw) > 200:
        raise _Unreadable(_("có %(count)s dòng, tối đa 200.", count=len(raw)))
    return [dict(row) for row in raw]


_READERS = {
    "text": _text,
    "line": _text,
    "date": _date,
    "boolean": _boolean,
    "integer": _integer,
    "choice": _choice,
    "model": _text,
    "decision": _integer,
    "meeting": _integer,
    "submission": _integer,
    "list": _rows,
}
