"""The contract with the model: what a request may hold, what an answer looks like, the served document.

In: request bodies. Out: checked models, schemas, errors with stable codes. May import corpus; no route and no wiring.
"""
