"""The entry point for AWS Lambda: `handler.main.handler`.

Importing it builds the app, so that a cold start includes it.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from mangum import Mangum

from corpus.command_line import silence_telemetry

silence_telemetry()  # A dependency of FastAPI.

from handler.contract.gateway_events import is_request, is_sound  # noqa: E402
from handler.lifecycle import lambda_settings, make_ready, register_hooks  # noqa: E402
from handler.observing.logs import JsonLines, configure  # noqa: E402
from handler.served import served_app  # noqa: E402

if TYPE_CHECKING:
    from mangum.types import LambdaContext

logger = logging.getLogger("handler")
# Everything that we send is text. Mangum would encode types that it does not know, such as YAML, in base64.
TEXT_TYPES = ["text/", "application/json", "application/yaml"]

MALFORMED = {
    "statusCode": 400,
    "headers": {"content-type": "application/json"},
    "body": '{"error": "malformed_request", "message": "The gateway\'s event cannot be read as a request."}',
    "isBase64Encoded": False,
}

configure(JsonLines())
app = served_app(lambda_settings())
make_ready(app)
register_hooks(app, lambda_settings)
# Mangum asks for the thread's event loop, and newer Pythons no longer create one.
_loop = asyncio.new_event_loop()
asyncio.set_event_loop(_loop)
# The lifespan would run at every invocation; there is none.
_adapter = Mangum(app, lifespan="off", text_mime_types=TEXT_TYPES)


def handler(event: Any, context: LambdaContext) -> dict[str, Any]:
    """Answer one event of API Gateway (REST or HTTP API) or of a function URL.

    What is not a request, such as a schedule's event that keeps the function warm, has done its work by coming here.
    """
    if not is_request(event):
        source = event.get("source") if isinstance(event, dict) else None
        logger.info("no_request", extra={"fields": {"source": str(source)[:100]}})
        return {"ignored": "not an HTTP request"}
    # Set again, because code that ran another loop in this thread has removed ours.
    asyncio.set_event_loop(_loop)
    try:
        if is_sound(event):
            return _adapter(event, context)
    except Exception:  # noqa: BLE001, S110 - Mangum's, of an event that it cannot read: the app answers its own errors
        pass
    logger.warning("malformed_event")
    return dict(MALFORMED)
