"""Golden cases: what both languages must write and read alike."""
