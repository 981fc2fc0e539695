"""Targets and thresholds as people write them: ``at least 30% by 2026-12-31`` (rules S1 to S4, S7).

Offsets in the errors raised here are into the text as given.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from kpi.errors import Replacement, TextError
from kpi.lazy_pattern import lazy_pattern
from kpi.plan.model.target import Anchor, Bound, OfTarget, Op, Reference, Relative, Target
from kpi.values import Calendar, Unit, parse_date, parse_label, parse_number
from kpi.values.number_syntax import NOT_A_NUMBER, ambiguous_numbers, with_readings
from kpi.values.period_labels import form_of, suggest_label

# Direction words and signs, longer ones before those that they begin with.
_WORDS: dict[str, Op] = {
    "at least": ">=", "at or above": ">=", "no less than": ">=", "above": ">", "more than": ">", "over": ">",
    "at most": "<=", "at or below": "<=", "no more than": "<=", "below": "<", "less than": "<", "under": "<",
    "up to": "<=", "exactly": "==", "between": "between",
}  # fmt: skip
_SIGNS: dict[str, Op] = {">=": ">=", "≥": ">=", "<=": "<=", "≤": "<=", "==": "==", "=": "==", ">": ">", "<": "<"}
_PHRASE = "|".join(words.replace(" ", r"\s+") for words in _WORDS)
_DIRECTION = lazy_pattern(rf"\s*(?:({_PHRASE})(?![\w/])|(>=|<=|==|[≥≤=><]))", re.IGNORECASE)
_BY = lazy_pattern(r"\s+by(?:\s+|$)", re.IGNORECASE)
# Other words before the date of a target, German ones among them.
_OTHER_BY = lazy_pattern(
    r"\s*(\S.*?),?\s+(?:until|till|til|before|bis(?:\s+zum)?|no later than|not later than|to be reached by)\s+"
    r"(\S.*?)\s*",
    re.IGNORECASE | re.DOTALL,
)
_RELATIVE = lazy_pattern(
    r"(\S.*?%)\s*(more|less)(?:\s+than\s+(?:(?:the\s+)?baseline|(a\s+year\s+ago|the\s+period\s+before)))?\s*$",
    re.IGNORECASE,
)
_ANCHORS: dict[str, Anchor] = {"a year ago": "a year ago", "the period before": "the period before"}
_SHARE_OF = lazy_pattern(r"(\S.*?%)\s+of\s+(\S.*?)\s*$", re.IGNORECASE)
_ID = lazy_pattern(r"[a-z][a-z0-9_]*")
_PLACEHOLDERS = ("tbd", "tba", "tbc", "todo", "none", "na", "n/a", "nil", "null", "unknown", "-", "--", "?", "...", "x")
_NUMBER_WORDS = frozenset(
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "fifteen",
     "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "thousand", "million"]
)  # fmt: skip
# The kinds of mistakes that somebody else asks for: see TextError.kind.
NO_BASELINE = "no baseline"
NOT_UNDERSTOOD = "not understood"
TRAILING_WORDS = "trailing words"
_LONGEST = 300  # characters; a target is a phrase, and no pattern here need meet more
_LEAVE_OUT = 'leave it out until there is one: the status is then "no target"'
_ADVICE = (
    'write a direction, a number and, if it is to be reached once, a date: "at least 30% by 2026-12-31"; '
    "what is measured belongs in the formula and the name"
)


class Piece:
    """A stretch of the target's text, so that a mistake in it can be pointed at."""

    __slots__ = ("end", "start", "text", "whole")

    def __init__(self, whole: str, start: int, end: int) -> None:
        while start < end and whole[start].isspace():
            start += 1
        while end > start and whole[end - 1].isspace():
            end -= 1
        self.whole, self.start, self.end, self.text = whole, start, end, whole[start:end]

    def part(self, start: int, end: int) -> Piece:
        """Characters ``start`` to ``end`` of this piece, without white space around them."""
        return Piece(self.whole, self.start + start, self.start + end)

    def wrong(self, message: str, hint: str | None = None, kind: str = "", instead: Sequence[str] = ()) -> TextError:
        """The error that this piece is; ``instead`` are what may be written in its place."""
        end = max(self.end, self.start)
        replacements = [Replacement(self.start, end, one) for one in instead]
        return TextError(message, self.start, end, hint=hint, kind=kind, replacements=replacements)

    def shifted(self, error: TextError) -> TextError:
        """An error in the text of this piece as one in the whole."""
        return TextError(
            error.message, self.start + error.start, self.start + error.end, hint=error.hint, kind=error.kind,
            replacements=[Replacement(self.start + a, self.start + b, text) for a, b, text in error.replacements],
            certain=error.certain,
        )  # fmt: skip


