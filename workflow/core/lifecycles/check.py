"""Proves the structure of a lifecycle: everything reachable, every way leads to an end, nobody and nothing is left undecided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import product

from workflow.core.lifecycles.terms import Definition, Transition
from workflow.ground.data_files import Problem
from workflow.ground.speech import _

# Combinations of deciding facts tried per trigger; beyond this a definition is refused as unreadable.
MAX_COMBINATIONS = 4096


def check(definition: Definition) -> list[Problem]:
    """Every structural fault of a well-formed definition; empty when it is sound.

    Names of guards, effects, records and roles are the reader's business and known to be right here.
    """
    following = {state: {step.target for step in definition.outgoing(state)} for state in definition.states}
    return [
        *_unreachable(definition, following),
        *_without_end(definition, following),
        *_untakable(definition),
        *_undecided(definition),
    ]


def closure(start: Iterable[str], following: Mapping[str, Iterable[str]]) -> set[str]:
    """Every state that can be reached from `start`, itself included."""
    seen = set(start)
    waiting = list(seen)
    while waiting:
        for state in following.get(waiting.pop(), ()):
            if state not in seen:
                seen.add(state)
                waiting.append(state)
    return seen


def _unreachable(definition: Definition, following: Mapping[str, set[str]]) -> list[Problem]:
    reached = closure([definition.initial.id], following)
    return [
        Problem(
            definition.origin,
            f"states.{state.id}",
            _(
                "không đi tới được trạng thái “%(label)s” từ “%(label_2)s”; hãy thêm bước dẫn tới hoặc bỏ nó",
                label=state.label,
                label_2=definition.initial.label,
            ),
        )
        for state in definition.states.values()
        if state.id not in reached
    ]


def _without_end(definition: Definition, following: Mapping[str, set[str]]) -> list[Problem]:
    leading_here: dict[str, set[str]] = defaultdict(set)
    for state, targets in following.items():
        for target in targets:
            leading_here[target].add(state)
    ends = [state.id for state in definition.states.values() if state.end]
    saved = closure(ends, leading_here)
    lost = [state for state in definition.states if state not in saved]
    problems = []
    told: set[str] = set()
    for state in lost:
        if state in told:
            continue
        if not following[state]:
            message = _(
                "ngõ cụt: không có bước nào rời “%(label)s”; hãy thêm bước đi tiếp, hoặc ghi end = true nếu đây là"
                " trạng thái kết thúc",
                label=definition.states[state].label,
            )
            problems.append(Problem(definition.origin, f"states.{state}", message))
            continue
        # States that reach each other and never an end: one cycle, told once.
        ahead = closure([state], following)
        cycle = [other for other in lost if other in ahead and state in closure([other], following)]
        if len(cycle) > 1 or state in following[state]:
            told.update(cycle)
            message = _(
                "vòng không lối ra: %(listed)s; hãy thêm bước dẫn tới một trạng thái kết thúc",
                listed=" → ".join([*cycle, cycle[0]]),
            )
        else:
            message = _(
                "từ “%(label)s” không bao giờ tới được trạng thái kết thúc; hãy thêm lối ra",
                label=definition.states[state].label,
            )
        problems.append(Problem(definition.origin, f"states.{state}", message))
    return problems


def _untakable(definition: Definition) -> list[Problem]:
    problems = []
    for number, step in enumerate(definition.transitions):
        key = f"transitions[{number}]"
        if not step.roles:
            problems.append(
                Problem(
                    definition.origin,
                    f"{key}.roles",
                    _("không ai thực hiện được bước “%(trigger)s”; hãy nêu vai trò", trigger=step.trigger),
                )
            )
        for role, levels in step.role_levels.items():
            allowed = definition.roles[role].levels
            if role not in (*step.roles, *step.on_behalf):
                message = _(
                    "vai trò “%(role)s” không có trong roles hay on_behalf của bước “%(trigger)s”",
                    role=role,
                    trigger=step.trigger,
                )
            elif not levels or (allowed and not set(allowed) & set(levels)):
                message = _(
                    "không phân công nào của vai trò “%(role)s” ở các cấp này được tính; bước “%(trigger)s” bị khóa",
                    role=role,
                    trigger=step.trigger,
                )
            else:
                continue
            problems.append(Problem(definition.origin, f"{key}.role_levels.{role}", message))
    return problems


def _undecided(definition: Definition) -> list[Problem]:
    """Triggers that mean two things, or nothing, for some values of the facts that decide between their entries."""
    groups: dict[tuple[str, str], list[Transition]] = defaultdict(list)
    for step in definition.transitions:
        for source in step.sources:
            groups[source, step.trigger].append(step)
    problems: dict[tuple[str, str], Problem] = {}
    for (source, trigger), entries in groups.items():
        if len(entries) == 1 and not entries[0].when:
            continue
        message = _fault_of(entries)
        if message:
            numbers = ", ".join(str(definition.transitions.index(entry)) for entry in entries)
            key = f"transitions[{numbers}].when"
            told = _("bước “%(trigger)s” từ “%(source)s” %(message)s", trigger=trigger, source=source, message=message)
            problems.setdefault((key, trigger), Problem(definition.origin, key, told))
    return list(problems.values())


def _fault_of(entries: list[Transition]) -> str | None:
    deciding: dict[str, list[object]] = {}
    for entry in entries:
        for name in entry.when:
            fact = entry.fact(name)
            if fact is not None and fact.type == "boolean":
                deciding[name] = [False, True]
            elif fact is not None:
                deciding[name] = [*(choice for choice, _ in fact.choices), *([] if fact.required else [""])]
    combinations = 1
    for values in deciding.values():
        combinations *= len(values)
    if combinations > MAX_COMBINATIONS:
        return _("có quá nhiều trường hợp trong when; hãy tách thành nhiều bước")
    for case_values in product(*deciding.values()):
        data = dict(zip(deciding, case_values, strict=True))
        fitting = [len(entry.when) for entry in entries if entry.fits(data)]
        case = ", ".join(f"{name} = {str(value).lower()}" for name, value in data.items()) or _("không có when")
        if not fitting:
            return _("không dẫn tới đâu khi %(case)s; hãy thêm một mục không có when", case=case)
        if fitting.count(max(fitting)) > 1:
            return _("có hai mục như nhau (%(case)s); hãy phân biệt bằng when hoặc bỏ bớt một", case=case)
    return None
