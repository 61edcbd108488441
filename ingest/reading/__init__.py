"""Files become text here: a pool of limited worker processes, and below it one reader for each format.

In: a path. Out: `document.Document`, text with its structure. May import processes and corpus; nothing of this room
knows what is stored. A hostile file costs its worker only.
"""