def parse_target(
    text: str, unit: Unit, baseline: float | None = None, *, toward: Op | None = None, without: str = ""
) -> Target:
    """A target. A number without direction takes it from ``toward`` (that of the thresholds), else from ``baseline``.

    Numbers are in the unit's own scale, a share for ``%``. ``without`` names what may not stand here: "by" (a date),
    "by relative" (neither a date nor anything relative but a share of the target). Raises TextError at the part that is
    not understood.
    """
    try:
        return _parse_or_explain(text, unit, baseline, toward, without)
    except TextError as mistake:
        explained = _with_both_readings(text, _with_by(text, mistake, unit, baseline, without))
    raise explained


def _with_by(text: str, mistake: TextError, unit: Unit, baseline: float | None, without: str) -> TextError:
    """The mistake; where the target has its date after another word than ``by``, the hint is the target with ``by``."""
    found = _OTHER_BY.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None or without:
        return mistake
    try:
        days = [parse_date(found[2]).isoformat()]
    except TextError:
        days = _meant_days(found[2])
    from kpi.plan.model.target_suggestions import meant

    def readings(candidate: str) -> list[str]:
        """The candidate if it is a target, or what its number may be respelt to."""
        try:
            _parse(candidate, unit, baseline, None, without)
        except TextError as error:
            return [candidate[:start] + new + candidate[end:] for start, end, new in error.replacements]
        return [candidate]

    instead: list[str] = []
    for day in days:
        for candidate in meant(f"{found[1]} by {day}"):
            if made := [one for one in readings(candidate) if readings(one) == [one]]:
                instead += made
                break
    if not instead:
        return mistake
    whole = Piece(text, 0, len(text))
    hint = "write " + " or ".join(f'"{one}"' for one in instead)
    return whole.wrong(mistake.message, hint, mistake.kind, instead)


def _with_both_readings(text: str, mistake: TextError) -> TextError:
    """The mistake; where its hint repeats a number like ``50.000``, it offers both readings of the number."""
    hint = mistake.hint or ""
    repeated = ambiguous_numbers(hint)
    readings = {number: both for number, both in ambiguous_numbers(text).items() if number in repeated}
    if not readings:
        return mistake

    decimals = ", ".join(f"{decimal} for {grouped}" for grouped, decimal in readings.values())
    return TextError(
        mistake.message, mistake.start, mistake.end, kind=mistake.kind,
        hint=f"{with_readings(hint, readings, 0)}, or {decimals} if the point is a decimal point",
        replacements=[
            Replacement(start, end, with_readings(new, readings, which))
            for start, end, new in mistake.replacements
            for which in (0, 1)
        ],
    )  # fmt: skip


def _parse_or_explain(text: str, unit: Unit, baseline: float | None, toward: Op | None, without: str) -> Target:
    """A target. Raises TextError, with what was probably meant."""
    try:
        return _parse(text, unit, baseline, toward, without)
    except _NotUnderstoodError as mistake:
        better = _better_hint(text, mistake, unit, baseline, without)
        if isinstance(better, _Instead):
            whole = Piece(text, 0, len(text))
            replacements = [Replacement(whole.start, whole.end, better.target)]
            hint: str | None = better.hint
        else:
            replacements, hint = ([], better) if better is not None else (list(mistake.replacements), mistake.hint)
        raise TextError(
            mistake.message, mistake.start, mistake.end, hint=hint, kind=mistake.kind, replacements=replacements
        ) from None


class _NotUnderstoodError(TextError):
    """Words that say nothing here; a habit may tell what was meant."""


class _Instead(NamedTuple):
    """A target to write instead, in full, and the words that say so."""

    target: str
    hint: str


