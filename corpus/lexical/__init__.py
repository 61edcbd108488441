"""The lexical side of retrieval: terms, and an index of which chunk holds which."""
