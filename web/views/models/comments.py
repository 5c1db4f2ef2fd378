"""Writing a comment on a model."""

from __future__ import annotations

from flask import Blueprint, url_for

from web.forms.answers import Answer, Done, act, page_again
from web.forms.base import options, said
from web.forms.implementation import CommentForm
from web.serving import clock
from web.serving.access_rules import access_rule
from web.serving.transactions import reading
from web.serving.visitor import actor
from workflow.core.engine import changes
from workflow.core.labels import AUDIENCES
from workflow.ground.database import Connection
from workflow.ground.speech import _
from workflow.stages.implementation import comments

pages = Blueprint("comments", __name__)


@pages.route("/mo-hinh/<code>/y-kien", methods=["GET", "POST"])
@access_rule(signed_in=True)
def write(code: str) -> Answer:
    who = actor()
    model = changes.seen(reading(), who, code)
    form = CommentForm()
    among = comments.reviews(who, model)
    form.audience.choices = options(item for item in AUDIENCES.items() if among or item[0] != "reviewers")

    def written(connection: Connection) -> Done:
        comments.write(connection, who.account_id, clock.now(), code, said(form.text), said(form.audience))
        return Done(_("Đã ghi ý kiến."), url_for("models.shown", code=code, _anchor="y-kien"))

    return act(form, written) or page_again(
        "record.html", form, model=model, title=_("Viết ý kiến"), button=_("Gửi ý kiến")
    )
