"""A formula's text beside Python's tree of it, so that every node is found again in the text as it was written."""

from __future__ import annotations

import ast
from bisect import bisect_left

from kpi.formulas.errors import ErrorCode, FormulaError
from kpi.formulas.lexer import MAX_DEPTH, Token, text_value, tokenize, without_breaks
from kpi.formulas.nodes import At, Literal_
from kpi.formulas.suggestions import BOOLEAN_WORDS, EMPTY_WORDS

_EMPTINESS = "an empty value is tested with is None, is not None, and made with … if condition else None"
MAX_QUOTED = 100  # characters of the formula that a hint repeats


class SourceText:
    """``text`` as written, ``root`` what Python's parser made of it. Raises FormulaError E050 if it cannot be read."""

    def __init__(self, text: str) -> None:
        self.tokens, plain = tokenize(text)
        self.text = without_breaks(text)
        self._lead = len(plain) - len(plain.lstrip())
        plain = plain.strip()
        self._columns = _character_columns(plain)
        self._by_start = {token[2]: token for token in self.tokens}
        self._by_end = {token[3]: token for token in self.tokens}
        self._depth = 0
        try:
            self.root = ast.parse(plain, mode="eval").body
        except (RecursionError, MemoryError):
            raise self.too_deep((0, len(text))) from None
        except (SyntaxError, ValueError) as error:
            raise self._explain(error) from None

    # Places.

    def at(self, node: ast.expr) -> At:
        """The characters of a node, in the text as written."""
        assert node.end_col_offset is not None
        start, end = node.col_offset, node.end_col_offset
        if self._columns is not None:
            start, end = self._columns[start], self._columns[end]
        return start + self._lead, end + self._lead

    def of(self, node: ast.expr) -> str:
        """The text of a node as written, for a hint; a long one is cut."""
        start, end = self.at(node)
        written = self.text[start:end]
        return written if len(written) <= MAX_QUOTED else written[: MAX_QUOTED - 1] + "…"

    def name_at(self, node: ast.Attribute) -> At:
        """The characters of the name after the dot."""
        token = self._by_end[self.at(node)[1]]
        return token[2], token[3]

    def between(self, start: int, end: int) -> list[Token]:
        """The tokens that start at or behind one offset and before another."""
        first = bisect_left(self.tokens, start, key=_start_of)
        return self.tokens[first : bisect_left(self.tokens, end, key=_start_of)]

    def before(self, start: int) -> Token | None:
        """The last token that starts before an offset."""
        following = bisect_left(self.tokens, start, key=_start_of)
        return self.tokens[following - 1] if following else None

    # Errors.

    def error_at(
        self,
        code: ErrorCode,
        message: str,
        where: ast.expr | At,
        hint: str | None = None,
        *,
        instead: str | None = None,
    ) -> FormulaError:
        """The error about a node or a stretch of the text, to be raised; ``instead`` is as in FormulaError."""
        at = where if isinstance(where, tuple) else self.at(where)
        return FormulaError(code, message, at, hint=hint, instead=instead)

    def too_deep(self, at: At) -> FormulaError:
        """The error of a formula that nests beyond what a walker may recurse into."""
        message = f"the formula is nested more than {MAX_DEPTH} levels deep"
        return FormulaError("E050", message, at, hint="name parts of it under measures")

    def _explain(self, error: SyntaxError | ValueError) -> FormulaError:
        """What scanning let pass and Python refuses: odd orders of ``not``, ``is`` and ``if``, mostly."""
        words = [token for token in self.tokens if token[0] == "word"]
        ifs = [token for token in words if token[1] == "if"]
        if len(ifs) > sum(token[1] == "else" for token in words):
            return self.error_at("E050", "if needs an else", ifs[-1][2:], "write a if condition else b")
        start = 0
        if isinstance(error, SyntaxError) and error.offset is not None:
            start = min(max(error.offset - 1, 0) + self._lead, len(self.text))
        token = self._by_start.get(start) or self.before(start) or self.tokens[0]
        return self.error_at("E050", f"this cannot be read at {token[1]}", token[2:])

    # What both levels share.

    def enter(self, node: ast.expr) -> None:
        """Count one level down; ``leave`` counts it up again."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self.too_deep(self.at(node))

    def leave(self) -> None:
        self._depth -= 1

    def literal(self, node: ast.Constant) -> Literal_:
        """A number, text or boolean. Raises FormulaError E052 for None, which only ``is`` and a choice may meet."""
        at = self.at(node)
        if isinstance(node.value, str):
            return Literal_(text_value(self._by_start[at[0]][1]), at=at)
        if isinstance(node.value, (bool, int, float)):
            return Literal_(node.value, at=at)
        raise self.error_at("E052", "None is no value to compute with", at, _EMPTINESS)

    def refuse_foreign_word(self, node: ast.Name) -> None:
        """Raise for ``null``, ``true`` and the like as they are spelled elsewhere."""
        if node.id in BOOLEAN_WORDS:
            right = BOOLEAN_WORDS[node.id]
            raise self.error_at("E052", f"{node.id} is written {right}", node, instead=right)
        if node.id in EMPTY_WORDS:
            raise self.error_at("E052", f"{node.id} is written None", node, _EMPTINESS)


def _start_of(token: Token) -> int:
    return token[2]


def is_empty_word(node: ast.expr) -> bool:
    """Whether a node is ``None`` or what other languages call it."""
    if isinstance(node, ast.Constant):
        return node.value is None
    return isinstance(node, ast.Name) and node.id in EMPTY_WORDS


def _character_columns(text: str) -> list[int] | None:
    """For each byte of the text in UTF-8 the number of the character it belongs to; None where the two are the same."""
    if text.isascii():
        return None
    columns: list[int] = []
    for at, mark in enumerate(text):
        columns += [at] * len(mark.encode())
    columns.append(len(text))
    return columns
