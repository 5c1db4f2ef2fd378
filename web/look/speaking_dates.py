"""Days that speak, as pages show them: with the exact day on hover and in print."""

from __future__ import annotations

from datetime import date

from markupsafe import Markup

from workflow.ground.speech import spoken_day, spoken_deadline


def due_day(due: date | None, today: date) -> Markup:
    """The same as a `time` element; late ones are marked for the eye as well."""
    if due is None:
        return Markup("")
    exact = spoken_day(due)
    late = Markup(' class="late"') if due < today else Markup("")
    return Markup('<time datetime="{}" title="{}"{}>{}</time>').format(
        due.isoformat(), exact, late, spoken_deadline(due, today)
    )
