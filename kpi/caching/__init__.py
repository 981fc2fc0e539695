"""What a run may remember for the next one: texts in a folder that is safe to delete, and never trusted blindly."""

from kpi.caching.codec import from_text, to_text
from kpi.caching.identity import Identity, identity_of, program
from kpi.caching.store import FOLDER, Store, key_of

__all__ = ["FOLDER", "Identity", "Store", "from_text", "identity_of", "key_of", "program", "to_text"]
