"""One step for several models at once: choose them, state the facts once, see what would come of it, and only then do it.

What comes of it is found out by doing it and taking it back, so that the check page says what the real thing will say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import render_template, request

from web.forms.answers import attempt, page_again
from web.forms.transition import TransitionForm, decision_choices, transition_form
from web.serving import clock
from web.serving.transactions import writing
from web.serving.visitor import actor
from workflow.across.models.offers import Offers
from workflow.core.engine import facts, transition
from workflow.core.engine.transition import Outcome
from workflow.core.lifecycles.terms import Fact, Transition
from workflow.ground.refusals import InvalidInput
from workflow.ground.speech import _


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that the step can be taken of. about: a line below its name. lacking: what stands against it, as far as known."""

    code: str
    name: str
    about: str = ""
    lacking: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done. stated: facts the page knows by itself. ticked: whether all are chosen at first. back: where to return.

    others: label and address of what else could be meant: other steps, other models.
    """

    step: Transition
    candidates: Sequence[Candidate]
    title: str
    back: str
    offers: Offers
    stated: Mapping[str, str] = field(default_factory=dict)
    ticked: bool = True
    others: Sequence[tuple[str, str]] = ()

    @property
    def facts(self) -> list[Fact]:
        """What is asked of the person."""
        return [fact for fact in self.step.facts if fact.name not in self.stated]


class _TakenBack(Exception):
    """Ends a rehearsal: the transaction is rolled back whole."""


def answered(task: Task) -> str | tuple[str, int]:
    """The page of a task, its check page, or its results, as far as the request has come."""
    form = transition_form(task.facts, task.offers, version=None, recorded=task.step.record is not None)
    chosen = [one.code for one in task.candidates]
    if request.method == "POST":
        sent = set(request.form.getlist("code"))
        chosen = [code for code in chosen if code in sent]
    elif not task.ticked:
        chosen = []
    if "mend" not in request.form and (page := attempt(form, lambda: _taken(task, form, chosen))):
        return page
    return page_again("submission/step.html", form, task=task, chosen=chosen)


def _taken(task: Task, form: TransitionForm, chosen: Sequence[str]) -> str:
    if not chosen:
        raise InvalidInput({"models": _("Hãy chọn ít nhất một mô hình.")})
    stated = {**form.stated(), **task.stated}
    # What can be read wrongly is said beside its field, before anything is tried.
    facts.parse(task.step, stated)
    if "confirm" in request.form or not task.facts:
        with writing() as connection:
            outcomes = transition.apply_many(
                connection, actor().account_id, clock.now(), chosen, task.step.trigger, stated=stated
            )
        return render_template("submission/done.html", task=task, lines=_lines(task, outcomes))
    outcomes = _rehearsed(task, chosen, stated)
    return render_template(
        "submission/check.html",
        task=task,
        form=form,
        answers=_answers(task, form),
        lines=_lines(task, outcomes),
        passing=sum(one.applied is not None for one in outcomes),
        warnings=dict.fromkeys(warning for one in outcomes if one.applied for warning in one.applied.warnings),
    )


def _answers(task: Task, form: TransitionForm) -> list[tuple[str, str]]:
    """What was stated, in words."""
    known = dict(decision_choices(task.offers))
    said = [(fact, form.of(fact).data) for fact in task.facts]
    return [
        (fact.label, _("Có") if data is True else known.get(data, data) if fact.type == "decision" else str(data))
        for fact, data in said
        if data
    ]


def _rehearsed(task: Task, chosen: Sequence[str], stated: Mapping[str, object]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    try:
        with writing() as connection:
            outcomes = transition.apply_many(
                connection, actor().account_id, clock.now(), chosen, task.step.trigger, stated=stated
            )
            raise _TakenBack
    except _TakenBack:
        return outcomes


def _lines(task: Task, outcomes: Sequence[Outcome]) -> list[tuple[Candidate, Outcome]]:
    known = {one.code: one for one in task.candidates}
    return [(known[outcome.code], outcome) for outcome in outcomes]
