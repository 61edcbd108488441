"""What `ingest add --on` promises, on Ray itself; not part of `make test`. Ends no process but its own."""
