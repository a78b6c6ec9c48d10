"""Work that takes minutes: asking how it is doing, taking what was made, and tidying up.

API reference: `POST /video/retrieve`, `/video/complete`, `/audio/retrieve`, `/audio/complete`, and what
`/video/queue` and `/audio/queue` answer. All of it is read leniently, in both spellings that are about: the
work has been paid for, and only its id leads back to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from venice_nb.calls.answer import read_object, unreadable
from venice_nb.calls.call import Call, Received, Safety, Timeouts
from venice_nb.calls.check import refuse
from venice_nb.errors import UnreadableReply
from venice_nb.media.sniff import sniff
from venice_nb.results.headers import Headers
from venice_nb.results.reading import flag, mapping, number, string

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from venice_nb.results.money import Cost

Kind = Literal["video", "music"]

ID_KEYS = ("queue_id", "queueid", "id")  # the official spelling first
_ROOM = {"video": ("video", "Video"), "music": ("audio", "Audio")}  # as in paths and in operation ids
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ELAPSED = ("execution_duration", "executionDuration")
_TYPICAL = ("average_execution_time", "averageExecutionTime", "estimatedDuration", "estimated_duration")
_FAILED = frozenset({"failed", "error", "errored", "cancelled", "canceled", "rejected"})
_DONE = frozenset({"completed", "complete", "succeeded", "success", "done", "finished"})


@dataclass(frozen=True, slots=True)
class Queued:
    """The work was accepted, and paid for.

    Attributes:
        queue_id: the server's id, the only way back to the work.
        model: the model that does it.
        download_url: where the result can be fetched, told this once only; empty when it comes by retrieving.
        status: as the server says it, in lower case; may be empty.
        id_key: how the server spells `queue_id`; later calls spell it the same.
        cost: the quoted price, once the plan knows it.
        raw: the server's object.
        headers: those of the answer.

    """

    queue_id: str
    model: str = ""
    download_url: str = ""
    status: str = ""
    id_key: str = "queue_id"
    cost: Cost | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False)
    headers: Headers = field(default_factory=Headers, compare=False)


@dataclass(frozen=True, slots=True)
class Progress:
    """How the work is doing; `elapsed_ms` and `typical_ms` are None where the server did not say."""

    status: str = ""
    elapsed_ms: float | None = None
    typical_ms: float | None = None
    url: str = ""
    problem: str = ""  # the server's sentence when it says under 200 that the work failed
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False)
    headers: Headers = field(default_factory=Headers, compare=False)

    @property
    def completed(self) -> bool:
        """The work is done and waits at an address."""
        return self.status in _DONE

    @property
    def failed(self) -> bool:
        """The work will not be done."""
        return self.status in _FAILED


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was made: in `file` when the call named one and the server said media, else in `data`."""

    file: Path | None = None
    data: bytes = field(default=b"", repr=False)
    mime: str = ""
    headers: Headers = field(default_factory=Headers, compare=False)


def retrieve(
    kind: Kind,
    model: str,
    queue_id: str,
    *,
    delete: bool = False,
    id_key: str = "queue_id",
    file: Path | None = None,
) -> Call[Progress | Delivery]:
    """The call that asks how a job is doing; its answer is the result itself once that is ready.

    Args:
        kind: video or music.
        model: the model that does the work.
        queue_id: the server's id of the job.
        delete: have the server forget the result with this answer. A cut download is then lost.
        id_key: how the server spelled the id.
        file: where the result goes as it arrives.

    """
    room, operation = _ROOM[kind]
    body: dict[str, Any] = {"model": model, id_key: queue_id}
    if delete:
        body["delete_media_on_completion"] = True
    return Call(
        operation=f"retrieve{operation}",
        method="POST",
        path=f"/{room}/retrieve",
        body=body,
        read=read_retrieved,
        accept=f"{room}/*, application/json",
        safety=Safety.POLL,
        timeouts=Timeouts(read=60.0, total=900.0),
        model=model,
        family=f"{kind}_retrieve",
        file=file,
    )


