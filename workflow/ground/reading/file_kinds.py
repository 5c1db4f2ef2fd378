"""What an attached file really is, read from its content: six kinds are kept, everything else is refused with the reason.

Pictures come out without the place where they were taken and the right way up. Nothing is ever unpacked to disk.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any, Final

from PIL import Image, ImageOps, UnidentifiedImageError

from workflow.ground.reading.text import clean, shorten
from workflow.ground.refusals import InvalidInput
from workflow.ground.speech import _, mark

ACCEPTED: Final = mark("PDF, ảnh (JPG, PNG, WEBP), Word (.docx) và Excel (.xlsx)")
MOST_PIXELS: Final = 50_000_000
THUMBNAIL_SIDE: Final = 480
_MOST_UNPACKED = 200 * 1024 * 1024
_HIGHEST_RATIO = 200
_MOST_PARTS = 5_000
_LONGEST_FILE_NAME = 150
_NAMELESS = "tệp đính kèm"
_DATE_TAKEN = re.compile(r"[0-9]{4}:[0-9]{2}:[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_EXIF_IFD, _DATE_TIME_ORIGINAL = 0x8769, 0x9003
_FORBIDDEN_IN_NAMES = re.compile(r'[<>:"|?*\\/]')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Kind:
    """One accepted kind. label: what people call it; extensions: the first is given to a file that has none."""

    media_type: str
    label: str
    extensions: tuple[str, ...]

    @property
    def is_picture(self) -> bool:
        """Whether it is shown, and gets a thumbnail."""
        return self.media_type.startswith("image/")


_OFFICE = "application/vnd.openxmlformats-officedocument"
PDF: Final = Kind("application/pdf", mark("tệp PDF"), (".pdf",))
JPEG: Final = Kind("image/jpeg", mark("ảnh JPG"), (".jpg", ".jpeg", ".jpe", ".jfif"))
PNG: Final = Kind("image/png", mark("ảnh PNG"), (".png",))
WEBP: Final = Kind("image/webp", mark("ảnh WEBP"), (".webp",))
DOCX: Final = Kind(f"{_OFFICE}.wordprocessingml.document", mark("văn bản Word"), (".docx",))
XLSX: Final = Kind(f"{_OFFICE}.spreadsheetml.sheet", mark("bảng tính Excel"), (".xlsx",))
KINDS: Final = (PDF, JPEG, PNG, WEBP, DOCX, XLSX)

# Brands of the container in which telephones keep photos and which few programs open.
_HEIF: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
# What else people attach, by the bytes at a place in it: pictures, sound, film, archives and papers of other programs.
_SIGNATURES: Final = (
    (".gif", 0, b"GIF8"),
    (".bmp", 0, b"BM"),
    (".tiff", 0, b"II*\0"),
    (".tiff", 0, b"MM\0*"),
    (".psd", 0, b"8BPS"),
    (".avif", 4, b"ftypavif"),
    (".mov", 4, b"ftypqt"),
    (".m4a", 4, b"ftypM4A"),
    (".3gp", 4, b"ftyp3g"),
    (".mp4", 4, b"ftyp"),
    (".avi", 8, b"AVI LIST"),
    (".wav", 8, b"WAVEfmt "),
    (".webm", 0, b"\x1aE\xdf\xa3"),
    (".mp3", 0, b"ID3"),
    (".ogg", 0, b"OggS"),
    (".flac", 0, b"fLaC"),
    (".zip", 0, b"PK\x03\x04"),
    (".zip", 0, b"PK\x05\x06"),
    (".rar", 0, b"Rar!\x1a\x07"),
    (".7z", 0, b"7z\xbc\xaf\x27\x1c"),
    (".gz", 0, b"\x1f\x8b"),
    (".rtf", 0, b"{\\rtf"),
    (".ps", 0, b"%!PS"),
    (".xml", 0, b"<?xml"),
)
_PILLOW_NAMES = {JPEG.media_type: "JPEG", PNG.media_type: "PNG", WEBP.media_type: "WEBP"}
_MAIN_PARTS = {
    DOCX.media_type: ("word/document.xml", b"wordprocessingml.document.main+xml"),
    XLSX.media_type: ("xl/workbook.xml", b"spreadsheetml.sheet.main+xml"),
}


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file as it is kept. thumbnail: a small JPEG of a picture, else None."""

    kind: Kind
    file_name: str
    content: bytes
    thumbnail: bytes | None


