"""Reports of units: those one owes, writing one, the last look before it goes, deciding on it; and all of a call together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from notifications.reminders import deeds
from web.forms.answers import Answer, Done, act, page_again
from web.forms.base import PageForm, printable, said, version_in
from web.forms.reports import ReturnForm, check_form, kept_texts, report_form
from web.look.presentation import with_query
from web.serving import clock, downloads
from web.serving.access_rules import access_rule
from web.serving.transactions import reading, writing
from web.serving.visitor import actor
from web.words import reports as told
from workflow.across.documents.reports_workbook import write_collected
from workflow.across.obligations import call_files
from workflow.across.obligations.chasing import CHASERS
from workflow.across.reports import commands as reports
from workflow.across.reports import prefill
from workflow.across.reports import view as report_view
from workflow.across.reports import view as reports_view
from workflow.across.reports.collected import Collected, Line, collected
from workflow.across.reports.figures import changes as figure_changes
from workflow.across.reports.figures import shown as written_sum
from workflow.across.reports.view import ReportView
from workflow.core.programmes import report_sections
from workflow.ground.database import Connection
from workflow.ground.refusals import Conflict, NotFound, NotPossible
from workflow.ground.speech import _
from workflow.ground.vietnam_time import local_date

pages = Blueprint("reports", __name__, url_prefix="/bao-cao")

PAGE = 100
"""Units on one page of a call; the spreadsheet has all of them."""
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pages.get("")
@access_rule(signed_in=True)
def listed() -> str:
    """What this person's units owe and handed in, and the calls whose reports they read."""
    who = actor()
    return _page("reports/list.html", owed=report_view.owed(reading(), who), calls=report_view.calls(reading(), who))


@pages.get("/<int:obligation_id>")
@access_rule(signed_in=True)
def shown(obligation_id: int) -> str:
    """A report: what is asked, what was handed in, and what may be done with it now."""
    seen = _seen(obligation_id)
    texts, figures = told.rewritten(seen)
    last = seen.latest
    return _page(
        "reports/show.html",
        report=seen,
        files=call_files.listing(reading(), seen.call_id),
        numbered=report_sections.numbered(seen.sections),
        rewritten=texts,
        rewritten_figures=figures,
        history=told.history_of(reading(), seen),
        since_last=_since_last(seen) if last is not None else (),
    )


@pages.route("/<int:obligation_id>/viet", methods=["GET", "POST"])
@access_rule(signed_in=True)
def write(obligation_id: int) -> Answer:
    """The whole report on one page, kept as a draft each time it is sent."""
    now = clock.now()
    seen = _to_write(obligation_id)
    known = prefill.of_view(reading(), actor(), seen, now)
    begun = seen.report_id is not None
    texts = kept_texts(seen.content.sections, known.suggested.sections, begun=begun)
    form = report_form(seen.sections)(data={"version": str(seen.version), **texts})

    def save(connection: Connection) -> Done:
        reports.save(connection, actor().account_id, now, obligation_id, form.texts(), version=form.present)
        if "check" in request.form:
            return Done("", url_for("reports.check", obligation_id=obligation_id))
        return Done(_("Đã lưu bản nháp."), url_for("reports.write", obligation_id=obligation_id))

    if answer := act(form, save):
        return answer
    files = call_files.listing(reading(), seen.call_id)
    return _again("reports/write.html", form, seen, known=known, files=files)


@pages.route("/<int:obligation_id>/kiem-tra", methods=["GET", "POST"])
@access_rule(signed_in=True)
def check(obligation_id: int) -> Answer:
    """The last look: the text, the figures as of now, what is missing and what looks wrong; sent, it goes with these figures."""
    now = clock.now()
    seen = _to_write(obligation_id)
    checked_at = _moment(request.form.get("as_of", "")) if request.method == "POST" else now
    fresh = now - reports.FIGURES_KEPT_FOR <= checked_at <= now
    known = prefill.of_view(reading(), actor(), seen, checked_at if fresh else now)
    data = {"version": str(seen.version), "as_of": now.isoformat()}
    data |= {f"word-{name}": word for name, word in seen.content.words.items()}
    form = check_form(known.doubts)(data=data)

    def send(connection: Connection) -> Done:
        who, version = actor().account_id, form.present
        version = reports.save(connection, who, now, obligation_id, {}, words=form.words(), version=version)
        done = reports.submit(connection, who, now, obligation_id, version=version, as_of=checked_at)
        late = [_("Báo cáo gửi trễ %(n)s ngày so với hạn.", n=done.late_days)] if done.late_days else []
        told = _("Đã gửi báo cáo tới %(unit)s.", unit=seen.collector_name)
        return Done(told, url_for("reports.shown", obligation_id=obligation_id), late)

    if answer := act(form, send):
        return answer
    if not fresh:
        form.as_of.data = now.isoformat()
    return _again(
        "reports/check.html",
        form,
        seen,
        known=known,
        gaps=report_sections.gaps(seen.sections, seen.content),
        numbered=report_sections.numbered(seen.sections),
        late=now >= seen.due_at,
    )


@pages.post("/<int:obligation_id>/tiep-nhan")
@access_rule(signed_in=True)
def accept(obligation_id: int) -> Response:
    """Take a report in, as it was on the page."""
    seen, version = _seen(obligation_id), version_in(request.form.get("version", ""))
    with writing() as connection:
        reports.accept(connection, actor().account_id, clock.now(), obligation_id, version=version)
    told = _("Đã tiếp nhận báo cáo của %(unit)s.", unit=seen.unit_name)
    return Done(told, url_for("reports.shown", obligation_id=obligation_id)).answer()


