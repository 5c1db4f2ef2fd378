"""A new address at which a calendar program reads somebody's dates."""

from __future__ import annotations

from wtforms import RadioField

from web.forms.base import PageForm
from workflow.ground.speech import _l

SCOPES = {
    "mine": _l("Việc của tôi"),
    "unit": _l("Mọi việc của đơn vị tôi"),
    "all": _l("Mọi hạn tôi theo dõi"),
}


class FeedForm(PageForm):
    """Whose dates the address gives."""

    scope = RadioField(_l("Lịch gồm"), choices=[], default="mine", validate_choice=False)
