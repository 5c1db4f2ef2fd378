"""How a person wants to be told: by which ways, at which hour, on which days not; and the link in a mail that takes them off.

What is late and somebody's to look after reaches them whatever they chose.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Final
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from notifications.delivery.channels import address_complaint
from notifications.delivery.events import MailStopped, PreferencesChanged
from notifications.letters.mail import LetterUnusable, recipient
from workflow.core import access, history
from workflow.ground.dialects import insert_or_update
from workflow.ground.refusals import InvalidInput, NotFound
from workflow.ground.schema import preference
from workflow.ground.speech import _
from workflow.ground.vietnam_time import ZONE

DIGEST_HOUR: Final = 7
"""When nobody chose one; default of ours."""
LATEST_HOUR: Final = 21
"""From then on only what passes with the day is told; default of ours."""
MOST_QUIET_DAYS: Final = 6
LONGEST_ADDRESS: Final = 254
LONGEST_OTHER: Final = 500
_SALT: Final = b"unsubscribe"


@dataclass(frozen=True, slots=True)
class Preference:
    """How one person wants to be told. quiet_days: ISO numbers of weekdays without a digest; other_address: of apprise."""

    email: str = ""
    by_email: bool = True
    other_address: str = ""
    by_other: bool = False
    digest_hour: int = DIGEST_HOUR
    quiet_days: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Wish:
    """The same as a person types it: quiet_days as numbers in text."""

    email: str = ""
    by_email: bool = True
    other_address: str = ""
    by_other: bool = False
    digest_hour: str | int = DIGEST_HOUR
    quiet_days: Collection[str | int] = ()


def of(connection: Connection, account_id: int) -> Preference:
    """What the person chose, or the defaults."""
    row = connection.execute(sa.select(preference).where(preference.c.account_id == account_id)).first()
    if row is None:
        return Preference()
    return Preference(
        row.email,
        row.by_email,
        row.other_address,
        row.by_other,
        row.digest_hour,
        frozenset(int(day) for day in row.quiet_days.split(",") if day),
    )


def checked(wish: Wish, schemes: frozenset[str]) -> Preference:
    """What was typed, if all of it can be used. Raises InvalidInput by field. schemes: of apprise, as allowed here."""
    problems: dict[str, str] = {}
    # Blanks around it are nobody's; a line break inside would be an attack and is refused below.
    email, other = wish.email.strip(" "), wish.other_address.strip(" ")
    if email:
        try:
            recipient(email)
        except LetterUnusable:
            problems["email"] = _("Địa chỉ thư không đúng dạng. Hãy ghi như ten@donvi.vn.")
    if other or wish.by_other:
        complaint = _complaint(other, schemes)
        if complaint:
            problems["other_address"] = complaint
    hour = _number(wish.digest_hour)
    if hour is None or not 0 <= hour <= 23:
        problems["digest_hour"] = _("Giờ nhận phải từ 0 đến 23.")
    days = {_number(day) for day in wish.quiet_days}
    if not days <= set(range(1, 8)):
        problems["quiet_days"] = _("Ngày nghỉ nhận phải là các ngày trong tuần.")
    elif len(days) > MOST_QUIET_DAYS:
        problems["quiet_days"] = _("Hãy để ít nhất một ngày trong tuần nhận nhắc việc.")
    if problems:
        raise InvalidInput(problems)
    return Preference(
        email, wish.by_email, other, wish.by_other, hour or 0, frozenset(day for day in days if day is not None)
    )


def save(
    connection: Connection, who: int | str, now: datetime, wish: Wish, *, schemes: frozenset[str] = frozenset()
) -> Preference:
    """Keep what a person chose for themselves. Raises InvalidInput by field. Their history has that they did, and no address."""
    actor = access.actor(connection, who, now)
    new, old = checked(wish, schemes), of(connection, actor.account_id)
    if new != old:
        _keep(connection, actor.account_id, now, new)
        changed = tuple(name for name in Preference.__slots__ if getattr(new, name) != getattr(old, name))
        history.record(connection, history.By(actor.account_id), now, actor.account_id, PreferencesChanged(changed))
    return new


def next_hour(digest_hour: int, quiet_days: str, now: datetime) -> datetime:
    """When a letter that can wait leaves: now in the person's hours of a day that is not quiet, else when they begin again."""
    local = now.astimezone(ZONE)
    quiet = {int(day) for day in quiet_days.split(",") if day}
    if local.isoweekday() not in quiet and digest_hour <= local.hour < max(LATEST_HOUR, digest_hour + 1):
        return now
    ahead = 0 if local.hour < digest_hour else 1
    while (local.date() + timedelta(days=ahead)).isoweekday() in quiet:
        ahead += 1
    return datetime.combine(local.date() + timedelta(days=ahead), time(digest_hour), ZONE)


def token(key: str, account_id: int) -> str:
    """What stands in the address by which a mail program takes a person off (RFC 8058). key: the secret of the installation."""
    number = str(account_id).encode()
    return base64.urlsafe_b64encode(number + b"." + _signature(key, number)).decode().rstrip("=")


def account_of(key: str, written: str) -> int:
    """Whose token it is. Raises NotFound for one that this installation did not sign."""
    try:
        number, dot, signature = base64.urlsafe_b64decode(written + "=" * (-len(written) % 4)).partition(b".")
    except (binascii.Error, ValueError):
        number, dot, signature = b"", b"", b""
    if not dot or not number.isdigit() or not hmac.compare_digest(signature, _signature(key, number)):
        raise NotFound(_("Liên kết ngừng nhận thư không đúng. Hãy đăng nhập và đổi cách nhận tin."), guard="token")
    return int(number)


def stop_mail(connection: Connection, account_id: int, now: datetime) -> bool:
    """Take a person off the mails that they may be taken off; their inbox stays. False when they were off already."""
    old = of(connection, account_id)
    if not old.by_email:
        return False
    _keep(connection, account_id, now, replace(old, by_email=False))
    history.record(connection, history.By(account_id), now, account_id, MailStopped(("by_email",)))
    return True


def _keep(connection: Connection, account_id: int, now: datetime, new: Preference) -> None:
    values = {
        "email": new.email,
        "by_email": new.by_email,
        "other_address": new.other_address,
        "by_other": new.by_other,
        "digest_hour": new.digest_hour,
        "quiet_days": ",".join(str(day) for day in sorted(new.quiet_days)),
        "changed_at": now,
    }
    connection.execute(
        insert_or_update(connection, preference, ["account_id"], columns=list(values)),
        {"account_id": account_id, **values},
    )


def _complaint(address: str, schemes: frozenset[str]) -> str | None:
    if not address:
        return _("Hãy ghi địa chỉ của kênh nhắn tin, hoặc bỏ chọn kênh này.")
    if len(address) > LONGEST_OTHER or not address.isprintable() or not urlsplit(address).netloc:
        return _("Địa chỉ kênh nhắn tin không đúng dạng.")
    return address_complaint(address, schemes)


def _number(written: str | int) -> int | None:
    if isinstance(written, int):
        return written
    return int(written) if written.strip().isdecimal() and len(written) < 4 else None


def _signature(key: str, number: bytes) -> bytes:
    return hmac.new(key.encode(), _SALT + b"." + number, hashlib.sha256).hexdigest().encode()
