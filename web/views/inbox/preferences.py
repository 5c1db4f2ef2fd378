"""How a person wants to be told, a message to try it, and the page behind the link by which a mail takes them off."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template, request, url_for
from werkzeug.wrappers import Response

from notifications.clock.clockwork import UNSUBSCRIBE
from notifications.delivery import preferences
from notifications.delivery.preferences import Preference, Wish
from notifications.reminders import trial as trials
from web.forms.answers import Answer, Done, attempt, page_again, press
from web.forms.base import options, said
from web.forms.preferences import PreferencesForm
from web.serving import clock
from web.serving.access_rules import access_rule
from web.serving.transactions import reading, settings, writing
from web.serving.visitor import actor
from web.words import language
from web.words.catalogue import LANGUAGES
from workflow.core.people.language import choose
from workflow.ground.database import Connection
from workflow.ground.refusals import InvalidInput
from workflow.ground.speech import _

pages = Blueprint("preferences", __name__)

MASK = "••••••"


@pages.route("/hop-thu/cach-nhan", methods=["GET", "POST"])
@access_rule(signed_in=True)
def edit() -> Answer:
    kept = preferences.of(reading(), actor().account_id)
    form = PreferencesForm(data=_written(kept))
    schemes = frozenset(settings().other_channels.split())

    def save() -> Response:
        spoken = said(form.language)
        if spoken not in LANGUAGES:
            raise InvalidInput({"language": _("Lựa chọn này không có. Hãy chọn lại.")})
        wish = Wish(
            said(form.email),
            bool(form.by_email.data),
            # What is kept is not shown; who types nothing keeps it.
            said(form.other_address) or kept.other_address,
            bool(form.by_other.data),
            said(form.digest_hour),
            tuple(form.quiet_days.data or ()),
        )
        with writing() as connection:
            preferences.save(connection, actor().account_id, clock.now(), wish, schemes=schemes)
            choose(connection, actor().account_id, spoken)
        return language.keep(Done(_("Đã lưu cách nhận thư."), url_for("preferences.edit")).answer(), spoken)

    if answer := attempt(form, save):
        return answer
    form.language.choices = options(LANGUAGES.items())
    return page_again(
        "inbox/preferences.html",
        form,
        channels=sorted(schemes),
        masked=_masked(kept.other_address),
        mail_goes=bool(settings().smtp_host),
    )


@pages.post("/hop-thu/cach-nhan/thu")
@access_rule(signed_in=True)
def trial() -> Response:
    """A message to oneself, the ways that were chosen."""
    back = url_for("preferences.edit")

    def send(connection: Connection) -> Done:
        site, domain = settings().site, settings().message_domain
        trials.send(connection, actor().account_id, clock.now(), site=site, domain=domain, link=back)
        return Done(_("Đã gửi một thư thử. Thư có trong hộp thư ngay; thư điện tử tới sau ít phút."), back)

    return press(back, send)


@pages.route(f"{UNSUBSCRIBE}/<token>", methods=["GET", "POST"])
@access_rule(public=True)
def unsubscribe(token: str) -> str:
    """Seen by whoever follows the link in a mail; sent, by them or by their mail program alone (RFC 8058), it takes them off.

    The signed token stands for that of a form, which a mail program has not got. A link that is only followed changes nothing:
    programs that look for danger follow every link.
    """
    account_id = preferences.account_of(current_app.config["SECRET_KEY"], token)
    stopped = not preferences.of(reading(), account_id).by_email
    if request.method == "POST":
        with writing() as connection:
            preferences.stop_mail(connection, account_id, clock.now())
        stopped = True
    return render_template("inbox/unsubscribe.html", stopped=stopped)


def _written(kept: Preference) -> dict[str, object]:
    return {
        "email": kept.email,
        "by_email": kept.by_email,
        "by_other": kept.by_other,
        "digest_hour": str(kept.digest_hour),
        "quiet_days": [str(day) for day in sorted(kept.quiet_days)],
        "language": language.current(),
    }


def _masked(address: str) -> str:
    """Which kind of address is kept, without what is secret in it."""
    return address.partition("://")[0] + "://" + MASK if address else ""
