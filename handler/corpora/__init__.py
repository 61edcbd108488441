"""The corpora of a deployment: which there are, how each is opened and closed, and several queried as one.

In: settings, and a way to open a corpus. Out: libraries for the gate, which decides who may use which.
"""
