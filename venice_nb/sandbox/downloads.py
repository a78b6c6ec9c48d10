"""GET and DELETE /downloads/<token>: the link some jobs deliver through, outside the API and without a key.

The link bears a few fetches; then it answers 429 for a while, then 410. Revoked it answers 404, as it does
before the job is done; expired 410.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .exchange import Refusal, Response, json_response
from .jobs import LIFE, media, missing

if TYPE_CHECKING:
    from .ask import Ask
    from .jobs import Job
    from .state import State

ROOT = "/downloads/"
FETCHES = 5  # that succeed
PATIENCE = 5  # more that are answered 429 before the link is gone


@dataclass(slots=True)
class Link:
    """One download link: the job behind it and how often it was fetched."""

    job: str
    fetches: int = 0


def issue(state: State, job: Job) -> str:
    """Makes the link of a job and returns its address."""
    job.link = state.digest(f"link {job.id}")
    with state.lock:
        state.downloads[job.link] = Link(job.id)
    return state.base_url.removesuffix("/api/v1") + ROOT + job.link


def serve(ask: Ask) -> Response:
    """The file behind a link, or its end."""
    state, method = ask.state, ask.request.method
    token = ask.request.path.removeprefix(ROOT)
    link = state.downloads.get(token)
    job = state.jobs.get(link.job) if link else None
    if method not in ("GET", "HEAD", "DELETE"):
        return Refusal(405, "Method not allowed", {"allow": "DELETE, GET, HEAD"}).response()
    if link is None or job is None or job.make is None:
        return missing().response()
    if method == "DELETE":
        revoke(state, job)
        return json_response({"success": True})
    try:
        return _fetched(ask, link, job)
    except Refusal as refusal:
        return refusal.response()


def revoke(state: State, job: Job) -> None:
    """Ends a link and deletes what it led to."""
    with state.lock:
        state.downloads.pop(job.link, None)
    job.delete()


def _fetched(ask: Ask, link: Link, job: Job) -> Response:
    if ask.now >= job.created + LIFE:
        raise Refusal(410, "This download link has expired")
    if job.verdict is not None or ask.now < job.created + job.seconds:
        raise missing()
    if ask.request.method == "GET":
        with ask.state.lock:
            link.fetches += 1
            fetches = link.fetches
        if fetches > FETCHES + PATIENCE:
            raise Refusal(410, "This download link is used up")
        if fetches > FETCHES:
            raise Refusal(429, "Too many downloads of this link", {"retry-after": "30"})
    found = media(ask, job)
    name = f'attachment; filename="{job.id}.mp4"'
    return Response(200, {"content-type": found.mime, "content-disposition": name}, found.data)
