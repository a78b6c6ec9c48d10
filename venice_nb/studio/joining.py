"""Several pieces of speech as one sound: asked for side by side, joined in order."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from venice_nb.errors import UnreadableReply, VeniceError
from venice_nb.media.cutting import join
from venice_nb.media.encoding import KINDS, encode
from venice_nb.media.sound import NotSound
from venice_nb.policy.steps import Done, Plan, Send, Work
from venice_nb.results.sound.audio import Audio, Spoken
from venice_nb.studio.together import side_by_side

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from venice_nb.calls.call import Call
    from venice_nb.catalogue.names import Resolution
    from venice_nb.client.session import Session

BREATH = 0.25  # seconds between two parts of one text


@dataclass(frozen=True, slots=True)
class Line:
    """What one voice says in one request; `turn` counts the turns of a dialogue."""

    model: Resolution
    voice: str
    text: str
    turn: int = 0


def read_aloud(
    session: Session,
    lines: Sequence[Line],
    calls: Sequence[Call[Audio]],
    *,
    kind: str,
    pause: float = BREATH,
    at_once: int = 4,
    watch: Callable[[bytes], None] | None = None,
) -> Plan[Audio]:
    """The plan that has all lines spoken and joins them into one sound of that kind.

    `watch` sees the pieces of the first line, which is then spoken before the others. When some lines fail,
    the first failure is raised; what the others gave is joined and kept as `session.last`. So is what had
    come before an interrupt, as WAV, which takes no time.
    """
    done: list[Done] = []
    if watch is not None:
        done.append(Done((yield Send(calls[0], watch))))
    first = len(done)

    def kept(parts: Sequence[tuple[Line, Audio]], sound: Audio) -> None:
        session.last = sound
        told = f"{len(parts)} of {len(calls)} parts were spoken; they are in .last of the client."
        session.announce(told)

    def rescue(come: dict[int, Audio]) -> None:
        parts = [(lines[0], done[0].value)] if first else []
        parts += [(lines[first + position], audio) for position, audio in come.items()]
        kept(parts, _joined(parts, "wav", pause))

    done += yield from side_by_side([_sender(call) for call in calls[first:]], at_once, rescue)
    good = [(line, each.value) for line, each in zip(lines, done, strict=True) if each.error is None]
    errors = [each.error for each in done if each.error is not None]
    if errors and not good:
        raise errors[0]
    try:
        whole: Audio = yield Work(lambda: _joined(good, kind, pause))
    except VeniceError:
        raise
    except BaseException:
        kept(good, _joined(good, "wav", pause))
        raise
    if errors:
        kept(good, whole)
        raise errors[0]
    return whole


def _sender(call: Call[Audio]) -> Callable[[], Plan[Audio]]:
    def plan() -> Plan[Audio]:
        audio: Audio = yield Send(call)
        return audio

    return plan


def _joined(spoken: Sequence[tuple[Line, Audio]], kind: str, pause: float) -> Audio:
    """One sound of all, with who speaks when, and the cost of all together."""
    lines = [line for line, _ in spoken]
    parts = [audio for _, audio in spoken]
    try:
        sounds = [part.sound for part in parts]
    except NotSound as error:
        raise _undecodable(parts, error) from None
    pauses = [pause if one.turn != two.turn else BREATH for one, two in pairwise(lines)]
    sound, times = join(sounds, pauses)
    first = parts[0]
    models = list(dict.fromkeys(part.model for part in parts))
    return Audio(
        encode(sound, kind),
        KINDS[kind][0],
        text=" ".join(line.text for line in lines),
        voice=first.voice,
        model=", ".join(models),
        cost=sum((part.cost for part in parts[1:]), first.cost),
        headers=parts[-1].headers,
        elapsed=sum(part.elapsed for part in parts),
        first_byte=first.first_byte,
        rate=sound.rate if kind == "pcm" else None,
        spoken=tuple(
            Spoken(line.voice, line.text, start, end, audio.model)
            for (line, audio), (start, end) in zip(spoken, times, strict=True)
        ),
    )


def _undecodable(parts: Sequence[Any], error: NotSound) -> UnreadableReply:
    return UnreadableReply(
        f"A part of the speech cannot be joined to the others: {error}.",
        do="the parts are in .parts of this error, each with its bytes; save them: part.save()",
        charged="unknown",
        parts=tuple(parts),
        content=b"",
    )
