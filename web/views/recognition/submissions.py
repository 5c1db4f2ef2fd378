"""Submissions to the higher body: the list, preparing one from a closed meeting, and its page with the counts."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for

from web.forms.answers import Answer, Done, act, page_again
from web.forms.base import said
from web.forms.submission import NumberForm, ReportForm, submission_form
from web.serving import accesses, clock
from web.serving.access_rules import RECOGNISERS, REVIEWERS, STAFF, access_rule
from web.serving.transactions import reading
from web.serving.visitor import actor
from web.views.recognition import together
from workflow.across.models.offers import offers_for
from workflow.core.engine import changes
from workflow.core.lifecycles import store
from workflow.core.lifecycles.terms import Definition, Transition
from workflow.core.programmes import stored
from workflow.core.programmes.choice import chosen_year, every_year
from workflow.ground.database import Connection
from workflow.ground.refusals import InvalidInput, NotFound, NotPossible
from workflow.ground.speech import _
from workflow.ground.vietnam_time import local_date
from workflow.stages.recognition import dossier, submission
from workflow.stages.recognition import view as papers
from workflow.stages.recognition.view import SubmissionView, submission_view, submissions
from workflow.stages.review import view as review_view

pages = Blueprint("submission", __name__)

READERS = REVIEWERS | RECOGNISERS | STAFF | frozenset({"leader"})


@pages.get("/to-trinh")
@access_rule(roles=READERS)
def listed() -> str:
    year = chosen_year(reading(), request.args.get("nam"))
    return render_template(
        "submission/list.html",
        year=year,
        years=every_year(reading()),
        submissions=submissions(reading(), actor(), year.year),
    )


@pages.get("/ho-so-trinh")
@access_rule(roles=READERS)
def incoming() -> str:
    """Dossiers on their way: what each one says about itself, whether its papers agree, and how far its models have come."""
    year = chosen_year(reading(), request.args.get("nam"))
    return render_template(
        "submission/incoming.html",
        year=year,
        years=every_year(reading()),
        definition=store.definition(reading(), year.definition_hash),
        dossiers=papers.incoming(reading(), actor(), year.year),
    )


@pages.route("/phien-binh-xet/<int:meeting_id>/to-trinh", methods=["GET", "POST"])
@access_rule(roles=REVIEWERS)
def prepare(meeting_id: int) -> Answer:
    who = actor()
    meeting = review_view.meeting(reading(), who, meeting_id, local_date(clock.now()))
    definition = store.definition(reading(), stored.year(reading(), meeting.year).definition_hash)
    proposable = {state for step in definition.transitions if step.record == "submission" for state in step.sources}
    # What the commune recognised itself, or has sent up already, carried as well.
    carried = [item for item in meeting.agenda if item.result.carried and item.state in proposable]
    form = submission_form(carried)(data={"declared_models": str(len(carried))})

    def draw_up(connection: Connection) -> Done:
        declared = said(form.declared_models).strip()
        if declared and not declared.isdecimal():
            raise InvalidInput({"declared_models": _("Hãy ghi một số nguyên, ví dụ 7.")})
        submission_id = submission.prepare_submission(
            connection,
            who.account_id,
            clock.now(),
            meeting_id,
            reports=form.reports(),
            results=form.results(),
            number=said(form.number),
            dated=said(form.dated) or None,
            signer=said(form.signer),
            declared_models=int(declared) if declared else None,
        )
        told = _("Đã lập tờ trình và danh sách trích ngang. Hãy kiểm tra rồi đề nghị công nhận.")
        return Done(told, url_for("submission.shown", submission_id=submission_id))

    return act(form, draw_up) or page_again("submission/prepare.html", form, meeting=meeting, carried=carried)


@pages.route("/to-trinh/<int:submission_id>", methods=["GET", "POST"])
@access_rule(roles=READERS)
def shown(submission_id: int) -> Answer:
    """The page of a submission; sent, it enters number, date and signer."""
    who = actor()
    seen = submission_view(reading(), who, submission_id)
    form = NumberForm()

    def enter(connection: Connection) -> Done:
        paper = said(form.number), said(form.dated), said(form.signer)
        submission.number_submission(connection, who.account_id, clock.now(), submission_id, *paper)
        return Done(_("Đã ghi số tờ trình."), url_for("submission.shown", submission_id=submission_id))

    if answer := act(form, enter):
        return answer
    definition = _definition(seen)
    steps = [
        (step, sum(line.state in step.sources for line in seen.roster))
        for step in _steps(definition, seen)
        if who.holds(step.roles)
    ]
    return page_again(
        "submission/show.html",
        form,
        submission=seen,
        definition=definition,
        gaps=dossier.gaps_of_roster(reading(), submission_id),
        writes=who.holds(REVIEWERS),
        steps=steps,
    )


@pages.route("/to-trinh/<int:submission_id>/buoc/<trigger>", methods=["GET", "POST"])
@access_rule(roles=READERS)
def step(submission_id: int, trigger: str) -> str | tuple[str, int]:
    """One step for some or all models of a dossier: send it up, receive it, return it, decide on it."""
    who = actor()
    seen = submission_view(reading(), who, submission_id)
    found = next((one for one in _steps(_definition(seen), seen) if one.trigger == trigger), None)
    if found is None:
        raise NotPossible(
            _("Tờ trình này không có mô hình nào chờ bước đó. Có thể bước vừa được làm rồi: hãy mở lại tờ trình."),
            guard="trigger",
        )
    gaps = dossier.gaps_of_roster(reading(), submission_id)
    lines = [line for line in seen.roster if line.state in found.sources]
    return together.answered(
        together.Task(
            step=found,
            candidates=[
                together.Candidate(line.code, line.model_name, line.registrant, gaps.get(line.code, ()))
                for line in lines
            ],
            title=_("%(step)s – tờ trình %(number)s", step=found.label, number=seen.number or _("(chưa có số)")),
            back=url_for("submission.shown", submission_id=submission_id),
            offers=offers_for(reading(), who, changes.seen(reading(), who, lines[0].code), found, whole_year=True),
            stated={"submission": str(submission_id)} if any(f.type == "submission" for f in found.facts) else {},
        )
    )


def _definition(seen: SubmissionView) -> Definition:
    return store.definition(reading(), stored.year(reading(), seen.year).definition_hash)


def _steps(definition: Definition, seen: SubmissionView) -> list[Transition]:
    """What can be done with models of a dossier as they stand, the most usual first; nothing that withdraws or revokes."""
    states = dict.fromkeys(line.state for line in seen.roster if line.state in definition.states)
    steps = {step.trigger: step for state in states for step in definition.outgoing(state) if not step.danger}
    # What undoes asks for a reason and comes after what goes on.
    return sorted(steps.values(), key=lambda step: any(fact.name == "reason" for fact in step.facts))


@pages.route("/to-trinh/<int:submission_id>/bao-cao/<code>", methods=["GET", "POST"])
@access_rule(roles=REVIEWERS)
def report(submission_id: int, code: str) -> Answer:
    who = actor()
    seen = submission_view(reading(), who, submission_id)
    line = next((one for one in seen.roster if one.code == code), None)
    if line is None:
        raise NotFound(_("Danh sách trích ngang không có mô hình %(code)s.", code=code), guard="model")
    accesses.note(changes.seen(reading(), who, code), "report")
    form = ReportForm(data={"content": line.report})

    def save(connection: Connection) -> Done:
        submission.save_report(connection, who.account_id, clock.now(), submission_id, code, said(form.content))
        return Done(_("Đã lưu báo cáo thành tích."), url_for("submission.shown", submission_id=submission_id))

    return act(form, save) or page_again("submission/report.html", form, submission=seen, line=line)
