"""How good search is: a test collection through the product's own pipeline, measured as trec_eval does.

In: a folder in BEIR's layout. Out: measures by search mode. May import sync, splitting, sources, reading,
command.console and corpus.
"""
