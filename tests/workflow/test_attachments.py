"""Attachments: what a file really is decides, its content is kept once, and only who sees the model reads it."""

from __future__ import annotations

import io
import os
import stat
import threading
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa
from PIL import Image

from tests.world import NOW, World
from workflow.across.oversight import audit
from workflow.ground.reading import file_kinds
from workflow.ground.refusals import InvalidInput, NotAllowed, NotFound, NotPossible
from workflow.ground.schema import blob
from workflow.stages.implementation import attachments
from workflow.stages.implementation.attachments import StorageUnusable, Store

PDF: Final = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
_GPS_IFD, _ORIENTATION, _EXIF_IFD, _TAKEN = 0x8825, 0x0112, 0x8769, 0x9003
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 400), **options: object) -> bytes:
    """A picture, red above and blue below."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (0, size[1] // 2, size[0], size[1]))
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def photo_with_place() -> bytes:
    """A telephone's photo: lying on its side, with the place where it was taken and the moment."""
    exif = Image.Exif()
    exif[_ORIENTATION] = 6
    exif.get_ifd(_GPS_IFD)[1] = "N"
    exif.get_ifd(_GPS_IFD)[2] = (19.0, 3.0, 8.0)
    exif.get_ifd(_EXIF_IFD)[_TAKEN] = "2024:03:05 08:00:00"
    return picture(exif=exif, comment=b"Nha ba Lo, so dien thoai 0912345678")


