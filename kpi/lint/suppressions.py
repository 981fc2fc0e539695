"""Comments that suppress findings: ``# kpi: ignore S101 until 2027-01-31 -- reason``."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import NamedTuple

from kpi.diagnostics import Location
from kpi.errors import TextError, did_you_mean, shorten
from kpi.plan.yaml.nodes import Masked, split_lines
from kpi.values import parse_date

_COMMENT = r"(?:(?<=\s)|(?<![\s\S]))#[ \t]*kpi:[ \t]*(ignore|ingore|ignroe|ignored|disable|noqa|skip|allow)\b([^\r\n]*)"
_UNTIL = r"\buntil[ \t]+(\S+)"


class Problem(NamedTuple):
    """A mistake in a suppression comment."""

    message: str
    hint: str | None
    place: Location


class Suppression:
    """One comment. It covers lines ``first`` to ``last`` of its file: its own line with all lines of a text that begins
    or ends there, or the entry below it.

    ``named`` are the rules it names: code, the name as written, its offsets in the file's text. ``names`` are the
    offsets of all names, also of unknown rules, ``span`` those of the whole comment. ``used`` are the codes
    that it has suppressed.
    """

    def __init__(self, file: str, text: str, span: tuple[int, int], first: int, last: int, line: int) -> None:
        self.file = file
        self.text = text
        self.span = span
        self.first = first
        self.last = last
        self.until: date | None = None
        self.named: list[tuple[str, str, tuple[int, int]]] = []
        self.names: list[tuple[int, int]] = []
        self.problems: list[Problem] = []
        self.used: set[str] = set()
        self._line = line
        self._line_start = max(text.rfind("\n", 0, span[0]), text.rfind("\r", 0, span[0])) + 1

    @property
    def place(self) -> Location:
        """The location of the comment."""
        return self.locate(*self.span)

    def locate(self, start: int, end: int) -> Location:
        """Return the location of a range of the comment's line."""
        first = start - self._line_start + 1
        return Location(self.file, self._line, first, self._line, first + end - start)

    def holds(self, code: str, line: int, today: date) -> bool:
        """Whether it suppresses findings of the rule ``code`` on that line of its file."""
        in_time = self.until is None or self.until >= today
        return in_time and self.first <= line <= self.last and any(named == code for named, _, _ in self.named)

    def unused(self, applied: Collection[str]) -> Iterator[tuple[str, tuple[int, int]]]:
        """The names, with their offsets, that suppressed nothing although their rules were applied."""
        for code, name, span in self.named:
            if code in applied and code not in self.used:
                yield name, span


def find_suppressions(texts: Mapping[str, str], codes: Mapping[str, str]) -> tuple[Suppression, ...]:
    """All suppressing comments of all files. ``codes`` maps every code and name of a rule to its code."""
    return tuple(found for file, text in texts.items() if "kpi:" in text for found in _in_file(file, text, codes))


def silencer(suppressions: Iterable[Suppression], today: date) -> Callable[[str, Location], bool]:
    """Return a predicate for suppressed findings by rule and location, which marks the comments that suppress."""
    by_rule: dict[tuple[str, str], list[Suppression]] = {}
    for comment in suppressions:
        for code in {code for code, _, _ in comment.named}:
            by_rule.setdefault((comment.file, code), []).append(comment)

    def silent(code: str, place: Location) -> bool:
        holding = [found for found in by_rule.get((place.file, code), ()) if found.holds(code, place.line, today)]
        for comment in holding:
            comment.used.add(code)
        return bool(holding)

    return silent


def _in_file(file: str, text: str, codes: Mapping[str, str]) -> Iterator[Suppression]:
    matches = list(re.finditer(_COMMENT, text))
    if not matches:
        return
    scalars = _scalars(text)
    lines = split_lines(text)
    starts = [0, *(found.end() for found in re.finditer("\r\n|\r|\n", text))]
    for match in matches:
        before = bisect_right(scalars, (match.start(), len(text), len(text))) - 1
        if before >= 0 and scalars[before].content <= match.start() < scalars[before].end:
            continue
        line = bisect_right(starts, match.start())
        own_line = not text[starts[line - 1] : match.start()].strip()
        first, last = _block(lines, line) if own_line else (line, line)
        if before >= 0 and not own_line:
            begins, ends = (bisect_right(starts, at) for at in (scalars[before].start, scalars[before].last))
            if begins == line or ends == line:
                first, last = min(first, begins), max(last, ends)
        comment = Suppression(file, text, match.span(), first, last, line)
        _parse(comment, match, codes)
        yield comment


class _Text(NamedTuple):
    """Where a text is: from ``start``, its characters (in which a # starts no comment) from ``content`` to ``end``, the
    last one that is not blank at ``last``."""

    start: int
    content: int
    end: int

    last: int = 0


