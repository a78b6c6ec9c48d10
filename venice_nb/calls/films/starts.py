"""What a film starts from: inputs that a model has no use for, and those it cannot do without.

API reference: `POST /video/queue`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from venice_nb.calls.check import refuse
from venice_nb.calls.films.limits import not_taken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from venice_nb.calls.films.limits import Takes
    from venice_nb.catalogue import Catalogue

REFERENCES = (
    "reference_image_urls", "reference_video_urls", "reference_audio_urls", "reference_document_urls",
    "elements", "scene_image_urls", "keyframes",
)  # fmt: skip
INPUTS = ("image_url", "end_image_url", "audio_url", "video_url", *REFERENCES)


def check_start(model: Takes, present: set[str], catalogue: Catalogue) -> None:
    """Refuse inputs that the model has no use for, and the lack of those it cannot do without."""
    if "reference_audio_urls" in present and not present & {"reference_image_urls", "reference_video_urls"}:
        what = "Reference sound alone is not enough."
        allowed = "given together with reference_image_urls or reference_video_urls"
        do = "Add a reference picture or film, or leave the sound out."
        refuse("reference_audio_urls", None, allowed, do, what=what)
    if model.start == "text":
        for name in INPUTS:
            if name in present and name != "audio_url":
                do = _other(model, name, catalogue)
                not_taken(model, name, "given", "it starts from words alone", do=do)
    needs: Mapping[str, tuple[tuple[str, ...], str]] = {
        "image": (("image_url", "keyframes"), "a picture to start from"),
        "frames": (("image_url",), "a first picture"),
        "reference": ((*REFERENCES, "image_url"), "something to refer to"),
        "video": (("video_url",), "a film to start from"),
        "upscale": (("video_url",), "a film to enlarge"),
        "motion": (("video_url",), "a film whose movement is taken over"),
    }
    wanted, what = needs.get(model.start, ((), ""))
    if wanted and not present & set(wanted):
        do = f"Pass {wanted[0]}=..., a path, bytes, a picture or a URL."
        if model.start in {"video", "upscale", "motion"}:
            do = "Pass video_url=..., a path, bytes, a film or a URL."
        if model.start == "image" and (other := _sibling(model, "text-to-video", catalogue)):
            do += f" From words alone films {other}."
        refuse(wanted[0], None, f"given: {what}", do, what=f"{model.id} needs {what}.")
    if model.start == "frames" and "end_image_url" not in present:
        do = "Pass end_image_url=..., the picture the film ends with."
        refuse("end_image_url", None, "given", do, what=f"{model.id} needs a last picture as well.")
    if model.start == "motion" and "image_url" not in present:
        do = "Pass image_url=..., the picture that is to move."
        refuse("image_url", None, "given", do, what=f"{model.id} needs a picture as well.")
    if "end_image_url" in present and not present & {"image_url", "keyframes"}:
        do = "Pass image_url=..., the picture the film starts with."
        refuse("image_url", None, "given with end_image_url", do, what="A film cannot only have an end.")
    if "video_url" in present and model.start in {"image", "frames"}:
        do = _other(model, "video_url", catalogue)
        not_taken(model, "video_url", "given", "it starts from a picture", do=do)
    if model.start == "upscale":
        for name in sorted(present - {"video_url"}):
            not_taken(model, name, "given", "it only enlarges the film it is given")
    if "audio_url" in present and model.track is False:
        able = [each.id for each in catalogue.of_type("video") if each.constraints.get("audio_input") is True]
        do = f"Leave it out, or take {' or '.join(able[:3])}." if able else "Leave it out."
        not_taken(model, "audio_url", "given", "it plays no given music", do=do)
    if "reference_audio_urls" in present and model.voices is False:
        not_taken(model, "reference_audio_urls", "given", "it takes no reference sound")


def _other(model: Takes, field: str, catalogue: Catalogue) -> str:
    """The fix for an input of the wrong model: the same family's model that takes it."""
    ending = {"image_url": "image-to-video", "end_image_url": "image-to-video", "video_url": "video-to-video"}
    other = _sibling(model, ending.get(field, "reference-to-video"), catalogue)
    return (
        f"Leave it out, or take {other}." if other else "Leave it out, or take a model that starts from it."
    )


def _sibling(model: Takes, ending: str, catalogue: Catalogue) -> str | None:
    for mine in ("text-to-video", "image-to-video", "reference-to-video", "video-to-video"):
        if mine in model.id:
            other = model.id.replace(mine, ending)
            return other if other != model.id and catalogue.get(other) is not None else None
    return None
