"""The corpora of a deployment: which there are, how each is opened and closed, and several asked as one.

In: settings, and a way to open a corpus. Out: libraries for the gate. Who may use which, the gate says.
"""
