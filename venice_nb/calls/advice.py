"""What to try next, for each kind of error: one sentence a reader can act on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb import errors

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEYS = "https://venice.ai/settings/api"

# By code, where it says more than the class.
_BY_CODE = {
    "INVALID_MODEL": "pick a model of the right kind: client.models() lists them with their type",
    "REQUEST_ID_NOT_FOUND": "the id is unknown, of another key, or over 24 hours old: queue the job again",
    "INVALID_CONTENT_TYPE": "check the content type of what is sent",
    "INVALID_AUDIO_FORMAT": "convert the audio to WAV or MP3",
    "INVALID_VIDEO_FORMAT": "convert the video to MP4, MOV, WebM, MKV or AVI",
    "CORRUPTED_IMAGE": "open the picture and save it again as PNG or JPEG",
    "IMAGE_TOO_SMALL": "use a picture of at least 65,536 pixels and 64 pixels a side",
    "AUTHENTICATION_FAILED_INACTIVE_KEY": "the plan behind the key has lapsed: renew it, or use another key",
    "IMAGE_TOO_LARGE": "scale the picture down to at most 33,177,600 pixels",
    "IMAGE_ASPECT_RATIO_OUT_OF_BOUNDS": "crop the picture to a ratio between 0.4 and 2.5",
    "VIDEO_DURATION_TOO_LONG": "trim the clip",
    "VIDEO_DURATION_TOO_SHORT": "use a longer clip",
    "ASR_UPSTREAM_VALIDATION_FAILED": "check the recording: it may be silent, empty or broken",
    "MODEL_OFFLINE": "wait a little, or choose another model",
    "API_KEY_DIEM_SPEND_LIMIT_EXCEEDED": f"raise the key's DIEM limit at {_KEYS}; the account may be fine",
    "API_KEY_USD_SPEND_LIMIT_EXCEEDED": f"raise the key's USD limit at {_KEYS}; the account may be fine",
}

# By class, the closest first.
_BY_KIND: dict[type[errors.APIError], str] = {
    errors.ContextTooLong: "shorten the conversation or the prompt, lower max_completion_tokens, "
    "or choose a model that reads more",
    errors.BadRequest: "correct what is named above and send it again",
    errors.BadKey: f"check the key: it may be mistyped, revoked or expired; make one at {_KEYS}",
    errors.AdminKeyRequired: f"this needs an ADMIN key; make one at {_KEYS}",
    errors.ProOnly: "choose another model, or use a key of a paid plan",
    errors.AuthenticationError: f"check the key at {_KEYS}",
    errors.InsufficientBalance: f"add credit at {_KEYS}",
    errors.KeySpendLimit: f"raise the limit of this key at {_KEYS}; the account itself may be fine",
    errors.NoKeySent: "no key reached the server: pass api_key=..., or set VENICE_API_KEY, "
    "and check for a proxy that strips it",
    errors.PaymentRequired: f"check the balance at {_KEYS}",
    errors.RegionBlocked: "the model is not offered in this country: choose another model",
    errors.PrivacyForbidden: "the key only allows private models: choose one, or change the key's setting",
    errors.AccessDisabled: "API access is switched off for the account: contact Venice support",
    errors.Forbidden: "use another key or another model",
    errors.ModelNotFound: "client.models() lists the models",
    errors.CharacterNotFound: "search for it: client.characters(search=...)",
    errors.MediaExpired: "results are kept for about 24 hours: ask for it again",
    errors.NotFound: "check the name",
    errors.ConsentRequired: "read the policy in .policy_text; when you agree, send it again with consents=",
    errors.Gone: "it was retired; see the documentation for what takes its place",
    errors.TooLarge: "send less: at most 25 MB a file and 35 MB of JSON, or give a URL instead of the data",
    errors.UnsupportedMediaType: "check the content type of what is sent",
    errors.ContentRefused: "change the prompt or the media, then send it again",
    errors.RequestLimit: "send fewer requests a minute",
    errors.TokenLimit: "send fewer tokens a minute: shorter prompts, or a lower max_completion_tokens",
    errors.Overloaded: "wait a little, or choose another model",
    errors.TooManyFailures: "mend the call that keeps failing: the server blocks after many failures",
    errors.RateLimited: "wait, then send it again",
    errors.GatewayTimeout: "ask with stream=True, or for less at once",
    errors.AtCapacity: "wait a little, or choose another model",
    errors.ServerError: "send it again later, or choose another model",
    errors.Unsupported: "this server does not offer the operation",
}


def advice(kind: type[errors.APIError], code: str | None, details: Mapping[str, Any]) -> str:
    """The sentence for an error of this kind, with what the server itself proposed."""
    if details.get("suggestions"):
        return f"did you mean {' or '.join(details['suggestions'])}? client.models() lists all"
    if details.get("successor"):
        return f"use {details['successor']} instead"
    if details.get("consents"):
        agreed = f"send it again with consents={details['consents']}"
        return f"read the policy in .policy_text; if you confirm all of it, {agreed}"
    if details.get("suggested_prompt"):
        return "change the prompt; the server proposes one in .suggested_prompt"
    if details.get("recommended_model"):
        return f"change the prompt, or try the model {details['recommended_model']}"
    general = next((_BY_KIND[each] for each in kind.__mro__ if each in _BY_KIND), "")
    sentence = _BY_CODE.get(code or "", general)
    wait = details.get("retry_after")
    if wait is not None:
        sentence = f"wait {span(wait)}; {sentence}"
    return sentence


def span(seconds: float) -> str:
    """A waiting time in words of a fitting unit."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.0f} hours" if seconds < 172_800 else f"{seconds / 86_400:.0f} days"
