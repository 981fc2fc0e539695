"""Patterns of ``extract``: RE2's, with exactly one group."""

from __future__ import annotations

_LOOK_AROUND = ("(?=", "(?!", "(?<=", "(?<!")
# What Python's own parser says about patterns that RE2 refuses too; its other complaints are about RE2's extras.
_SHARED_COMPLAINTS = (
    "nothing to repeat", "multiple repeat", "unterminated character set", "bad character range", "min repeat greater",
    "missing ), unterminated", "unbalanced parenthesis", "bad escape (end of pattern)", "redefinition of group name",
)  # fmt: skip
_MAX_REPEAT = 1000


def pattern_fault(pattern: str) -> tuple[str, str | None] | None:
    """What is wrong with a pattern, and a hint or None; None where nothing is wrong."""
    import re

    groups, found = _groups(pattern)
    if found is not None:
        return found
    for counts in re.findall(r"(?<!\\)\{(\d+)(?:,(\d*))?\}", pattern, re.ASCII):
        if any(len(count) > 4 or int(count) > _MAX_REPEAT for count in counts if count):
            return f"the pattern repeats more than {_MAX_REPEAT} times", None
    complaint = _complaint(pattern)
    if complaint is not None:
        return f"the pattern cannot be read: {complaint}", None
    if groups == 0:
        return "the pattern has no group", 'put round brackets around the part to take, e.g. "order (\\d+)"'
    if groups > 1:
        return f"the pattern has {groups} groups; extract takes one", "write (?:…) for the others"
    return None


def _groups(pattern: str) -> tuple[int, tuple[str, str | None] | None]:
    """The number of capturing groups, and the first thing that RE2 does not know."""
    groups, at, in_set = 0, 0, False
    while at < len(pattern):
        rest = pattern[at : at + 4]
        if rest.startswith("\\Q"):  # quoted up to \E
            ends = pattern.find("\\E", at)
            at = len(pattern) if ends < 0 else ends + 2
            continue
        if rest[0] == "\\":
            if not in_set and ((rest[1:2].isdigit() and rest[1:2] != "0") or rest[1:3] in ("k<", "k{", "g<", "g{")):
                return groups, ("the pattern refers back to a group, which is not supported", None)
            at += 2
            continue
        if in_set:
            if rest[:2] == "[:" and ":]" in pattern[at:]:  # [[:alpha:]]
                at = pattern.index(":]", at) + 2
                continue
            in_set = rest[0] != "]"
        elif rest[0] == "[":
            in_set = True
            at += 2 if rest[1:2] == "^" else 1
            at += pattern[at : at + 1] == "]"  # a ] that comes first is itself
            continue
        elif rest[0] == "(":
            if rest.startswith(_LOOK_AROUND):
                return groups, ("the pattern looks around (?= ?! ?<= ?<!), which is not supported", None)
            if rest[:3] in ("(?>", "(?(", "(?#") or rest in ("(?P=", "(?P>"):
                return groups, (f"{rest[:3]} in the pattern is not supported", None)
            if rest[:3] in ("(?<", "(?'"):
                return groups, ("this form of a named group is not supported", "write ( ) without a name")
            groups += rest[1:2] != "?" or rest == "(?P<"
        elif rest[0] in "*+?}" and rest[1:2] == "+":
            return groups, (f"{rest[:2]} in the pattern is not supported", f"write {rest[0]}")
        at += 1
    return groups, None


def _complaint(pattern: str) -> str | None:
    import re
    import warnings

    if "\\Q" in pattern:  # Python does not know it
        return None
    pattern = re.sub(r"\[:\^?\w+:\]", "a-z", pattern)  # nor does it know [[:alpha:]]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)
    except re.error as error:
        if error.msg.startswith(_SHARED_COMPLAINTS):
            return error.msg
    except (RecursionError, OverflowError):
        return "it is nested too deeply"
    return None
