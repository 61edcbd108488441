"""Take a collection that another program made over into one of ours, with its vectors.

What it says of its records is mapped by name; what has no place here is told, never dropped in silence.
"""
