"""Days that speak: "còn 3 ngày (thứ Sáu 10/7)", "trễ 2 ngày", with the exact day on hover and in print."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from markupsafe import Markup

from workflow.speech import mark, spoken_day, spoken_month, vietnamese

_WEEKDAYS = (
    mark("thứ Hai"),
    mark("thứ Ba"),
    mark("thứ Tư"),
    mark("thứ Năm"),
    mark("thứ Sáu"),
    mark("thứ Bảy"),
    mark("Chủ nhật"),
)


def spoken(due: date, today: date) -> str:
    """How far off a day is, and which day it is; the year is named when it is not this one."""
    if vietnamese():
        written = f"{due.day}/{due.month}" + (f"/{due.year}" if due.year != today.year else "")
    else:
        written = spoken_day(due) if due.year != today.year else f"{due.day} {spoken_month(due)}"
    day = f"{_(_WEEKDAYS[due.weekday()])} {written}"
    left = (due - today).days
    if left < 0:
        return str(_("trễ %(days)s ngày (%(day)s)", days=-left, day=day))
    if left == 0:
        return str(_("hôm nay (%(day)s)", day=day))
    if left == 1:
        return str(_("ngày mai (%(day)s)", day=day))
    return str(_("còn %(days)s ngày (%(day)s)", days=left, day=day))


def due_day(due: date | None, today: date) -> Markup:
    """The same as a `time` element; late ones are marked for the eye as well."""
    if due is None:
        return Markup("")
    exact = spoken_day(due)
    late = Markup(' class="late"') if due < today else Markup("")
    return Markup('<time datetime="{}" title="{}"{}>{}</time>').format(due.isoformat(), exact, late, spoken(due, today))