def _better_hint(
    text: str, mistake: TextError, unit: Unit, baseline: float | None, without: str
) -> _Instead | str | None:
    """The target that was meant, in full, where a habit tells it; or the question whose answer tells it."""
    from kpi.plan.model.target_suggestions import from_to, meant, question

    plain = " ".join(text.split())
    if (asked := from_to(plain)) is not None:
        return asked
    for candidate in meant(text):
        try:
            parsed = _parse(candidate, unit, baseline, None, without)
        except TextError as error:
            if error.kind == NO_BASELINE:
                return error.hint
            continue
        if candidate == plain:
            continue
        if isinstance(parsed.value, Reference):
            return f'if "{parsed.value.name}" is a measure or KPI, write "{candidate}"'
        return _Instead(candidate, f'write "{candidate}"')
    if mistake.kind == TRAILING_WORDS:
        number = f"{text[: mistake.start].strip()} {text[mistake.end :].strip()}".strip()
        return question(plain, text[mistake.start : mistake.end], number)
    return None


def _parse(text: str, unit: Unit, baseline: float | None, toward: Op | None, without: str) -> Target:
    whole = Piece(text, 0, len(text))
    if not whole.text:
        raise whole.wrong("there is no target here", _ADVICE)
    if len(whole.text) > _LONGEST:
        raise whole.wrong(f"{len(whole.text)} characters are too many for a target", _ADVICE)
    if whole.text.lower() in _PLACEHOLDERS:
        raise whole.wrong(f'"{whole.text}" is not a target', _LEAVE_OUT)
    by = _BY.search(text, whole.start)
    body = Piece(text, whole.start, by.start() if by else whole.end)
    direction = _DIRECTION.match(body.text)
    if direction is None:
        op, operand = None, body
    else:
        op = _SIGNS[direction[2]] if direction[2] else _WORDS[" ".join(direction[1].lower().split())]
        operand = body.part(direction.end(), len(body.text))
    if not operand.text:
        raise body.wrong(f'a number is missing after "{body.text}"', f'for example "{body.text} 30"')
    if by is not None and without:
        what = "a threshold holds" if "relative" in without else "an entry of a schedule holds"
        message = f"{what} in every period, so it has no date of its own"
        raise _without_date(message, f'write only "{body.text}"', body, Piece(text, by.start(), whole.end))
    upper: Bound | None = None
    value: Bound
    if op == "between":
        value, upper = _range(operand, unit)
    else:
        if "relative" in without and _RELATIVE.match(operand.text):
            hint = 'write the number itself, or a share of the target, as in "at least 90% of target"'
            raise operand.wrong("a threshold is not relative to another value", hint)
        op, value = _one(op, operand, unit, baseline, toward)
        if by is not None and isinstance(value, Relative) and value.to != "the baseline":
            message = f"a target relative to {value.to} holds in every period, so it has no date of its own"
            hint = f'write only "{body.text}", or a number to be reached by the date'
            raise _without_date(message, hint, body, Piece(text, by.start(), whole.end))
    if "relative" in without:
        value, upper = _of_target(value), None if upper is None else _of_target(upper)
    deadline = None if by is None else _deadline(Piece(text, by.end(), whole.end), Piece(text, by.start(), whole.end))
    return Target(whole.text, op, value, upper, deadline)


def _without_date(message: str, hint: str, body: Piece, by: Piece) -> TextError:
    """The error that a target has a date; ``body`` is what it is without the date."""
    instead = [Replacement(body.start, by.end, body.text)]
    return TextError(message, by.start, by.end, hint=hint, replacements=instead)


def check_thresholds(green: Target, yellow: Target) -> None:
    """S7: yellow has green's direction and includes green. Raises TextError about the text of ``yellow``."""
    whole = Piece(yellow.text, 0, len(yellow.text))
    if green.op[0] != yellow.op[0]:
        hint = None if green.op == "between" else f'write "{_phrase(green.op)} …" for both'
        raise whole.wrong(f'green is "{green.text}", so yellow cannot go in another direction', hint)
    low, high = (green.value, green.upper), (yellow.value, yellow.upper)
    if (low, green.op) == (high, yellow.op):
        raise whole.wrong("yellow begins where green does, so it would never be seen", "leave yellow out, or widen it")
    if isinstance(green.value, OfTarget) and isinstance(yellow.value, OfTarget):
        begins, widens = green.value.factor, yellow.value.factor  # a share of a negative target is none
    elif isinstance(green.value, float) and isinstance(yellow.value, float):
        begins, widens = green.value, yellow.value
    else:
        return
    inside = begins >= widens if green.op[0] != "<" else begins <= widens
    if begins == widens and green.op in (">=", "<=") and yellow.op in (">", "<"):
        inside = False
    if isinstance(green.upper, float) and isinstance(yellow.upper, float):
        inside = inside and green.upper <= yellow.upper
    if green.op == "==":
        inside = begins == widens
    if not inside:
        raise whole.wrong(
            f'green, "{green.text}", is not inside yellow', "yellow is the wider one of the two: nearly green"
        )


