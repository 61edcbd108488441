"""Whose document it is, of which year and of what kind: told by rules from what the document says, and no model.

In: a `Document` as read, and where it lies. Out: the same with `organisation`, `year`, `kind` and a title that says so.
What is not told for sure is left out: a wrong organisation is worse than none.
"""
