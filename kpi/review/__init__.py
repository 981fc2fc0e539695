"""What needs a look now, and the record of what was decided. Only the record writes a file."""

from kpi.review.agenda import Agenda, Exceptional, Expiring, agenda
from kpi.review.record import new_entry, record

__all__ = ["Agenda", "Exceptional", "Expiring", "agenda", "new_entry", "record"]
