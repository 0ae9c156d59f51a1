"""The bus tells the servers of one database that a Charter has news, and carries presence."""
