"""Other people's clients ask a running handler, each in an environment apart from ours: `make clients`.

`probes/` holds one short program for each; it prints one JSON object on its last line: `version` of the client, the
`operations` or tools that it found, how many `chunks` a call brought (null where it made none), and a `note`.
"""
