"""Vectors for texts. API reference: `POST /embeddings`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from venice_nb.calls.call import Call, Safety, Timeouts
from venice_nb.calls.check import fields, integer, listed, refuse, sound, text
from venice_nb.calls.talk.messages import tokens
from venice_nb.calls.talk.parameters import json_extra
from venice_nb.calls.vectors.replies import read_embeddings
from venice_nb.catalogue.names import Resolution, name_of
from venice_nb.errors import InvalidInput, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from venice_nb.calls.call import Received
    from venice_nb.catalogue import Catalogue, Model
    from venice_nb.catalogue.names import ModelName
    from venice_nb.results.vectors import Vectors

ITEMS = 2048  # texts of one request
TOKENS = 8192  # estimated tokens of one text, unless the model takes fewer
NAMED = 8  # rows that a message names

_WORDS = b"abcdefghijklmnopqrstuvwxyz \t\r\n"  # what unknown words are made of

_RULES = {"dimensions": integer(1), "user": text()}


def embed(
    texts: Any,
    *,
    model: ModelName | Resolution,
    catalogue: Catalogue,
    dimensions: int | None = None,
    user: str | None = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Call[Vectors]:
    """The call that turns texts into vectors, one for each, in the order given.

    Args:
        texts: one text, or 1 to 2,048 of them.
        model: an embedding model's id or alias, or its resolution.
        catalogue: the models, for their limits and prices.
        dimensions: length of the vectors, for models that offer a choice.
        user: accepted and ignored by the server.
        extra_body: fields this library does not know; sent as they are.

    Raises InvalidInput for an empty list, and for blank, missing or too long texts, naming their rows.

    """
    rows = _rows(texts)
    if len(rows) > ITEMS:
        do = "Send them in several requests."
        what = f"texts has {len(rows)} items; one request takes {ITEMS}."
        refuse("texts", len(rows), f"1 to {ITEMS} texts", do, what=what)
    resolution = resolved(model, catalogue)
    known = resolution.model
    lengths = check_rows(rows, known)
    given = fields(_RULES, {"dimensions": dimensions, "user": user})
    if dimensions is not None and known is not None:
        _check_dimensions(known, given["dimensions"], catalogue)
    body = {"model": resolution.id, "input": rows, "encoding_format": "base64", **given}
    if extra_body:
        body |= {key: each for key, each in json_extra("extra_body", extra_body).items() if each is not None}
    estimate = sum(map(tokens, lengths))
    return Call(
        operation="createEmbedding",
        method="POST",
        path="/embeddings",
        body=body,
        read=ReadVectors(catalogue, resolution.id, len(rows), given.get("dimensions"), estimate),
        safety=Safety.INFER,
        timeouts=Timeouts(read=60.0, total=120.0),
        model=resolution.id,
        family="embedding",
        tokens=estimate,
        price=catalogue.cost(known, {"prompt_tokens": estimate}) if known is not None else None,
        most=catalogue.cost(known, {"prompt_tokens": _most(rows)}) if known is not None else None,
        paid=True,
    )


def _most(rows: Sequence[str]) -> int:
    """More tokens than tokenizers make of texts: one for two small letters, one for each further byte.

    Signs, digits and other scripts can be a token for each byte; two more frame a text.
    """
    most = 0
    for row in rows:
        content = row.encode("utf-8", "replace")
        further = len(content.translate(None, _WORDS))
        most += min(len(content), len(content) // 2 + further) + 2
    return most


@dataclass(frozen=True, slots=True)
class ReadVectors:
    """Reads the vectors of one request. A value, so that two equal calls are equal."""

    catalogue: Catalogue = field(compare=False, repr=False)
    model: str
    count: int
    dims: int | None
    prompt_tokens: int

    def __call__(self, received: Received) -> Vectors:
        """The vectors, one row for each text."""
        return read_embeddings(
            received,
            count=self.count,
            catalogue=self.catalogue,
            model=self.model,
            dims=self.dims,
            prompt_tokens=self.prompt_tokens,
        )


def _rows(texts: Any) -> list[Any]:
    if isinstance(texts, str):
        return [texts]
    rows = list(texts) if isinstance(texts, Iterator) else listed(texts)
    if rows is None:
        do = "Pass a list of texts; a column of a table is df['column']."
        refuse("texts", texts, "a text or a list of texts", do)
    if not rows:
        refuse("texts", rows, "one text or more", "Check the filter or the file that the list comes from.")
    return list(rows)


def check_rows(
    rows: Sequence[Any],
    model: Model | None,
    *,
    field: str = "texts",
    label: Callable[[int], Any] = lambda row: row,
) -> list[int]:
    """The lengths of the texts in characters; refuses all bad rows of a kind at once.

    `label` gives the name of a row in messages; `rows` of the error are always its places in `rows`.
    """
    refusal = _Refusal(field, label)
    kinds = set(map(type, rows))
    if kinds != {str}:
        _check_kinds(rows, refusal)
    empty = [row for row, each in enumerate(rows) if not each or each.isspace()]
    if empty:
        refusal.rows("blank", empty, "a text that is not blank", "Leave these rows out.")
    for row, each in enumerate(rows):
        if not each.isascii():
            sound(refusal.name(row), each)
    lengths = list(map(len, rows))
    most = longest(model)
    if tokens(max(lengths)) > most:
        long = [row for row, each in enumerate(lengths) if tokens(each) > most]
        name = model.id if model else "the server"
        limit = int(most / 0.95 * 3.2)
        do = f"Cut them into pieces of at most {limit:,} characters."
        refusal.rows("too long", long, f"about {most} tokens at most for {name}", do)
    return lengths


def longest(model: Model | None) -> int:
    """The most tokens, estimated, that a text may have for a model."""
    return min(TOKENS, (model.max_input_tokens if model else None) or TOKENS)


def is_missing(value: Any) -> bool:
    """None, NaN, NaT and pandas' NA: the values that are not equal to themselves, or will not say."""
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    return isinstance(value, float) and value != value  # noqa: PLR0124  that is what NaN means