def office(main: str = "word/document.xml", types: str = _WORD, *, part: str = "", content: bytes = b"") -> bytes:
    """A small office file, with one further part if it has a name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types><Override ContentType="{types}"/></Types>')
        archive.writestr(main, "<document/>")
        if part:
            archive.writestr(part, content)
    return out.getvalue()


def png_bomb() -> bytes:
    """A PNG that says it has 60 000 × 60 000 points."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")

    header = (60_000).to_bytes(4, "big") * 2 + bytes((8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "files", 2_000_000)


def add(
    world: World,
    store: Store,
    code: str,
    file_name: str = "quyet-dinh.pdf",
    content: bytes = PDF,
    purpose: str = "evidence",
    who: str = "officer.x1t1",
) -> int:
    """One file in a transaction of its own."""
    with world.database.write() as connection:
        return attachments.add(connection, who, NOW, store, code, file_name, content, purpose)


def names(world: World, code: str) -> list[str]:
    """The files of a model."""
    with world.database.read() as connection:
        return [one.file_name for one in attachments.listing(connection, world.model(code).id)]


def kept_files(store: Store) -> list[Path]:
    """Everything that lies in the store."""
    return [path for path in store.folder.rglob("*") if path.is_file()] if store.folder.exists() else []


@pytest.mark.parametrize(
    ("file_name", "content", "media_type"),
    [
        ("Quyết định.PDF", PDF, "application/pdf"),
        ("anh.jpeg", picture(), "image/jpeg"),
        ("anh.png", picture("PNG"), "image/png"),
        ("anh.webp", picture("WEBP"), "image/webp"),
        ("ke-hoach.docx", office(), file_kinds.DOCX.media_type),
        (
            "bang.xlsx",
            office("xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"),
            file_kinds.XLSX.media_type,
        ),
    ],
)
def test_each_kind_comes_back(
    sqlite_world: World, store: Store, file_name: str, content: bytes, media_type: str
) -> None:
    code = sqlite_world.create()
    attachment_id = add(sqlite_world, store, code, file_name, content)
    with sqlite_world.database.read() as connection:
        found = attachments.content(connection, "officer.x1t1", NOW, store, attachment_id)
        small = attachments.thumbnail(connection, "officer.x1t1", NOW, store, attachment_id)
        (listed,) = attachments.listing(connection, sqlite_world.model(code).id)
        assert audit.verify(connection) == []
    assert (found.media_type, listed.media_type, listed.size) == (media_type, media_type, found.path.stat().st_size)
    assert (small is not None) == listed.is_picture == media_type.startswith("image/")
    if not listed.is_picture:
        assert found.path.read_bytes() == content


def test_photo_loses_its_place_and_stands_upright(sqlite_world: World, store: Store) -> None:
    raw = photo_with_place()
    attachment_id = add(sqlite_world, store, sqlite_world.create(), "IMG_0001.JPG", raw)
    with sqlite_world.database.read() as connection:
        path = attachments.content(connection, "officer.x1t1", NOW, store, attachment_id).path
        small = attachments.thumbnail(connection, "officer.x1t1", NOW, store, attachment_id)
    assert small is not None
    with Image.open(path) as kept, Image.open(small) as thumbnail:
        exif = kept.getexif()
        assert (kept.size, thumbnail.size) == ((400, 640), (300, 480))
        assert dict(exif.get_ifd(_GPS_IFD)) == {}
        assert _ORIENTATION not in exif
        assert exif.get_ifd(_EXIF_IFD)[_TAKEN] == "2024:03:05 08:00:00"
    assert b"0912345678" in raw
    assert b"0912345678" not in path.read_bytes() + small.read_bytes()


@pytest.mark.parametrize(
    ("file_name", "content"),
    [
        ("anh.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        ("anh.png", b'<?xml version="1.0"?><svg><script>alert(1)</script></svg>'),
        ("trang.html", b"<!DOCTYPE html><script>alert(1)</script>"),
        ("anh.jpg", b"<html><script>alert(1)</script></html>"),
        ("bao-cao.pdf", b"MZ\x90\x00" + bytes(200)),
        ("bao-cao.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
        ("anh.gif", b"GIF89a" + bytes(100)),
        ("anh.jpg", picture("PNG")),
        ("bao-cao.pdf", picture()),
        ("bang.xlsx", office()),
        ("bao-cao.zip", office()),
        ("virus.pdf.exe", PDF),
        ("bao-cao.pdf", PDF[:-10]),
        ("anh.jpg", picture()[:800]),
        ("anh.png", picture("PNG")[:60]),
        ("anh.png", png_bomb()),
        ("bao-cao.docx", office(part="word/media/bomb.xml", content=bytes(30_000_000))),
        ("bao-cao.docx", office(part="word/vbaProject.bin", content=b"macro")),
        ("bao-cao.docx", office(types="application/vnd.ms-word.document.macroEnabled.main+xml")),
        ("bao-cao.docx", office()[:150]),
        ("bao-cao.docx", b"PK\x03\x04" + os.urandom(500)),
        ("ghi-chu.txt", b"x" * 100),
        ("IMG_0042.HEIC", b"\x00\x00\x00\x18ftypheic" + bytes(200)),
        ("anh.jpg", b"\x00\x00\x00\x18ftypmif1" + bytes(200)),
        ("rong.pdf", b""),
        ("nang.pdf", PDF + bytes(2_000_000) + PDF),
    ],
)
def test_what_is_not_kept_leaves_nothing_behind(
    sqlite_world: World, store: Store, file_name: str, content: bytes
) -> None:
    code = sqlite_world.create()
    with pytest.raises(InvalidInput) as refused:
        add(sqlite_world, store, code, file_name, content)
    assert set(refused.value.problems) == {"file"}
    assert (names(sqlite_world, code), kept_files(store), sqlite_world.model(code).version) == ([], [], 1)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"GIF89a" + bytes(100), "nội dung giống loại .gif"),
        (b"\x00\x00\x00\x18ftypisom" + bytes(100), "nội dung giống loại .mp4"),
        (b"\x00\x00\x00\x18ftypqt  " + bytes(100), "nội dung giống loại .mov"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(100), "nội dung giống loại .wav"),
        (b"Rar!\x1a\x07\x00" + bytes(100), "nội dung giống loại .rar"),
        (b"PK\x03\x04" + bytes(100), "nội dung giống loại .zip"),
        (b"{\\rtf1 loi}", "nội dung giống loại .rtf"),
        (b"x" * 100, "không nhận ra loại tệp"),
        (b"", "không nhận ra loại tệp"),
    ],
)
def test_refused_file_is_told_what_it_looks_like(content: bytes, named: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        file_kinds.accept("tep", content)
    assert f"không dùng được: {named}." in refused.value.problems["file"]


def test_forty_megabytes_are_refused_before_they_are_read(sqlite_world: World, store: Store) -> None:
    with pytest.raises(InvalidInput) as refused:
        add(sqlite_world, store, sqlite_world.create(), "anh.jpg", picture() + bytes(40 * 1024 * 1024))
    assert "40 MB" in refused.value.message
    assert "1,9 MB" in refused.value.message


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\lan\\Biên bản.pdf", "Biên bản.pdf"),
        ("ba\u0301o ca\u0301o\u202efdp.pdf", "báo cáofdp.pdf"),
        ('a<b>"c"|?*:.pdf', "a_b__c_____.pdf"),
        ("con.pdf", "_con.pdf"),
        (".pdf", "tệp đính kèm.pdf"),
        ("", "tệp đính kèm.pdf"),
        ("khong duoi", "khong duoi.pdf"),
        ("dòng\r\nContent-Type: text/html.pdf", "html.pdf"),
        ("x" * 100_000 + ".pdf", "x" * 149 + "….pdf"),
        ("👩‍🌾 trồng rừng.pdf", "👩‍🌾 trồng rừng.pdf"),
    ],
)
def test_file_name_is_made_safe(sqlite_world: World, store: Store, written: str, kept: str) -> None:
    code = sqlite_world.create()
    add(sqlite_world, store, code, written)
    assert names(sqlite_world, code) == [kept]


