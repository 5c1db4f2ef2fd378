"""Letters from before Unicode are noticed by what they spell, and nothing that is Unicode is taken for them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest
from babel.messages.pofile import read_po

from workflow.ground.reading.old_letters import TCVN3, VNI, Encoding, encoding_of, encodings_of_column, require_unicode
from workflow.ground.reading.text import clean
from workflow.ground.refusals import InvalidInput

HERE = Path(__file__).parents[2]
# The public tables, written down here a second time: TCVN 5712:1993 seen through Windows-1252, and "VNI Windows".
TCVN3_TABLE: Final[Mapping[str, str]] = dict(
    zip(
        "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂÊÔƠƯĐ",
        "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\xadõøö÷ùúýûüþ¡¢£¤¥¦§",
        strict=True,
    )
)
VNI_WRITTEN: Final = (
    "à=aø á=aù ả=aû ã=aõ ạ=aï ă=aê ằ=aè ắ=aé ẳ=aú ẵ=aü ặ=aë â=aâ ầ=aà ấ=aá ẩ=aå ẫ=aã ậ=aä đ=ñ "
    "è=eø é=eù ẻ=eû ẽ=eõ ẹ=eï ê=eâ ề=eà ế=eá ể=eå ễ=eã ệ=eä ì=ì í=í ỉ=æ ĩ=ó ị=ò "
    "ò=oø ó=où ỏ=oû õ=oõ ọ=oï ô=oâ ồ=oà ố=oá ổ=oå ỗ=oã ộ=oä ơ=ô ờ=ôø ớ=ôù ở=ôû ỡ=ôõ ợ=ôï "
    "ù=uø ú=uù ủ=uû ũ=uõ ụ=uï ư=ö ừ=öø ứ=öù ử=öû ữ=öõ ự=öï ỳ=yø ý=yù ỷ=yû ỹ=yõ ỵ=î"
)
VNI_TABLE: Final[Mapping[str, str]] = dict(pair.split("=") for pair in VNI_WRITTEN.split())


def tcvn3(text: str) -> str:
    """As it is kept under .VnTime; a capital with a tone is there the small letter (another typeface draws it large)."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(TCVN3_TABLE.get(letter) or TCVN3_TABLE.get(letter.lower(), letter) for letter in composed)


def vni(text: str) -> str:
    """As it is kept under VNI-Times."""
    written = []
    for letter in unicodedata.normalize("NFC", text):
        kept = VNI_TABLE.get(letter.lower())
        written.append(letter if kept is None else kept.upper() if letter.isupper() else kept)
    return "".join(written)


BOTH: Final = [pytest.param(tcvn3, TCVN3, id="tcvn3"), pytest.param(vni, VNI, id="vni")]


