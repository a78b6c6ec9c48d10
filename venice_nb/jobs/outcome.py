"""What became of a job that brought nothing, told in errors that say whether it was charged."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from venice_nb import errors
from venice_nb.render.text import bytes_, seconds, short

if TYPE_CHECKING:
    from pathlib import Path

    from venice_nb.policy.entry import Entry

# Venice's own sentence on it, in the message of a refusal.
_REFUNDED = re.compile(r"\bcredits (?:have|were) (?P<not>not )?(?:been )?refunded\b", re.IGNORECASE)


def resume(entry: Entry) -> str:
    """The code that waits for the job, also in another process."""
    return f"v.job('{short(entry.id, 60)}').wait()"


def told(entry: Entry) -> str:
    """The server's sentence about the job, with a full stop; empty when there is none."""
    what = short(entry.what, 300)
    return what if not what or what[-1] in ".!?…" else f"{what}."


def refund(entry: Entry) -> str:
    """One sentence on the money of a failed job; empty when the server's own words say the same."""
    if entry.refunded is None:
        return "The server did not say whether it gave the money back."
    said = _REFUNDED.search(entry.what)
    if said is not None and (said["not"] is None) is entry.refunded:
        return ""
    return "The server gave the money back." if entry.refunded else "The server did not give the money back."


def charged(entry: Entry) -> errors.Charged:
    """Whether the job was paid for."""
    if entry.state == "refused":
        return "no"
    if entry.state == "failed":
        return "unknown" if entry.refunded is None else "no" if entry.refunded else "yes"
    return "unknown" if entry.state == "unknown" else "yes"


def lost(entry: Entry) -> errors.VeniceError:
    """The error of a job that has ended without a result, or of which nobody knows what became."""
    if entry.state == "unknown":
        return errors.UnknownOutcome(
            f"Nobody knows whether the order {entry.op} was accepted; it may have been charged.",
            **_known(entry),
            do=doubt(entry),
        )
    if entry.state == "expired":
        what = f"The {entry.kind} of job {entry.id} is gone: the server keeps it for 24 hours."
        return errors.JobError(
            f"{what} {told(entry)}".strip(), **_known(entry), do="order it again with submit(...)"
        )
    if entry.state == "refused":
        return errors.JobError(
            f"The order {entry.op} was refused: {told(entry)}",
            **_known(entry),
            do="correct what is named and order it again",
        )
    why = f"{told(entry) or 'the server did not say why.'} {refund(entry)}".strip()
    return errors.JobError(
        f"Job {entry.id} failed: {why}",
        **_known(entry),
        do=_advice(entry),
        credits_refunded=entry.refunded,
        suggested_prompt=entry.suggested_prompt or None,
        recommended_model=entry.recommended_model or None,
    )


def doubt(entry: Entry) -> str:
    """What to do about an order of unknown outcome."""
    op = f"v.job('{entry.op}')"
    return (
        f"{op}.reconcile() compares the balance with the one before; {op}.resubmit(accept_duplicate=True) "
        "orders it once more"
    )


def _advice(entry: Entry) -> str:
    if entry.suggested_prompt:
        return (
            f"the server proposes another prompt, in .suggested_prompt: {short(entry.suggested_prompt, 300)}"
        )
    if entry.recommended_model:
        return f"change the prompt, or try the model {short(entry.recommended_model, 80)}"
    return "change the prompt or the model, then order it again with submit(...)"


def running(entry: Entry, waited: float) -> errors.StillRunning:
    """The error of a wait that was told to end."""
    return errors.StillRunning(
        f"Job {entry.id} is not ready after {seconds(waited)}; it goes on at the server.",
        **_known(entry),
        do=f"{resume(entry)} waits on",
        job=entry.id,
    )


def full(entry: Entry, folder: Path, error: OSError, free: int | None) -> errors.VeniceError:
    """The error of a result that could not be written."""
    left = "" if free is None else f", where {bytes_(free)} are free"
    why = error.strerror or type(error).__name__
    return errors.VeniceError(
        f"The {entry.kind} of job {entry.id} is ready, but could not be saved in {folder}{left}: {why}.",
        **_known(entry),
        do=f"the server still has it: make room there, or choose a folder with out=..., then {resume(entry)}",
        job=entry.id,
    )


def torn(entry: Entry, why: str) -> errors.VeniceError:
    """The error of a result that never came whole."""
    return errors.VeniceError(
        f"The {entry.kind} of job {entry.id} is ready, but could not be fetched: {why}",
        **_known(entry),
        do=f"nothing was deleted at the server: {resume(entry)} tries again",
        job=entry.id,
    )


def dead_link(entry: Entry, error: errors.APIError) -> errors.VeniceError:
    """The error of an address that no longer gives the result out."""
    if isinstance(error, errors.RateLimited):
        return torn(entry, "its link was asked too often; it allows a few tries only")
    return errors.JobError(
        f"The link of job {entry.id} no longer works (status {error.status}): such links last 24 hours at "
        "most, and only for a few tries from one network.",
        **_known(entry),
        do="order it again with submit(...)",
        job=entry.id,
    )


def facts(error: errors.APIError) -> dict[str, Any]:
    """What a server's final word on a job says, by the names of the journal."""
    body = error.body if isinstance(error.body, dict) else {}
    inner = body.get("error")
    told = [body, *([inner] if isinstance(inner, dict) else [])]
    refunded = [each["credits_refunded"] for each in told if isinstance(each.get("credits_refunded"), bool)]
    return {
        "state": "failed",
        "what": short(error.what, 500),
        "refunded": refunded[-1] if refunded else None,
        "suggested_prompt": short(getattr(error, "suggested_prompt", None) or "", 2000),
        "recommended_model": short(getattr(error, "recommended_model", None) or "", 200),
    }


def _known(entry: Entry) -> dict[str, Any]:
    return {
        "asked": f"{entry.kind} (model {short(entry.model, 80)})",
        "charged": charged(entry),
        "op_id": entry.op,
    }