def _phrase(op: Op) -> str:
    return next(words for words, meant in _WORDS.items() if meant == op)


def _one(op: Op | None, operand: Piece, unit: Unit, baseline: float | None, toward: Op | None) -> tuple[Op, Bound]:
    """Direction and bound of everything but ``between``."""
    if found := _RELATIVE.match(operand.text):
        more = found[2].lower() == "more"
        share = _number(operand.part(found.start(1), found.end(1)), unit, relative=True)
        if found[3] is not None:
            to = _ANCHORS[" ".join(found[3].lower().split())]
            return op or (">=" if more else "<="), Relative(share if more else -share, to)
        if baseline is None:
            raise operand.wrong(
                f'"{operand.text}" needs a baseline, and there is none',
                f'write "{operand.text} than a year ago" or "{operand.text} than the period before", or add a baseline',
                NO_BASELINE,
                [f"{operand.text} than a year ago", f"{operand.text} than the period before"],
            )
        if baseline == 0:
            raise operand.wrong(
                f'"{operand.text}" of a baseline of zero is still zero', "write the number to hit instead"
            )
        return op or (">=" if more else "<="), Relative(share if more else -share)
    bound = _bound(operand, unit)
    return op or _guess_direction(operand, bound, baseline, toward), bound


def _of_target(bound: Bound) -> Bound:
    """In thresholds, ``target`` is the KPI's own target."""
    if isinstance(bound, Reference) and bound.name == "target":
        return OfTarget(bound.factor)
    return bound


def _guess_direction(operand: Piece, bound: Bound, baseline: float | None, toward: Op | None) -> Op:
    """S1: the direction of a bare number, from the thresholds or the baseline."""
    if toward in (">=", ">"):
        return ">="
    if toward in ("<=", "<"):
        return "<="
    if isinstance(bound, Reference):
        hint = f'if it is a measure or KPI, write "at least {operand.text}"'
        raise _NotUnderstoodError(f'"{operand.text}" has no direction', operand.start, operand.end, hint=hint)
    if isinstance(bound, float) and baseline is not None and bound != baseline:
        return ">=" if bound > baseline else "<="
    raise operand.wrong(
        f'"{operand.text}" has no direction, and neither baseline nor thresholds tell it',
        f'write "at least {operand.text}" or "at most {operand.text}"',
        instead=[f"at least {operand.text}", f"at most {operand.text}"],
    )


def _range(operand: Piece, unit: Unit) -> tuple[Bound, Bound]:
    """The two bounds of ``between A and B``."""
    found = re.search(r"\s+and\s+", operand.text, re.IGNORECASE)
    if found is None:
        shown = re.sub(r"\s*(?:-|–|\.\.+|to|,)\s*", " and ", operand.text)
        hint = f'write "between {shown}"' if " and " in shown else 'for example "between 20 and 30"'
        instead = [shown] if " and " in shown else []
        raise operand.wrong('"between" needs two numbers with "and" between them', hint, instead=instead)
    low, high = operand.part(0, found.start()), operand.part(found.end(), len(operand.text))
    for piece in (low, high):
        if _RELATIVE.match(piece.text):
            raise piece.wrong("a range is not relative to another value", "write the numbers themselves")
    lower, upper = _bound(low, unit), _bound(high, unit)
    if isinstance(lower, float) and isinstance(upper, float) and lower >= upper:
        if lower == upper:
            message, exactly = "both ends of the range are the same", f"exactly {low.text}"
            start = operand.whole.lower().rindex("between", 0, operand.start)
            instead_ = [Replacement(start, operand.end, exactly)]
            raise TextError(message, operand.start, operand.end, hint=f'write "{exactly}"', replacements=instead_)
        raise operand.wrong(
            f"the range runs backwards: {low.text} is more than {high.text}",
            f'write "between {high.text} and {low.text}"',
            instead=[f"{high.text} and {low.text}"],
        )
    return lower, upper