def complete(kind: Kind, model: str, queue_id: str, *, id_key: str = "queue_id") -> Call[bool]:
    """The call that lets the server delete the result; False when it says that it has not."""
    room, operation = _ROOM[kind]
    return Call(
        operation=f"complete{operation}",
        method="POST",
        path=f"/{room}/complete",
        body={"model": model, id_key: queue_id},
        read=read_completed,
        timeouts=Timeouts(read=15.0, total=30.0),
    )


def read_queued(received: Received) -> Queued:
    """The accepted work. Raises UnreadableReply, which keeps the bytes, when there is no id in the answer."""
    try:
        answer = read_object(received, what="the id of the job")
    except UnreadableReply:
        found = salvaged(received.content)
        if found is None:
            raise
        return replace(found, headers=Headers(received.headers))
    found = _queued(answer)
    if found is None:
        raise unreadable(received, "The server accepted the job without telling its id", answer)
    return replace(found, headers=Headers(received.headers))


def salvaged(content: bytes) -> Queued | None:
    """The accepted work in an answer that was cut or garbled, when its id arrived whole."""
    said = content.decode("utf-8", "replace")
    for key in ID_KEYS:
        if found := re.search(rf'"{key}"\s*:\s*"({_UUID.pattern})"', said):
            url = re.search(r'"download_url"\s*:\s*"(https?:[^"\\\s]+)"', said)
            return Queued(found[1], download_url=url[1] if url else "", id_key=key)
    return None


def _queued(answer: Mapping[str, Any]) -> Queued | None:
    places = (answer, mapping(answer.get("data")), mapping(answer.get("job")))
    for place in places:
        for key in ID_KEYS:
            if ident := string(place.get(key)).strip():
                return Queued(
                    queue_id=ident,
                    model=string(place.get("model")),
                    download_url=_address(place),
                    status=string(place.get("status")).casefold(),
                    id_key=key,
                    raw=dict(answer),
                )
    return None


def read_retrieved(received: Received) -> Progress | Delivery:
    """The result when there is one, else how the work is doing."""
    headers = Headers(received.headers)
    if received.file is not None:
        return Delivery(received.file, b"", received.content_type, headers)
    kind = received.content_type
    sniffed = sniff(received.content)
    if kind.startswith(("video/", "audio/")) or sniffed.startswith(("video/", "audio/")):
        return Delivery(None, received.content, kind if "/" in kind else sniffed, headers)
    answer = read_object(received, what="the state of the job")
    status = string(answer.get("status")).strip().casefold()
    problem = string(mapping(answer.get("error")).get("message")) or string(answer.get("error"))
    if problem and status not in _DONE:
        status = "failed"
    return Progress(
        status=status,
        elapsed_ms=_milliseconds(answer, _ELAPSED),
        typical_ms=_milliseconds(answer, _TYPICAL),
        url=_address(answer),
        problem=problem,
        raw=answer,
        headers=headers,
    )


def read_completed(received: Received) -> bool:
    """Whether the server deleted the result; anything but a clear yes is a no."""
    try:
        return flag(read_object(received, what="whether it was deleted").get("success"))
    except UnreadableReply:
        return False


def _milliseconds(answer: Mapping[str, Any], names: tuple[str, ...]) -> float | None:
    found = (number(answer.get(name)) for name in names)
    return next((each for each in found if each is not None and each >= 0), None)


def _address(answer: Mapping[str, Any]) -> str:
    found = (string(answer.get(name)) for name in ("download_url", "downloadUrl", "url"))
    return next((each for each in found if each.startswith(("https://", "http://"))), "")


def job_id(field: str, value: Any) -> str:
    """The id of a job, refused unless it has the form of one."""
    ident = value.strip() if isinstance(value, str) else ""
    if not _UUID.fullmatch(ident):
        allowed = "the id of a job, such as 123e4567-e89b-12d3-a456-426614174000"
        refuse(field, value, allowed, "Copy the id again in full; v.jobs() lists the jobs of this machine.")
    return ident


def job_kind(field: str, value: Any) -> Kind:
    """What is made: video or music (of which effects are a part)."""
    if value == "video":
        return "video"
    if value in ("music", "audio"):
        return "music"
    return refuse(field, value, "'video' or 'music'", "Say which queue the id came from.")
