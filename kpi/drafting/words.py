"""What the words in names of columns suggest, in English and German."""

from __future__ import annotations

import re
from collections.abc import Collection

_SHORTEST_PART = 5  # letters; a shorter word counts only where it is by itself

IDS = frozenset((
    "id", "ids", "uuid", "guid", "no", "nr", "number", "num", "nummer", "key", "code", "zip", "zipcode", "postal",
    "postcode", "plz", "phone", "tel", "telefon", "iban", "sku", "ean", "isbn", "index", "row", "latitude",
    "longitude", "lat", "lon", "lng", "beleg", "belegnr", "ip",
))  # fmt: skip
DATE_PARTS = frozenset((
    "year", "quarter", "qtr", "month", "week", "weekday", "day", "hour", "jahr", "quartal", "monat", "woche",
    "wochentag", "tag", "stunde",
))  # fmt: skip
RATES = frozenset((
    "rate", "percent", "percentage", "pct", "share", "ratio", "probability", "utilization", "utilisation", "conversion",
    "margin", "anteil", "quote", "prozent", "satz", "marge", "ctr", "average", "avg", "mean", "durchschnitt",
))  # fmt: skip
SCORES = frozenset((
    "score", "rating", "stars", "nps", "csat", "satisfaction", "recommend", "bewertung", "sterne", "zufriedenheit",
    "note",
))  # fmt: skip
DURATIONS = {
    "ms": "ms", "milliseconds": "ms", "seconds": "seconds", "secs": "seconds", "sec": "seconds", "sekunden": "seconds",
    "minutes": "minutes", "mins": "minutes", "minuten": "minutes", "hours": "hours", "hrs": "hours",
    "stunden": "hours", "days": "days", "tage": "days",
}  # fmt: skip
LASTING = frozenset(("duration", "latency", "elapsed", "delay", "wait", "waiting", "dauer", "wartezeit", "laufzeit"))
PRICES = frozenset(("price", "preis", "msrp", "each", "einzelpreis", "stückpreis", "listenpreis", "per", "je", "pro"))
# Amounts of which less is better, and the others.
COSTS = frozenset((
    "cost", "costs", "cogs", "expense", "expenses", "spend", "spent", "refund", "refunds", "discount", "discounts",
    "tax", "fee", "fees", "kosten", "ausgaben", "rabatt", "steuer", "gebühr", "erstattung", "loss", "losses", "debt",
))  # fmt: skip
REVENUES = frozenset(("sales", "revenue", "umsatz", "erlös", "erlöse", "turnover", "income", "einnahmen"))
PROFITS = frozenset(("profit", "gewinn", "earnings", "ertrag"))
AMOUNTS = COSTS | REVENUES | PROFITS | {
    "amount", "total", "subtotal", "net", "gross", "paid", "charge", "charges", "betrag", "netto", "brutto", "summe",
    "mrr", "arr", "salary", "budget", "payment", "gehalt", "monthly_price",
}  # fmt: skip
STOCKS = frozenset((
    "stock", "balance", "inventory", "bestand", "lagerbestand", "kontostand", "saldo", "level", "headcount", "backlog",
))  # fmt: skip
# Numbers of different people: those of two days, or of two countries, may be the same people.
PEOPLE_COUNTS = frozenset((
    "users", "visitors", "customers", "members", "subscribers", "accounts", "nutzer", "besucher", "kunden", "active",
))  # fmt: skip
QUANTITIES = frozenset((
    "quantity", "qty", "units", "items", "pieces", "count", "sessions", "visits", "clicks", "impressions", "orders",
    "calls", "views", "pageviews", "downloads", "transactions", "hits", "sold", "volume", "menge", "anzahl", "stück",
    "stueck", "bestellungen", "aufrufe", "mentions",
))  # fmt: skip
PLANNED = frozenset((
    "budget", "budgets", "plan", "plans", "target", "targets", "forecast", "quota", "quotas", "soll", "ziele",
))  # fmt: skip
STATUSES = frozenset(("status", "state", "stage", "outcome", "result", "phase", "zustand", "ergebnis", "stand"))
# What happened rather than what somebody or something is.
OUTCOMES = frozenset((
    "churn", "churned", "answered", "resolved", "solved", "paid", "won", "success", "succeeded", "converted", "late",
    "returned", "cancelled", "canceled", "reopened", "escalated", "passed", "failed", "error", "defect", "defective",
    "delivered", "accepted", "rejected", "approved", "completed", "closed", "flag", "is", "has", "bezahlt", "storniert",
    "gelöst", "beantwortet", "erledigt", "pünktlich", "bestanden", "active", "renewed", "upgraded", "downgraded",
))  # fmt: skip
ENDED = frozenset(("churn", "churned", "ended", "cancelled", "canceled", "terminated", "closed", "left"))
PEOPLE = {
    "customer": "customers", "client": "customers", "user": "users", "account": "accounts", "patient": "patients",
    "student": "students", "employee": "employees", "member": "members", "kunde": "customers", "kunden": "customers",
    "subscriber": "subscribers", "visitor": "visitors",
}  # fmt: skip
EVENTS = {
    "order": "orders", "invoice": "invoices", "ticket": "tickets", "call": "calls", "booking": "bookings",
    "transaction": "transactions", "bestellung": "orders", "auftrag": "orders", "rechnung": "invoices",
    "shipment": "shipments", "beleg": "receipts", "complaint": "complaints", "case": "cases",
    "session": "sessions", "visit": "visits",
}  # fmt: skip
STARTS = frozenset((
    "start", "started", "begin", "began", "from", "hired", "joined", "since", "beginn", "eintritt", "von", "enrolled",
    "admitted", "reported",
))  # fmt: skip
ENDS = frozenset((
    "end", "ended", "until", "left", "ending", "terminated", "cancelled", "canceled", "expired", "ende", "austritt",
    "bis", "exit",
))  # fmt: skip
# The end of something that a row is about, and dates that do not say when the row happened.
DONE = frozenset((
    "ship", "shipped", "shipping", "delivered", "delivery", "closed", "resolved", "paid", "completed", "finished",
    "versand", "geliefert", "bezahlt", "erledigt", "decided", "fixed",
))  # fmt: skip
NOT_WHEN = DONE | {
    "due", "promised", "required", "birth", "birthday", "dob", "expiry", "expires", "updated", "modified", "fällig",
    "geburt", "geburtsdatum", "geändert",
}  # fmt: skip
WHEN = frozenset((
    "order", "ordered", "created", "opened", "date", "datum", "day", "tag", "invoice", "timestamp", "time", "at", "on",
    "month", "monat", "period", "booked", "buchung", "sold", "answered", "signed",
))  # fmt: skip