def _check_kinds(rows: Sequence[Any], refusal: _Refusal) -> None:
    if all(isinstance(each, list | tuple) for each in rows) or all(type(each) is int for each in rows):
        do = "Pass the texts themselves; with LangChain set check_embedding_ctx_length=False."
        held = "numbers" if type(rows[0]) is int else "lists"
        what = f"{refusal.field} holds {held} instead of texts."
        refuse(refusal.field, rows[0], "texts, not token ids", do, what=what)
    missing = [row for row, each in enumerate(rows) if is_missing(each)]
    if missing:
        do = "Leave these rows out: df = df.dropna(subset=[...])."
        refusal.rows("missing (None or NaN)", missing, "a text", do)
    for row, each in enumerate(rows):
        if not isinstance(each, str):
            refuse(refusal.name(row), each, "a text", "Turn it into text first: str(...).")


@dataclass(frozen=True, slots=True)
class _Refusal:
    """How bad rows are named."""

    field: str
    label: Callable[[int], Any]

    def name(self, row: int) -> str:
        return f"{self.field}[{self.label(row)}]"

    def rows(self, what: str, rows: list[int], allowed: str, do: str) -> NoReturn:
        names = ", ".join(plain(self.label(row), 60) for row in rows[:NAMED])
        names += f" and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
        told = f"row {names} is" if len(rows) == 1 else f"rows {names} are"
        raise InvalidInput(
            f"{self.field}: {told} {what}.",
            field=self.field,
            value=f"rows {names}",
            allowed=allowed,
            do=do,
            rows=tuple(rows),
        )


def resolved(model: ModelName | Resolution, catalogue: Catalogue) -> Resolution:
    """What a model's name stands for; refuses a model that makes no vectors."""
    if not isinstance(model, Resolution):
        model = catalogue.resolve(text(blank=False)("model", name_of(model)), type="embedding")
    other = (
        catalogue.resolve(model.id, type=None).model if model.model is None else None
    )  # also a retired name
    if other is not None:
        do = "Take an embedding model: see v.models(type='embedding')."
        what = f"{model.id} is a model of type {other.type}."
        refuse("model", model.id, "an embedding model", do, what=what)
    return model


def _check_dimensions(model: Model, dimensions: int, catalogue: Catalogue) -> None:
    if not model.custom_dimensions:
        able = ", ".join(each.id for each in catalogue.of_type("embedding") if each.custom_dimensions)
        do = f"Leave it out, or take one of {able}." if able else "Leave it out."
        allowed = f"absent for {model.id}, whose vectors have one length"
        refuse("dimensions", dimensions, allowed, do)
    if model.dims is not None and dimensions > model.dims:
        allowed = f"a whole number from 1 to {model.dims} for {model.id}"
        refuse("dimensions", dimensions, allowed, f"Pass at most {model.dims}, or leave it out.")
