"""Makes web/static/vendor from the packages of package.json; see README.md. Run by hand when one of them changes."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent
PACKAGES = HERE / "node_modules"
VENDOR = HERE.parents[1] / "web" / "static" / "vendor"

# Our word for what is meant → the name in Bootstrap Icons.
ICONS = {
    "draft": "pencil",
    "running": "arrow-right-circle",
    "mend": "exclamation-circle-fill",
    "gold": "star-fill",
    "done": "check-lg",
    "closed": "x-lg",
    "here": "circle-fill",
    "ahead": "circle",
    "left_out": "dash-lg",
    "success": "check-circle",
    "warning": "exclamation-triangle",
    "error": "x-octagon",
    "late": "clock-history",
    "clock": "clock",
    "file": "file-earmark-text",
    "picture": "image",
    "camera": "camera",
    "download": "download",
    "upload": "upload",
    "search": "search",
    "add": "plus-lg",
    "remove": "trash",
    "edit": "pencil-square",
    "previous": "arrow-left",
    "next": "arrow-right",
    "menu": "list",
    "person": "person",
    "people": "people",
    "unit": "building",
    "comment": "chat-left-text",
    "copy": "copy",
    "print": "printer",
    "help": "question-circle",
    "information": "info-circle",
    "lock": "lock",
    "calendar": "calendar-event",
    "vote": "hand-thumbs-up",
    "filter": "funnel",
    "link": "link-45deg",
    "shown": "eye",
}
WEIGHTS = (400, 600)
# A letter in two parts is taken from the later one, so a Vietnamese page never asks for the extended Latin part.
PARTS = ("latin-ext", "vietnamese", "latin")
FIGURES = "0123456789"


def main() -> None:
    """Make everything anew."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    stylesheet()
    sprite()
    fonts()
    for package, name in (
        ("bootstrap", "bootstrap"),
        ("bootstrap-icons", "bootstrap-icons"),
        ("@fontsource/be-vietnam-pro", "be-vietnam-pro"),
    ):
        shutil.copyfile(PACKAGES / package / "LICENSE", VENDOR / f"LICENSE-{name}")


def stylesheet() -> None:
    """Bootstrap's parts, compiled and made small."""
    compiled = subprocess.run(
        [
            str(PACKAGES / ".bin" / "sass"),
            "--load-path=node_modules",
            "--style=compressed",
            "--no-source-map",
            "--quiet",
            "bootstrap.scss",
        ],
        cwd=HERE,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    version = re.search(r'"version": "([^"]+)"', (PACKAGES / "bootstrap" / "package.json").read_text())
    told = f"/* Parts of Bootstrap {version[1] if version else ''}, MIT: LICENSE-bootstrap. Made by tools/assets. */\n"
    (VENDOR / "bootstrap.css").write_text(told + compiled.lstrip("\ufeff"), encoding="utf-8")


def sprite() -> None:
    """One SVG with a symbol for each icon, called by our word for it."""
    symbols = []
    for name, file in ICONS.items():
        source = (PACKAGES / "bootstrap-icons" / "icons" / f"{file}.svg").read_text(encoding="utf-8")
        drawn = re.search(r"<svg[^>]*>(.*)</svg>", source, re.DOTALL)
        if drawn is None:
            raise SystemExit(f"{file}.svg is no picture")
        symbols.append(f'<symbol id="{name}" viewBox="0 0 16 16">{" ".join(drawn[1].split())}</symbol>')
    told = "<!-- From Bootstrap Icons, MIT: LICENSE-bootstrap-icons. Made by tools/assets. -->"
    lines = ['<svg xmlns="http://www.w3.org/2000/svg" fill="currentColor">', told, *symbols, "</svg>\n"]
    (VENDOR / "icons.svg").write_text("\n".join(lines), encoding="utf-8")


def fonts() -> None:
    """The font's files with the style sheet that says which letters are where."""
    package = PACKAGES / "@fontsource" / "be-vietnam-pro"
    letters = dict(re.findall(r'"([\w-]+)": "([^"]+)"', (package / "unicode.json").read_text()))
    faces = ["/* Be Vietnam Pro, OFL 1.1: LICENSE-be-vietnam-pro. Made by tools/assets. */"]
    for weight in WEIGHTS:
        for part in PARTS:
            name = f"be-vietnam-pro-{part}-{weight}.woff2"
            shutil.copyfile(package / "files" / f"be-vietnam-pro-{part}-{weight}-normal.woff2", VENDOR / name)
            faces.append(_face("Be Vietnam Pro", weight, name, letters[part]))
        name = f"be-vietnam-pro-figures-{weight}.woff2"
        _figures(package / "files" / f"be-vietnam-pro-latin-{weight}-normal.woff2", VENDOR / name)
        faces.append(_face("Be Vietnam Pro Figures", weight, name, "U+0030-0039"))
    (VENDOR / "fonts.css").write_text("\n".join(faces) + "\n", encoding="utf-8")


def _face(family: str, weight: int, file: str, letters: str) -> str:
    return (
        f'@font-face{{font-family:"{family}";font-style:normal;font-weight:{weight};font-display:swap;'
        f'src:url("{file}") format("woff2");unicode-range:{letters}}}'
    )


def _figures(source: Path, target: Path) -> None:
    """The figures alone, all as wide as the nought, each in the middle of its place."""
    font = TTFont(source, recalcTimestamp=False)
    chosen = subset.Subsetter(subset.Options(layout_features=[], hinting=False))
    chosen.populate(text=FIGURES)
    chosen.subset(font)
    names = [font.getBestCmap()[ord(figure)] for figure in FIGURES]
    widths, shapes = font["hmtx"], font["glyf"]
    width = widths[names[0]][0]
    for name in names:
        advance, bearing = widths[name]
        shift = (width - advance) // 2
        shape = shapes[name]
        shape.coordinates.translate((shift, 0))
        shape.recalcBounds(shapes)
        widths[name] = (width, bearing + shift)
    font.flavor = "woff2"
    font.save(target)


if __name__ == "__main__":
    main()
