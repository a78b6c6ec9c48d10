"""An answer as it came: JSON, text or bytes, whatever it is."""

import json

from venice_nb.calls.call import Received
from venice_nb.calls.raw_replies import read_any


def raw(content, kind="application/json"):
    return read_any(Received(200, {"content-type": kind, "cf-ray": "r"}, content, 1.0))


def test_json_text_and_bytes_are_told_apart():
    assert raw(b'{"a": 1}').data == {"a": 1}
    assert raw(b"a,b\n1,2", "text/csv").data == "a,b\n1,2"
    assert raw(b"\x89PNG\xff", "image/png").data == b"\x89PNG\xff"
    assert raw(b"").data is None
    assert raw(b'{"a": 1}').request_id == "r"


def test_a_list_becomes_a_table_and_an_object_a_dict():
    found = raw(b'{"data": [{"a": {"b": 1}}, {"a": {"b": 2}}]}')
    assert list(found.to_frame()["a.b"]) == [1, 2]
    assert found.to_dict() == {"data": [{"a": {"b": 1}}, {"a": {"b": 2}}]}
    assert raw(b"[1, 2]").to_dict() == {"data": [1, 2]}
    assert list(raw(b"[1, 2]").to_frame()["value"]) == [1, 2]


def test_the_display_shows_the_body():
    shown = raw(b'{"a": "<b>"}')._mimebundle()
    assert shown["text/plain"].startswith("200 application/json, 12 B\n{")
    assert "&lt;b&gt;" in shown["text/html"]
    assert repr(raw(b"xx", "image/png")) == "<RawReply 200 image/png, 2 B>"
    assert "3 B" in raw(b"\xff\xfe\xfd", "image/png")._mimebundle()["text/plain"]


def test_the_body_is_saved_as_it_came(tmp_path):
    path = raw(b'{"a": 1}').save(tmp_path)
    assert path.suffix == ".json"
    assert json.loads(path.read_bytes()) == {"a": 1}
    assert raw(b"\x89PNG\xff", "image/png").save(tmp_path).suffix == ".png"
