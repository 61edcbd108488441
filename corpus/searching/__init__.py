"""Search over an open corpus: dense and lexical candidates, their fusion, filtering, reranking.

In: questions, a store and an embedder. Out: hits with scores between 0 and 1. May import store, lexical, embedding
and the modules at corpus's top that both sides exchange.
"""
