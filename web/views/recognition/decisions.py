"""Decisions: the list, one with the selection among its models, the models that wait for one, and models side by side."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from web.forms.answers import Answer, Done, act, page_again, press
from web.forms.base import version_in
from web.forms.recognition import SelectionForm, chosen_in
from web.look.presentation import shown_day
from web.serving import accesses, clock, downloads
from web.serving.access_rules import RECOGNISERS, REVIEWERS, access_rule
from web.serving.transactions import reading
from web.serving.visitor import actor
from web.views.recognition import together
from workflow.across.documents.workbook_export import ColumnSpec, SheetSpec, write_workbook
from workflow.across.lists import listing
from workflow.across.models.offers import offers_for
from workflow.across.oversight.access_log import What
from workflow.core.engine import changes
from workflow.core.lifecycles import store
from workflow.core.lifecycles.terms import Definition, Transition
from workflow.core.programmes.choice import chosen_year, every_year
from workflow.ground.database import Connection
from workflow.ground.speech import _
from workflow.stages.recognition import commands as recognition
from workflow.stages.recognition import commendation, comparison
from workflow.stages.recognition.commendation import Chosen
from workflow.stages.recognition.view import decisions

pages = Blueprint("recognition", __name__)


@pages.get("/quyet-dinh")
@access_rule(signed_in=True)
def listed() -> str:
    return render_template("recognition/list.html", page=decisions(reading(), actor(), request.args.get("sau", "")))


@pages.route("/quyet-dinh/cong-nhan", methods=["GET", "POST"])
@access_rule(roles=RECOGNISERS | REVIEWERS)
def many() -> str | tuple[str, int]:
    """Models that wait for a decision of this person's body: tick, state number, date and signer once, check, decide."""
    year = chosen_year(reading(), request.args.get("nam"))
    definition = store.definition(reading(), year.definition_hash)
    steps = _deciding(definition)
    step = next((one for one in steps if one.trigger == request.args.get("buoc")), steps[0] if steps else None)
    page = listing.page(
        reading(),
        actor(),
        listing.Filters(year_id=year.id, states=step.sources if step else ("",)),
        request.args.get("sau", ""),
        listing.LARGEST_PAGE,
    )
    if step is None or not page.rows:
        return render_template("recognition/none.html", year=year, years=every_year(reading()), steps=steps, step=step)
    first = changes.seen(reading(), actor(), page.rows[0].code)
    return together.answered(
        together.Task(
            step=step,
            candidates=[
                together.Candidate(
                    row.code, row.name, " · ".join((row.person_name or row.unit_name, _(row.field_label)))
                )
                for row in page.rows
            ],
            title=_("%(step)s – năm %(year)s", step=step.label, year=year.year),
            back=url_for("recognition.listed"),
            offers=offers_for(reading(), actor(), first, step, whole_year=True),
            ticked=False,
            others=[
                *(
                    (one.label, url_for("recognition.many", nam=year.year, buoc=one.trigger))
                    for one in steps
                    if one is not step
                ),
                *(
                    (label, url_for("recognition.many", nam=year.year, buoc=step.trigger, sau=place))
                    for label, place in ((_("Trang trước"), page.preceding), (_("Trang sau"), page.following))
                    if place
                ),
            ],
        )
    )


def _deciding(definition: Definition) -> Sequence[Transition]:
    """The steps that leave a decision and that this person's roles take."""
    steps = (step for step in definition.transitions if step.record == "decision" and actor().holds(step.roles))
    return list({step.trigger: step for step in steps}.values())


@pages.route("/quyet-dinh/<int:decision_id>", methods=["GET", "POST"])
@access_rule(signed_in=True)
def shown(decision_id: int) -> Answer:
    """A decision with its models; who recognises such models marks the outstanding ones and those for a commendation."""
    form, choice = SelectionForm(), chosen_in(request.form)

    def choose(connection: Connection) -> Done:
        marked = choice.outstanding, choice.commended
        changed = commendation.choose(
            connection, actor().account_id, clock.now(), decision_id, *marked, seen=choice.seen
        )
        told = _("Đã lưu lựa chọn (%(count)s mô hình thay đổi).", count=changed)
        return Done(told, url_for("recognition.shown", decision_id=decision_id))

    if answer := act(form, choose):
        return answer
    selection = commendation.selection(reading(), actor(), decision_id)
    _note(selection.models, "page")
    return page_again(
        "recognition/show.html", form, selection=selection, typed=None if form.refusal is None else choice
    )


@pages.get("/quyet-dinh/<int:decision_id>/khen-thuong.xlsx")
@access_rule(signed_in=True)
def commended(decision_id: int) -> Response:
    selection = commendation.selection(reading(), actor(), decision_id)
    _note(selection.commended, "export")
    columns = [
        ColumnSpec(_("TT"), 6),
        ColumnSpec(_("Mã"), 18),
        ColumnSpec(_("Mô hình"), 50),
        ColumnSpec(_("Người đăng ký"), 28),
        ColumnSpec(_("Đơn vị"), 28),
        ColumnSpec(_("Lĩnh vực"), 24),
        ColumnSpec(_("Điểm"), 8),
        ColumnSpec(_("Xếp loại"), 14),
        ColumnSpec(_("Kết quả"), 60),
    ]
    decision = selection.decision
    heading = [
        _("Danh sách mô hình đề nghị khen thưởng"),
        _(
            "Theo Quyết định số %(number)s ngày %(day)s của %(issuer)s",
            number=decision.written,
            day=shown_day(decision.dated),
            issuer=decision.issuer_name,
        ),
    ]
    sheet = SheetSpec(_("Khen thưởng"), columns, commendation.export_rows(selection), heading)
    return downloads.workbook(
        f"khen-thuong-{decision.number}-{decision.period}", lambda target: write_workbook(target, [sheet])
    )


def _note(models: Sequence[Chosen], what: What) -> None:
    """Results and score of individuals are read here."""
    accesses.note_all([one.model_id for one in models if one.kind == "individual"], what)


@pages.get("/so-sanh")
@access_rule(signed_in=True)
def compare() -> tuple[str, int]:
    """Two to four models side by side."""
    codes = list(dict.fromkeys(code[:40] for code in request.args.getlist("ma")))
    enough = 2 <= len(codes) <= comparison.MOST
    models = comparison.side_by_side(reading(), actor(), codes) if enough else ()
    for model in models:
        accesses.note(changes.seen(reading(), actor(), model.code), "page")
    page = render_template("recognition/compare.html", models=models, asked=len(codes), most=comparison.MOST)
    return page, 200 if enough or not codes else 422


@pages.post("/mo-hinh/<code>/tieu-bieu")
@access_rule(roles=RECOGNISERS | REVIEWERS)
def outstanding(code: str) -> Response:
    back = url_for("models.shown", code=code)

    def mark(connection: Connection) -> Done:
        chosen, version = request.form.get("outstanding") == "1", version_in(request.form.get("version", ""))
        recognition.mark_outstanding(connection, actor().account_id, clock.now(), code, chosen, version=version)
        return Done(_("Đã ghi nhận."), back)

    return press(back, mark)
