"""Reads a lifecycle definition from TOML, names every fault by file and key, and proves its structure before it is used."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast, get_args

from config import definitions
from workflow.core.lifecycles import vocabulary
from workflow.core.lifecycles.check import check
from workflow.core.lifecycles.terms import (
    END_STAGE,
    Definition,
    Fact,
    FactType,
    Level,
    Role,
    Scope,
    Stage,
    State,
    Transition,
)
from workflow.core.lifecycles.vocabulary import REQUIRED_FACT_NAMES
from workflow.ground.data_files import DataFileInvalid, Problem, Table, parse_toml, unknown_name
from workflow.ground.speech import _

_ID = re.compile(r"[a-z][a-z0-9_]{0,59}")


class DefinitionInvalid(DataFileInvalid):
    """A lifecycle definition that must not be used."""


def load(
    text: str,
    origin: str,
    *,
    guards: Collection[str] = vocabulary.GUARDS,
    effects: Collection[str] = vocabulary.EFFECTS,
    records: Collection[str] = vocabulary.RECORDS,
) -> Definition:
    """A definition that is well formed and sound in structure; raises DefinitionInvalid with every problem found."""
    definition = parse(text, origin, guards=guards, effects=effects, records=records)
    problems = check(definition)
    if problems:
        raise DefinitionInvalid(problems)
    return definition


def load_file(path: Path | str) -> Definition:
    """`load` for a file on disk. A file that cannot be read is a problem like any other."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DefinitionInvalid(
            [Problem(path.name, "", _("tệp không phải UTF-8; hãy lưu lại với mã UTF-8"))]
        ) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise DefinitionInvalid(
            [Problem(path.name, "", _("không đọc được tệp (%(reason)s); hãy kiểm tra đường dẫn", reason=reason))]
        ) from error
    return load(text, path.name)


def standard(lifecycle_id: str = definitions.DEFAULT_LIFECYCLE) -> Definition:
    """A definition that comes with the program: `three_tier` or `two_tier`."""
    if lifecycle_id not in definitions.LIFECYCLE_IDS:
        message = unknown_name(_("định nghĩa"), lifecycle_id, definitions.LIFECYCLE_IDS)
        raise DefinitionInvalid([Problem(f"{lifecycle_id}.toml", "", message)])
    return load(definitions.lifecycle_text(lifecycle_id), f"{lifecycle_id}.toml")


def parse(
    text: str,
    origin: str,
    *,
    guards: Collection[str] = vocabulary.GUARDS,
    effects: Collection[str] = vocabulary.EFFECTS,
    records: Collection[str] = vocabulary.RECORDS,
) -> Definition:
    """A well-formed definition whose structure is not proved yet; for tools that show an unsound one."""
    vocabulary.complete()
    content, problems = parse_toml(text, origin)
    if problems:
        raise DefinitionInvalid(problems)
    definition = _Reader(content, origin, problems, guards, effects, records).read(text)
    if problems:
        raise DefinitionInvalid(problems)
    return definition


