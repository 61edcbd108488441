"""What a corpus should find: questions with their answers, the search for them, and figures of how well it did.

In: a file of questions, an open corpus. Out: ranks and figures. May import searching and the modules at corpus's top.
"""
