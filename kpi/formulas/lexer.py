"""The lexer: a formula as tokens, with the mistakes that only single characters or the order of tokens show.

Python's own parser says little about a mistake, drops comments, joins adjacent texts and warns about backslashes. So
everything that depends on single characters is decided here, with the offsets of the original text, and Python's parser
gets a text of the same length in which nothing surprising is left.
"""

from __future__ import annotations

import re
from typing import NoReturn

from kpi.formulas.column_names import column_name
from kpi.formulas.errors import FormulaError
from kpi.formulas.functions import CONSTANT_WORDS, OPERATOR_WORDS, RESERVED
from kpi.formulas.suggestions import MEANT, PHRASES, SYMBOLS
from kpi.lazy_pattern import lazy_pattern

Token = tuple[str, str, int, int]  # kind (number, text, name, word, mark), text, start, end

MOST_DIGITS = 38  # of a whole number: columns hold no longer ones
MAX_LENGTH = 10_000  # characters of one formula
MAX_DEPTH = 100  # levels of nesting: whatever walks a tree may recurse

_TOKEN = lazy_pattern(
    r"""(?P<space>\s+)
    |(?P<date>(?:19|20)\d\d-(?:0[1-9]|1[0-2])(?:-\d\d)?(?![\w.]))
    |(?P<number>(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?)
    |(?P<text>[rRbBfFuUtT]{0,2}(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'))
    |(?P<name>[^\W\d]\w*)
    |(?P<mark>===|!==|<=>|\.\.\.|\*\*|//|==|!=|<=|>=|<>|&&|\|\||->|=>|=<|:=|<<|>>|.)""",
    re.VERBOSE | re.DOTALL,
)
_WELL_FORMED = lazy_pattern(r"(?:(?:0|[1-9]\d*(?:_\d+)*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_SPACES = {ord(mark): " " for mark in "\n\r\t\f\v"}
_CLOSERS = {"(": ")", "[": "]"}
_BINARY = frozenset({"*", "/", "==", "!=", "<", "<=", ">", ">="})
_LEADING = frozenset({"case", "distinct", "not", "select"})  # words that come before what they are about
_SCALES = {"k": 1000, "K": 1000, "M": 1_000_000, "m": 1_000_000, "B": 1_000_000_000}


def tokenize(text: str) -> tuple[list[Token], str]:
    """The tokens of a formula, and a text of the same length for Python's parser. Raises FormulaError for a mistake."""
    return _Lexer(text).run()


def loose_tokens(text: str) -> list[Token]:
    """The tokens of a text that somebody is still typing, mistakes and all. A quoted text that is not closed yet is the
    last token, of the kind "open"."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind == "mark" and match[0] in ("'", '"'):
            found.append(("open", text[match.start() :], match.start(), len(text)))
            break
        if kind != "space":
            found.append(("number" if kind == "date" else kind, match[0], *match.span()))
    return found


def without_breaks(text: str) -> str:
    """The text with a space for each line break and tab, so that offsets stay right."""
    return text if text.isprintable() else text.translate(_SPACES)


def text_value(token: str) -> str:
    r"""What a quoted text says. A backslash counts only before a quotation mark or a backslash: ``"\d"`` is ``\d``."""
    opening = min(at for at in (token.find('"'), token.find("'")) if at >= 0)
    body = token[opening + 1 : -1]
    if "\\" not in body or opening:  # a prefix is r, which Python reads as it is
        return body
    return re.sub(r"\\([\\\"'])", r"\1", body)


class _Lexer:
    """The state of the lexer: the tokens so far, the open brackets, and whether a value must come next."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_LENGTH:
            raise FormulaError("E050", f"a formula has at most {MAX_LENGTH:,} characters; this one has {len(text):,}",
                               (0, len(text)), hint="name parts of it under measures")  # fmt: skip
        self.text = without_breaks(text)
        if not self.text.isprintable():
            self.refuse_control_characters()
        self.tokens: list[Token] = []
        self.plain: list[str] = []
        self.open: list[Token] = []
        self.wants_value = True

    def run(self) -> tuple[list[Token], str]:
        text = self.text
        position = 0
        while position < len(text):
            match = _TOKEN.match(text, position)
            assert match is not None  # the last alternative takes any character
            kind, found = match.lastgroup or "", match.group()
            position = match.end()
            if kind == "space":
                self.plain.append(" " * len(found))
                continue
            following = text[position : position + 1]
            if kind in ("name", "mark") and not (found + (following if kind == "name" else "")).isascii():
                found = self.letters(match.start())
                kind = "name"
                position = match.start() + len(found)
            token = (kind, found, match.start(), position)
            self.plain.append(f'"{"x" * (len(found) - 2)}"' if kind == "text" else found)
            self.take(token)
        self.finish()
        return self.tokens, "".join(self.plain)

    def refuse_control_characters(self) -> None:
        for at, mark in enumerate(self.text):
            if mark < " " or "\x7f" <= mark <= "\x9f" or "\ud800" <= mark <= "\udfff":
                self.fail(f"a control character (U+{ord(mark):04X}) has no place in a formula", at, at + 1)

    def letters(self, start: int) -> str:
        """The name that starts here, in any script; regular expressions leave out the marks that some scripts need."""
        text = self.text
        end = start + text[start].isidentifier()
        while start < end < len(text) and ("a" + text[end]).isidentifier():
            end += 1
        mark = text[end : end + 1]
        if end == start or (mark in SYMBOLS and not mark.isascii()):
            shown = f"{mark} (U+{ord(mark):04X})" if mark.isprintable() else f"the character U+{ord(mark):04X}"
            message, hint = SYMBOLS.get(mark, (f"{shown} has no meaning in a formula", None))
            self.fail(message, end, end + 1, hint, instead=MEANT.get(mark))
        return text[start:end]

    def fail(
        self, message: str, start: int, end: int, hint: str | None = None, *, instead: str | None = None
    ) -> NoReturn:
        if instead is not None and instead.isalpha():  # a word needs a blank on each side
            before, after = self.text[start - 1 : start], self.text[end : end + 1]
            instead = " " * (before.strip(" ([") != "") + instead + " " * (after.strip(" )]") != "")
        raise FormulaError("E050", message, (start, end), hint=hint, instead=instead)

    # One token.

    def take(self, token: Token) -> None:
        kind, found, start, end = token
        if self.tokens and self.tokens[-1][1] == "." and self.tokens[-1][0] == "mark":
            self.after_dot(token)
        elif kind == "date":
            hint = f'a date is written as text: "{found}"'
            self.fail(f"{found} would be a subtraction", start, end, hint, instead=f'"{found}"')
        elif kind == "number":
            self.number(token)
        elif kind == "text":
            self.quoted(token)
        elif kind == "name" and found not in OPERATOR_WORDS:
            self.name(token)
        elif kind == "name":
            self.word(token)
            token = ("word", found, start, end)
        else:
            self.mark(token)
        self.tokens.append(token)

    def after_dot(self, token: Token) -> None:
        kind, found, start, end = token
        if kind == "text" and (name := column_name(found[1:-1])):
            self.fail("a column is named without quotation marks", start, end, instead=name)
        if kind != "name":
            hint = "count(orders) counts the rows" if found == "*" else None
            self.fail("the name of a column is missing after the dot", start, end, hint)
        if found in OPERATOR_WORDS or found in CONSTANT_WORDS or found in RESERVED:
            self.keyword(token)
        self.wants_value = False

    def keyword(self, token: Token) -> NoReturn:
        _, found, start, end = token
        if found in ("lambda", "for", "while", "await", "yield", "import", "def"):
            self.fail(f"{found} has no meaning in a formula", start, end, "a formula is one expression over aggregates")
        self.fail(f"{found} is a word of the language and cannot name a column", start, end,
                  f"give the column another name under columns, e.g. {found}_: {found}")  # fmt: skip

    def value(self, token: Token) -> None:
        """A value has come; where none could, an operator is missing before it."""
        if not self.wants_value:
            self.missing_operator(token)
        self.wants_value = False

    def missing_operator(self, token: Token) -> NoReturn:
        before = self.tokens[-1]
        words = (before, token) if before[1].lower() in _LEADING else (token, before)
        for word in words:
            if word[0] == "name" and word[1] in PHRASES:
                message, hint = PHRASES[word[1]]
                self.fail(message, word[2], word[3], hint, instead=MEANT.get(word[1]))
        if before[0] == "text" and token[0] == "text":
            self.fail("two texts are next to each other", token[2], token[3], "put a comma or an operator between them")
        hint = "put + - * / or, in a filter, and, or, == between them"
        if before[0] == token[0] == "name":
            hint += f"; a column with a blank in its header is written {before[1]}_{token[1]}"
        self.fail(f"an operator is missing between {before[1]} and {token[1]}", token[2], token[3], hint)

    def number(self, token: Token) -> None:
        _, found, start, end = token
        stop = end
        while stop < len(self.text) and (self.text[stop].isalnum() or self.text[stop] == "_"):
            stop += 1
        suffix = self.text[end:stop]
        if suffix in _SCALES and _WELL_FORMED.fullmatch(found):
            worth = float(found.replace("_", "")) * _SCALES[suffix]
            self.fail(f"{found}{suffix} is not a number in a formula", start, stop, instead=f"{worth:.15g}")
        if suffix or not _WELL_FORMED.fullmatch(found):
            whole = found + suffix
            plain = whole.lstrip("0") if re.fullmatch(r"0+[1-9]\d*", whole, re.ASCII) else None
            self.fail(f"{whole} is not a number in a formula", start, stop, instead=plain)
        digits = found.replace("_", "")
        if float(digits) == float("inf") or (digits.isdigit() and len(digits) > MOST_DIGITS):
            self.fail("this number is too large", start, end)
        if self.text[end : end + 1] == "%":
            share = f"{float(digits) / 100:.12g}"
            rest = self.text[end + 1 :].lstrip()[:1]
            if not rest or rest in ")],+-*/<>=":
                self.fail(f"{found}% is written as a share in a formula", start, end + 1, instead=share)
        self.value(token)

    def quoted(self, token: Token) -> None:
        _, found, start, end = token
        prefix = found[: len(found) - len(found.lstrip("rRbBfFuUtT"))].lower()
        if prefix not in ("", "r"):
            self.fail(f"{prefix} before a quotation mark has no meaning in a formula", start, end, 'write "text"')
        self.value(token)

    def name(self, token: Token) -> None:
        if token[1] in RESERVED:
            self.keyword(token)
        self.value(token)

    def word(self, token: Token) -> None:
        _, found, start, end = token
        before = self.tokens[-1][1] if self.tokens else ""
        if found == "if" and self.wants_value:
            self.fail("if goes between two values", start, end, "write a if condition else b")
        if found == "not" and not self.wants_value and self.text[end:].split(maxsplit=1)[:1] != ["in"]:
            self.fail("not goes before a condition, or before in", start, end, "write !=, or not (…)")
        if found != "not" and self.wants_value and not (found == "in" and before == "not"):
            self.missing_value(token)
        self.wants_value = True

    def missing_value(self, token: Token) -> NoReturn:
        _, found, start, end = token
        if not self.tokens:
            self.fail(f"something is missing before {found}", start, end, "write e.g. count(orders)")
        before = self.tokens[-1]
        if before[1] == "(" and found == "*":
            self.fail("* does not mean all rows", start, end, "write count(orders), with the name of the source")
        self.fail(f"something is missing between {before[1]} and {found}", start, end)

    # Marks.

    def mark(self, token: Token) -> None:
        _, found, start, end = token
        if found in _CLOSERS:
            self.opening(token)
        elif found in (")", "]"):
            self.closing(token)
        elif found == ",":
            self.comma(token)
        elif found in ("+", "-"):
            self.wants_value = True
        elif found in _BINARY or found == ".":
            if self.wants_value:
                self.missing_value(token)
            self.wants_value = True
        elif found == "=":
            self.single_equals(token)
        elif found in ('"', "'"):
            self.fail("this quotation mark is never closed", start, end)
        elif found in SYMBOLS:
            message, hint = SYMBOLS[found]
            self.fail(message, start, end, hint, instead=MEANT.get(found))
        else:
            self.fail(f"{found} has no meaning in a formula", start, end)

    def opening(self, token: Token) -> None:
        if not self.wants_value and self.tokens[-1][0] in ("number", "text"):
            self.missing_operator(token)
        self.open.append(token)
        if len(self.open) > MAX_DEPTH:
            self.fail(f"the formula is nested more than {MAX_DEPTH} levels deep", token[2], token[3])
        self.wants_value = True

    def closing(self, token: Token) -> None:
        _, found, start, end = token
        if not self.open:
            self.fail(f"this {found} closes nothing", start, end)
        opened = self.open.pop()
        if _CLOSERS[opened[1]] != found:
            self.fail(f"this {found} does not fit the {opened[1]} at character {opened[2] + 1}", start, end,
                      instead=_CLOSERS[opened[1]])  # fmt: skip
        before = self.tokens[-1]
        if before is opened and found == "]":
            self.fail("the brackets are empty", opened[2], end, 'a filter is a condition, e.g. [status == "paid"]')
        if self.wants_value and before is not opened and before[1] != ",":
            self.missing_value(token)
        self.wants_value = False

    def comma(self, token: Token) -> None:
        _, _, start, end = token
        if self.wants_value:
            self.missing_value(token)
        grouped = re.compile(r",(\d{3}(?:,\d{3})*)(?![\w.])").match(self.text, start)
        before = self.tokens[-1]
        called = bool(self.open) and self.open[-1][1] == "("
        if before[0] == "number" and before[3] == start and grouped and not (called and self.is_list_or_call()):
            plain = f"{before[1]}{grouped.group(1).replace(',', '')}"
            self.fail("numbers are written without commas here", before[2], grouped.end(), instead=plain)
        if not self.open:
            self.fail("a comma has no meaning here", start, end, "one formula is one expression")
        self.wants_value = True

    def is_list_or_call(self) -> bool:
        """Whether the innermost bracket is a call's or the list after ``in``, where commas are at home."""
        opened = self.tokens.index(self.open[-1])
        before = self.tokens[opened - 1] if opened else None
        return before is not None and (before[0] == "name" or before[1] == "in")

    def single_equals(self, token: Token) -> None:
        if not self.tokens:
            self.fail("= does not belong here", token[2], token[3], "write the formula alone")
        before = self.tokens[-1]
        named = before[0] == "name" and len(self.tokens) > 1 and self.tokens[-2][1] in ("(", ",")
        if named and self.open and self.open[-1][1] == "(" and self.is_list_or_call():
            hint = "write the value alone, e.g. previous(x, 12); a filter goes in brackets with =="
            self.fail("arguments have no names in a formula", before[2], token[3], hint)
        if before[1] in ("<", ">", "!"):
            together = f"{before[1]}="
            self.fail(f"{before[1]} and = are written without a space", before[2], token[3], instead=together)
        self.fail("= does not compare", token[2], token[3], instead="==")

    def finish(self) -> None:
        if not self.tokens:
            self.fail("the formula is empty", 0, len(self.text), "write e.g. count(orders)")
        _, last, start, end = self.tokens[-1]
        if self.wants_value:
            self.fail(f"something is missing after {last}", start, end)
        if self.open:
            _, found, start, end = self.open[-1]
            self.fail(f"this {found} is never closed", start, end, f"add {_CLOSERS[found]}")
