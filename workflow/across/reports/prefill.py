"""What a report begins with: the figures of the moment, what changed since the last report, and sentences that say both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection

from workflow.across.reports import checks, figures
from workflow.across.reports import view as report_view
from workflow.across.reports.checks import Doubt
from workflow.across.reports.figures import Change, Figures, shown
from workflow.across.reports.view import ReportView
from workflow.core.access import Actor
from workflow.core.programmes.report_sections import Content
from workflow.ground.speech import _


@dataclass(frozen=True, slots=True)
class Prefill:
    """Figures as of a moment with what is doubtful about them. before: of the last report; suggested: text for empty sections."""

    figures: Figures
    before: Figures | None
    changes: tuple[Change, ...]
    doubts: tuple[Doubt, ...]
    suggested: Content


def prefill(connection: Connection, actor: Actor, obligation_id: int, as_of: datetime) -> Prefill:
    """What the program knows for a report of this unit as of a moment. Raises NotFound out of scope."""
    return of_view(connection, actor, report_view.view(connection, actor, obligation_id), as_of)


def of_view(connection: Connection, actor: Actor, seen: ReportView, as_of: datetime) -> Prefill:
    """The same for a report that was read already."""
    now = figures.counted(connection, seen.year, seen.unit_id, as_of)
    before = report_view.previous(connection, seen.unit_id, seen.year_id, seen.report_id, as_of)
    changed = tuple(figures.changes(before, now)) if before is not None else ()
    doubts = tuple(checks.doubts(connection, actor, now, seen.year_id, seen.unit_path, before))
    ids = {section.id for section in seen.sections}
    texts = {"situation": _situation(now), "results": _results(now)}
    return Prefill(now, before, changed, doubts, Content({name: text for name, text in texts.items() if name in ids}))


def _situation(now: Figures) -> str:
    sentences = [
        _(
            "Năm %(year)s, toàn đơn vị đăng ký %(all)s mô hình “Dân vận khéo” (%(collective)s tập thể,"
            " %(individual)s cá nhân), do %(units)s đơn vị và %(people)s cá nhân đăng ký.",
            year=now.year,
            all=now.registered,
            collective=now.count("registered", kind="collective"),
            individual=now.count("registered", kind="individual"),
            units=now.registrants.get("collective", 0),
            people=now.registrants.get("individual", 0),
        )
    ]
    if now.villages[1]:
        sentences.append(
            _(
                "%(covered)s/%(villages)s thôn, bản, tổ dân phố có mô hình.",
                covered=now.villages[0],
                villages=now.villages[1],
            )
        )
    for figure, said in (
        ("continued", _("%(n)s mô hình tiếp tục từ năm trước.")),
        ("replicated", _("%(n)s mô hình nhân rộng.")),
        ("late", _("%(n)s mô hình đăng ký trễ.")),
        ("renamed", _("%(n)s mô hình đã đổi tên.")),
    ):
        if count := now.count(figure):
            sentences.append(said % {"n": count})
    return " ".join(sentences)


def _results(now: Figures) -> str:
    lines = [_("Theo lĩnh vực:")]
    for code, label in now.fields.items():
        lines.append(
            _(
                "- %(field)s: %(all)s mô hình (%(collective)s tập thể, %(individual)s cá nhân).",
                field=_(label),
                all=now.count("registered", field=code),
                collective=now.count("registered", field=code, kind="collective"),
                individual=now.count("registered", field=code, kind="individual"),
            )
        )
    reached = [
        _("- %(label)s: %(sum)s.", label=_(one.label), sum=shown(one.result)) for one in now.quantities if one.result
    ]
    if reached:
        lines += [_("Kết quả đo được:"), *reached]
    if now.inspections:
        lines.append(_("Đã kết luận %(n)s cuộc kiểm tra, thẩm định.", n=now.inspections))
    return "\n".join(lines)
