"""How the linter is set up: the ``lint`` section of the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from kpi.plan.model.record import Record
from kpi.plan.model.types import AtLeastOne, OneOrMoreTexts, Text, Texts

SeverityWord = Literal["error", "warning", "info"]


class WordOptions(Record):
    """Words or phrases that a word rule takes in addition, and those that it lets pass."""

    add: Texts = Field((), description="Words or phrases that are flagged as well.")
    allow: Texts = Field((), description="Words or phrases that are not flagged here.")


_NONE = WordOptions.model_construct(add=(), allow=())


class LintSettings(Record):
    """What ``kpi lint`` looks for. Rules are named by code (S101), by name (weasel-word) or by a code's start (S)."""

    select: Texts = Field((), description="Only these rules; default: all.")
    ignore: Texts = Field((), description="Not these rules.")
    severity: Mapping[Text, SeverityWord] = Field({}, description="A rule: how severe its findings are.")
    per_file_ignores: Mapping[Text, OneOrMoreTexts] = Field(
        {}, description="A file or glob: the rules that are not applied there."
    )
    weasel_words: WordOptions = Field(_NONE, description="Words that cannot be measured (S101).")
    hedges: WordOptions = Field(_NONE, description="Words that leave a way out (S102).")
    comparisons: WordOptions = Field(_NONE, description="Comparatives and superlatives (S103).")
    slogans: WordOptions = Field(_NONE, description="Slogans (S107).")
    activities: WordOptions = Field(_NONE, description="Verbs that name work instead of its result (M107).")
    min_goal_words: AtLeastOne = Field(3, description="Goals of fewer words are too short (S105).")
    max_kpis_per_goal: AtLeastOne = Field(7, description="More KPIs on one goal are too many (B101).")
    max_kpis_per_file: AtLeastOne = Field(25, description="More KPIs in one file are too many (B102).")
    max_kpis_per_owner: AtLeastOne = Field(10, description="More KPIs on one person are too many (A105).")
