"""Clients whose server answers from a script, through the public API alone."""

import json

import httpx

import venice_nb as vn

KEY = "VENICE_INFERENCE_KEY_planted_0123456789"
MODEL = "llama-3.3-70b"


def chat_answer(content="ok", **more):
    """A chat answer with the least it may have."""
    message = {"role": "assistant", "content": content, **more.pop("message", {})}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": MODEL,
        "choices": [{"index": 0, "finish_reason": more.pop("finish_reason", "stop"), "message": message}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
        **more,
    }


def sse(*chunks):
    """A stream of these chunks, and its end."""
    return "".join(f"data: {json.dumps(each)}\n\n" for each in chunks) + "data: [DONE]\n\n"


class Server:
    """Gives the answers in order, the last one again and again; `paths` and `bodies` are what was asked."""

    def __init__(self, *answers):
        self.answers = list(answers) or [chat_answer()]
        self.paths = []
        self.bodies = []

    def __call__(self, request):
        self.paths.append(request.url.raw_path.decode())
        self.bodies.append(json.loads(request.content) if request.content else None)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, httpx.Response):
            return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
        return httpx.Response(200, json=answer)

    @property
    def body(self):
        """The body of the last request."""
        return self.bodies[-1]

    def client(self, **options):
        """A client of this server."""
        options = {"show": False, "max_retries": 0, **options}
        return vn.Venice(api_key=KEY, transport=httpx.MockTransport(self), **options)
