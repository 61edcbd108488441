"""Find whose document it is, of which year and of what kind, by rules on its text and path. No model is used.

In: a `Document` as read, and its path. Out: the same with `organisation`, `year`, `kind` and a title that names them.
What is not certain is left out: a wrong organisation is worse than none.
"""
