"""Who registered a model, put right or confirmed after the form was handed in: what was told of one person and meant another."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from workflow.core import access
from workflow.core.engine import changes
from workflow.core.events import Changed
from workflow.core.history import acting
from workflow.core.lifecycles import store
from workflow.ground.reading.text import clean
from workflow.ground.refusals import InvalidInput, NotPossible
from workflow.ground.speech import _
from workflow.stages.registration import consent, persons
from workflow.stages.registration.change_requests import ACCEPT
from workflow.stages.registration.events import FormChanges, RegistrantCorrected
from workflow.stages.registration.namesakes import LONGEST_PERSON, Person
from workflow.stages.registration.registrant import roles_of

_LONGEST_DISTINGUISHER = 60
_SHORTEST_REASON = 5


def correct_registrant(
    connection: Connection, who: int | str, now: datetime, code: str, person: tuple[str, str], reason: str
) -> int:
    """Say who registered an individual model, in any state, as whoever takes registrations in. Returns the version.

    person: full name, and what tells them apart from others of that name ("" for nothing). Another person has not agreed to be
    read about: what was agreed ends. The history has both names, and the same name once more is a confirmation.
    """
    actor = access.actor(connection, who, now)
    model = changes.held(connection, actor, code)
    definition = store.definition(connection, model.definition_hash)
    grant = actor.require(roles_of(definition, ACCEPT), model.unit_path, to=_("sửa người đăng ký"))
    if model.person_id is None:
        raise NotPossible(_("Mô hình tập thể do đơn vị đăng ký, không có người đăng ký để sửa."), guard="kind")
    why = clean(reason, multiline=True)
    someone = _checked(person, why)
    (person_id,) = persons.known_or_added(connection, [(model.unit_id, someone)])
    changed: dict[str, Any] = {}
    if person_id != model.person_id:
        changed["person_id"] = person_id
        if consent.agreed_at(connection, model.id) is not None:
            changed["public_agreed_at"] = None
    corrected = RegistrantCorrected(FormChanges(person=Changed(model.person_name, someone.known_as)))
    return changes.note(connection, acting(actor, grant, reason=why), now, model, corrected, changed)


def _checked(person: tuple[str, str], why: str) -> Person:
    full_name, distinguisher = (clean(part) for part in person)
    problems: dict[str, str] = {}
    if not any(character.isalpha() for character in full_name) or len(full_name) > LONGEST_PERSON:
        problems["person"] = _("Hãy nhập họ và tên, tối đa %(longest)s ký tự.", longest=LONGEST_PERSON)
    if len(distinguisher) > _LONGEST_DISTINGUISHER:
        problems["person_distinguisher"] = _(
            "Phần phân biệt tối đa %(longest)s ký tự. Hãy rút gọn.", longest=_LONGEST_DISTINGUISHER
        )
    if len(why) < _SHORTEST_REASON:
        problems["reason"] = _(
            "Hãy nêu lý do, ít nhất %(shortest_reason)s ký tự, để người khác hiểu.", shortest_reason=_SHORTEST_REASON
        )
    if problems:
        raise InvalidInput(problems)
    return Person(full_name, distinguisher, None)
