"""The sandbox's open web as documented: it takes what the official file takes, and no more."""

import io
import zipfile
from random import Random

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import spec
from tests.office_files import document, pdf, slides, workbook
from tests.spec_file import JSON, operation, request_validator
from venice_nb.calls.web.augment import scrape, search
from venice_nb.errors import InvalidInput
from venice_nb.sandbox import Sandbox

BOX = Sandbox(abuse="off", tier="unlimited", usd=1e9)
CLIENT = httpx.Client(transport=BOX.transport(), base_url=BOX.base_url)
KEY = {"Authorization": f"Bearer {BOX.inference_key}"}

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
URLS = st.sampled_from(
    [
        "https://news.example.org/fusion-record",
        "https://a.test/",
        "http://10.0.0.1/",
        "https://x.com/a",
        "a",
        "",
    ]
)
SEARCHES = st.fixed_dictionaries(
    {"query": st.text(max_size=450) | st.sampled_from(["funicular", "energy"]) | ANYTHING},
    optional={
        "limit": st.integers(-1, 22) | ANYTHING,
        "search_provider": st.sampled_from(["brave", "google", "bing"]) | ANYTHING,
    },
)
SCRAPES = st.fixed_dictionaries({"url": URLS | ANYTHING})
BODIES = {
    "webSearch": SEARCHES | ANYTHING,
    "webScrape": SCRAPES | ANYTHING,
}


def ask(path, **options):
    reply = CLIENT.post(path, headers=KEY, **options)
    kind = reply.headers.get("content-type")
    assert spec.validate_response("POST", path, reply.status_code, kind, reply.content) == []
    return reply


@pytest.mark.parametrize("name", BODIES)
@given(data=st.data())
def test_what_the_official_file_takes_the_sandbox_takes_and_what_it_refuses_the_sandbox_refuses(name, data):
    body = data.draw(BODIES[name])
    reply = ask(operation(name).path, json=body)
    valid = request_validator(name, JSON).is_valid(body)
    if reply.status_code in (200, 500):
        assert valid, body
    elif valid:  # more than a schema can say: an address nobody reads, a query of blanks
        assert [issue["code"] for issue in reply.json()["issues"]] in (["custom"], ["invalid_string"])


@given(query=st.text(min_size=1, max_size=450), limit=st.integers(-1, 22))
def test_every_search_the_client_lets_pass_is_taken(query, limit):
    try:
        call = search(query, limit=limit)
    except InvalidInput:
        return
    assert ask(call.path, json=call.body).status_code == 200
    assert len(call.read(_received(query)).sources) == 0


def _received(query):
    from venice_nb.calls.call import Received

    return Received(200, {}, b'{"query": "x", "results": []}')


@given(url=st.from_regex(r"https?://[a-z0-9.@:\[\]-]{1,30}/[a-z?#%]{0,10}", fullmatch=True) | st.text())
def test_every_address_the_client_lets_pass_is_one_the_sandbox_tries(url):
    try:
        call = scrape(url)
    except InvalidInput:
        return
    assert ask(call.path, json=call.body).status_code in (200, 500)


WHOLE = [
    document("Title", ["One & two.", "Three."]),
    slides([("A", "b"), ("C", "d")]),
    workbook({"S": [["a", 1.5], ["b", 2]]}),
    pdf("The sea rises."),
    "Plain text, naïve.".encode(),
]


def test_a_file_however_spoilt_is_text_or_a_400():
    random = Random(7)
    for data in WHOLE:
        assert ask("/augment/text-parser", files={"file": ("a", data)}).status_code == 200
        for _ in range(60):
            spoilt = bytearray(data)
            for _ in range(random.randrange(1, 8)):
                spoilt[random.randrange(len(spoilt))] = random.randrange(256)
            cut = bytes(spoilt[: random.randrange(len(spoilt))]) if random.random() < 0.3 else bytes(spoilt)
            assert ask("/augment/text-parser", files={"file": ("a", cut)}).status_code in (200, 400)


def test_office_files_whose_parts_are_spoilt_are_text_or_a_400():
    random = Random(8)
    for data in WHOLE[:3]:
        with zipfile.ZipFile(io.BytesIO(data)) as box:
            parts = {name: box.read(name) for name in box.namelist()}
        for _ in range(60):
            name = random.choice(list(parts))
            part = bytearray(parts[name])
            part[random.randrange(len(part))] = random.randrange(256)
            made = io.BytesIO()
            with zipfile.ZipFile(made, "w") as out:
                for each, content in parts.items():
                    if each != name or random.random() < 0.8:
                        out.writestr(each, bytes(part) if each == name else content)
            assert ask("/augment/text-parser", files={"file": ("a", made.getvalue())}).status_code in (
                200,
                400,
            )