def content_hash(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content as canonical JSON: spacing, comments and the order of keys in a table do not matter.

    The order of states, roles and facts does not either; that of stages, levels and transitions (lists) does.
    """
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


class _Reader:
    """Reads the parts in the order in which they refer to each other."""

    def __init__(
        self,
        content: Mapping[str, Any],
        origin: str,
        problems: list[Problem],
        guards: Collection[str],
        effects: Collection[str],
        records: Collection[str],
    ) -> None:
        self.content = content
        self.origin = origin
        self.root = Table(content, origin, "", problems)
        self.guards, self.effects, self.records = guards, effects, records
        self.levels: dict[str, Level] = {}
        self.stages: dict[str, Stage] = {}
        self.states: dict[str, State] = {}
        self.roles: dict[str, Role] = {}
        self.facts: dict[str, Fact] = {}

    def read(self, source: str) -> Definition:
        root = self.root
        definition_id, title, title_en = root.text("id"), root.text("title"), root.text("title_en")
        self._good_id(root, "id", definition_id)
        self._read_levels()
        recognising = root.name("recognising_level", _("cấp"), self.levels)
        reviewing = root.name("reviewing_level", _("cấp"), self.levels)
        self._read_stages()
        self.states = {key: self._state(key, table) for key, table in root.entries("states")}
        self.roles = {key: self._role(key, table) for key, table in root.entries("roles")}
        self.facts = {key: self._fact(key, table) for key, table in root.entries("facts", required=False)}
        transitions = tuple(self._transition(table) for table in root.tables("transitions"))
        root.close()
        self._one_beginning()
        return Definition(
            id=definition_id,
            written_title=title,
            title_en=title_en,
            hash=content_hash(self.content),
            source=source,
            origin=self.origin,
            recognising_level=recognising,
            reviewing_level=reviewing,
            levels=tuple(self.levels.values()),
            stages=tuple(self.stages.values()),
            states=MappingProxyType(self.states),
            roles=MappingProxyType(self.roles),
            transitions=transitions,
        )

    def _good_id(self, table: Table, key: str, value: str) -> None:
        if value and not _ID.fullmatch(value):
            table.problem(
                key,
                _("mã “%(value)s” chỉ được gồm chữ thường không dấu, chữ số và dấu _, tối đa 60 ký tự", value=value),
            )

    def _one_beginning(self) -> None:
        beginnings = [state.id for state in self.states.values() if state.initial]
        if self.states and len(beginnings) != 1:
            named = _("; đang có: %(beginnings)s", beginnings=", ".join(beginnings)) if beginnings else ""
            self.root.problem("states", _("phải có đúng một trạng thái mang initial = true%(named)s", named=named))

    def _labels(self, table: Table) -> tuple[str, str]:
        return table.text("label"), table.text("label_en")

    def _read_levels(self) -> None:
        for table in self.root.tables("levels"):
            level_id = self._new_id(table, self.levels)
            self.levels[level_id] = Level(level_id, *self._labels(table))
            table.close()

    def _read_stages(self) -> None:
        for table in self.root.tables("stages"):
            stage_id = self._new_id(table, self.stages)
            self.stages[stage_id] = Stage(stage_id, *self._labels(table))
            table.close()
        if self.stages and list(self.stages)[-1] != END_STAGE:
            self.root.problem("stages", _("chặng cuối cùng phải có id = “%(end_stage)s”", end_stage=END_STAGE))

    def _new_id(self, table: Table, known: Collection[str]) -> str:
        new = table.text("id")
        self._good_id(table, "id", new)
        if new in known:
            table.problem("id", _("mã “%(new)s” đã dùng ở trên; hãy đặt mã khác", new=new))
        return new

    def _state(self, key: str, table: Table) -> State:
        self._good_id(table, "", key)
        label, label_en = self._labels(table)
        stage = table.name("stage", _("chặng"), self.stages)
        end = table.flag("end")
        initial = table.flag("initial")
        requires = table.names("requires", _("cột"), REQUIRED_FACT_NAMES, ())
        if end and stage and stage != END_STAGE:
            table.problem("stage", _("trạng thái kết thúc phải thuộc chặng “%(end_stage)s”", end_stage=END_STAGE))
        if not end and stage == END_STAGE:
            table.problem("end", _("trạng thái thuộc chặng “%(end_stage)s” phải mang end = true", end_stage=END_STAGE))
        if end and initial:
            table.problem("initial", _("trạng thái đầu tiên không thể là trạng thái kết thúc"))
        limit_days = table.integer("limit_days", low=1, high=366, default=None)
        if end and limit_days is not None:
            table.problem("limit_days", _("trạng thái kết thúc không có thời hạn; hãy bỏ limit_days"))
        table.close()
        return State(key, label, label_en, stage, end, initial, requires, limit_days)

    def _role(self, key: str, table: Table) -> Role:
        self._good_id(table, "", key)
        label, label_en = self._labels(table)
        scope = table.name("scope", _("phạm vi"), get_args(Scope))
        levels = table.names("levels", _("cấp"), self.levels, ())
        table.close()
        return Role(key, label, label_en, cast(Scope, scope), levels)

    def _fact(self, key: str, table: Table) -> Fact:
        self._good_id(table, "", key)
        label, label_en = self._labels(table)
        kind = table.name("type", _("kiểu"), get_args(FactType))
        help_text = table.text("help", "")
        max_length = table.integer("max_length", low=1, high=1_000_000, default=None)
        choices = []
        for choice in table.tables("choices", required=False):
            choices.append((choice.text("id"), choice.text("label")))
            choice.close()
        if (kind == "choice") != bool(choices):
            table.problem("choices", _("kiểu “choice” phải có danh sách choices; kiểu khác thì không được có"))
        table.close()
        return Fact(key, label, label_en, cast(FactType, kind), True, help_text, max_length, tuple(choices))

    def _transition(self, table: Table) -> Transition:
        trigger = table.text("trigger")
        self._good_id(table, "trigger", trigger)
        sources = table.names("from", _("trạng thái"), self.states)
        if table.has("from") and not sources:
            table.problem("from", _("phải nêu ít nhất một trạng thái có thật"))
        target = table.name("to", _("trạng thái"), self.states)
        roles = table.names("roles", _("vai trò"), self.roles)
        facts = self._facts_of(table)
        label, label_en = self._labels(table)
        transition = Transition(
            trigger=trigger,
            sources=sources,
            target=target,
            roles=roles,
            on_behalf=table.names("on_behalf", _("vai trò"), self.roles, ()),
            guards=table.names("guards", _("điều kiện"), self.guards, ()),
            facts=facts,
            when=self._when(table, facts),
            effects=table.names("effects", _("tác động"), self.effects, ()),
            record=table.name("record", _("bản ghi"), self.records, "") or None,
            notify=table.names("notify", _("vai trò"), self.roles, ()),
            written=label,
            label_en=label_en,
            written_leaves=table.text("leaves", ""),
            danger=table.flag("danger"),
            role_levels=self._role_levels(table),
        )
        table.close()
        return transition

    def _facts_of(self, table: Table) -> tuple[Fact, ...]:
        """Facts by name; a trailing `?` marks one that may be left out."""
        found: dict[str, Fact] = {}
        for index, written in enumerate(table.texts("facts", ())):
            name = written.removesuffix("?")
            if name not in self.facts:
                table.problem(f"facts[{index}]", unknown_name(_("dữ kiện"), name, self.facts))
            elif name in found:
                table.problem(f"facts[{index}]", _("dữ kiện “%(name)s” đã nêu ở trên; hãy bỏ bớt một", name=name))
            else:
                found[name] = replace(self.facts[name], required=not written.endswith("?"))
        return tuple(found.values())

    def _when(self, table: Table, facts: tuple[Fact, ...]) -> Mapping[str, bool | str]:
        known = {fact.name: fact for fact in facts}
        chosen: dict[str, bool | str] = {}
        for name, value in table.values("when").items():
            fact = known.get(name)
            if fact is None:
                table.problem(f"when.{name}", unknown_name(_("dữ kiện của bước này"), name, known))
            elif (fact.type == "boolean" and isinstance(value, bool)) or (
                fact.type == "choice" and value in [choice for choice, _ in fact.choices]
            ):
                chosen[name] = value
            else:
                table.problem(f"when.{name}", _("chỉ được so với true, false hoặc một lựa chọn của dữ kiện"))
        return MappingProxyType(chosen)

    def _role_levels(self, table: Table) -> Mapping[str, tuple[str, ...]]:
        narrowed = table.table("role_levels", required=False)
        found: dict[str, tuple[str, ...]] = {}
        for role in narrowed.written_keys():
            levels = narrowed.names(role, _("cấp"), self.levels)
            if role not in self.roles:
                narrowed.problem(role, unknown_name(_("vai trò"), role, self.roles))
            else:
                found[role] = levels
        return MappingProxyType(found)
