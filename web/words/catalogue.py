"""The catalogues of translations: which languages there are, and how a sentence is said in one.

Pages, the command line and whoever writes mails ask here; the sentences of the domain are said through `workflow.ground.speech`.
"""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations
from pathlib import Path
from types import MappingProxyType
from typing import Final

from workflow.ground.speech import Translate

# By its own name, so that a person finds their language on a page that they cannot read.
LANGUAGES: Final = MappingProxyType({"vi": "Tiếng Việt", "en": "English"})
# The language in which every sentence is written in the code.
SOURCE: Final = "vi"
FOLDER: Final = Path(__file__).parents[1] / "translations"


@cache
def translator(language: str) -> Translate | None:
    """What turns a Vietnamese sentence into this language; None for Vietnamese and for a language that has no catalogue.

    A sentence that is in no catalogue, such as the name of a model, stays as it is.
    """
    if language == SOURCE or language not in LANGUAGES:
        return None
    with (FOLDER / language / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        known = GNUTranslations(file)
    # The empty message is the head of the catalogue and nobody's translation.
    return lambda message: known.gettext(message) if message else message
