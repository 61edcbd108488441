"""Decide what changed, and write it.

In: items and the documents read from them. Out: a store that holds what the sources hold (`run.IngestRun`), one writer
at a time. `diff` decides what changed, `vectors` what must be embedded, `writer` writes, `lock` keeps others out. May
import sources, reading, splitting, processes, report and corpus.
"""
