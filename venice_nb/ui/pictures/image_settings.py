"""What is set more rarely when pictures are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.calls.pictures.fields import FORMATS, REWRITE
from venice_nb.render import text
from venice_nb.ui.parts import view

if TYPE_CHECKING:
    from venice_nb.ui.pictures.image_panel import ImagePanel


class Settings:
    """The file format, and what the server does beside drawing."""

    def __init__(self, panel: ImagePanel) -> None:
        self._panel = panel
        kind = view.choice(
            "Format", "Of the file", [("the server's own", ""), *((each, each) for each in FORMATS)], ""
        )
        safe = view.switch("Blur adult content", "Safe mode of the server")
        plain = view.switch("No watermark", "Leave out Venice's mark")
        rewrite = view.switch(
            f"Improve the prompt ({text.money(REWRITE)})", "The server rewrites it first, in up to 30 seconds"
        )
        for name, control in (
            ("format", kind),
            ("safe_mode", safe),
            ("hide_watermark", plain),
            ("enhance_prompt", rewrite),
        ):
            view.joined(panel, name, control)
        self.section = view.Section(
            "More settings", "Format, safe mode, watermark", [view.row(kind, safe, plain, rewrite)]
        )

    def asked(self) -> dict[str, Any]:
        """The arguments for it; what is as the server has it is left out."""
        panel = self._panel
        return {
            "format": panel.format,
            "safe_mode": None if panel.safe_mode else False,
            "hide_watermark": panel.hide_watermark or None,
            "enhance_prompt": panel.enhance_prompt or None,
        }
