"""The five stages of a model, in the order in which it passes them. Importing this lets each register its rules."""

from __future__ import annotations

import workflow.stages.implementation.commands
import workflow.stages.implementation.effects
import workflow.stages.implementation.guards
import workflow.stages.inspection.commands
import workflow.stages.inspection.effects
import workflow.stages.inspection.guards
import workflow.stages.recognition.commands
import workflow.stages.recognition.effects
import workflow.stages.recognition.guards
import workflow.stages.recognition.submission
import workflow.stages.registration.commands
import workflow.stages.registration.effects
import workflow.stages.registration.guards
import workflow.stages.review.agenda
import workflow.stages.review.effects
import workflow.stages.review.guards  # noqa: F401
