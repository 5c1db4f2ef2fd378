"""Files that go to the browser: workbooks made for the moment, and what people attached."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from flask import Response, send_file

from workflow.stages.implementation.attachments import Content

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A file of somebody else's making: never a page of ours, whatever it contains.
_SANDBOX = "default-src 'none'; sandbox"


def workbook(name: str, write: Callable[[BinaryIO], None]) -> Response:
    """A spreadsheet to save; name: without its ending."""
    target = BytesIO()
    write(target)
    target.seek(0)
    return send_file(target, mimetype=XLSX, as_attachment=True, download_name=f"{name}.xlsx")


def attached(found: Content) -> Response:
    """What somebody attached: pictures and PDF open in the browser, the rest is saved."""
    inline = found.media_type.startswith("image/") or found.media_type == "application/pdf"
    answer = send_file(
        found.path, mimetype=found.media_type, as_attachment=not inline, download_name=found.file_name, conditional=True
    )
    return _apart(answer, "private, no-store")


def thumbnail(path: Path) -> Response:
    """A small picture of what somebody attached."""
    return _apart(send_file(path, mimetype="image/jpeg"), "private, max-age=3600")


def _apart(answer: Response, kept: str) -> Response:
    answer.headers["Content-Security-Policy"] = _SANDBOX
    answer.headers["Cache-Control"] = kept
    return answer
