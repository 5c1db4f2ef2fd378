"""Review meetings: the list, preparing one, and the page of one with its agenda and results."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for

from web.forms.answers import Answer, Done, act, page_again
from web.forms.base import options, said
from web.forms.review import MeetingForm
from web.serving import clock
from web.serving.access_rules import REVIEWERS, access_rule
from web.serving.transactions import reading
from web.serving.visitor import actor
from workflow.core.lifecycles import store
from workflow.core.people.places import units_of
from workflow.core.programmes import stored
from workflow.core.programmes.choice import chosen_year, every_year
from workflow.ground.database import Connection
from workflow.ground.speech import _
from workflow.ground.vietnam_time import local_date
from workflow.stages.recognition.view import submissions
from workflow.stages.review import commands as review
from workflow.stages.review import view as review_view

pages = Blueprint("review", __name__)


@pages.get("/phien-binh-xet")
@access_rule(signed_in=True)
def listed() -> str:
    year = chosen_year(reading(), request.args.get("nam"))
    return render_template(
        "review/list.html",
        year=year,
        years=every_year(reading()),
        meetings=review_view.meetings(reading(), actor(), year.year),
        may_prepare=actor().holds(REVIEWERS),
    )


@pages.route("/phien-binh-xet/moi", methods=["GET", "POST"])
@access_rule(roles=REVIEWERS)
def new() -> Answer:
    who = actor()
    year = chosen_year(reading(), request.values.get("nam"))
    definition = store.definition(reading(), year.definition_hash)
    form = MeetingForm()

    def prepare(connection: Connection) -> Done:
        meeting_id = review.prepare_meeting(
            connection,
            who.account_id,
            clock.now(),
            said(form.unit),
            year.year,
            title=said(form.title),
            held_on=said(form.held_on),
            place=said(form.place),
            ballot=said(form.ballot),
        )
        told = _("Đã lập phiên bình xét. Hãy chọn thành viên và chương trình.")
        return Done(told, url_for("review.shown", meeting_id=meeting_id))

    if answer := act(form, prepare):
        return answer
    places = units_of(reading(), who, REVIEWERS, local_date(clock.now()))
    form.unit.choices = options((one.code, one.name) for one in places if one.level == definition.reviewing_level)
    return page_again("review/new.html", form, year=year)


@pages.get("/phien-binh-xet/<int:meeting_id>")
@access_rule(signed_in=True)
def shown(meeting_id: int) -> str:
    who = actor()
    meeting = review_view.meeting(reading(), who, meeting_id, local_date(clock.now()))
    year = stored.year(reading(), meeting.year)
    definition = store.definition(reading(), year.definition_hash)
    states = {item.state for item in meeting.agenda}
    steps = [step for state in states if state in definition.states for step in definition.outgoing(state)]
    return render_template(
        "review/show.html",
        meeting=meeting,
        definition=definition,
        runs=who.grant_for(REVIEWERS, meeting.unit_path) is not None,
        steps={
            step.trigger: step.label
            for step in steps
            if not step.danger and who.grant_for(step.roles, meeting.unit_path) is not None
        },
        submissions=[one for one in submissions(reading(), who, meeting.year) if one.meeting_id == meeting_id],
    )
