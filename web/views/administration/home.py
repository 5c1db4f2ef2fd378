"""The door to everything an administrator looks after, and taking the sample away to begin in earnest."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template, url_for
from flask import session as form_session
from werkzeug.wrappers import Response

from notifications.clock import clockwork
from notifications.delivery import overview
from web.forms.administration import BeginningForm
from web.forms.answers import Answer, Done, attempt, page_again
from web.forms.base import options, said
from web.serving import clock, visitor
from web.serving.access_rules import ADMINISTRATORS, access_rule
from web.serving.samples import forget
from web.serving.transactions import database, reading, store
from web.serving.visitor import actor
from workflow.across.sample import removal
from workflow.across.sample.removal import FirstAdministrator
from workflow.core.lifecycles import labels as lifecycle_labels
from workflow.ground.refusals import InvalidInput
from workflow.ground.speech import _

pages = Blueprint("administration", __name__, url_prefix="/quan-tri")


@pages.get("")
@access_rule(roles=ADMINISTRATORS)
def home() -> str:
    connection, now = reading(), clock.now()
    return render_template(
        "administration/home.html",
        holdings=removal.holdings(connection),
        beat=clockwork.heartbeat(connection, now),
        failed=overview.lately_failed(connection, actor(), now),
        lately=overview.LATELY.days,
    )


@pages.route("/du-lieu-mau", methods=["GET", "POST"])
@access_rule(roles=ADMINISTRATORS)
def sample() -> Answer:
    """What the sample holds; sent, it is removed whole and the first real administrator takes over."""
    form = BeginningForm()

    def begin() -> Response:
        if said(form.password) != said(form.again):
            raise InvalidInput({"again": _("Hai lần nhập mật khẩu chưa giống nhau.")})
        if not form.understood.data:
            raise InvalidInput({"understood": _("Hãy đánh dấu để xác nhận.")})
        first = FirstAdministrator(
            said(form.unit_code),
            said(form.unit_name),
            said(form.unit_level),
            said(form.user_name),
            said(form.full_name),
            said(form.password),
        )
        removal.remove(database(), clock.now(), store(), who=actor().account_id, first=first)
        forget()
        form_session.clear()
        told = _("Đã xoá dữ liệu mẫu. Hãy đăng nhập bằng tài khoản quản trị vừa tạo.")
        answer = make_response(Done(told, url_for("session.sign_in")).answer())
        visitor.take_token(answer)
        return answer

    if done := attempt(form, begin):
        return done
    form.unit_level.choices = options(lifecycle_labels.levels(reading()).items())
    return page_again("administration/sample.html", form, holdings=removal.holdings(reading()))
