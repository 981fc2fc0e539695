"""Which encoding a file was probably saved in: asked only to word advice, and never to read by."""

from __future__ import annotations

from codecs import getincrementaldecoder

# Letters and marks of European languages, as they stand inside words; and between words, the blank that does not break.
_WESTERN = frozenset("\u00a0àâäáãåæçèéêëìíîïñòóôöõøœùúûüÿßÀÂÄÁÃÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖÕØŒÙÚÛÜ’")
_CENTRAL = frozenset("\u00a0ąćęłńóśźżĄĆĘŁŃÓŚŹŻáčďéěíňřšťúůýžÁČĎÉĚÍŇŘŠŤÚŮÝŽőűŐŰăâîșțţşäöüÄÖÜß’")
# Marks that stand at the edge of a word.
_EDGES = frozenset("“”„‘–—…®™")
_EUROPEAN = (("cp1252", _WESTERN), ("cp1250", _CENTRAL), ("cp850", _WESTERN), ("mac_roman", _WESTERN))
_OTHERS = (
    "there are also cp1251 and koi8-r for Cyrillic, cp1253 for Greek, shift_jis for Japanese, gb18030 and big5 for "
    "Chinese, cp949 for Korean"
)
_SINGLE = ("cp125", "cp43", "cp85", "cp86", "iso8859", "latin", "mac")


def wide(raw: bytes) -> str | None:
    """UTF-16 or UTF-32 without a byte order mark, recognized by the zero bytes; None for anything else."""
    if b"\0" not in raw:
        return None
    for name, size in (("utf-32-le", 4), ("utf-32-be", 4), ("utf-16-le", 2), ("utf-16-be", 2)):
        if len(raw) < size:
            continue
        text = decoded(raw[: len(raw) // size * size], name)
        if text is None or "\0" in text:
            continue
        sound = sum(1 for c in text if c.isprintable() or c in "\t\r\n")
        # Half of any two bytes is no character that a table of numbers and words is full of.
        if sound >= 0.98 * len(text) and any(mark in text for mark in ",;\t|\n"):
            return name
    return None


def is_utf8_after_all(raw: bytes, name: str) -> bool:
    """Whether bytes that are said to be in a one-byte encoding are UTF-8: that cannot be by chance."""
    return name.replace("_", "").startswith(_SINGLE) and not raw.isascii() and decoded(raw, "utf-8") is not None


def advice(raw: bytes) -> str:
    """What to write for a file that is not UTF-8."""
    script = _script(raw)
    if script is not None:
        return f"say the encoding it was saved in, perhaps read: {{encoding: {script}}}; {_OTHERS}"
    return f"from Windows or Excel? Then say read: {{encoding: {_european(raw)}}}"


def decoded(raw: bytes, name: str) -> str | None:
    """The text, or None where the bytes make no sense in that encoding; a character cut off at the end is no fault."""
    try:
        return getincrementaldecoder(name)().decode(raw)
    except UnicodeError:
        return None


def _european(raw: bytes) -> str:
    """The encoding in which most of the bytes beyond ASCII are letters inside words."""
    places = [i for i, byte in enumerate(raw) if byte > 127][:2000]
    inside = [i for i in places if _letter(raw, i - 1) or _letter(raw, i + 1)]
    best, most = "", 0
    for name, letters in _EUROPEAN:
        score = sum(_fits(raw, i, bytes([raw[i]]).decode(name, "replace"), letters) for i in inside)
        if score > most:
            best, most = name, score
    if 2 * most > len(inside) > 0:
        return best
    return "cp1252" if decoded(raw, "cp1252") is not None else "latin-1"


def _fits(raw: bytes, place: int, letter: str, letters: frozenset[str]) -> bool:
    """Whether a character may stand at a place: a capital letter not after a small one, a mark not inside a word."""
    if letter in _EDGES:
        return not (_letter(raw, place - 1) and _letter(raw, place + 1))
    return letter in letters and not (letter.isupper() and raw[max(place - 1, 0) : place].islower())


def _letter(raw: bytes, place: int) -> bool:
    return 0 <= place < len(raw) and raw[place : place + 1].isalpha()


def _script(raw: bytes) -> str | None:
    """The encoding of a script other than Latin; None where bytes beyond ASCII come one or two at a time."""
    runs = [len(run) for run in bytes(byte if byte > 127 else 32 for byte in raw).split()]
    high = [byte for byte in raw if byte > 127]
    low = sum(byte < 0xA0 for byte in high)  # where Chinese and Korean encodings have next to nothing
    if 5 * low > len(high) and sum(runs) >= 2 * len(runs) and _of(raw, "shift_jis", "぀", "鿿") > 0.9:
        return "shift_jis"
    if not runs or sum(runs) < 3 * len(runs):
        return None
    letters = [byte for byte in high if byte >= 0xC0 or byte in (0xA8, 0xB8)]
    if _of(raw, "cp949", "가", "힣") > 0.9:
        return "cp949"
    if len(letters) > 0.95 * len(high):
        lower = sum(byte >= 0xE0 for byte in letters)
        return "cp1251" if 2 * lower >= len(letters) else "koi8-r"
    if _of(raw, "gb18030", "一", "鿿") > 0.9:
        return "gb18030"
    return "big5" if _of(raw, "big5", "一", "鿿") > 0.9 else "cp1251"


def _of(raw: bytes, name: str, first: str, last: str) -> float:
    """The share of characters beyond ASCII that are of a script, in an encoding."""
    text = decoded(raw, name)
    if text is None:
        return 0.0
    beyond = [c for c in text if c > "\x7f" and c not in "　、。「」（），：；"]
    return sum(first <= c <= last for c in beyond) / max(1, len(beyond))
