"""People: groups, who belongs to them, how they come in, and who may do what."""