GOOD_VALUES = (
    "paid", "resolved", "won", "completed", "complete", "delivered", "shipped", "closed", "approved", "accepted",
    "passed", "success", "done", "bezahlt", "geliefert", "erledigt", "versendet", "abgeschlossen",
)  # fmt: skip
BAD_VALUES = (
    "cancelled", "canceled", "returned", "refunded", "lost", "failed", "rejected", "churned", "overdue", "disputed",
    "error", "storniert", "zurückgegeben", "abgelehnt", "offen", "open", "late", "missed",
)  # fmt: skip
YES = frozenset(("y", "yes", "true", "t", "1", "ja", "j", "wahr"))
NO = frozenset(("n", "no", "false", "f", "0", "nein", "falsch"))


def words_of(name: str) -> list[str]:
    """The words of a name: ``AvgTalkDuration`` and ``avg_talk_duration`` have the same."""
    spaced = re.sub(r"(?<=[a-zß-ÿ0-9])(?=[A-ZÀ-Þ])|(?<=[A-ZÀ-Þ])(?=[A-ZÀ-Þ][a-zß-ÿ])", " ", name)
    return re.findall(r"[^\W\d_]+|\d+", spaced.casefold())


def says(name: str, words: Collection[str]) -> bool:
    """Whether a name has one of these words, or, where it is one word, contains a long one (``ORDERNUMBER``)."""
    own = words_of(name)
    if any(word in words for word in own):
        return True
    joined = own[0] if len(own) == 1 else ""
    return any(len(word) >= _SHORTEST_PART and word in joined for word in words)


ACRONYMS = frozenset(("mrr", "arr", "nps", "csat", "cogs", "msrp", "aov", "ctr", "sla", "id"))
_PARTS = sorted(
    {word for some in (QUANTITIES, AMOUNTS, PRICES, DURATIONS, SCORES) for word in some if len(word) >= _SHORTEST_PART},
    key=len,
    reverse=True,
)


def title_of(name: str) -> str:
    """A name as a title: ``net_amount`` becomes "Net amount", ``QUANTITYORDERED`` "Quantity ordered"."""
    text = re.sub(r"\s+", " ", re.sub(r"\([^)]*\)", "", name.replace("_", " "))).strip() or name
    parts = text.split(" ") if " " in text else words_of(text) or [text]
    if len(parts) == 1:
        start = next((word for word in _PARTS if parts[0].casefold().startswith(word)), "")
        parts = [part for part in (parts[0][: len(start)], parts[0][len(start) :]) if part]
    shown = [
        part.upper() if part.casefold() in ACRONYMS else part.lower() if part.isupper() and len(part) > 1 else part
        for part in parts
    ]
    title = " ".join(shown)
    return title[:1].upper() + title[1:]
