"""The journal as plans use it: a locked file is waited for, an unusable one stops what would cost money."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeVar

from venice_nb.errors import LocalLimit
from venice_nb.policy.journal import journal_for
from venice_nb.policy.steps import Plan, Run, Sleep
from venice_nb.policy.store import Busy, Unusable

if TYPE_CHECKING:
    from collections.abc import Callable

    from venice_nb.client.session import Session
    from venice_nb.policy.entry import Entry
    from venice_nb.policy.journal import Journal

T = TypeVar("T")
log = logging.getLogger("venice_nb")

PATIENCE = 30.0  # seconds that a journal may stay locked
BEAT = 0.1  # seconds between two tries


def journal_of(session: Session) -> Journal:
    """The journal of the session's key and address. That of an embedded sandbox ends with the sandbox."""
    return journal_for(session.settings.base_url, session.key, private=session.sandbox)


def written(act: Callable[[], T], *, so: str = "nothing was sent", paid: bool = False) -> Plan[T]:
    """What `act` does in the journal.

    For the error, `so` says what it means that it cannot be done, and `paid` whether money went.
    """
    waited = 0.0
    while True:
        try:
            done: T = yield Run(act)
        except Busy:
            if waited >= PATIENCE:
                raise _unusable(
                    f"another program has kept it locked for {PATIENCE:.0f} s", so, paid
                ) from None
            yield Sleep(BEAT)
            waited += BEAT + 0.25  # the store itself waits a quarter of a second
        except Unusable as error:
            raise _unusable(str(error), so, paid) from None
        else:
            return done


def noted(act: Callable[[], Entry], otherwise: Entry) -> Entry:
    """What `act` writes, or `otherwise` where that fails: no work stops for a note about it."""
    try:
        return act()
    except (Busy, Unusable) as error:
        why = str(error) or "it is locked"
        log.warning("job %s could not be noted in the journal: %s", otherwise.id, why)
        return otherwise


def _unusable(why: str, so: str, paid: bool) -> LocalLimit:
    return LocalLimit(
        f"The journal of jobs cannot be written ({why}); {so}.",
        do="a paid job is written down first, so that it is never lost: free space on the disk, or set "
        "VENICE_STATE_DIR to a folder that can be written to",
        charged="yes" if paid else "no",
    )
