"""All tables of all features, so that migrations see them together."""

import server.adapting.tables
import server.live.tables
import server.people.tables
import server.publishing.tables
import server.writing.tables  # noqa: F401 -- imported for the tables they define
from server.store.base import Base

metadata = Base.metadata
