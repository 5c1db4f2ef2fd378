"""The names a lifecycle definition may refer to: guards, effects, records. Their code lives in the modules that register it."""

from __future__ import annotations

from typing import Final

GUARD_NAMES: Final = frozenset(
    {
        # registration
        "items_filled",
        "not_submitter",
        "name_and_field_fit",
        "no_open_change_request",
        "merge_target_fits",
        "reason_given",
        # implementation
        "plan_recorded",
        "results_recorded",
        "evidence_attached",
        # inspection
        "inspection_recorded",
        "enough_inspectors",
        "every_criterion_scored",
        "inspectors_independent",
        "actor_independent",
        "remediation_dated",
        # commune review
        "reviewed_at_commune",
        "decided_above_commune",
        "on_agenda",
        "meeting_closed",
        "quorum_met",
        "votes_over_threshold",
        # recognition
        "dossier_complete",
        "dossier_counts_agree",
        "not_proposer",
        "decision_number_free",
        "commune_review_supports",
        "recognised_by_own_body",
    }
)

EFFECT_NAMES: Final = frozenset(
    {
        "mark_submitted",
        "mark_accepted",
        "mark_started",
        "mark_inspected",
        "mark_proposed",
        "mark_recognised",
        "mark_commune_recognised",
        "mark_merged",
        "mark_revoked",
        "clear_submission",
    }
)

RECORD_NAMES: Final = frozenset(
    {"plan", "results", "inspection", "agenda", "submission", "decision", "revocation", "reasons"}
)

# Columns of a model that a state may require; the database holds the same rule as a constraint.
REQUIRED_FACT_NAMES: Final = frozenset({"decision_id", "revocation_id", "merged_into_id"})

# What a unit may be; the words people read are in people/units.py.
UNIT_KINDS: Final = ("administrative", "agency", "organisation", "school", "armed_force")

# Who a reminder or an escalation may be addressed to, from the reporter up to the head of the committee.
RECIPIENT_NAMES: Final = frozenset({"reporter", "head_of_unit", "staff", "deputy_head", "head"})
