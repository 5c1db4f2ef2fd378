"""What people paste and attach: text out of Word, rows out of a spreadsheet, photos of a telephone, files with a wrong name."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
import sqlalchemy as sa

from tests.web.conftest import Browser, hidden_fields
from tests.web.test_journey import FORM, register
from tests.web.test_meetings import inspected
from tests.world import YEAR, World
from web.forms.review import pasted_codes
from workflow.ground.schema import agenda_item, attachment, registration_form

Visit = Callable[[str], Browser]

HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(400)
PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
# Out of Word: a soft hyphen, a space that does not break, bullets of a private alphabet, a line break that is none, curly quotes.
FROM_WORD = "\uf0b7\tHọp\xa0thôn ba lần\x0b\uf0b7\tĐảng viên hiến đất tr\xadước\r\n“Dân bàn, dân làm” – 42/42 hộ\u2028đồng thuận"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("IMG_0042.HEIC", HEIC, "là ảnh HEIC của iPhone"),
        ("IMG_0042.jpg", HEIC, "Hãy gửi ảnh JPG"),
        ("biên bản.jpg", PDF, "bên trong là tệp PDF. Hãy đổi đuôi thành .pdf"),
    ],
)
def test_file_that_is_not_what_it_is_called_is_explained(
    visit: Visit, world: World, name: str, content: bytes, told: str
) -> None:
    officer = visit("officer.x1t1")
    code = register(officer)
    file = {"purpose": "registration", "file": (BytesIO(content), name)}
    page = officer.fill(f"/mo-hinh/{code}/tep", file, status=422).text
    assert told in " ".join(page.split())
    assert name.lower() in page.lower()
    with world.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(attachment)).scalar_one() == 0


def test_text_out_of_word_comes_out_as_it_reads(visit: Visit, world: World) -> None:
    officer = visit("officer.x1t1")
    code = register(officer)
    officer.fill(f"/mo-hinh/{code}/phieu/cach-lam", {"method": FROM_WORD, "place_people": "42 hộ", "forces": "Chi bộ"})
    with world.database.read() as connection:
        kept = connection.execute(
            sa.select(registration_form.c.method).where(registration_form.c.model_id == world.model(code).id)
        ).scalar_one()
    for odd in ("\xa0", "\xad", "\x0b", "\u2028", "\r"):
        assert odd not in kept
    for words in ("Họp thôn ba lần", "Đảng viên hiến đất trước", "“Dân bàn, dân làm” – 42/42 hộ", "đồng thuận"):
        assert words in kept
    assert "Đảng viên hiến đất trước" in officer.get(f"/mo-hinh/{code}")
    # The same words are found when they are searched for.
    title = FROM_WORD.splitlines()[0][2:]
    named = register(officer, **{**FORM, "name": title})
    assert named in officer.get("/mo-hinh", tim="hop thon ba lan")


def test_agenda_is_pasted_as_rows_of_a_spreadsheet(visit: Visit, world: World) -> None:
    codes = inspected(world, 3)
    path = f"/phien-binh-xet/{world.prepare_meeting([])}"
    rows = [f"{i}\t{code}\tVận động nhân dân, trồng rừng\tThôn A" for i, code in enumerate(reversed(codes), 1)]
    visit("chair").fill(f"{path}/chuong-trinh", {"pasted": "TT\tMã\n" + "\r\n".join(rows)}, status=422)
    visit("chair").fill(f"{path}/chuong-trinh", {"pasted": "\r\n".join(rows)})
    with world.database.read() as connection:
        kept = connection.execute(sa.select(agenda_item.c.model_id).order_by(agenda_item.c.position)).scalars().all()
    assert kept == [world.model(code).id for code in reversed(codes)]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("DVK-2024-00001, DVK-2024-00002;DVK-2024-00003", ["DVK-2024-00001", "DVK-2024-00002", "DVK-2024-00003"]),
        ("1.\tDVK-2024-00001\tTên mô hình", ["DVK-2024-00001"]),
        ("dvk-2024-00001\n\n00002", ["dvk-2024-00001", "00002"]),
        ("DVK-2024-123456 và DVK-2024-00007", ["DVK-2024-123456", "DVK-2024-00007"]),
        ("", []),
    ],
)
def test_codes_are_read_out_of_what_is_pasted(text: str, codes: list[str]) -> None:
    assert pasted_codes(text) == codes


def test_five_thousand_numbered_rows_that_are_sent_are_answered(visit: Visit, world: World) -> None:
    codes = inspected(world, 2)
    path = f"/phien-binh-xet/{world.prepare_meeting(codes)}"
    chair = visit("chair")
    hidden = hidden_fields(chair.get(f"{path}/chuong-trinh"))
    many = [f"DVK-{YEAR}-{i:05}" for i in range(10, 5_010)]
    sent = {**hidden, "code": many, **{f"order-{code}": str(5_000 - i) for i, code in enumerate(many)}}
    page = chair.post(f"{path}/chuong-trinh", sent, status=422).text
    assert "Chương trình có 5000 mô hình, tối đa 500" in page
    with world.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(agenda_item)).scalar_one() == 2
    order = {f"order-{codes[0]}": "2", f"order-{codes[1]}": "1"}
    chair.post(f"{path}/chuong-trinh", {**hidden_fields(page), "code": codes, **order})
    with world.database.read() as connection:
        kept = connection.execute(sa.select(agenda_item.c.model_id).order_by(agenda_item.c.position)).scalars().all()
    assert kept == [world.model(code).id for code in reversed(codes)]