def _bound(piece: Piece, unit: Unit) -> Bound:
    """A number, the name of a measure or KPI, or a percentage of one."""
    if _ID.fullmatch(piece.text):
        return _reference(piece)
    if found := _SHARE_OF.match(piece.text):
        name = piece.part(found.start(2), found.end(2))
        factor = _number(piece.part(found.start(1), found.end(1)), unit, relative=True)
        return Reference(_reference(name).name, factor)
    return _number(piece, unit)


def _reference(piece: Piece) -> Reference:
    if piece.text.lower() in _PLACEHOLDERS:
        raise piece.wrong(f'"{piece.text}" is not a target', _LEAVE_OUT)
    if piece.text in _NUMBER_WORDS:
        raise piece.wrong(f'"{piece.text}" is a word, not a number', "write the number in digits")
    if not _ID.fullmatch(piece.text):
        hint = (
            'name one by its id, as in "at least 95% of budget"; what is measured belongs in the formula and the name'
        )
        raise piece.wrong(f'"{piece.text}" is not the id of a measure or KPI', hint)
    return Reference(piece.text)


def _number(piece: Piece, unit: Unit, *, relative: bool = False) -> float:
    """A number in the unit. What follows one and is not understood is pointed at by itself."""
    try:
        return float(parse_number(piece.text, unit, relative=relative))
    except TextError as mistake:
        error = mistake
    if error.kind != NOT_A_NUMBER:
        raise piece.shifted(error)
    if piece.text.lower() in _PLACEHOLDERS:
        raise piece.wrong(f'"{piece.text}" is not a target', _LEAVE_OUT)
    if piece.start and re.fullmatch(r"[A-Za-z]\w*(?: [A-Za-z]\w*){1,2}", piece.text):
        name = "_".join(piece.text.lower().split())
        head = piece.whole[: piece.start].strip()
        raise _NotUnderstoodError(
            f'"{piece.text}" is neither a number nor the id of a measure or KPI', piece.start, piece.end,
            hint=f'ids have no spaces, as in "{head} {name}"',
        )  # fmt: skip
    if not re.match(r"[^\s\w]*\d", piece.text):
        message = f'"{piece.text}" is not understood as a target'
        raise _NotUnderstoodError(message, piece.start, piece.end, hint=_ADVICE, kind=NOT_UNDERSTOOD)
    if error.replacements and re.fullmatch(r"\S*\d\S*\s+\w+\.?", piece.text):
        raise piece.shifted(error)  # a number and a word for its size or unit, which has another spelling here
    for gap in reversed(list(re.finditer(r"[,;:(]*\s+(?=[^\W\d_(]|/)", piece.text))):
        head = piece.text[: gap.start()]
        try:
            parse_number(head, unit, relative=relative)
        except TextError:
            if re.search(r"\s", head):
                continue
        rest = piece.part(gap.start(), len(piece.text))
        message = f'"{rest.text}" is not understood after "{head}"'
        raise _NotUnderstoodError(message, rest.start, rest.end, hint=_ADVICE, kind=TRAILING_WORDS)
    shifted = piece.shifted(error)
    raise _NotUnderstoodError(
        shifted.message, shifted.start, shifted.end, hint=shifted.hint, replacements=shifted.replacements
    )


def _deadline(piece: Piece, with_by: Piece) -> date:
    """The date after ``by``."""
    if not piece.text:
        raise with_by.wrong('a date is missing after "by"', 'for example "by 2026-12-31"')
    try:
        return parse_date(piece.text)
    except TextError as mistake:
        if form_of(piece.text) == "day":
            raise piece.shifted(mistake) from None
    meant = _meant_days(piece.text)
    hint = "write " + " or ".join(f'"by {day}"' for day in meant) if meant else 'write the day: "by 2026-12-31"'
    raise piece.wrong(f'"{piece.text}" is not a date as YYYY-MM-DD', hint, instead=meant)


def _meant_days(text: str) -> list[str]:
    """The dates that another way to write one may mean; of a period, its last day."""
    from kpi.values.date_suggestions import suggest_dates

    if form_of(text) is None and (found := suggest_dates(text)):
        return found
    text = re.sub(r"(?i)^(the )?(year[- ]end|eoy|end( of)?|eo)\b *(the )?(year )?", "", text.strip())
    # Where fiscal years start, a target does not know.
    label = None if text.upper().startswith("FY") else suggest_label(text, Calendar(), None)
    return [] if label is None else [parse_label(label, Calendar()).last_day.isoformat()]
