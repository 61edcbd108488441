"""How the handler is packaged and deployed."""
