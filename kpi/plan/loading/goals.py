"""The ``goals`` of a file."""

from __future__ import annotations

from typing import get_args

from yaml.nodes import Node, ScalarNode

from kpi.plan.loading.field_decoder import Binder, Reader, choice, day, integer, text, texts
from kpi.plan.model import Goal, Review
from kpi.plan.model.goal import EveryWord, Framework, Perspective
from kpi.plan.yaml.source_map import Path

every = choice(*get_args(EveryWord))

_REVIEW: dict[str, Reader | None] = {"every": every, "last": day}


def _review(b: Binder, at: Path, key: ScalarNode, node: Node) -> Review | None:
    read = b.record((*at, key.value), node, _REVIEW, "review")
    return None if read is None else Review(**read[0])


GOAL: dict[str, Reader | None] = {
    "name": text,
    "level": text,
    "parent": text,
    "perspective": choice(*get_args(Perspective)),
    "framework": choice(*get_args(Framework)),
    "owner": text,
    "due": day,
    "why": text,
    "questions": texts,
    "review": _review,
    "ambition": integer(1, 10),
    "reward": text,
    "agreed_with": text,
}


def read_goal(b: Binder, path: Path, key: ScalarNode, node: Node) -> Goal | None:
    """One goal; None, reported, when its value is no mapping."""
    read = b.record(path, node, GOAL, "a goal")
    if read is None:
        return None
    values, known = read
    if "name" not in values and not b.blamed((*path, "name"), known.get("name")):
        b.missing(f'the goal "{key.value}" has no name', path, key, node, "write name: what changes for whom")
    return Goal(id=key.value, **values)
