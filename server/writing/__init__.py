"""Writing: what a Charter is, its document, its Markdown and its rows."""
