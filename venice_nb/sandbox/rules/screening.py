"""What is refused after a job was queued, and the consent that some media need before.

The sandbox has no model that judges content. It knows a few words, so that every kind of refusal can be met
on purpose: sexual ones are refused with the credits returned (unless the model is uncensored), violent ones
with the credits kept, and a prompt that says "sandbox failure" breaks the model.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from venice_nb.sandbox.exchange import Refusal

if TYPE_CHECKING:
    from PIL import Image

    from .video_orders import Order

Model = dict[str, Any]
Verdict = tuple[int, dict[str, Any]]

SEXUAL = re.compile(r"\b(nsfw|nude|nudity|naked|porn\w*|erotic\w*|sexual\w*)\b", re.IGNORECASE)
VIOLENT = re.compile(r"\b(gore|gory|behead\w*|tortur\w*|massacre|mutilat\w*|dismember\w*)\b", re.IGNORECASE)
BROKEN = re.compile(r"\bsandbox failure\b", re.IGNORECASE)

# Who is named as more permissive in a refusal.
PERMISSIVE = {"video": "wan-2-7-text-to-video", "image": "wan-2-7-image-to-video"}


def film(model: Model, prompt: str) -> tuple[Verdict | None, bool]:
    """The error a film's job ends with, and whether its price comes back."""
    if BROKEN.search(prompt):
        return (500, {"error": "Inference processing failed", "credits_refunded": True}), True
    sexual = SEXUAL.search(prompt) and not model["model_spec"].get("uncensored")
    if not sexual and not VIOLENT.search(prompt):
        return None, False
    returned = not VIOLENT.search(prompt)
    other = PERMISSIVE["image" if "image" in model["id"] else "video"]
    told = "Credits have been refunded." if returned else "Credits have not been refunded."
    error: dict[str, Any] = {
        "message": "The selected model provider rejected this request due to its content policies. " + told,
        "type": "provider_content_policy",
        "credits_refunded": returned,
    }
    if returned and other != model["id"]:
        error["message"] += f" Try using {other} instead."
        error["recommended_model"] = other
    return (422, {"error": error}), returned


def song(prompt: str) -> tuple[Verdict | None, bool]:
    """The error a job for music or speech ends with, and whether its price comes back."""
    if BROKEN.search(prompt):
        body = {"error": "Inference processing failed", "credits_refunded": True}
        return (500, {**body, "hint": "Queue the request again or use another model"}), True
    if not VIOLENT.search(prompt):
        return None, False
    return (422, {"error": "The prompt was refused by the content policy", **_milder(prompt)}), False


def check_song(model: Model, prompt: str) -> None:
    """Raises the 422 of a prompt that is refused before it is queued."""
    if SEXUAL.search(prompt) and not model["model_spec"].get("uncensored"):
        raise Refusal(422, {"error": "The prompt was refused by the content policy", **_milder(prompt)})


def _milder(prompt: str) -> dict[str, str]:
    """The prompt without its marked words, if anything is left."""
    rest = " ".join(VIOLENT.sub(" ", SEXUAL.sub(" ", prompt)).split())
    return {"suggested_prompt": rest} if len(rest) > 2 else {}


# Consent: Seedance asks for it when a given medium shows a face.
VERSION = "sandbox-2026-10"
POLICY = (
    "SANDBOX: by confirming you state that you accept the terms and the privacy policy, that you have the "
    "legal right to use the likeness of every person shown, and that media are screened."
)
DOCS = "https://docs.venice.ai/guides/seedance-consent"


def check_consent(model: Model, order: Order, consents: dict[str, Any]) -> None:
    """Raises 409 if a Seedance model is given a face without the three confirmations, 422 for its shape."""
    if not model["id"].startswith("seedance-"):
        return
    roles = _faces(order)
    if roles and "seedance" not in consents:
        message = "This request has media that show a face; confirm the Seedance terms to queue it"
        body = {
            "error": {"code": "needs_consent", "message": message},
            "consent_flow": "seedance",
            "face_media_roles": list(roles),
            "consent": {"consent_version": VERSION, "policy_text": POLICY},
            "docs_url": DOCS,
        }
        raise Refusal(409, body)
    for role, picture in roles.items():
        if not 0.4 < picture.width / picture.height < 2.5:
            code = "IMAGE_ASPECT_RATIO_OUT_OF_BOUNDS"
            message = f"The {role.replace('_', ' ')} must have a ratio between 0.4 and 2.5"
            raise Refusal(422, {"error": message, "code": code})


def _faces(order: Order) -> dict[str, Image.Image]:
    """The media that show a face, by role, with the first such picture of each."""
    found = [*order.pictures.items(), *(("reference_image", each) for each in order.references)]
    found += [("video", order.clip.first())] if order.clip else []
    found += [("reference_video", each.first()) for each in order.clips]
    faces: dict[str, Image.Image] = {}
    for role, picture in found:
        if role not in faces and shows_face(picture):
            faces[role] = picture
    return faces


SKIN = 0.12  # the part of a picture's middle that is coloured like skin


def shows_face(picture: Image.Image) -> bool:
    """A guess from colours, not a face detector: an eighth of the middle has the hues of human skin.

    In YCbCr the skins of all people lie close together; brightness is what differs.
    """
    small = picture.convert("YCbCr").resize((48, 48))
    middle = small.crop((8, 4, 40, 44)).tobytes()
    blue, red = middle[1::3], middle[2::3]
    skin = sum(82 <= cb <= 125 and 138 <= cr <= 172 for cb, cr in zip(blue, red, strict=True))
    return skin >= SKIN * len(blue)
