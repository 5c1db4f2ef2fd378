"""Files of a model: adding, reading, taking off."""

from __future__ import annotations

from flask import Blueprint, Response, abort, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from web.forms.answers import Answer, Done, act, page_again, press
from web.forms.base import options, said
from web.forms.implementation import FileForm
from web.serving import accesses, clock, downloads
from web.serving.access_rules import access_rule
from web.serving.transactions import reading, store
from web.serving.visitor import actor
from workflow.core.engine import changes
from workflow.core.labels import FILE_PURPOSES
from workflow.ground.database import Connection
from workflow.ground.refusals import InvalidInput, NotFound
from workflow.ground.speech import _
from workflow.stages.implementation import attachments

pages = Blueprint("attachments", __name__)


@pages.route("/mo-hinh/<code>/tep", methods=["GET", "POST"])
@access_rule(signed_in=True)
def add(code: str) -> Answer:
    who = actor()
    model = changes.seen(reading(), who, code)
    form = FileForm(data={"purpose": "evidence"})
    form.purpose.choices = options(FILE_PURPOSES.items())

    def attach(connection: Connection) -> Done:
        file = form.file.data
        if not isinstance(file, FileStorage) or not file.filename:
            raise InvalidInput({"file": _("Hãy chọn một tệp.")})
        content, purpose = file.read(), said(form.purpose)
        attachments.add(connection, who.account_id, clock.now(), store(), code, file.filename, content, purpose)
        return Done(_("Đã đính kèm tệp."), _files_of(code))

    return act(form, attach) or page_again(
        "record.html", form, model=model, title=_("Đính kèm tệp"), button=_("Gửi tệp"), upload=True
    )


@pages.get("/mo-hinh/<code>/tep/<int:attachment_id>")
@access_rule(signed_in=True)
def content(code: str, attachment_id: int) -> Response:
    model = changes.seen(reading(), actor(), code)
    _require_of(reading(), model.id, code, attachment_id)
    accesses.note(model, "file")
    found = attachments.content(reading(), actor().account_id, clock.now(), store(), attachment_id)
    return downloads.attached(found)


@pages.get("/mo-hinh/<code>/tep/<int:attachment_id>/anh-nho")
@access_rule(signed_in=True)
def thumbnail(code: str, attachment_id: int) -> Response:
    _require_of(reading(), changes.seen(reading(), actor(), code).id, code, attachment_id)
    path = attachments.thumbnail(reading(), actor().account_id, clock.now(), store(), attachment_id)
    if path is None:
        abort(404)
    return downloads.thumbnail(path)


@pages.post("/mo-hinh/<code>/tep/<int:attachment_id>/go")
@access_rule(signed_in=True)
def remove(code: str, attachment_id: int) -> AnyResponse:
    def take_off(connection: Connection) -> Done:
        _require_of(connection, changes.seen(connection, actor(), code).id, code, attachment_id)
        attachments.remove(connection, actor().account_id, clock.now(), attachment_id)
        return Done(_("Đã gỡ tệp."), _files_of(code))

    return press(_files_of(code), take_off)


def _files_of(code: str) -> str:
    return url_for("models.shown", code=code, _anchor="tep")


def _require_of(connection: Connection, model_id: int, code: str, attachment_id: int) -> None:
    """The address names both: a file of another model is not found under this one."""
    if not attachments.belongs(connection, model_id, attachment_id):
        raise NotFound(_("Mô hình %(code)s không có tệp này.", code=code), guard="attachment")
