"""What a deployment with users who sign in needs, checked before anything is built."""

from __future__ import annotations

from collections.abc import Mapping

from corpus.errors import SettingsError
from corpus.loading import load
from handler.access.oauth.settings import OAuthSettings

TAKES_TOKENS = ("oauth", "keys+oauth")
# The settings of serverless.yml, by the parameters that fill them in.
SETTINGS = {
    "oauthIssuers": "oauth_issuers",
    "oauthAudience": "oauth_audience",
    "oauthScopes": "oauth_scopes",
    "oauthPrincipals": "oauth_principals",
    "oauthClientId": "oauth_client_id",
    "oauthAuthorizeParams": "oauth_authorize_params",
    "oauthCallbacks": "oauth_callbacks",
    "oauthIntrospectionUrl": "oauth_introspection_url",
    "oauthPkce": "oauth_pkce",
    "oauthFacade": "oauth_facade",
}


def sign_in_problem(parameters: Mapping[str, str]) -> str | None:
    """What keeps the function from accepting tokens with these parameters; None if nothing does."""
    auth = parameters.get("auth", "")
    if auth not in TAKES_TOKENS:
        is_given = sorted(name for name in SETTINGS if parameters.get(name))
        return f"{', '.join(is_given)}: nobody signs in without auth={TAKES_TOKENS[1]} beside it." if is_given else None
    given = {setting: parameters[name] for name, setting in SETTINGS.items() if parameters.get(name)}
    try:
        # As the function gets them: the environment of this machine does not travel.
        settings = load(OAuthSettings, **{"oauth_issuers": "", "oauth_audience": "", "oauth_client_id": "", **given})
    except SettingsError as error:
        return str(error)
    problem = settings.oauth_problem
    return f"For auth={auth}: {problem}. docs/access.md has the settings for each provider." if problem else None
