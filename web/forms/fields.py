"""Fields that several forms need: rows of quantities and groups of checkboxes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import FieldList, Form, FormField, SelectField, SelectMultipleField, StringField
from wtforms.widgets import CheckboxInput, ListWidget

from web.forms.base import options, said
from workflow.ground.speech import _, _l
from workflow.stages.registration.model_quantities import ModelQuantity, QuantityInput

EMPTY_ROWS = 3
MOST_ROWS = 60


class ChecksField(SelectMultipleField):
    """Several of a list, as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class QuantityRow(Form):
    """One measure, how much of it, and a note."""

    measure = SelectField(_l("Chỉ số"), choices=[], validate_choice=False)
    value = StringField(
        _l("Số lượng"),
        render_kw={"autocomplete": "off", "maxlength": 200},
    )
    note = StringField(_l("Ghi chú"), render_kw={"maxlength": 400})


def quantity_rows(label: str, description: str = "") -> FieldList[Any]:
    """Rows of quantities; `prepare_rows` gives them their measures."""
    return FieldList(FormField(QuantityRow), label=label, description=description)


def prepare_rows(rows: FieldList[Any], measures: Sequence[Any], *, add: bool = False, empty: int = EMPTY_ROWS) -> None:
    """Fill the choice of measures; keep some empty rows, or add one when asked."""
    while len(rows) < empty or (add and len(rows) < MOST_ROWS):
        rows.append_entry()
        add = False
    choices = [("", str(_l("– chọn –"))), *((m.code, f"{_(m.label)} ({_(m.unit)})") for m in measures)]
    known = {code for code, _ in choices}
    for row in rows:
        written = said(row.form.measure)
        # A value that is no measure stays visible, so that the sentence beside it makes sense.
        row.form.measure.choices = options(choices if written in known else [*choices, (written, written[:80])])


def quantity_inputs(rows: FieldList[Any]) -> list[QuantityInput]:
    """The rows as typed, empty ones included so that row numbers stay."""
    return [QuantityInput(said(row.form.measure), said(row.form.value), said(row.form.note)) for row in rows]


def typed_again(kept: Sequence[ModelQuantity]) -> list[dict[str, str]]:
    """Kept quantities as somebody would type them, for a form that edits them."""
    return [{"measure": row.code, "value": row.written, "note": row.note} for row in kept]
