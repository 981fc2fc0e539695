"""Whether a sentence is in a language that the word lists do not know, so that rules on English wording leave it."""

from __future__ import annotations

import re

from kpi.lint.text import Word
from kpi.lint.vocabulary import word_set

# Words between the others, which tell the language. Those of _ENGLISH are hardly words of another language, those of
# _FOREIGN (German, Dutch, French, Spanish, Portuguese, Italian) not of English: "in", "on" and "die" are in neither.
_ENGLISH = word_set(
    "the of and to with our from by your their its this that these those is are be was were have has will can who "
    "which where when what how than more all each every any not into across through between within at about or new"
)
_FOREIGN = word_set(
    "der das den dem des ein eine einen einem einer und oder mit für von vom zu zum zur im ist sind wird werden nicht "
    "mehr weniger wieder auf aus bei nach über unter bis alle unsere unser unserer wir sie als auch sich steigt sinkt "
    "bleibt jede jeder jedes het een voor niet meer minder onze zijn naar door les un une du et ou avec pour dans sur "
    "par est sont notre nos leur moins aux ces qui que los las para del más menos nuestro nuestra nuestros sus os uma "
    "das dos com não mais gli di della delle dei più meno nostro nostri che"
)
# Endings of other languages, letters that English hardly has, and verbs in -en: nouns of German have a capital.
_FOREIGN_WORD = (
    r"\b\w{3,}(?:ung|ungen|keit|heit|schaft|iert|ieren|lich|ción|ciones|zione|zioni|ção|ções)\b"
    r"|\w*[äöüßñçãõèéêîôûœ]\w*|\b[a-z]{3,}en\b"
)
_ENGLISH_EN = word_set(
    "open reopen often women men children then when even seven eleven given taken written broken driven chosen proven "
    "token kitchen garden listen happen between citizen green screen hidden burden oxygen golden frozen spoken "
    "strengthen shorten lengthen widen deepen broaden tighten lessen weaken soften sharpen hasten threaten brighten "
    "lighten harden flatten worsen loosen awaken fallen eaten forgotten gotten beaten hydrogen nitrogen kindergarten "
    "wooden sudden queen teen been seen foreseen specimen regimen gluten antigen pathogen dozen kitten chicken warden "
    "haven heaven alien siren sprung quicken keen overseen rewritten undertaken mistaken heighten enlighten freshen "
    "straighten"
)


def is_foreign(text: str, words: list[Word]) -> bool:
    """Whether ``text``, with its words, seems to be in a language other than English. In doubt it is English."""
    found = {word[0] for word in words}
    if not found.isdisjoint(_ENGLISH):
        return False
    return not found.isdisjoint(_FOREIGN) or any(word not in _ENGLISH_EN for word in re.findall(_FOREIGN_WORD, text))
