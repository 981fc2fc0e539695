"""``kpi explain --format json``."""

from __future__ import annotations

from kpi.insight.contributions import Contribution, SegmentContribution
from kpi.render.output import Page
from kpi.render.sanitize import json_number, json_text
from kpi.status.explain import ExplainView
from kpi.values import round12


def render_explain_json(view: ExplainView, _: Page) -> str:
    """The change and what each part adds to it; the contributions of one level add up to that above."""
    if view.tree is not None:
        parts = [_part(view.tree)] if not view.tree.below else [_part(part) for part in view.tree.below]
    else:
        parts = [_segment(one) for one in view.segments]
    return json_text(
        {
            "version": 1,
            "kpi": view.kpi.id,
            "period": view.point.period.label,
            "against": view.previous.period.label,
            "value": json_number(view.point.value),
            "previous": json_number(view.previous.value),
            "change": json_number(view.change),
            "by": view.by,
            "text": view.sentence,
            "contributions": parts,
            "notes": list(view.notes),
        }
    )


def _part(part: Contribution) -> dict[str, object]:
    return {
        "name": part.term.name,
        "before": json_number(part.term.before),
        "after": json_number(part.term.after),
        "contribution": json_number(round12(part.amount)),
        **({"parts": [_part(below) for below in part.below]} if part.below else {}),
    }


def _segment(one: SegmentContribution) -> dict[str, object]:
    found: dict[str, object] = {"name": one.segment.name, "contribution": json_number(round12(one.amount))}
    if one.rate is not None and one.mix is not None:
        found |= {"rate": json_number(round12(one.rate)), "mix": json_number(round12(one.mix))}
    return found