def test_same_content_is_kept_once(world: World, store: Store) -> None:
    first, second = world.create(), world.create()
    add(world, store, first)
    add(world, store, second, "ban-sao.pdf")
    with world.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(blob)).scalar() == 1
        assert audit.verify(connection) == []
    assert len(kept_files(store)) == 1


def test_same_content_at_once_is_kept_once(world: World, store: Store) -> None:
    codes = [world.create() for _ in range(4)]
    barrier = threading.Barrier(4)

    def attach(code: str) -> None:
        barrier.wait()
        add(world, store, code)

    threads = [threading.Thread(target=attach, args=(code,)) for code in codes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [names(world, code) for code in codes] == [["quyet-dinh.pdf"]] * 4
    assert len(kept_files(store)) == 1


@pytest.mark.parametrize("who", ["outsider", "officer.x1t2", "villager"])
def test_file_of_an_unseen_model_does_not_exist(sqlite_world: World, store: Store, who: str) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "submitted")
    attachment_id = add(sqlite_world, store, code)
    with sqlite_world.database.read() as connection:
        for reading in (attachments.content, attachments.thumbnail):
            with pytest.raises(NotFound) as unseen:
                reading(connection, who, NOW, store, attachment_id)
            with pytest.raises(NotFound) as absent:
                reading(connection, who, NOW, store, attachment_id + 999)
            assert unseen.value.message.replace(str(attachment_id), "#") == absent.value.message.replace(
                str(attachment_id + 999), "#"
            )
    with pytest.raises(NotFound), sqlite_world.database.write() as connection:
        attachments.remove(connection, who, NOW, attachment_id)


def test_removed_file_is_gone_for_readers_and_stays_in_the_store(sqlite_world: World, store: Store) -> None:
    code = sqlite_world.create()
    attachment_id = add(sqlite_world, store, code)
    with sqlite_world.database.write() as connection:
        assert attachments.remove(connection, "officer.x1t1", NOW, attachment_id) == 3
    with pytest.raises(NotFound), sqlite_world.database.write() as connection:
        attachments.remove(connection, "officer.x1t1", NOW, attachment_id)
    with pytest.raises(NotFound), sqlite_world.database.read() as connection:
        attachments.content(connection, "officer.x1t1", NOW, store, attachment_id)
    assert (names(sqlite_world, code), len(kept_files(store))) == ([], 1)


@pytest.mark.parametrize(
    ("state", "purpose", "who"),
    [
        ("submitted", "registration", "officer.x1t1"),
        ("implementing", "plan", "staff"),
        ("implementing", "evidence", "officer.x1t1"),
        ("awaiting_inspection", "inspection", "inspector1"),
        ("commune_review", "minutes", "secretary"),
        ("district_review", "other", "district1"),
    ],
)
def test_each_step_takes_its_files(sqlite_world: World, store: Store, state: str, purpose: str, who: str) -> None:
    code = sqlite_world.carry(sqlite_world.create(), state)
    add(sqlite_world, store, code, purpose=purpose, who=who)
    assert names(sqlite_world, code) == ["quyet-dinh.pdf"]


