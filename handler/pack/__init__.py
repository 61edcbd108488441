"""`handler pack`: what an administrator or a directory asks for before it lets an app in. Never imported by the app.

The settings and the corpus come in; a folder of files goes out: the submission form's import, the same for people,
a logo, icons and `llms.txt`.
"""