@pytest.fixture(scope="module")
def sentences() -> list[str]:
    """Every sentence of the program, of its help pages and of the sample, without what is filled in later."""
    with (HERE / "web/translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        found = [str(message.id) for message in read_po(file) if isinstance(message.id, str) and message.id]
    for page in (HERE / "web/help_pages").glob("*.md"):
        found += page.read_text(encoding="utf-8").splitlines()
    for data in (HERE / "config").rglob("*.toml"):
        found += re.findall(r'"([^"\n]+)"', data.read_text(encoding="utf-8"))
    return list(dict.fromkeys(re.sub(r"%\(\w+\)s", "", text) for text in found))


@pytest.fixture(scope="module")
def english() -> list[str]:
    with (HERE / "web/translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        found = [str(message.string) for message in read_po(file)]
    for page in (HERE / "web/help_pages/en").glob("*.md"):
        found += page.read_text(encoding="utf-8").splitlines()
    return found


def test_no_sentence_in_unicode_is_taken_for_old_letters(sentences: list[str], english: list[str]) -> None:
    assert len(sentences) > 3_000
    everything = [*sentences, *english, *(unicodedata.normalize("NFD", text) for text in sentences)]
    everything += [text.upper() for text in sentences]
    assert [text for text in everything if encoding_of(text) is not None] == []
    assert set(encodings_of_column(everything, [""] * len(everything))) == {None}


@pytest.mark.parametrize(("keep", "encoding"), BOTH)
def test_texts_of_three_words_are_noticed(sentences: list[str], keep: Callable[[str], str], encoding: Encoding) -> None:
    texts = [text for text in sentences if len(re.findall(r"[^\W\d_]+", text)) >= 3 and keep(text) != text]
    assert len(texts) > 2_000
    noticed = sum(encoding_of(keep(text)) is encoding for text in texts)
    assert noticed / len(texts) >= 0.97


@pytest.mark.parametrize(("keep", "encoding"), BOTH)
def test_columns_are_noticed_whole(sentences: list[str], keep: Callable[[str], str], encoding: Encoding) -> None:
    """Also their cells of a word or two, which alone could be anything."""
    short = [text for text in sentences if keep(text) != text and len(text.split()) <= 4]
    for at in range(0, len(short), 25):
        column = [keep(text) for text in short[at : at + 25]]
        assert encodings_of_column(column, [""] * len(column)) == [encoding] * len(column)


@pytest.mark.parametrize(
    "text",
    [
        "50 µg",
        "5 µm và 10 µl",
        "«Dân vận khéo»",
        "5 m²",
        "200 m³/ngày, 25 °C, ± 5 %, 3×4, 6÷2, 12 N·m",
        "Vinamilk®, Hà Giang®, Cao Bằng©",
        "© 2024 Ủy ban nhân dân xã",
        "hợp\xadtác xã\xadhội, in\xadter\xadna\xadtion\xadal",
        "¬p, m×n; a×b; ½m x ¼m; £5, ¥100, § 3",
        "¿Qué? ¡Hola! niño, señora, mañana",
        "café, crème brûlée, naïve, Noël, déjà vu, Zoë Citroën",
        "für Köln, schöne Tür, größer, Mädchen, Straße",
        "São Paulo, coração; Malmø, Køge, Århus; Łódź, Dvořák",
        "Seán",
        "Thaï",
        "Y Thăm Niê, Êđê, Buôn Đôn, Krông Ana, H'Hen Niê",
        "Ðổi rác lấy cây giống, Thôn Khuổi Ðeng",
        "NGUYễN THị KHUYếN, LÒ VăN ÁNH, HÀ NộI, BÌNH LUôNG",
        "hoà, hoá, khoẻ, thuỷ, uý, quý, già, giặt",
        "",
    ],
)
def test_what_unicode_holds_is_let_alone(text: str) -> None:
    assert encoding_of(text) is None
    require_unicode({"name": text})


@pytest.mark.parametrize(("keep", "encoding"), BOTH)
def test_short_texts_are_noticed_and_so_is_a_piece_pasted_into_unicode(
    keep: Callable[[str], str], encoding: Encoding
) -> None:
    for text in ("Thôn Nà Mòn", "Lò Văn Ánh", "Vận động nhân dân làm đường điện chiếu sáng", "ĐẢNG ỦY XÃ"):
        assert encoding_of(keep(text)) is encoding
    assert encoding_of("Mô hình ở bản: " + keep("vận động nhân dân hiến đất")) is encoding


def test_soft_hyphen_is_noticed_before_cleaning_takes_it_away() -> None:
    written = tcvn3("được mùa lúa")
    assert "\xad" in written
    assert "\xad" not in clean(written)
    with pytest.raises(InvalidInput) as refused:
        require_unicode({"goals": written, "name": "Được mùa lúa"})
    assert list(refused.value.problems) == ["goals"]
    for word in ("TCVN3", ".VnTime", "Ctrl+Shift+F6", "Unicode"):
        assert word in refused.value.problems["goals"]


def test_typeface_decides_where_the_letters_leave_it_open() -> None:
    texts = ["bé bè", "Bố mẹ", "Be me", "là Ánh"]
    assert encodings_of_column(texts, ["Times New Roman"] * 4) == [None] * 4
    assert encodings_of_column(texts, [".VnTime", ".VnTimeH", ".VnTime", ".VnArial"]) == [TCVN3, None, None, None]
    assert encodings_of_column(["hình, lò"], ["VNI-Times"]) == [VNI]


def test_eth_is_kept_as_the_letter_it_looks_like() -> None:
    assert clean("Ðổi rác ở Khuổi Ðeng, ðất") == "Đổi rác ở Khuổi Đeng, đất"
    assert clean("Ð\x00ường", multiline=True) == "Đường"