@pytest.mark.parametrize(
    ("state", "purpose", "who", "refusal"),
    [
        ("implementing", "evidence", "staff", NotAllowed),
        ("implementing", "other", "leader", NotAllowed),
        ("awaiting_inspection", "inspection", "officer.x1t1", NotAllowed),
        ("commune_review", "evidence", "officer.x1t1", NotPossible),
        ("implementing", "inspection", "inspector1", NotPossible),
        ("recognised", "other", "district1", NotPossible),
        ("draft", "holiday", "officer.x1t1", InvalidInput),
    ],
)
def test_other_files_are_refused(
    sqlite_world: World, store: Store, state: str, purpose: str, who: str, refusal: type[Exception]
) -> None:
    code = sqlite_world.carry(sqlite_world.create(), state)
    with pytest.raises(refusal):
        add(sqlite_world, store, code, purpose=purpose, who=who)
    assert (names(sqlite_world, code), kept_files(store)) == ([], [])


def test_evidence_lets_the_results_be_reported(sqlite_world: World, store: Store) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "implementing")
    add(sqlite_world, store, code, "anh.jpg", photo_with_place())
    figures = [{"measure": "trees", "value": "5 cây"}]
    assert sqlite_world.apply(code, "report_results", "officer.x1t1", results=figures).to_state == "awaiting_inspection"


def test_too_many_files_are_refused(sqlite_world: World, store: Store) -> None:
    code = sqlite_world.create()
    with sqlite_world.database.write() as connection:
        for _ in range(attachments.MOST_FILES):
            attachments.add(connection, "officer.x1t1", NOW, store, code, "a.pdf", PDF, "evidence")
    with pytest.raises(NotPossible):
        add(sqlite_world, store, code)


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("1", "PNG"),
        ("L", "PNG"),
        ("LA", "PNG"),
        ("P", "PNG"),
        ("I;16", "PNG"),
        ("RGBA", "PNG"),
        ("RGBA", "WEBP"),
        ("L", "JPEG"),
        ("CMYK", "JPEG"),
    ],
)
def test_every_way_of_keeping_colour_is_taken(mode: str, kind: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (50, 40)).save(out, kind)
    accepted = file_kinds.accept(f"anh.{kind.lower()}", out.getvalue())
    assert accepted.thumbnail is not None
    with Image.open(io.BytesIO(accepted.content)) as kept, Image.open(io.BytesIO(accepted.thumbnail)) as small:
        assert (kept.size, kept.format, small.size, small.format) == ((50, 40), kind, (50, 40), "JPEG")


def test_transparent_ground_becomes_paper() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (50, 40), (255, 0, 0, 0)).save(out, "PNG")
    accepted = file_kinds.accept("dau.png", out.getvalue())
    assert accepted.thumbnail is not None
    with Image.open(io.BytesIO(accepted.thumbnail)) as small:
        assert small.getpixel((20, 20)) == (255, 255, 255)


def folder_is_a_file(folder: Path) -> None:
    folder.write_bytes(b"")


def folder_hangs_in_a_loop(folder: Path) -> None:
    folder.symlink_to(folder)


@pytest.mark.parametrize("spoil", [folder_is_a_file, folder_hangs_in_a_loop])
def test_unusable_folder_is_said_and_leaves_no_row(
    sqlite_world: World, store: Store, spoil: Callable[[Path], None]
) -> None:
    spoil(store.folder)
    code = sqlite_world.create()
    with pytest.raises(StorageUnusable):
        add(sqlite_world, store, code)
    assert (names(sqlite_world, code), sqlite_world.model(code).version) == ([], 1)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this system")
def test_full_disk_is_said(sqlite_world: World, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    # The temporary file is replaced by a device that is always full; everything else is as in production.
    def full(**_: object) -> tuple[int, str]:
        return os.open("/dev/full", os.O_WRONLY), str(store.folder / "gone")

    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)
    monkeypatch.setattr("tempfile.mkstemp", full)
    with pytest.raises(StorageUnusable) as refused:
        add(sqlite_world, store, sqlite_world.create())
    assert "đầy" in refused.value.message


def test_lost_content_is_said(sqlite_world: World, store: Store) -> None:
    attachment_id = add(sqlite_world, store, sqlite_world.create())
    for path in kept_files(store):
        path.unlink()
    with pytest.raises(StorageUnusable), sqlite_world.database.read() as connection:
        attachments.content(connection, "officer.x1t1", NOW, store, attachment_id)
