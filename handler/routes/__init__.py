"""What a caller may ask: a module for each route, and one check before those that need a key.

In: a checked request and an open corpus. Out: an answer in the contract's shape. May import contract, access,
observing, library, settings and corpus.
"""
