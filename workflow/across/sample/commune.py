"""The commune's whole year: eighteen models from acceptance to the vote, seven of them on to the district's decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.engine import Connection

from config.sample.content import content
from config.sample.records import CommuneModel, CommuneYear, SampleInspection, SampleResults
from workflow.across.sample.calendar import moment, working_day_after
from workflow.across.sample.evidence import evidence_list
from workflow.across.sample.steps import take
from workflow.core.programmes import editing
from workflow.core.programmes.defaults import standard_defaults
from workflow.stages.implementation import attachments
from workflow.stages.implementation.attachments import Store
from workflow.stages.inspection import commands as inspection
from workflow.stages.inspection.commands import InspectionInput
from workflow.stages.recognition import commands as recognition
from workflow.stages.recognition import submission
from workflow.stages.registration import consent
from workflow.stages.review import ballots
from workflow.stages.review import commands as review
from workflow.stages.review.committee import Member


def live_through(connection: Connection, store: Store, codes: Mapping[str, str]) -> None:
    """Carry the commune's models from acceptance to the district's decision. codes: by name."""
    commune = content().commune
    own = {model.key: codes[model.name] for model in commune.rows}
    take(connection, commune.accepter, moment(commune.accepted_on, 14), list(own.values()), "accept")
    for model in commune.rows:
        officer = content().officer_of(model.unit_code).user_name
        _implement(connection, store, commune, model, own[model.key], officer)
    meeting_id = _review(connection, commune, own)
    submission_id = _propose(connection, commune, own, meeting_id)
    _recognise(connection, commune, own, submission_id)
    _publish(connection, commune, own)


def _implement(
    connection: Connection, store: Store, commune: CommuneYear, model: CommuneModel, code: str, officer: str
) -> None:
    """Plan, results with evidence, and the inspections with what had to be mended between them."""
    plan, results = model.plan, model.results
    stated: dict[str, Any] = {"start_date": plan.start_date, "plan": plan.text}
    take(connection, officer, moment(plan.start_date, 8), [code], "start", stated)
    name, file = evidence_list(model)
    attachments.add(connection, officer, moment(results.reported_on, 14, 30), store, code, name, file, "evidence")
    take(connection, officer, moment(results.reported_on, 15), [code], "report_results", _reported(results))
    for visit in model.inspections:
        _inspect(connection, commune, code, visit)
        if visit.conclusion == "remediation" and model.remediation is not None:
            mended = model.remediation
            stated = {"summary": f"{results.summary}\n{mended.summary}", "evidence_note": mended.evidence}
            take(connection, officer, moment(mended.reported_on, 15), [code], "report_results", stated)


def _reported(results: SampleResults) -> dict[str, Any]:
    summary = results.summary + (f"\nPhạm vi: {results.coverage}." if results.coverage else "")
    rows = [{"measure": row.measure, "value": row.quantity, "note": row.note} for row in results.quantities]
    return {"results": rows, "summary": summary, "evidence_note": results.evidence}


def _inspect(connection: Connection, commune: CommuneYear, code: str, visit: SampleInspection) -> None:
    record = InspectionInput(
        kind=visit.kind,
        held_on=visit.held_on,
        place=visit.place,
        team_decision=commune.team_decision,
        members=visit.inspectors,
        head=commune.team_head,
        scores=visit.scores,
        strengths=visit.strengths,
        shortcomings=visit.shortcomings,
        recommendations=visit.recommendations,
        mend_by=visit.mend_by,
    )
    inspection.save_record(connection, commune.team_head, moment(visit.held_on, 16), code, record)
    if visit.conclusion == "passed":
        take(connection, commune.team_head, moment(visit.held_on, 17), [code], "pass_inspection")
    else:
        finding = {"finding": visit.finding, "mend_by": visit.mend_by}
        take(connection, commune.team_head, moment(visit.held_on, 17), [code], "require_remediation", finding)


def _review(connection: Connection, commune: CommuneYear, own: Mapping[str, str]) -> int:
    """The meeting: prepared three days before, opened, voted on, closed; what failed is declined the day after."""
    held = commune.meeting
    duties = {held.chair: "chair", held.secretary: "secretary"}
    meeting_id = review.prepare_meeting(
        connection,
        held.secretary,
        moment(held.held_on - timedelta(days=3), 9),
        commune.unit_code,
        commune.year,
        title=held.title,
        held_on=held.held_on,
        place=held.place,
        members=[Member(name, duties.get(name, "member")) for name in held.members],
        models=list(own.values()),
    )
    present = [name for name in held.members if name not in held.absent]
    review.open_meeting(connection, held.chair, moment(held.held_on, 8), meeting_id, present)
    votes = [
        (own[model.key], member, choice, member in held.absent)
        for model in commune.rows
        for member, choice in model.votes.items()
    ]
    ballots.record_votes(connection, held.secretary, moment(held.held_on, 10), meeting_id, votes)
    review.close_meeting(connection, held.chair, moment(held.held_on, 11, 30), meeting_id, held.minutes)
    for model in commune.rows:
        if not model.carried:
            told = moment(working_day_after(held.held_on), 9)
            take(
                connection,
                commune.proposer,
                told,
                [own[model.key]],
                "decline_at_commune",
                {"reason": model.decline_reason},
            )
    return meeting_id


def _propose(connection: Connection, commune: CommuneYear, own: Mapping[str, str], meeting_id: int) -> int:
    """The submission with its roster and reports, and the proposal of every model that carried the vote."""
    sent, written = commune.submission, moment(commune.submission.dated, 9)
    submission_id = submission.prepare_submission(
        connection,
        commune.proposer,
        written,
        meeting_id,
        reports={own[model.key]: _achievement(model) for model in commune.proposed},
        results={own[model.key]: "\n".join(model.achievement) for model in commune.proposed},
        number=sent.number,
        dated=sent.dated,
        signer=sent.signer,
    )
    proposed = [own[model.key] for model in commune.proposed]
    take(connection, commune.proposer, moment(sent.dated, 10), proposed, "propose", {"submission": submission_id})
    return submission_id


def _achievement(model: CommuneModel) -> str:
    """The achievement report: what was set out to do, how, and what came of it."""
    labels = {measure.code: measure.label for measure in standard_defaults().measures}
    figures = (
        f"- {labels[row.measure]}: {row.quantity}" + (f" ({row.note})" if row.note else "")
        for row in model.results.quantities
    )
    return "\n".join((*model.achievement, "", model.results.summary, "", "Kết quả bằng số:", *figures))


def _recognise(connection: Connection, commune: CommuneYear, own: Mapping[str, str], submission_id: int) -> None:
    """The district receives the dossier and recognises all of it with one decision; two models are outstanding."""
    decided = commune.decision
    proposed = [own[model.key] for model in commune.proposed]
    take(connection, commune.receiver, moment(commune.submission.received_on, 9), proposed, "receive_dossier")
    stated = {
        "decision_number": f"{decided.number}-{decided.symbol}",
        "decision_date": decided.dated,
        "signer": decided.signer,
    }
    take(connection, commune.recogniser, moment(decided.dated, 16), proposed, "recognise", stated)
    for key in decided.outstanding:
        recognition.mark_outstanding(connection, commune.recogniser, moment(decided.dated, 16, 30), own[key], True)


def _publish(connection: Connection, commune: CommuneYear, own: Mapping[str, str]) -> None:
    """The year gets its public page; some registrants agree only when they see it."""
    opening = commune.publication
    editing.set_public(connection, opening.opener, moment(opening.opened_on, 9), commune.year, True)
    for model in commune.rows:
        if model.key in opening.agreed:
            officer = content().officer_of(model.unit_code).user_name
            consent.set_consent(connection, officer, moment(opening.agreed_on, 9), own[model.key], True)