@pages.route("/<int:obligation_id>/tra-lai", methods=["GET", "POST"])
@access_rule(signed_in=True)
def give_back(obligation_id: int) -> Answer:
    """Return a report with what is to be mended, and by when."""
    seen = _seen(obligation_id)
    if seen.decides is None:
        raise NotFound(_("Không có báo cáo này trong phạm vi của bạn."), guard="report")
    if request.method == "GET" and not seen.waits_for_decision:
        raise NotPossible(_("Báo cáo này không chờ quyết định."), guard="status")
    form = ReturnForm(data={"version": str(seen.version)})

    def returned(connection: Connection) -> Done:
        who, reason, due = actor().account_id, said(form.reason), said(form.due)
        day = deeds.return_report(connection, who, clock.now(), obligation_id, reason, due, version=form.present)
        told = _("Đã trả lại báo cáo của %(unit)s, hạn gửi lại %(day)s.", unit=seen.unit_name, day=f"{day:%d/%m/%Y}")
        return Done(told, url_for("reports.shown", obligation_id=obligation_id))

    return act(form, returned) or _again("reports/return.html", form, seen)


@pages.get("/<int:obligation_id>/ban-in")
@access_rule(signed_in=True)
def paper(obligation_id: int) -> str:
    """What was handed in last, as it is printed and filed."""
    seen = _seen(obligation_id)
    if seen.latest is None:
        raise NotFound(_("Báo cáo này chưa được gửi nên chưa có bản in."), guard="report")
    return _page(
        "reports/paper.html",
        report=seen,
        submission=seen.latest,
        figures=seen.latest.figures,
        dated=local_date(seen.latest.submitted_at),
        numbered=report_sections.numbered(seen.sections),
    )


@pages.get("/yeu-cau/<int:call_id>")
@access_rule(signed_in=True)
def together(call_id: int) -> str:
    """The reports of a call side by side, who is missing, and the figures added up."""
    found = _collected(call_id)
    lines, pager = _paged(found.there)
    return _page(
        "reports/together.html",
        found=found,
        lines=lines,
        pager=pager,
        missing=found.missing[:PAGE],
        most=PAGE,
        chases=actor().holds(CHASERS),
    )


@pages.get("/yeu-cau/<int:call_id>/toan-van")
@access_rule(signed_in=True)
def compiled(call_id: int) -> str:
    """What the units wrote, section by section, with the figures added up: what a report of one's own is written from."""
    found = _collected(call_id)
    lines, pager = _paged(found.there)
    return _page(
        "reports/compiled.html",
        found=found,
        lines=lines,
        pager=pager,
        numbered=report_sections.numbered(found.sections),
        figures=found.total,
    )


@pages.get("/yeu-cau/<int:call_id>.xlsx")
@access_rule(signed_in=True)
def workbook(call_id: int) -> Response:
    """The same figures as a spreadsheet."""
    found = _collected(call_id)
    return downloads.workbook(f"bao-cao-{call_id}", lambda target: write_collected(target, found))


def _seen(obligation_id: int) -> ReportView:
    return reports_view.view(reading(), actor(), obligation_id)


def _to_write(obligation_id: int) -> ReportView:
    """A report this person may write on now; a page that cannot be used is not shown."""
    seen = _seen(obligation_id)
    if seen.writes is None:
        raise NotFound(_("Không có báo cáo này trong phạm vi của bạn."), guard="report")
    if request.method == "GET" and not seen.editable:
        raise NotPossible(_("Báo cáo đã gửi hoặc không còn phải nộp nên không sửa được."), guard="status")
    return seen


def _since_last(seen: ReportView) -> tuple[Any, ...]:
    """What changed between the unit's last report and what was handed in now."""
    last = seen.latest
    if last is None:
        return ()
    before = report_view.previous(reading(), seen.unit_id, seen.year_id, seen.report_id, last.as_of)
    return tuple(figure_changes(before, last.figures)) if before is not None else ()


def _collected(call_id: int) -> Collected:
    return collected(reading(), actor(), clock.now(), call_id)


def _paged(lines: Sequence[Line]) -> tuple[Sequence[Line], tuple[str | None, str | None]]:
    """The lines after the unit named in the address, and the addresses of the pages before and after."""
    after = printable(request.args.get("sau", ""))[:60]
    start = sum(line.unit_code <= after for line in lines)
    shown = lines[start : start + PAGE]
    before, following = None, None
    if start:
        first = start - PAGE
        before = with_query(sau=lines[first - 1].unit_code if first > 0 else None)
    if start + PAGE < len(lines):
        following = with_query(sau=shown[-1].unit_code)
    return shown, (before, following)


def _again(template: str, form: PageForm, seen: ReportView, **facts: Any) -> tuple[str, int]:
    """A page with a form; after a conflict with what others did meanwhile and for the version there is now."""
    meanwhile, version = [], None
    if isinstance(form.refusal, Conflict):
        present = _seen(seen.obligation_id)
        meanwhile, version = told.since(reading(), present, form.present or 0), present.version
    return page_again(template, form, version=version, report=seen, meanwhile=meanwhile, **_words(), **facts)


def _page(template: str, **facts: Any) -> str:
    return render_template(template, **_words(), **facts)


def _words() -> dict[str, Any]:
    return {"TONES": told.TONES, "written": written_sum}


def _moment(text: str) -> datetime:
    """The moment of the figures that were on the page; what cannot be read is older than any page."""
    try:
        moment = datetime.fromisoformat(text[:40])
    except ValueError:
        return _LONG_AGO
    return moment if moment.tzinfo is not None else _LONG_AGO
