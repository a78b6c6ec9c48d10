"""What was spent, from the sandbox's own books: line by line, and summed up by day, model and key."""

from __future__ import annotations

import csv
import io
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from venice_nb.sandbox.catalogue import models
from venice_nb.sandbox.exchange import Response, json_response
from venice_nb.sandbox.schema import refused
from venice_nb.sandbox.state import iso

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from venice_nb.sandbox.ask import Ask
    from venice_nb.sandbox.state import Charge

PAGE = 1000  # lines, unless asked otherwise
LONGEST = 90  # days of a summary
TOP = 8  # names that the daily sums tell apart
_COLUMNS = (
    "timestamp",
    "sku",
    "pricePerUnitUsd",
    "units",
    "amount",
    "currency",
    "notes",
    "requestId",
    "promptTokens",
    "completionTokens",
    "inferenceExecutionTime",
)
_UNITS = {
    **dict.fromkeys(("text", "embedding"), "tokens"),
    **dict.fromkeys(("image", "inpaint", "upscale"), "images"),
    **dict.fromkeys(("asr", "video", "music"), "seconds"),
    "tts": "chars",
}
_TYPES = {"text": "LLM", "image": "IMAGE", "tts": "TTS", "asr": "ASR", "video": "VIDEO"}


def history(ask: Ask) -> Response:
    """One page of the books in the order of time, as JSON or as CSV. A cursor carries the walk's filters."""
    query = ask.query
    if "cursor" in query:
        if len(query) > 1:
            raise refused(["cursor"], "cursor cannot be combined with other parameters")
        query = _walk(query["cursor"])
    start, end = _instant(query, "startTimestamp"), _instant(query, "endTimestamp")
    if start is not None and end is not None and end <= start:
        raise refused(["endTimestamp"], "endTimestamp must be later than startTimestamp")
    lines = [
        line
        for charge in list(ask.state.books)
        if (start is None or charge.time >= start)
        and (end is None or charge.time < end)
        and query.get("currency", charge.currency) == charge.currency
        for line in _lines(charge)
    ]
    offset, size = int(query.get("offset", 0)), int(query.get("pageSize", PAGE))
    page = lines[offset : offset + size]
    following = None
    if offset + size < len(lines):
        following = urlsafe_b64encode(orjson.dumps({**query, "offset": offset + size})).decode().rstrip("=")
    if "text/csv" not in ask.request.headers.get("accept", ""):
        return json_response({"data": page, "nextCursor": following})
    stamp = datetime.fromtimestamp(ask.now, UTC).strftime("%Y%m%dT%H%M%S%f")[:-3]
    told = {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": f"attachment; filename=billing-usage-history-{stamp}Z.csv",
        **({"x-next-cursor": following} if following else {}),
    }
    return Response(200, told, _csv(page))


def _walk(cursor: str) -> dict[str, Any]:
    try:
        found = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("offset"), int):
        raise refused(["cursor"], "Invalid cursor")
    return found


def _instant(query: dict[str, Any], name: str) -> float | None:
    text = query.get(name)
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or not text.endswith("Z"):
        raise refused([name], "Invalid datetime")
    return found.timestamp()


def _lines(charge: Charge) -> Iterator[dict[str, Any]]:
    """A charge as production tells it: reading and writing are lines of their own, a debit is negative."""
    details = charge.details
    if charge.sku.endswith("-llm"):
        prompt, completion = details["prompt"], details["completion"]
        rate = models()[charge.model]["model_spec"]["pricing"]["output"]["usd"]
        written = min(charge.usd, completion * rate / 1e6)
        for kind, tokens, usd in (("input", prompt, charge.usd - written), ("output", completion, written)):
            if tokens:
                yield _line(charge, f"{charge.sku}-{kind}-mtoken", tokens / 1e6, usd)
    else:
        yield _line(charge, charge.sku, charge.units, charge.usd)


def _line(charge: Charge, sku: str, units: float, usd: float) -> dict[str, Any]:
    details = charge.details
    return {
        "timestamp": iso(charge.time),
        "sku": sku,
        "pricePerUnitUsd": round(usd / units, 10) if units else 0.0,
        "units": units,
        "amount": -round(usd, 10),
        "currency": charge.currency,
        "notes": "Refund" if "refund_of" in details else "API Inference",
        "inferenceDetails": {
            "requestId": details["answer"],
            "promptTokens": details.get("prompt"),
            "completionTokens": details.get("completion"),
            "inferenceExecutionTime": None,
        }
        if "answer" in details
        else None,
    }


