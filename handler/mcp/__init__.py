"""The same answers over the Model Context Protocol, in both of its eras, over HTTP (POST /mcp) and over stdio.

A JSON-RPC message comes in, a result or an error goes out; nothing is kept between two messages. Tools answer through
the functions behind the REST routes. `dispatch` knows the methods, `tools` what may be called, `envelope` the rules of
each era; `http` and `stdio` are the two transports. The official SDK is not imported: docs/decisions/0026-mcp.md.
"""
