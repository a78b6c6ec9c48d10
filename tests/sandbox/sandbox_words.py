"""A stream put together again, the way a careful client does it (for the sandbox's tests)."""


def joined(events):
    """The events of one chat stream with one choice, as one flat reply."""
    out = {"content": "", "reasoning_content": "", "tool_calls": []}
    for event in events:
        if event == "[DONE]":
            continue
        for field in ("id", "created", "model", "usage", "cost"):
            if field in event:
                out[field] = event[field]
        for choice in event["choices"]:
            delta = choice["delta"]
            out["content"] += delta.get("content") or ""
            out["reasoning_content"] += delta.get("reasoning_content") or ""
            for piece in delta.get("tool_calls", ()):
                if "id" in piece:  # a new call, even at the same index
                    out["tool_calls"].append({"name": piece["function"]["name"], "arguments": ""})
                out["tool_calls"][-1]["arguments"] += piece["function"].get("arguments", "")
            out["finish_reason"] = choice["finish_reason"] or out.get("finish_reason")
    return out
