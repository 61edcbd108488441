"""Read, chunk and embed on Ray: the same code as on this machine, in tasks over batches of items.

In: the items of a run that must be read, and batches of texts. Out: their changes and vectors, in order. May import
what the run itself is made of. Finding and writing stay with the run; Ray is imported when there is something to read.
"""
