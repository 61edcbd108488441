"""Text is cut here: a document into chunks that fit the model, with the record that describes it.

In: a `Document`. Out: chunks with exact offsets (`preparation.Prepared`). Pure functions: no I/O, no settings, no
model. May import reading.document, sources.found and corpus.
"""
