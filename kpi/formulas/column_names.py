"""How a header becomes a name that formulas can use (rule R3)."""

from __future__ import annotations


def column_name(header: str) -> str:
    """The name of a column: a Python name stays, anything else is made into one (rule R3).

    "Answered (Y/N)" becomes ``answered_y_n``, "2026" becomes ``_2026``. Letters of any script are kept, in the one
    spelling (NFKC) that Python gives to names, or a formula could not reach them. Empty when nothing is left, as for a
    blank header or "%": such a column is named by its position, see :func:`positional_name`.
    """
    text = _normal(header).strip()
    if text.isidentifier():
        return text
    # "a" + c asks whether c is allowed inside a name; vowel signs of Indic scripts are, which isalnum() denies.
    characters = [c if ("a" + c).isidentifier() else "_" for c in text.lower()]
    name = "_".join(part for part in "".join(characters).split("_") if part)
    return name if not name or name.isidentifier() else "_" + name


def positional_name(position: int) -> str:
    """The name of a column without a usable header. ``position`` counts from 1."""
    return f"column_{position}"


def folded(name: str) -> str:
    """What two names have in common that differ only in case; case does not matter in lookups (rule R3)."""
    return _normal(name).casefold()


def _normal(text: str) -> str:
    if text.isascii():
        return text
    from unicodedata import normalize

    return normalize("NFKC", text)
