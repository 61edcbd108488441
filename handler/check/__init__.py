"""`handler check`: the acceptance matrix against a live deployment, over HTTP alone. Never imported by the app."""
