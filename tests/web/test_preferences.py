"""How somebody wants to be told: kept, refused where it cannot be; taken off by the link in a mail, and only by a signed one."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask, url_for

from notifications.delivery import preferences
from notifications.delivery.preferences import Preference
from notifications.reminders import letter
from tests.web.conftest import Browser
from tests.world import World
from workflow.ground.schema import delivery

Visit = Callable[[str], Browser]
PAGE = "/hop-thu/cach-nhan"
WISH = {"email": "lau@vi-du.vn", "by_email": "y", "digest_hour": "9", "quiet_days": ["6", "7"], "language": "vi"}


def _kept(world: World, who: str = "officer.x1") -> Preference:
    with world.database.read() as connection:
        return preferences.of(connection, world.accounts[who])


def test_what_is_chosen_is_kept(visit: Visit, world: World) -> None:
    officer = visit("officer.x1")
    assert "không tắt được" in officer.get(PAGE)
    assert "Đã lưu cách nhận thư." in officer.follow(officer.fill(PAGE, WISH))
    assert _kept(world) == Preference("lau@vi-du.vn", True, "", False, 9, frozenset({6, 7}))
    page = officer.get(PAGE)
    assert 'value="lau@vi-du.vn"' in page
    assert page.count("checked") == 3


def test_what_cannot_be_is_said_beside_its_field_and_stays_typed(visit: Visit, world: World) -> None:
    page = visit("officer.x1").fill(
        PAGE, WISH | {"email": "không phải địa chỉ", "digest_hour": "25", "quiet_days": list("1234567")}, 422
    )
    text = page.get_data(as_text=True)
    assert 'id="email-error"' in text
    assert 'id="digest_hour-error"' in text
    assert "Hãy để ít nhất một ngày trong tuần nhận nhắc việc." in text
    assert 'value="không phải địa chỉ"' in text
    assert _kept(world) == Preference()


def test_line_break_in_an_address_never_gets_into_a_header(visit: Visit, world: World) -> None:
    visit("officer.x1").fill(PAGE, WISH | {"email": "a@vi-du.vn\r\nBcc: b@vi-du.vn"}, 422)
    assert _kept(world).email == ""


def test_language_of_the_person_changes_with_it(visit: Visit, world: World) -> None:
    officer = visit("officer.x1")
    officer.fill(PAGE, WISH | {"language": "xx"}, 422)
    officer.fill(PAGE, WISH | {"language": "en"})
    assert officer.client.get("/viec-cua-toi").get_data(as_text=True).count('lang="en"') == 1


def test_message_to_try_it_stands_in_the_inbox_and_goes_out(visit: Visit, world: World) -> None:
    officer = visit("officer.x1")
    officer.fill(PAGE, WISH)
    officer.get(PAGE)
    assert "Đã gửi một thư thử." in officer.follow(officer.post(f"{PAGE}/thu"))
    assert "chờ một phút" in officer.follow(officer.post(f"{PAGE}/thu"))
    assert "Thư thử: bạn nhận được nhắc việc bằng cách này" in officer.get("/hop-thu")
    with world.database.read() as connection:
        row = connection.execute(sa.select(delivery)).one()
    assert (row.channel, row.address, row.status) == ("email", "lau@vi-du.vn", "planned")


def test_link_in_a_mail_takes_off_only_when_sent(app: Flask, stranger: Browser, world: World) -> None:
    account = world.accounts["officer.x1"]
    address = f"/ngung-nhan/{preferences.token(app.config['SECRET_KEY'], account)}"
    assert "Bấm nút dưới đây" in stranger.get(address)
    assert _kept(world).by_email
    # As a mail program does it: without a session, without a form.
    answer = app.test_client().post(address, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert not _kept(world).by_email
    assert _kept(world, "officer.x1t1").by_email
    assert "Đã ngừng." in stranger.get(address)


def test_token_that_was_not_signed_here_changes_nothing(app: Flask, world: World) -> None:
    account = world.accounts["officer.x1"]
    for token in (preferences.token("x" * 40, account), "khong-co", "%00", "A" * 500):
        for method in ("GET", "POST"):
            assert app.test_client().open(f"/ngung-nhan/{token}", method=method).status_code == 404
    assert _kept(world).by_email


def test_letters_name_the_pages_by_their_addresses(app: Flask) -> None:
    with app.test_request_context():
        assert url_for("preferences.edit") == letter.PREFERENCES
        assert url_for("chasing.listed") == letter.CHASING
        assert url_for("root") == letter.WORK
