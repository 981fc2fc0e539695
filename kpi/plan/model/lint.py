"""How the linter is set up: the ``lint`` section of the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kpi.plan.model.fields import described

SeverityWord = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class WordOptions:
    """Words or phrases that a word rule takes in addition, and those that it lets pass."""

    add: tuple[str, ...] = described("Words or phrases that are flagged as well.", ())
    allow: tuple[str, ...] = described("Words or phrases that are not flagged here.", ())


@dataclass(frozen=True)
class LintSettings:
    """What ``kpi lint`` looks for. Rules are named by code (S101), by name (weasel-word) or by a code's start (S)."""

    select: tuple[str, ...] = described("Only these rules; default: all.", ())
    ignore: tuple[str, ...] = described("Not these rules.", ())
    severity: Mapping[str, SeverityWord] = described("A rule: how severe its findings are.", factory=dict)
    per_file_ignores: Mapping[str, tuple[str, ...]] = described(
        "A file or glob: the rules that are not applied there.", factory=dict
    )
    weasel_words: WordOptions = described("Words that cannot be measured (S101).", factory=WordOptions)
    hedges: WordOptions = described("Words that leave a way out (S102).", factory=WordOptions)
    comparisons: WordOptions = described("Comparatives and superlatives (S103).", factory=WordOptions)
    slogans: WordOptions = described("Slogans (S107).", factory=WordOptions)
    activities: WordOptions = described("Verbs that name work instead of its result (M107).", factory=WordOptions)
    min_goal_words: int = described("Goals of fewer words are too short (S105).", 3, ge=1)
    max_kpis_per_goal: int = described("More KPIs on one goal are too many (B101).", 7, ge=1)
    max_kpis_per_file: int = described("More KPIs in one file are too many (B102).", 25, ge=1)
    max_kpis_per_owner: int = described("More KPIs on one person are too many (A105).", 10, ge=1)