def _scalars(text: str) -> list[_Text]:
    """The texts of a file: plain, quoted, and the blocks after > and |, whose first line may end with a comment."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: list[_Text] = []
    # Characters that YAML does not allow are reported when reading; here they would hide all tokens.
    allowed = yaml.reader.Reader.NON_PRINTABLE.sub("\ufffd", Masked(text).text)
    with suppress(yaml.YAMLError):  # reported when reading; the tokens before it are known
        for token in yaml.scan(allowed, Loader=loader):
            if not isinstance(token, yaml.ScalarToken):
                continue
            start, end = token.start_mark.index, token.end_mark.index
            content = start
            if token.style in ("|", ">"):
                content = next((one.end() for one in re.finditer("\r\n|\r|\n", text[start:end])), end - start) + start
            last = start + max(len(text[start:end].rstrip()) - 1, 0)
            found.append(_Text(start, content, end, last))
    return found


def _block(lines: list[str], comment: int) -> tuple[int, int]:
    """Return the first and last line (from 1) of the entry below the comment on line ``comment``."""
    first = comment + 1
    while first <= len(lines) and not lines[first - 1].split("#", 1)[0].strip():
        first += 1
    if first > len(lines):
        return comment, comment
    indent = _indent(lines[first - 1])
    item = lines[first - 1].lstrip().startswith("- ")
    last = first
    for number in range(first + 1, len(lines) + 1):
        line = lines[number - 1]
        if not line.split("#", 1)[0].strip():
            continue
        same_level_item = _indent(line) == indent and not item and line.lstrip().startswith("- ")
        if _indent(line) <= indent and not same_level_item:
            break
        last = number
    return first, last


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _parse(comment: Suppression, match: re.Match[str], codes: Mapping[str, str]) -> None:
    """Parse the names and the date of a comment, and collect its mistakes."""
    if match[1] != "ignore":
        place = comment.locate(match.start(1), match.end(1))
        comment.problems.append(Problem(f'"{match[1]}" is not understood here', 'did you mean "ignore"?', place))
        return
    rest, offset = match[2], match.start(2)
    dashes = re.search(r"(?:^|[ \t])--(?=\s|$)", rest)
    head, reason = (rest, "") if dashes is None else (rest[: dashes.start()], rest[dashes.end() :])
    until = re.search(_UNTIL, head)
    if until is not None:
        _take_date(comment, until, offset)
        head = head[: until.start()]
    elif at_end := re.search(_UNTIL + r"[ \t]*$", reason):
        with suppress(TextError):  # else it is a part of the reason, as in "until later"
            comment.until = parse_date(at_end[1].rstrip(".,;"))
    words = list(re.finditer(r"[^\s,;:\[\]()]+", head))
    names = _names_among(words, head, codes)
    for name in words[:names]:
        _take_name(comment, name, offset, codes)
    if words[names:]:
        comment.problems.append(_unmarked_reason(comment, head, words, names, offset))
    elif not comment.named and not comment.problems:
        comment.problems.append(
            Problem("no rule to ignore is named here", "write the code: # kpi: ignore S101 -- reason", comment.place)
        )


def _names_among(words: list[re.Match[str]], head: str, codes: Mapping[str, str]) -> int:
    """How many of the words before the dashes are names of rules, known or not; the others are a reason.

    A list of names ends at the last word that is one, is written as a code, or has a comma before or after it. One
    word that remains may as well be a misspelt name.
    """
    count = 0
    for number, word in enumerate(words):
        around = head[: word.start()].rstrip()[-1:] + head[word.end() :].lstrip()[:1]
        known = codes.get(word[0]) or codes.get(word[0].upper())
        if known or re.fullmatch(r"[A-Za-z]\d+", word[0]) or ("," in around and number == count):
            count = number + 1
    return len(words) if len(words) - count == 1 else count


def _take_name(comment: Suppression, name: re.Match[str], offset: int, codes: Mapping[str, str]) -> None:
    """One name of a rule."""
    span = (offset + name.start(), offset + name.end())
    comment.names.append(span)
    code = codes.get(name[0]) or codes.get(name[0].upper())
    if code is not None:
        comment.named.append((code, name[0], span))
        return
    if re.fullmatch(r"E\d{3}", name[0]):
        message, hint = f"{name[0]} is an error, and errors cannot be ignored", "fix the error instead"
    else:
        message = f'there is no rule "{name[0]}"'
        hint = did_you_mean(name[0], codes) or "kpi rule --all lists the rules; a reason goes after --"
    comment.problems.append(Problem(message, hint, comment.locate(*span)))


def _unmarked_reason(comment: Suppression, head: str, words: list[re.Match[str]], names: int, offset: int) -> Problem:
    """The problem of several words that are no rules: once, and with the comment as it should be."""
    reason = head[words[names].start() :].strip()
    place = comment.locate(offset + words[names].start(), offset + words[-1].end())
    if names == 0:
        hint = f"write the code: # kpi: ignore S101 -- {shorten(reason)}"
        return Problem("no rule to ignore is named here", hint, place)
    named = head[: words[names - 1].end()].strip()
    return Problem("a reason goes after --", f"write # kpi: ignore {named} -- {shorten(reason)}", place)


def _take_date(comment: Suppression, until: re.Match[str], offset: int) -> None:
    text = until[1].rstrip(".,;")
    try:
        comment.until = parse_date(text)
    except TextError as mistake:
        place = comment.locate(offset + until.start(1), offset + until.end(1))
        message, hint = mistake.message, mistake.hint
        if not any(char.isdigit() for char in text):
            message = f'"{text}" is not a date, so nothing ends the suppression'
            hint = "write until YYYY-MM-DD, or make it a reason after --"
        comment.problems.append(Problem(message, hint, place))
