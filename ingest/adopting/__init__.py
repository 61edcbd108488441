"""Take over a collection that another program made, with its vectors.

What its metadata says is mapped by name; what has no place here is reported, never dropped silently.
"""
