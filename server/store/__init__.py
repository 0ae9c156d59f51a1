"""The database: engines, sessions and what is done after a commit."""

from server.store.after_commit import after_commit
from server.store.base import Base
from server.store.store import Store

__all__ = ["Base", "Store", "after_commit"]
