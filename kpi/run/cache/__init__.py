"""The cache of results: texts in a folder that is safe to delete, and checked whenever they are read."""

from kpi.run.cache.codec import from_text, to_text
from kpi.run.cache.identity import Identity, identity_of, program
from kpi.run.cache.place import cache_of
from kpi.run.cache.store import Store, key_of

__all__ = ["Identity", "Store", "cache_of", "from_text", "identity_of", "key_of", "program", "to_text"]
