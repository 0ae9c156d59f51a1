"""Publishing: the pages and files of editions, and who adopted which."""
