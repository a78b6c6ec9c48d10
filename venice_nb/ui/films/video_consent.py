"""What the provider of a film asks to have confirmed, in its own words, with a box for the user to tick."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.ui.parts import view

if TYPE_CHECKING:
    from venice_nb.errors import ConsentRequired
    from venice_nb.ui.films.video_panel import VideoPanel


class VideoConsent:
    """Nothing is confirmed unasked, nor for another film: `consent` of the panel begins anew with each."""

    def __init__(self, panel: VideoPanel) -> None:
        self._panel = panel
        self._asked: ConsentRequired | None = None
        self._policy = view.pane()
        self._box = view.switch(
            "I have read this and confirm it for this film", "Without it the provider makes no such film"
        )
        view.joined(panel, "consent", self._box)
        self.view = view.column(self._policy, self._box)
        self.ask(None)

    def ask(self, asked: ConsentRequired | None) -> None:
        """Show what a refusal asks for; None puts it away."""
        self._asked = asked
        self._panel.consent = False
        self.view.layout.display = None if asked is not None else "none"
        if asked is None:
            view.draw(self._policy)
            return
        policy = getattr(asked, "policy_text", None) or asked.what
        head = html.tag("p", html.tag("strong", "The provider asks you to confirm:"))
        lines = filter(str.strip, text.clean(policy, view.LONGEST).split("\n"))
        view.draw(self._policy, head, *(html.tag("p", line) for line in lines))

    @property
    def given(self) -> dict[str, Any] | None:
        """What `v.video.submit` takes as consents; None where nothing is confirmed."""
        confirmed = self._panel.consent and self._asked is not None
        return getattr(self._asked, "consents", None) if confirmed else None
