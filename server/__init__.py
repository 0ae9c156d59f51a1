"""Our Charter: people write a Charter together, live, and make it their own."""

__version__ = "0.1.0"
