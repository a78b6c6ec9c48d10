"""The part of the voice panel that listens: its options, and the transcript whose lines play their moment."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from venice_nb.render import html, text
from venice_nb.results.sound import transcript_view
from venice_nb.results.sound.transcript import Timings
from venice_nb.ui.parts import view
from venice_nb.ui.parts.model_picker import facts
from venice_nb.ui.parts.player import SMALL
from venice_nb.ui.sound.recordings import Recordings

if TYPE_CHECKING:
    from venice_nb.results.sound.subtitles import Span
    from venice_nb.results.sound.transcript import Transcript
    from venice_nb.ui.sound.voice_panel import VoicePanel

LINES = 150  # lines that are drawn: what is drawn is state of the widget
SAVED = {".srt": "Subtitles as SubRip", ".vtt": "Subtitles as WebVTT", ".txt": "The text"}


class Transcribing:
    """`inputs` and `results` are its views. The traits of the panel follow its controls."""

    def __init__(self, panel: VoicePanel) -> None:
        self._panel = panel
        self.recordings = Recordings(panel)
        model = view.choice("Listening model", "Who transcribes", panel.ids("asr"), panel.listener)
        self._facts = view.pane()
        tip = "A code such as en; empty to have it found out"
        language = view.line("Spoken in", tip, placeholder="en")
        times = view.switch("Times of the lines", "Lines that play their moment, and subtitles, need them")
        for name, control in (("listener", model), ("language", language), ("timestamps", times)):
            view.joined(panel, name, control)
        self.inputs = view.column(
            self.recordings.view, view.row(model, self._facts), view.row(language, times)
        )
        self._said = view.pane()
        tip = "Loads the recording, so that each line plays its moment"
        self._load = view.button("Play by line", tip, self.play)
        tip = "Takes the recording off the page; the lines stay"
        self._away = view.button("Put the recording away", tip, self.put_away)
        saves = [
            view.button(f"Save {suffix}", tip, partial(panel.save_transcript, suffix))
            for suffix, tip in SAVED.items()
        ]
        self._buttons = view.row(self._load, self._away, *saves)
        self.results = view.column(self._said, self._buttons)
        panel.observe(lambda _: self._change_model(), "listener")
        panel.observe(lambda _: self._show(), "transcript")
        self._change_model()
        self._show()

    def play(self) -> None:
        """Put the recording on the page, above the lines that play it."""
        self._draw(playing=True)

    def put_away(self) -> None:
        """Take it off the page."""
        self._draw(playing=False)

    def _change_model(self) -> None:
        found = self._panel.known("asr", self._panel.listener)
        view.draw(self._facts, *([] if found is None else [html.tag("p", facts(found), class_="vn-line")]))

    def _show(self) -> None:
        """A short recording is there at once."""
        self._draw(playing=within(self._panel.transcript, SMALL))

    def _draw(self, *, playing: bool) -> None:
        transcript = self._panel.transcript
        self._buttons.layout.display = "none" if transcript is None else None
        if transcript is None:
            view.draw(self._said)
            return
        view.draw(self._said, *drawn(transcript, playing=playing))
        able = transcript.source is not None and bool(transcript.timed)
        self._load.layout.display = None if able and not playing else "none"
        self._away.layout.display = None if able and playing else "none"


def within(transcript: Transcript | None, most: int) -> bool:
    """Whether the recording has at most so many bytes."""
    return transcript is not None and transcript.source is not None and len(transcript.source.data) <= most


def drawn(transcript: Transcript, *, playing: bool) -> list[html.Child]:
    """The transcript with as many lines as a widget may hold; with the recording where it is `playing`."""
    said: list[Span] = []
    size = 0
    for line in transcript.lines[:LINES]:
        size += len(line.text)
        if said and size > view.LONGEST:
            break
        said.append(line)
    rest = len(transcript.lines) - len(said)
    short = replace(
        transcript,
        text=text.clean(transcript.text, view.LONGEST),
        timings=Timings(segments=tuple(said)) if transcript.timed else Timings(),
        source=transcript.source if playing else None,
    )
    more = html.note(f"{text.count(rest)} more lines: panel.transcript has all.") if rest else None
    return [html.tag("div", transcript_view.card(short, embed=True), class_="vn-fit"), more]