def _csv(page: list[dict[str, Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows({**line, **(line["inferenceDetails"] or {})} for line in page)
    return out.getvalue().encode()


def analytics(ask: Ask) -> Response:
    """Sums by day, by model and by key."""
    first, last, told = _window(ask)
    charges = [each for each in list(ask.state.books) if first <= _day(each) <= last]
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    names = {charge.model: _name(charge) for charge in charges}
    keys = {key.id: key.description or key.id for key in ask.state.keys.values()}
    by_model = _groups(charges, lambda charge: charge.model)
    by_key = _groups(charges, lambda charge: charge.key_id)
    body = {
        "lookback": told,
        "byDate": [{"date": str(day), **_sums([c for c in charges if _day(c) == day])} for day in days],
        "byModel": [
            {"modelName": names[model], **_kind(model), **_totals(group)} for model, group in by_model.items()
        ],
        "byModelDaily": _daily(days, by_model, names),
        "topModels": [names[model] for model in list(by_model)[:TOP]],
        "byKey": [
            {"apiKeyId": key, "description": keys.get(key, "Deleted key"), **_totals(group)}
            for key, group in by_key.items()
        ],
        "byKeyDaily": _daily(days, by_key, {key: keys.get(key, "Deleted key") for key in by_key}),
        "topKeyNames": [keys.get(key, "Deleted key") for key in list(by_key)[:TOP]],
    }
    return json_response(body)


def _window(ask: Ask) -> tuple[date, date, str]:
    query = ask.query
    today = datetime.fromtimestamp(ask.now, UTC).date()
    if "startDate" not in query and "endDate" not in query:
        told = query.get("lookback", "7d")
        count = int(told[:-1])
        if count > LONGEST:
            raise refused(["lookback"], f"Maximum lookback is {LONGEST}d")
        return today - timedelta(days=count - 1), today, told
    try:
        first, last = date.fromisoformat(query["startDate"]), date.fromisoformat(query["endDate"])
    except (KeyError, ValueError):
        raise refused(["startDate"], "startDate and endDate must both be valid dates") from None
    if not 0 <= (last - first).days < LONGEST:
        raise refused(["endDate"], f"The range must be 1 to {LONGEST} days")
    return first, last, f"{first}:{last}"


def _day(charge: Charge) -> date:
    return datetime.fromtimestamp(charge.time, UTC).date()


def _name(charge: Charge) -> str:
    model = models().get(charge.model)
    return str(model["model_spec"].get("name", charge.model)) if model else charge.sku


def _kind(model: str) -> dict[str, Any]:
    kind = models()[model]["type"] if model in models() else ""
    return {"unitType": _UNITS.get(kind, "requests"), "modelType": _TYPES.get(kind)}


def _groups(charges: list[Charge], name: Callable[[Charge], str]) -> dict[str, list[Charge]]:
    """The charges by name, the dearest group first."""
    groups: defaultdict[str, list[Charge]] = defaultdict(list)
    for charge in charges:
        groups[name(charge)].append(charge)
    return dict(sorted(groups.items(), key=lambda item: -sum(charge.usd for charge in item[1])))


def _sums(charges: list[Charge]) -> dict[str, float]:
    return {
        currency: round(sum(charge.usd for charge in charges if charge.currency == currency), 10)
        for currency in ("USD", "DIEM")
    }


def _totals(charges: list[Charge]) -> dict[str, float]:
    sums = _sums(charges)
    units = sum(charge.units for charge in charges)
    return {"totalUsd": sums["USD"], "totalDiem": sums["DIEM"], "totalUnits": units}


def _daily(
    days: list[date], groups: dict[str, list[Charge]], names: dict[str, str]
) -> list[dict[str, float]]:
    rows = []
    for day in days:
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
        row: dict[str, float] = {"date": midnight * 1000}
        for name in list(groups)[:TOP]:
            total = sum(charge.usd for charge in groups[name] if _day(charge) == day)
            if total:
                row[names[name]] = round(row.get(names[name], 0.0) + total, 10)
        rows.append(row)
    return rows
