"""Turn files into text: a pool of worker processes with limits, and a reader for each format.

In: a path. Out: `document.Document`, text with its structure. May import processes and corpus; nothing here knows what
is stored. A hostile file costs only its worker.
"""