def accept(file_name: str, content: bytes) -> Accepted:
    """Check a file and clean it. Raises InvalidInput({"file": sentence})."""
    kind = _kind(content)
    name, extension = _name(file_name)
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF:
        raise _refused(
            _(
                "%(name)s là ảnh HEIC của iPhone, nhiều máy không mở được. Hãy gửi ảnh JPG: trên iPhone vào Cài đặt › Camera"
                " › Định dạng › Tương thích nhất rồi chụp lại, hoặc gửi ảnh chụp màn hình của ảnh này.",
                name=_shown(name),
            )
        )
    if kind is None:
        raise _refused(
            _(
                "%(name)s không dùng được: %(content)s. Hãy gửi %(accepted)s.",
                name=_shown(name),
                content=_foreign(content),
                accepted=_(ACCEPTED),
            )
        )
    if not extension:
        name += kind.extensions[0]
    elif extension not in kind.extensions:
        raise _refused(
            _(
                "%(name)s có đuôi %(extension)s nhưng bên trong là %(label)s. Hãy đổi đuôi thành %(extensions)s,"
                " hoặc chọn lại tệp.",
                name=_shown(name),
                extension=shorten(extension, 12),
                label=_(kind.label),
                extensions=kind.extensions[0],
            )
        )
    if kind is PDF:
        _check_pdf(content)
    elif kind.is_picture:
        content, thumbnail = _picture(content, kind)
        return Accepted(kind, name, content, thumbnail)
    else:
        _check_office(content, kind)
    return Accepted(kind, name, content, None)


def _refused(sentence: str) -> InvalidInput:
    return InvalidInput({"file": sentence})


def _shown(name: str) -> str:
    return _("Tệp «%(name)s»", name=shorten(name, 60))


def _kind(content: bytes) -> Kind | None:
    """By the first bytes; a zip by the main part that it names."""
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content.startswith(b"PK\x03\x04"):
        parts = _parts(content)
        for kind in (DOCX, XLSX):
            if _MAIN_PARTS[kind.media_type][0] in parts:
                return kind
    return None


