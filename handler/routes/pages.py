"""The pages for people: privacy, and refusals. Complete HTML, no script, nothing from elsewhere."""

from __future__ import annotations

from html import escape

from handler.settings import HandlerSettings

STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; } .around { opacity: 0.7; }
blockquote { margin: 1rem 0; padding: 0.25rem 1rem; border-left: 0.25rem solid; }
"""
# The page may use its own style and nothing else.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def privacy(settings: HandlerSettings) -> str:
    """The privacy page that GPT's editor asks for, as HTML."""
    title = escape(settings.action_title)
    operator = escape(settings.operator) if settings.operator else "the operator of this server"
    contact = _contact(settings.contact)
    model = (
        "The question's text is turned into numbers by an embedding model. It runs either on this server or at the "
        "embedding service that the operator has chosen (such as OpenAI); in the second case the question's text is "
        "sent to that service, under its own terms."
    )
    reranker = (
        " The question and the passages that were found are also sent to a service that sorts them, which the operator "
        "has chosen, under its own terms."
        if settings.rerank_url
        else ""
    )
    audited = (
        "For each answer a second line says whom it was given to and which documents and passages it was made of. "
        if settings.audit == "on"
        else ""
    )
    who = (
        ", nor who you are: the service knows a client only by its API key and its network address."
        if not settings.takes_tokens
        else ". Where you have signed in, it sends a token by which the service knows who you are at your "
        "organisation's identity provider, and of which groups: that decides what you may find. The service keeps "
        "neither password nor token."
    )
    sections = [
        (
            "Who is responsible",
            f"{title} is run by {operator}. {contact}",
        ),
        (
            "What is sent here",
            "When a GPT or another client uses this service, it sends the question to look for, and filters such as a "
            f"document's name. It does not send the conversation{who}",
        ),
        ("What is done with it", f"{model} The passages that match are looked up and sent back.{reranker}"),
        (
            "What is stored, and for how long",
            "Questions, answers and keys are not stored and not logged. For each request one line is logged: time, a "
            "random id, the key's name, which operation it was, how long it took, how many results there were and "
            "whether it worked. A gateway in front of it may log a line of its own, with the network address. "
            f"All these lines are kept for {settings.log_retention_days} days. Where requests are limited, "
            f"how many a key or an address has sent is counted for at most a day. {audited}There are no cookies.",
        ),
        (
            "Links to cited passages",
            "An answer may hold links to the passages that it cites. Whoever has such a link can read its passage, for "
            f"{settings.link_days:g} days at most.",
        ),
        (
            "Who else sees it",
            "Nobody but the providers that the service runs on: the hosting provider and, where they are used, the "
            "services named above. Nothing is sold, and nothing is used to train models by the operator.",
        ),
        (
            "Your rights",
            "You may ask what is known of you, and have it corrected or deleted. As questions are not stored, this "
            f"concerns the log lines above. {contact}",
        ),
    ]
    body = "\n".join(f"<h2>{heading}</h2>\n<p>{text}</p>" for heading, text in sections)
    return page(f"Privacy: {settings.action_title}", f"<h1>Privacy policy of {title}</h1>\n{body}")


def _contact(contact: str | None) -> str:
    if not contact:
        return "Please ask whoever gave you access how to reach them."
    shown = escape(contact)
    if contact.startswith(("https://", "http://")):
        return f'Contact: <a href="{shown}" rel="noreferrer">{shown}</a>.'
    if "@" in contact and " " not in contact:
        return f'Contact: <a href="mailto:{shown}">{shown}</a>.'
    return f"Contact: {shown}."


def refusal_page(message: str, *, title: str = "This passage is not shown") -> str:
    """A page instead of the one that was requested."""
    return page(title, f"<h1>{escape(title)}</h1>\n<p>{escape(message)}</p>")


def page(title: str, body: str) -> str:
    """A complete page; `body` is HTML, the title is not."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )
