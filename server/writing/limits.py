"""How much a Charter may hold; the client's copy in client/wire/generated.ts is written from here.

Text is counted in characters (Unicode code points), not in bytes or UTF-16 units.
"""

WORDS = 4_000
MEANING = 4_000
WHY = 4_000
TITLE = 200
SUMMARY = 1_000
ITEMS = 1_000

LINK = 2_000
POSITION = 1_000
ORIGINS = 50
FILE_BYTES = 1_000_000
