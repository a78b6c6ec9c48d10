"""What can be done with a picture that a client gave out: `g[0].upscale(2).edit("...")`."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from venice_nb.calls.check import unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from venice_nb.client.session import Session
    from venice_nb.results.pictures.gallery import Gallery
    from venice_nb.results.pictures.image import Image


@dataclass(frozen=True, slots=True, eq=False)
class Actions:
    """The client behind its pictures. What comes of an action is awaitable where the client is.

    A picture that is pickled leaves its client behind.
    """

    session: Session

    def upscale(self, image: Image, scale: float, **options: Any) -> Any:
        """See `v.images.upscale`."""
        from venice_nb.studio import edits  # noqa: PLC0415  edits and actions know each other

        return self._run(edits.upscale, image, scale, **options)

    def edit(self, image: Image, prompt: str, **options: Any) -> Any:
        """See `v.images.edit`."""
        from venice_nb.studio import edits  # noqa: PLC0415  likewise

        return self._run(edits.edit, image, prompt, **options)

    def remove_background(self, image: Image, **options: Any) -> Any:
        """See `v.images.remove_background`."""
        from venice_nb.studio import edits  # noqa: PLC0415  likewise

        return self._run(edits.remove_background, image, **options)

    def animate(self, image: Image, prompt: str, **options: Any) -> Any:
        """See `v.video.submit`."""
        from venice_nb.studio import video  # noqa: PLC0415  most pictures are never animated

        return self._run(video.submit, prompt, image_url=image, **options)

    def _run(self, plan: Callable[..., Any], *args: Any, **options: Any) -> Any:
        parameters = inspect.signature(plan).parameters.values()
        known = [each.name for each in parameters if each.kind is each.KEYWORD_ONLY]
        if not any(each.kind is each.VAR_KEYWORD for each in parameters):
            for name in options:
                if name not in known:
                    unknown(name, known)
        return self.session.run(plan(self.session, *args, **options))

    def __reduce__(self) -> tuple[Any, ...]:
        return _nobody, ()

    def __deepcopy__(self, _: Any) -> Actions:
        return self


def _nobody() -> None:
    """What stands in a pickle where the client was."""


def owned(session: Session, image: Image) -> Image:
    """The picture, with the client behind it."""
    return replace(image, actions=Actions(session))


def all_owned(session: Session, gallery: Gallery) -> Gallery:
    """The pictures, with the client behind each."""
    return replace(gallery, images=tuple(owned(session, image) for image in gallery.images))
