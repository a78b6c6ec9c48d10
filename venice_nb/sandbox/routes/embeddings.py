"""POST /embeddings: vectors from the mind, framed as numbers or as base64."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from venice_nb.sandbox import limits, money
from venice_nb.sandbox.choose import choose
from venice_nb.sandbox.exchange import Response, json_response
from venice_nb.sandbox.schema import refused

if TYPE_CHECKING:
    import numpy as np

    from venice_nb.sandbox.ask import Ask

ITEM_CAP = 8192  # tokens an input may have; lower where the model says so


def estimated_tokens(text: str) -> int:
    """The length check of the service, which counts characters: ceil(chars / 3.2 * 0.95)."""
    return -(-len(text) * 95 // 320)


def create(ask: Ask) -> Response:
    """One vector per input, in order. Usage counts input tokens; only they are billed."""
    body, state = ask.body, ask.state
    model = choose(ask, body["model"], "embedding")
    spec = model["model_spec"]
    texts: list[str] = [body["input"]] if isinstance(body["input"], str) else body["input"]
    cap = min(ITEM_CAP, spec["maxInputTokens"])
    for index, text in enumerate(texts):
        if (size := estimated_tokens(text)) > cap:
            raise refused(
                ["input"] if isinstance(body["input"], str) else ["input", index],
                f"Input has about {size} tokens; {model['id']} takes at most {cap}",
            )
    dims = spec["embeddingDimensions"]
    if spec["supportsCustomDimensions"]:
        dims = int(min(dims, body.get("dimensions", dims)))  # 64.0 is 64
    tokens = sum(state.mind.count_tokens(text) for text in texts)
    money.check_funds(state, ask.caller)
    ask.headers |= limits.admit(state, ask.caller, model)
    vectors = state.embed(texts, dims=dims, model_id=model["id"])
    price = tokens * spec["pricing"]["input"]["usd"] / 1e6
    money.settle(ask, f"{model['id']}-embedding", tokens, price, prompt=tokens)
    framed = _base64(vectors) if body.get("encoding_format") == "base64" else list(vectors)
    rows = [{"object": "embedding", "index": index, "embedding": row} for index, row in enumerate(framed)]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return json_response({"object": "list", "model": model["id"], "data": rows, "usage": usage})


def _base64(vectors: np.ndarray[Any, Any]) -> list[str]:
    """Each row as little-endian 32-bit floats in base64, the layout OpenAI's clients decode."""
    return [b64encode(row.astype("<f4").tobytes()).decode() for row in vectors]
