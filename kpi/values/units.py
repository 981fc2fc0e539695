"""Units: percent, currencies, durations and nouns."""

from __future__ import annotations

from typing import Literal

from kpi.errors import Replacement, TextError
from kpi.frozen import frozen

# ISO 4217 codes and the sign each is shown with. Empty if several currencies share a sign.
CURRENCIES = {
    "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "BRL": "R$", "ILS": "₪", "TRY": "₺",
    "UAH": "₴", "VND": "₫", "NGN": "₦", "PHP": "₱", "THB": "฿", "RUB": "₽", "KZT": "₸", "AUD": "", "CAD": "",
    "NZD": "", "SGD": "", "HKD": "", "TWD": "", "MXN": "", "ARS": "", "CLP": "", "COP": "", "PEN": "", "CNY": "",
    "CHF": "", "SEK": "", "NOK": "", "DKK": "", "ISK": "", "PLN": "", "CZK": "", "HUF": "", "RON": "", "BGN": "",
    "RSD": "", "ZAR": "", "EGP": "", "KES": "", "MAD": "", "AED": "", "SAR": "", "QAR": "", "IDR": "", "MYR": "",
    "PKR": "", "BDT": "", "LKR": "",
}  # fmt: skip

# Signs that are accepted in input, and the currencies they may mean. The longest sign comes first.
SIGNS = {
    "R$": ("BRL",),
    "$": ("USD", "AUD", "CAD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP"),
    "¥": ("JPY", "CNY"),
    **{sign: (code,) for code, sign in CURRENCIES.items() if sign not in ("", "R$", "$", "¥")},
}

# The characters of currency signs, for use in regular expressions: [$€£…].
CURRENCY_SIGNS = "".join(dict.fromkeys(sign[-1] for sign in SIGNS))

# Abbreviations of currencies that data files have instead of a sign or a code.
CURRENCY_ABBREVIATIONS = ("kr", "zł", "Kč", "Ft", "Rs", "Fr")

# Words for units that are read as nouns, and what to write for the unit itself.
UNIT_WORDS = {
    **dict.fromkeys(("euro", "euros"), ("EUR",)),
    **dict.fromkeys(("dollar", "dollars"), ("USD", "AUD", "CAD")),
    **dict.fromkeys(("us dollar", "us dollars", "us-dollar", "us$"), ("USD",)),
    **dict.fromkeys(("pound", "pounds", "pfund", "sterling", "pounds sterling"), ("GBP",)),
    **dict.fromkeys(("franken", "schweizer franken", "swiss franc", "swiss francs"), ("CHF",)),
    **dict.fromkeys(("yen",), ("JPY",)),
    **dict.fromkeys(("rupee", "rupees"), ("INR",)),
    **dict.fromkeys(("zloty", "złoty"), ("PLN",)),
    **dict.fromkeys(("prozent", "pourcent", "pour cent", "por ciento", "percento", "procent"), ("%",)),
    **dict.fromkeys(("millisekunden", "millisecondes"), ("milliseconds",)),
    **dict.fromkeys(("sekunde", "sekunden", "secondes", "segundos"), ("seconds",)),
    **dict.fromkeys(("minuten", "minutos"), ("minutes",)),
    **dict.fromkeys(("stunde", "stunden", "std", "heures", "horas"), ("hours",)),
    **dict.fromkeys(("tag", "tage", "tagen", "jours", "días", "dias"), ("days",)),
    **dict.fromkeys(("woche", "wochen", "semaines", "semanas"), ("weeks",)),
}

# The first word of each unit of time is the one that is shown.
_TIMES = (
    (0.001, ("ms", "millisecond", "milliseconds", "msec", "msecs")),
    (1.0, ("s", "sec", "secs", "second", "seconds")),
    (60.0, ("min", "mins", "minute", "minutes")),
    (3600.0, ("h", "hr", "hrs", "hour", "hours")),
    (86400.0, ("d", "day", "days")),
    (604800.0, ("w", "week", "weeks")),
)
SECONDS = {word: seconds for seconds, words in _TIMES for word in words}
_SHORT = {seconds: words[0] for seconds, words in _TIMES}


@frozen
class Unit:
    """The unit of a KPI. ``text`` is the unit as written, None without a unit.

    ``symbol`` is shown with the number: ``%``, a sign such as ``$``, or the code of a currency without its own sign.
    ``seconds`` is the length of a unit of time in seconds, 0 for all other units.
    """

    text: str | None = None
    kind: Literal["percent", "currency", "duration", "noun", "none"] = "none"
    symbol: str = ""
    seconds: float = 0.0

    @property
    def short(self) -> str:
        """The short name of a unit of time, e.g. ``min``; empty for all other units."""
        return _SHORT.get(self.seconds, "")


def parse_unit(text: str | None) -> Unit:
    """Parse a unit: ``%``, the code of a currency, a unit of time from milliseconds to weeks, or any noun.

    None means no unit. Raises TextError for invalid units and for likely mistakes (``$``, ``usd``, ``30%``).
    """
    if text is None:
        return Unit()
    word = text.strip()
    if word in ("%", "percent"):
        return Unit(word, "percent", "%")
    if word in CURRENCIES:
        return Unit(word, "currency", CURRENCIES[word] or word)
    if word.lower() in SECONDS:
        return Unit(word, "duration", seconds=SECONDS[word.lower()])
    _check_noun(text, word)
    return Unit(word, "noun")


def _check_noun(text: str, word: str) -> None:
    """Raise TextError if ``word`` cannot be a noun."""
    hint, codes = None, SIGNS.get(word, ())
    if not word:
        hint = "omit the field if there is no unit"
    elif "%" in word or word.lower() in ("percentage", "per cent", "pct", "percents"):
        hint, codes = 'write "%", with the quotes', ("%",) if "%" not in word else ()
    elif codes:
        hint = f"write the currency's code: {', '.join(codes[:3])}"
    elif word.upper() in CURRENCIES:
        codes = (word.upper(),)
        hint = f"write {codes[0]}"
    elif not word.isprintable() or word[0] in "+-.0123456789" or not any(ord(c) > 127 or c.isalpha() for c in word):
        hint = 'a unit is "%", a currency such as USD, a duration such as minutes, or a noun such as points'
    if hint is not None:
        replacements = [Replacement(0, len(text), code) for code in codes[:3]]
        raise TextError(f'"{text}" is not a unit', 0, len(text), hint=hint, replacements=replacements, certain=True)