def _foreign(content: bytes) -> str:
    """What a refused file is, as far as one can tell."""
    head = content[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in head:
        return _("ảnh SVG có thể chứa mã lệnh")
    if head.startswith((b"<!doctype html", b"<html", b"<script")):
        return _("đây là trang web")
    if head.startswith((b"mz", b"\x7felf")):
        return _("đây là chương trình")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _("đây là tệp Office kiểu cũ hoặc có mật khẩu")
    for extension, place, signature in _SIGNATURES:
        if content.startswith(signature, place):
            return _("nội dung giống loại %(guessed)s", guessed=extension)
    return _("không nhận ra loại tệp")


def _name(written: str) -> tuple[str, str]:
    """A name that is safe on every system, and its extension in small letters ("" if it has none that looks like one)."""
    last = re.split(r"[\\/]", clean(written[:2_000]))[-1]
    name = _FORBIDDEN_IN_NAMES.sub("_", last).strip().rstrip(".")
    if _DEVICES.fullmatch(name):
        name = f"_{name}"
    stem, dot, ending = name.rpartition(".")
    if not dot or not 1 <= len(ending) <= 10 or not ending.isalnum():
        return shorten(name.strip(" ."), _LONGEST_FILE_NAME) or _NAMELESS, ""
    return f"{shorten(stem.strip(' .'), _LONGEST_FILE_NAME) or _NAMELESS}.{ending.lower()}", f".{ending.lower()}"


def _check_pdf(content: bytes) -> None:
    if b"%%EOF" not in content[-4096:]:
        raise _refused(_("Tệp PDF bị cắt, thiếu phần cuối. Hãy xuất lại rồi gửi."))


def _parts(content: bytes) -> dict[str, zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {part.filename: part for part in archive.infolist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return {}


def _check_office(content: bytes, kind: Kind) -> None:
    """Sizes as the archive states them: `zipfile` gives out no more than that, and what lies about them fails its checksum."""
    parts = list(_parts(content).values())
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
        raise _refused(
            _("Tệp nén quá nhiều dữ liệu bên trong nên không được nhận. Hãy giảm ảnh trong tệp rồi gửi lại.")
        )
    if any(part.file_size > 1_000_000 and part.file_size > _HIGHEST_RATIO * part.compress_size for part in parts):
        raise _refused(
            _("Tệp nén bất thường (có thể là bom nén) nên không được nhận. Hãy lưu lại bằng Word hoặc Excel.")
        )
    if any(part.flag_bits & 1 for part in parts):
        raise _refused(_("Tệp có mật khẩu nên không ai mở được. Hãy bỏ mật khẩu rồi gửi lại."))
    if any("vbaproject" in part.filename.lower() for part in parts):
        raise _refused(_("Tệp có macro nên không được nhận. Hãy lưu lại thành .docx hoặc .xlsx thường."))
    main_type = _MAIN_PARTS[kind.media_type][1]
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open("[Content_Types].xml") as types:
            sound = main_type in types.read(1_000_000)
    except (KeyError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError):
        sound = False
    if not sound:
        raise _refused(
            _("Tệp không phải %(label)s hoàn chỉnh. Hãy mở bằng Word hoặc Excel, lưu lại rồi gửi.", label=_(kind.label))
        )


def _too_many_pixels(picture: str) -> InvalidInput:
    return _refused(
        _(
            "%(picture)s quá lớn, tối đa %(most)s triệu điểm. Hãy giảm kích thước ảnh rồi gửi lại.",
            picture=picture,
            most=MOST_PIXELS // 1_000_000,
        )
    )


def _picture(content: bytes, kind: Kind) -> tuple[bytes, bytes]:
    """The picture encoded anew: only its pixels, colour profile and the moment it was taken survive; and its thumbnail."""
    try:
        with Image.open(io.BytesIO(content), formats=[_PILLOW_NAMES[kind.media_type]]) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise _too_many_pixels(_("Ảnh %(width)s × %(height)s điểm", width=opened.width, height=opened.height))
            options: dict[str, Any] = {}
            if opened.info.get("icc_profile"):
                options["icc_profile"] = opened.info["icc_profile"]
            taken = opened.getexif().get_ifd(_EXIF_IFD).get(_DATE_TIME_ORIGINAL)
            if isinstance(taken, str) and _DATE_TAKEN.fullmatch(taken):
                kept = Image.Exif()
                kept.get_ifd(_EXIF_IFD)[_DATE_TIME_ORIGINAL] = taken
                options["exif"] = kept
            upright = ImageOps.exif_transpose(opened)
            # Pillow hands some of `info` on when saving; a text or a place hidden there must not come along.
            upright.info = {key: value for key, value in upright.info.items() if key == "transparency"}
            if kind is not PNG:
                options["quality"] = 90
            out = io.BytesIO()
            upright.save(out, _PILLOW_NAMES[kind.media_type], **options)
            return out.getvalue(), _thumbnail(upright)
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(_("Ảnh")) from error
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        ArithmeticError,
        LookupError,
        EOFError,
    ) as error:
        raise _refused(
            _("Không đọc được %(label)s: tệp bị hỏng hoặc bị cắt. Hãy chụp hoặc xuất lại.", label=_(kind.label))
        ) from error


def _thumbnail(picture: Image.Image) -> bytes:
    small = picture.copy()
    if small.mode.startswith("I"):
        # Sixteen bits of grey, as scanners write them: Pillow would cut them off at white instead of scaling.
        small = small.convert("I").point(lambda grey: grey / 256).convert("L")
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    if small.mode not in ("RGB", "L"):
        # On white, as paper: a transparent ground would turn black in a JPEG.
        ground = Image.new("RGB", small.size, "white")
        shown = small.convert("RGBA")
        ground.paste(shown, mask=shown.getchannel("A"))
        small = ground
    out = io.BytesIO()
    small.save(out, "JPEG", quality=80)
    return out.getvalue()
