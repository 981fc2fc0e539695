"""Text from files, made safe to print: it must not be able to steer a terminal or turn a line's direction round."""

from __future__ import annotations

import re
import unicodedata

from kpi.lazy_pattern import lazy_pattern
from kpi.render.fallback import as_written

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
JOINER = "\N{ZERO WIDTH JOINER}"
EMOJI_STYLE = "\N{VARIATION SELECTOR-16}"

# Characters that steer a terminal, reorder text, or are not seen at all: C0 and C1 controls; the soft hyphen and other
# characters of format (those of direction, of no width, the byte order mark); fillers; line and paragraph separators;
# halves of surrogate pairs, which represent bytes of a file name that is not UTF-8; tags. Those that join letters and
# emoji (U+200C, U+200D) stay, and so does what chooses between text and emoji (U+FE0E, U+FE0F).
_UNSAFE_RANGES = (
    (0x00, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5),
    (0x180B, 0x180F), (0x200B, 0x200B), (0x200E, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164),
    (0xD800, 0xDFFF), (0xFE00, 0xFE0D), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB),
    (0xFFFE, 0xFFFF), (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
_UNSAFE = lazy_pattern(f"[{''.join(f'{chr(first)}-{chr(last)}' for first, last in _UNSAFE_RANGES)}]")
# GitHub and Azure take "##[error]" and "##vso[task…]" anywhere in a line of a job's log for a command.
_COMMAND = lazy_pattern(r"##(?=[\w.-]*\[)")
# GitHub takes a line for a command that begins with "::", white space (here also: a colour) before it or not.
_COMMAND_LINE = lazy_pattern(r"(?m)^((?:\s|\x1b\[[\d;]*m)*):(?=:)")

# A mention and the beginning of an address, in Markdown.
_ACTED_UPON = lazy_pattern(r"(?<!\w)@(?=\w)|(?<=http):(?=//)|(?<=https):(?=//)|(?<=www)\.", re.IGNORECASE)
_NOT_ACTED_UPON = {"@": "@&#8203;", ":": "&#58;", ".": "&#46;"}


def visible(text: str) -> str:
    """``text`` on one line with every character that could steer a terminal, or that is not seen, replaced by U+FFFD,
    one for one. What a CI server would take for a command in the middle of a line is broken in the same way."""
    if not (text.isascii() and text.isprintable()):
        text = _UNSAFE.sub(REPLACEMENT, text)
    return _COMMAND.sub(f"#{REPLACEMENT}", text) if "##" in text else text


def visible_lines(text: str) -> str:
    """The lines of ``text`` made visible, so that a CI server takes none for a command."""
    return inert("\n".join(map(visible, text.split("\n"))))


def inert(text: str) -> str:
    """Lines of output, none of which GitHub takes for a command: the first colon of "::" at the beginning is replaced,
    so that the text is as wide as before."""
    return _COMMAND_LINE.sub(rf"\1{REPLACEMENT}", text) if "::" in text else text


def one_line(text: str) -> str:
    """``text`` made visible, its line breaks and runs of spaces turned into single spaces."""
    return visible(" ".join(text.split()))


def unlinked(text: str) -> str:
    """Markdown in which nothing notifies anybody or becomes a link without any markup."""
    return _ACTED_UPON.sub(lambda found: _NOT_ACTED_UPON[found[0]], text)


def json_number(value: float | None) -> float | int | None:
    """A number as JSON writes it best: ``44`` rather than ``44.0``."""
    return int(value) if value is not None and abs(value) < 1e15 and value == int(value) else value


def json_text(content: object) -> str:
    """Return JSON: indented, any script as it is, without terminal control characters, never NaN.

    What :func:`visible` replaces is escaped instead, so that programs get the text as it is; only half of a surrogate
    pair, which many of them reject, becomes U+FFFD. It contains no command to a CI server.
    """
    import json

    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    text = _COMMAND.sub(r"#\\u0023", text)
    return _UNSAFE.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:  # json's own line breaks: it escapes those of texts itself
        return found[0]
    if 0xD800 <= code <= 0xDFFF:
        return REPLACEMENT
    units = found[0].encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def columns(text: str) -> int:
    """How many columns of a terminal ``text`` takes: East Asian wide characters and emoji two, combining marks none.
    Where the output lacks characters, that is what their replacements take."""
    if text.isascii() or (text := as_written(text)).isascii():
        return len(text)
    total, before, joined = 0, 0, False
    for character in text:
        width = _width(character)
        if joined or 0x1F3FB <= ord(character) <= 0x1F3FF:  # part of the emoji before it: a joined one, a tone of skin
            width = 0
        elif character == EMOJI_STYLE and before == 1:
            width = 1  # "❤" alone is narrow, as an emoji it is wide
        joined = character == JOINER
        total += width
        before = width
    return total


def _width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
