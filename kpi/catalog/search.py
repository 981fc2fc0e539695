"""Finds KPIs of the catalog by words, also misspelled ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kpi.catalog.model import FIELDS

if TYPE_CHECKING:
    from kpi.catalog.model import Catalog, CatalogKpi

LEAST_SCORE = 72.0
TEXT_WEIGHT = 0.85  # of words that are only in the sentence or the questions, against those in a name
FEW = 3  # a word that fewer KPIs have says hardly more for it: it may be there by chance
# Words of four letters or more that say nothing about what is measured.
FILLERS = frozenset(
    re.findall(
        r"\w+",
        "about after again also become before come does every from half have into least less make many month months "
        "more most much often ours over than that their them then there these they this three time times what when "
        "where which will with within year years your",
    )
)
LEAST_ALIKE = 80.0  # below that, two words are different words


def search(catalog: Catalog, words: Sequence[str], field: str | None = None) -> list[CatalogKpi]:
    """The KPIs that fit ``words``, best first; without words all of them in the order of the catalog.

    ``field`` is one of :data:`kpi.catalog.model.FIELDS` and leaves out the KPIs of others.
    """
    kpis = [kpi for kpi in catalog.kpis.values() if field is None or field in kpi.fields]
    if not words:
        return kpis
    query = " ".join(words).casefold().replace("_", " ")
    scored = [(_scores(query, kpi), kpi) for kpi in kpis]
    fitting = [(scores, kpi) for scores, kpi in scored if scores[0] >= LEAST_SCORE]
    return [kpi for _, kpi in sorted(fitting, key=lambda one: one[0], reverse=True)]


def proposals(catalog: Catalog, text: str, most: int) -> list[CatalogKpi]:
    """The KPIs that fit a goal and its questions, best first: those that have most of its words, where a word that few
    KPIs have counts more."""
    weights: dict[str, float] = {}
    for word in dict.fromkeys(re.findall(r"\w{4,}", text.casefold())):
        if word in FILLERS:
            continue
        found = search(catalog, [word])
        for kpi in found:
            weights[kpi.id] = weights.get(kpi.id, 0.0) + 1 / (len(found) + FEW)
    best = sorted(weights, key=lambda id_: -weights[id_])[:most]
    return [catalog.kpis[id_] for id_ in best]


def _scores(query: str, kpi: CatalogKpi) -> tuple[float, float]:
    """How well a KPI fits, and how much one of its names as a whole is like the query, which decides between equals."""
    from rapidfuzz import fuzz

    names = [name.casefold() for name in (kpi.name, *kpi.other_names, kpi.id.replace("_", " "))]
    whole = max(fuzz.token_sort_ratio(query, name) for name in names)
    in_name = _coverage(query, " ".join(names))
    fields = " ".join(FIELDS[field] for field in kpi.fields)
    text = " ".join([*names, kpi.sentence, kpi.proxy_of or "", *kpi.questions, fields])
    return max(whole, 0.95 * in_name, TEXT_WEIGHT * _coverage(query, text)), whole


def _coverage(query: str, text: str) -> float:
    """How much of the words of ``query`` occurs in ``text``, from 0 to 100; a word may be misspelled."""
    from rapidfuzz import fuzz, process

    words = set(re.findall(r"\w+", text.casefold()))
    asked = re.findall(r"\w+", query)
    found = (process.extractOne(word, words, scorer=fuzz.ratio, score_cutoff=LEAST_ALIKE) for word in asked)
    return sum(one[1] for one in found if one is not None) / max(1, len(asked))
