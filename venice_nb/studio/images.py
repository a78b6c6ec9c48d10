"""New pictures from a prompt, and the styles they can have.

API reference: `POST /image/generate`, `POST /images/generations`, `GET /image/styles`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from venice_nb.calls.pictures import images as calls
from venice_nb.calls.pictures import styles as image_styles
from venice_nb.media.inputs import held
from venice_nb.policy.steps import Plan, Send
from venice_nb.studio.actions import all_owned
from venice_nb.studio.keeping import keep
from venice_nb.studio.picking import pick

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from venice_nb.calls.call import Call
    from venice_nb.catalogue.names import ModelName, Resolution
    from venice_nb.client.session import Session
    from venice_nb.results.pictures.gallery import Gallery
    from venice_nb.results.pictures.styles import Styles

# The server's own styles, by client, once they have been asked for.
_styles: WeakKeyDictionary[Session, Styles] = WeakKeyDictionary()


def generate(
    session: Session,
    /,
    prompt: str,
    *,
    model: ModelName | None = None,
    negative_prompt: str | None = None,
    width: int | None = None,
    height: int | None = None,
    aspect_ratio: str | None = None,
    resolution: str | None = None,
    quality: str | None = None,
    cfg_scale: float | None = None,
    steps: int | None = None,
    seed: int | None = None,
    variants: int | None = None,
    format: str | None = None,  # noqa: A002  the API's own name
    return_binary: bool | None = None,
    style_preset: str | None = None,
    style_references: Any = None,
    lora_strength: int | None = None,
    safe_mode: bool | None = None,
    hide_watermark: bool | None = None,
    embed_exif_metadata: bool | None = None,
    enhance_prompt: bool | None = None,
    enable_web_search: bool | None = None,
    disable_prompt_optimization_thinking: bool | None = None,
    inpaint: Any = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Plan[Gallery]:
    """One to four new pictures: a gallery, whose first picture is `g[0]`.

    Args:
        prompt: what is to be seen; at most 7,500 characters, fewer for some models.
        model: an image model by id, trait or other name; the one with the trait `default` when left out.
        negative_prompt: what is not to be seen; many models take no notice.
        width: pixels, up to 1,280, for models that are sized so (multiples of 8 or 16).
        height: likewise; 1,024 when left out.
        aspect_ratio: such as "16:9", for models that are sized by a ratio.
        resolution: 1K, 2K or 4K, for models that have such tiers; it changes the price.
        quality: low, medium or high, for models that have levels; it changes the price.
        cfg_scale: how closely the prompt is followed, above 0 and up to 20.
        steps: of the drawing; more than the model takes is brought down to its most, and said.
        seed: the same seed draws the same picture; random when left out.
        variants: 1 to 4 pictures, each of them paid for.
        format: webp (when left out), png or jpeg.
        return_binary: whether the answer is the bytes themselves; chosen for you: for one picture it is,
            which saves a quarter of what is sent.
        style_preset: a name of `v.images.styles()`, in any case.
        style_references: one or more pictures whose style to take (under 8 MB each), or dicts of `image` and
            `strength` (0.1 to 1), for models that can.
        lora_strength: 0 to 100.
        safe_mode: blur adult content; on when left out.
        hide_watermark: leave out Venice's mark.
        embed_exif_metadata: write the request into the file.
        enhance_prompt: let the server rewrite the prompt first (0.04 dollars, up to 30 s).
        enable_web_search: for models that can look things up.
        disable_prompt_optimization_thinking: for models that think the prompt over.
        inpaint: retired; use `edit`.
        extra_body: fields this library does not name.

    Raises InvalidInput before anything is sent, and ContentRefused for a picture that was blocked, which is
    not charged. One broken picture among several is in `.errors`. A request whose answer was lost is never
    sent again by itself. API reference: `POST /image/generate`.

    >>> import venice_nb as vn
    >>> g = vn.Venice.sandbox().images.generate("a gondola at dusk", width=512, height=256, seed=7)
    >>> g[0].size
    (512, 256)

    """
    build = partial(
        calls.generate,
        prompt,
        catalogue=session.catalogue,
        styles=known_styles(session),
        negative_prompt=negative_prompt,
        width=width,
        height=height,
        aspect_ratio=aspect_ratio,
        resolution=resolution,
        quality=quality,
        cfg_scale=cfg_scale,
        steps=steps,
        seed=seed,
        variants=variants,
        format=format,
        return_binary=return_binary,
        style_preset=style_preset,
        style_references=held(style_references, "style_references"),
        lora_strength=lora_strength,
        safe_mode=safe_mode,
        hide_watermark=hide_watermark,
        embed_exif_metadata=embed_exif_metadata,
        enhance_prompt=enhance_prompt,
        enable_web_search=enable_web_search,
        disable_prompt_optimization_thinking=disable_prompt_optimization_thinking,
        inpaint=inpaint,
        extra_body=extra_body,
    )
    return (yield from _made(session, model, build, build.keywords))


def generations(
    session: Session,
    /,
    prompt: str,
    *,
    model: ModelName | None = None,
    n: int | None = None,
    size: str | None = None,
    response_format: str | None = None,
    output_format: str | None = None,
    moderation: str | None = None,
    quality: str | None = None,
    style: str | None = None,
    background: str | None = None,
    output_compression: int | None = None,
    user: str | None = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Plan[Gallery]:
    """One new picture, asked for in the layout of OpenAI: a gallery of one.

    For code that was written for it; `generate` can do more.

    Args:
        prompt: what is to be seen; at most 1,500 characters.
        model: an image model by id, trait or other name; the one with the trait `default` when left out.
        n: 1.
        size: auto (1024x1024), 256x256, 512x512, 1024x1024, 1536x1024, 1024x1536, 1792x1024 or 1024x1792.
        response_format: b64_json or url, which is a data URL; both give the same picture here.
        output_format: png (when left out), jpeg or webp.
        moderation: auto, or low, which blurs nothing.
        quality: auto, high, medium, low, hd or standard; taken and ignored by the server.
        style: vivid or natural; ignored as well.
        background: transparent, opaque or auto; ignored as well.
        output_compression: 0 to 100; ignored as well.
        user: a name of your user; ignored as well.
        extra_body: fields this library does not name.

    Raises InvalidInput before anything is sent, and ContentRefused for a picture that was blocked. API
    reference: `POST /images/generations`.

    >>> import venice_nb as vn
    >>> vn.Venice.sandbox().images.generations("a canal", size="256x256")[0].size
    (256, 256)

    """
    build = partial(
        calls.generations,
        prompt,
        catalogue=session.catalogue,
        n=n,
        size=size,
        response_format=response_format,
        output_format=output_format,
        moderation=moderation,
        quality=quality,
        style=style,
        background=background,
        output_compression=output_compression,
        user=user,
        extra_body=extra_body,
    )

    def quiet(*, model: Resolution, tell: Any) -> Call[Gallery]:  # noqa: ARG001  nothing is changed here
        return build(model=model)

    return (yield from _made(session, model, quiet))


def styles(session: Session, /) -> Plan[Styles]:
    """The styles for `style_preset=`, as the server lists them: reads like a list of texts.

    What is in it is taken by `generate` from then on. No key is needed. API reference: `GET /image/styles`.

    >>> import venice_nb as vn
    >>> "Film Noir" in vn.Venice.sandbox().images.styles()
    True

    """
    found: Styles = yield Send(image_styles.styles())
    _styles[session] = found
    return found


def known_styles(session: Session) -> tuple[str, ...]:
    """The styles of the server, when this client has asked for them; empty before."""
    found = _styles.get(session)
    return found.names if found is not None else ()


def finish(session: Session, gallery: Gallery) -> Gallery:
    """The gallery with the client behind its pictures; what could not be read is said."""
    if gallery.errors:
        count, of = len(gallery.errors), len(gallery.errors) + len(gallery.images)
        session.announce(f"{count} of {of} pictures could not be read; .errors of the gallery says why.")
    return all_owned(session, gallery)


def _made(
    session: Session,
    model: ModelName | None,
    build: Callable[..., Call[Gallery]],
    asked: Mapping[str, Any] | None = None,
) -> Plan[Gallery]:
    """Find the model, send, keep what came."""
    notes: list[str] = []
    found = yield from pick(
        session, model, "image", first=lambda found: build(model=found, tell=str), asked=asked
    )
    call = build(model=found, tell=notes.append)
    for note in notes:
        session.announce(note)
    gallery: Gallery = yield Send(call)
    session.last = gallery = finish(session, gallery)
    session.last = gallery = yield from keep(session, gallery)
    return gallery
