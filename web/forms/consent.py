"""The form with which a registrant agrees that everybody may read about a model, or takes that back."""

from __future__ import annotations

from wtforms import HiddenField

from web.forms.base import PageForm


class ConsentForm(PageForm):
    """agree: "1" or "0", what the button does."""

    agree = HiddenField()
    version = HiddenField()
