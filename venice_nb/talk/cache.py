"""The kept answers about rows of tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from venice_nb.policy.answer_cache import AnswerCache, answers_for
from venice_nb.policy.store import Busy, Unusable
from venice_nb.results.kept import Kept

if TYPE_CHECKING:
    from pathlib import Path

    from venice_nb.client.session import Session


class ChatCache(Kept):
    """The answers about rows of tables that are kept between runs: `v.chat.cache`.

    They are found again by the address and the whole request: model, messages, parameters, schema. Of a
    request only a hash is kept, the answers as they came. With a key they are in one file that only this user
    can read; those of a sandbox end with it. Single chats are never kept.

    >>> import pandas as pd, venice_nb as vn
    >>> v = vn.Venice.sandbox()
    >>> df = pd.DataFrame({"text": ["I love it!"]}).venice.using(v).map("Label the tone of: {text}")
    >>> len(v.chat.cache)
    1

    """

    things = "answers"
    here = "v.chat.cache"

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def _answers(self) -> AnswerCache:
        return answers_for(self._session.private)

    @property
    def path(self) -> Path | None:
        """The file; None for answers in memory."""
        return self._answers.path

    @property
    def size(self) -> int:
        """Bytes that the answers take."""
        return self._answers.size()[1]

    def __len__(self) -> int:
        """How many answers there are; 0 when the file cannot be read."""
        return self._answers.size()[0]

    def clear(self) -> None:
        """Forget all of them. What is asked from now on is paid for again.

        Raises OSError when the file cannot be written, or another program keeps it locked.
        """
        try:
            self._answers.clear()
        except Busy:
            raise OSError(f"{self.path} is being written by another program") from None
        except Unusable as error:
            raise OSError(f"{self.path} cannot be written: {error}") from None
