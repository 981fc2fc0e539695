"""The KPIs that the columns of a table suggest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kpi.drafting import words
from kpi.drafting.columns import Meaning, literal
from kpi.drafting.tables import DraftTable
from kpi.drafting.words import says, title_of, words_of

MOST_AMOUNTS = 3
MOST_FLAGS = 4
MOST_OF_A_KIND = 3


@dataclass(frozen=True)
class Proposal:
    """A KPI that is proposed. ``why`` is the sentence above it; ``better`` says where its target would be ("at least",
    "at most"), None where that is for people to say. What comes of the catalog also has a window, whether it is leading
    or lagging, whether it is a proxy, and a question."""

    id: str
    name: str
    formula: str
    every: str
    why: str
    unit: str | None = None
    better: str | None = None
    window: str | None = None
    indicator: str | None = None
    kind: str | None = None
    question: str | None = None


def proposals(table: DraftTable) -> list[Proposal]:
    """The KPIs that a table suggests, the plainest first; none for what is planned, which targets are made of."""
    if table.planned:
        return []
    kinds = (_counts, _intervals, _levels, _amounts, _ratios, _quantities, _scores, _durations, _flags, _statuses)
    return [one for kind in kinds for one in kind(table)]


def _noun(table: DraftTable) -> str:
    """What the rows of a table are, after the name of the table."""
    return title_of(table.id)


def _counts(table: DraftTable) -> Iterator[Proposal]:
    """The number of rows and of different things."""
    if table.rows_are not in ("events", "things"):
        return
    repeated = _repeated_event(table)
    if repeated is None:
        unit = _event(table, table.row_id)
        reason = (
            "One row is one of them" if table.row_id is None else f"Every row has its own {table.row_id.column.header}"
        )
        yield Proposal(
            f"{table.id}_count" if unit is None else f"number_of_{'_'.join(unit.split())}",
            f"Number of {unit}" if unit else f"Rows of {_lower(_noun(table))}",
            f"count({table.id})", table.every, f"{reason}.", unit or "rows",
        )  # fmt: skip
    else:
        one, noun = repeated  # such as the lines of an order
        yield Proposal(
            f"different_{noun}", f"Number of {noun}", f"count_distinct({table.id}.{one.name})", table.every,
            f"{one.column.header} is in several rows, so each is counted once.", noun, "at least",
        )  # fmt: skip
    if table.rows_are != "events":
        return
    for one in table.of("identifier", "text", "category"):
        people = next((plural for word, plural in words.PEOPLE.items() if says(one.column.header, (word,))), None)
        alone = words_of(one.column.header)[-1:] in [[word] for word in words.PEOPLE]
        person = one.role == "identifier" or alone or says(one.column.header, ("name",))
        if people and person and one is not table.row_id and one.column.distinct > 1:
            yield Proposal(
                f"active_{people}", f"Active {people}", f"count_distinct({table.id}.{one.name})", table.every,
                f"Each {one.column.header} is counted once, however many rows it has.", people, "at least",
            )  # fmt: skip
            break


def _repeated_event(table: DraftTable) -> tuple[Meaning, str] | None:
    """The identifier of what several rows belong to, such as the lines of an order, and its noun."""
    for one in table.of("identifier"):
        if one is table.row_id or one.column.distinct >= table.rows or "line" in one.name.lower():
            continue
        found = (plural for word, plural in words.EVENTS.items() if says(one.column.header, (word,)))
        noun = next(found, None)
        if noun is not None:
            return one, noun
    return None


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _event(table: DraftTable, row_id: Meaning | None) -> str | None:
    """What the rows of a table are, as a noun: after the table, or after the identifier in its first column."""
    last = words_of(table.id)[-1:]
    if last and last[0].endswith("s") and last[0] not in words.REVENUES:
        return " ".join(words_of(table.id))
    if row_id is None or row_id.name != next(iter(table.meanings)):
        return None
    for word in words_of(row_id.column.header):
        if word in words.EVENTS:
            return words.EVENTS[word]
        if word in words.PEOPLE:
            return words.PEOPLE[word]
    return None


def _intervals(table: DraftTable) -> Iterator[Proposal]:
    if table.rows_are != "intervals" or table.when is None or table.until is None:
        return
    noun = _noun(table).lower()
    lasts = f"Rows last from {table.when.column.header} until {table.until.column.header}; an empty one means still."
    yield Proposal(
        f"active_{table.id}", f"Active {noun}", f"at_end(count({table.id}))", table.every, lasts, noun, "at least"
    )
    yield Proposal(
        f"new_{table.id}", f"New {noun}", f"started(count({table.id}))", table.every,
        f"Counts the rows by {table.when.column.header}.", noun, "at least",
    )  # fmt: skip
    yield Proposal(
        f"{table.id}_ended", f"Share of {noun} that ended", f"ended(count({table.id})) / at_start(count({table.id}))",
        table.every, f"Those with {table.until.column.header} in the period, of those at its start.", "%", "at most",
    )  # fmt: skip
    for one in _chosen_amounts(table):
        if not any(word in ("arr", "annual", "yearly") for word in words_of(one.column.header)):
            yield Proposal(
                f"active_{one.name.lower()}", f"{title_of(one.column.header)} of active {noun}",
                f"at_end(sum({table.id}.{one.name}))", table.every,
                f"Adds {one.column.header} of the rows that last at the end of the period.", one.unit, "at least",
            )  # fmt: skip
            break


def _levels(table: DraftTable) -> Iterator[Proposal]:
    if table.rows_are != "levels":
        return
    about = f"the last row of each {' and '.join(table.spec.key)}" if table.spec.key else "the last row"
    for one in table.of("stock")[:MOST_OF_A_KIND]:
        yield Proposal(
            f"{table.id}_{one.name.lower()}", title_of(one.column.header), f"at_end(sum({table.id}.{one.name}))",
            table.every, f"{one.column.header} is a level, not a flow: {about} counts, not the sum over days.",
            one.unit,
        )  # fmt: skip


def _chosen_amounts(table: DraftTable) -> list[Meaning]:
    """The amounts that say most, the plainest names first: not two of one meaning."""
    amounts = [one for one in table.of("amount") if not says(one.column.header, ("list", "planned"))]
    ranks = (words.REVENUES, words.PROFITS, {"amount", "betrag", "total", "net", "netto", "mrr"}, words.COSTS)

    def rank(one: Meaning) -> tuple[int, int]:
        place = next((i for i, some in enumerate(ranks) if says(one.column.header, some)), len(ranks))
        return place, len(words_of(one.column.header))

    chosen: list[Meaning] = []
    kinds: set[int] = set()
    for one in sorted(amounts, key=rank):
        if rank(one)[0] not in kinds or rank(one)[0] == len(ranks) - 1:
            chosen.append(one)
            kinds.add(rank(one)[0])
    return chosen[:MOST_AMOUNTS]


def _better(one: Meaning) -> str:
    return "at most" if says(one.column.header, words.COSTS) else "at least"


def _amounts(table: DraftTable) -> Iterator[Proposal]:
    if table.rows_are == "intervals":
        return
    for one in _chosen_amounts(table):
        status = next(iter(table.of("status")), None)
        all_ = f" All rows count, whatever their {status.column.header}." if status is not None else ""
        yield Proposal(
            _total_id(one), title_of(one.column.header), f"sum({table.id}.{one.name})", table.every,
            f"{one.column.header} is an amount, and amounts add up.{all_}", one.unit, _better(one),
        )  # fmt: skip


def _total_id(one: Meaning) -> str:
    return f"total_{one.name.lower()}"


def _ratios(table: DraftTable) -> Iterator[Proposal]:
    if table.rows_are == "intervals":
        return
    chosen = _chosen_amounts(table)
    revenue = next((one for one in chosen if says(one.column.header, words.REVENUES)), None)
    profit = next((one for one in chosen if says(one.column.header, words.PROFITS)), None)
    if revenue is not None and profit is not None:
        yield Proposal(
            f"{table.id}_margin",
            f"{title_of(profit.column.header)} as a share of {title_of(revenue.column.header).lower()}",
            f"sum({table.id}.{profit.name}) / sum({table.id}.{revenue.name})", table.every,
            "A sum over a sum: an average of the shares of rows would weigh small rows like large ones.", "%",
            "at least",
        )  # fmt: skip
    event = next((one for one in _counts(table) if one.unit in words.EVENTS.values()), None)
    amount = next(iter(chosen), None)
    if (
        event is not None
        and amount is not None
        and table.rows_are == "events"
        and not says(amount.column.header, words.COSTS)
    ):
        yield Proposal(
            f"{amount.name.lower()}_per_{str(event.unit).rstrip('s')}",
            f"{title_of(amount.column.header)} per {str(event.unit).rstrip('s')}",
            f"sum({table.id}.{amount.name}) / {event.formula}", table.every,
            f"The sum of {amount.column.header} by the number of {event.unit}.", amount.unit, "at least",
        )  # fmt: skip


def _quantities(table: DraftTable) -> Iterator[Proposal]:
    if table.rows_are == "intervals":
        return
    for one in table.of("quantity")[:MOST_OF_A_KIND]:
        bare = words_of(one.column.header) in (["value"], ["count"], ["wert"])
        name = _noun(table) if bare else title_of(one.column.header)
        yield Proposal(
            f"total_{table.id if bare else one.name.lower()}", name, f"sum({table.id}.{one.name})", table.every,
            f"{one.column.header} is a number of things in each row, and such numbers add up.", one.unit, "at least",
        )  # fmt: skip
    for one in table.of("people"):
        if table.once and table.when is not None and table.when.firsts:
            yield Proposal(
                f"{table.id}_{one.name.lower()}", title_of(one.column.header), f"sum({table.id}.{one.name})",
                table.every, "There is one row a period, so nobody is counted twice.", one.name.lower(), "at least",
            )  # fmt: skip


def _scores(table: DraftTable) -> Iterator[Proposal]:
    for one in table.of("score")[:MOST_OF_A_KIND]:
        column = one.column
        yield Proposal(
            f"average_{one.name.lower()}", f"Average {title_of(column.header).lower()}",
            _at_end(table, f"avg({table.id}.{one.name})"), table.every,
            f"{column.header} is a score from {column.low:g} to {column.high:g}; empty ones do not count.",
            "points", "at least",
        )  # fmt: skip


def _at_end(table: DraftTable, aggregate: str) -> str:
    return f"at_end({aggregate})" if table.rows_are == "intervals" else aggregate


def _durations(table: DraftTable) -> Iterator[Proposal]:
    for one in table.of("duration")[:MOST_OF_A_KIND]:
        seconds = one.type is not None and one.type.startswith("duration")
        name = _noun(table) if words_of(one.column.header) == ["value"] else title_of(one.column.header)
        value = f"{table.id}.{one.name}"
        yield Proposal(
            f"median_{(table.id if name == _noun(table) else one.name).lower()}", f"Median {_lower(name)}",
            _at_end(table, f"median({value})"), table.every,
            f"{one.column.header} is a duration; a few very long ones would move the average, not the median.",
            "seconds" if seconds else one.unit, "at most",
        )  # fmt: skip
    yield from _lead_times(table)


def _lead_times(table: DraftTable) -> Iterator[Proposal]:
    """From the date of a row to what was done later."""
    if table.rows_are != "events" or table.when is None or table.when.computed is not None:
        return
    for one in table.of("date"):
        done = says(one.column.header, words.DONE) and one is not table.when and one.computed is None
        if done and not table.when.timed and not one.timed:
            yield Proposal(
                f"days_to_{one.name.lower()}", f"Median days from {table.when.column.header} to {one.column.header}",
                f"median(days({table.id}.{one.name} - {table.id}.{table.when.name}))", table.every,
                "The time between two dates of a row.", "days", "at most",
            )  # fmt: skip


def _flags(table: DraftTable) -> Iterator[Proposal]:
    flags = [one for one in table.of("flag") if says(one.column.header, words.OUTCOMES)]
    if table.rows_are == "intervals":  # that they have ended is said already
        flags = [one for one in flags if not says(one.column.header, words.ENDED)]
    for one in flags[:MOST_FLAGS]:
        filled = one.column.filled == table.rows
        whole = f"count({table.id})" if filled else f"count({table.id}[{one.name} is not None])"
        share = f"{_at_end(table, f'count({table.id}[{one.yes}])')} / {_at_end(table, whole)}"
        rest = "" if filled else " Rows without an answer are left out."
        title = " ".join(word for word in title_of(one.column.header).split() if word.lower() not in _FLAG_WORDS)
        is_done = title.lower().endswith(("ed", "late", "won", "paid", "active"))
        yield Proposal(
            f"share_{one.name.lower()}", f"Share {title.lower()}" if is_done else f"Share with {_lower(title)}", share,
            table.every, f"{one.column.header} is yes or no.{rest}", "%",
        )  # fmt: skip


_FLAG_WORDS = ("is", "has", "flag", "was")


def _statuses(table: DraftTable) -> Iterator[Proposal]:
    if table.rows_are in ("totals", "levels"):
        return
    for one in table.of("status")[:MOST_OF_A_KIND]:
        by_name = {value.casefold(): value for value in one.column.values}
        for known, better in ((words.BAD_VALUES, "at most"), (words.GOOD_VALUES, "at least")):
            value = next((by_name[word] for word in known if word in by_name), None)
            if value is None:
                continue
            share = f"count({table.id}[{one.name} == {literal(one.column, value)}])"
            listed = ", ".join(list(one.column.values)[:6])
            yield Proposal(
                f"share_{_slug(value)}", f"Share {value.lower()}",
                f"{_at_end(table, share)} / {_at_end(table, f'count({table.id})')}", table.every,
                f"{one.column.header} is one of: {listed}.", "%", better,
            )  # fmt: skip
            break


def _slug(value: str) -> str:
    return "_".join(words_of(value)) or "value"
