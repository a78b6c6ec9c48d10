"""Answers that are bytes: into a file as they arrive, or piece by piece into somebody's hands."""

import httpx
import pytest
from wire import Reset, reply

import venice_nb as vn
from venice_nb import errors
from venice_nb.calls.call import Call, Safety
from venice_nb.client.http import encode
from venice_nb.policy.steps import Open, Send

SOUND = bytes(range(256)) * 400


def call(**more):
    given = {
        "operation": "createSpeech",
        "method": "POST",
        "path": "/audio/speech",
        "read": lambda received: received,
        "body": {"input": "hi"},
        "accept": "audio/mpeg",
        "safety": Safety.INFER,
        **more,
    }
    return Call(**given)


def send(made, watch=None):
    def plan():
        return (yield Send(made, watch))

    return lambda client: client._driver.run(plan())


def sound(kind="audio/mpeg", content=SOUND, length=None):
    return reply(content, kind=kind, length=length)


def test_each_piece_is_seen_in_order_and_the_whole_is_read_once(world, wire):
    seen = []
    server = wire(sound())
    got = world.open(server.base_url).run(send(call(pieces=True), seen.append))
    assert b"".join(seen) == SOUND == got.content
    assert len(seen) > 1
    assert 0 < got.first <= got.elapsed


def test_a_refusal_of_sound_is_an_ordinary_error(world, wire):
    server = wire(reply({"error": "no such voice"}, 400))
    with pytest.raises(errors.BadRequest, match="no such voice"):
        world.open(server.base_url).run(send(call(pieces=True)))


def test_a_cut_sound_is_told_and_what_came_is_kept(world, wire):
    server = wire([sound(content=SOUND[:60000], length=len(SOUND)), b""])
    with pytest.raises(vn.StreamInterrupted) as caught:
        world.open(server.base_url).run(send(call(pieces=True)))
    assert caught.value.partial.content == SOUND[:60000]


def test_sound_can_be_taken_piece_by_piece(world, wire):
    server = wire(sound())
    client = world.open(server.base_url).client

    def plan():
        return (yield Open(call(pieces=True)))

    if world.name == "sync":
        with client._driver.run(plan()) as stream:
            taken = list(stream)
        reply_ = stream.reply
    else:

        async def main(client):
            async with await client._driver.run(plan()) as stream:
                return [piece async for piece in stream], stream.reply

        taken, reply_ = world.run(main)
    assert b"".join(taken) == SOUND == reply_.content


def test_media_go_into_the_file_and_json_does_not(world, wire, tmp_path):
    file = tmp_path / "film.part"
    server = wire(sound("video/mp4"), reply({"status": "PROCESSING"}))
    world.open(server.base_url)
    made = call(accept="*/*", file=file, safety=Safety.POLL)

    async def both(client):
        return await send(made)(client), await send(made)(client)

    run = both if world.name == "async" else lambda client: (send(made)(client), send(made)(client))
    film, told = world.run(run)
    assert film.file.read_bytes() == SOUND
    assert film.content == b""
    assert told.file is None
    assert b"PROCESSING" in told.content


def test_a_file_begun_twice_holds_the_second_answer_only(world, wire, tmp_path):
    file = tmp_path / "film.part"
    server = wire([sound("video/mp4", SOUND[:50000], len(SOUND)), Reset], sound("video/mp4", b"\0" * 9))
    world.open(server.base_url).run(send(call(accept="*/*", file=file, safety=Safety.POLL)))
    assert file.read_bytes() == b"\0" * 9
    assert len(server.requests) == 2


def test_a_form_repeats_a_part_for_each_file():
    made = call(form={"images": [("a.png", b"A", "image/png"), ("b.png", b"B", "image/png")], "prompt": "x"})
    content, kind = encode(made)
    request = httpx.Request("POST", "http://x", content=content, headers={"content-type": kind.decode()})
    assert request.read().count(b'name="images"; filename=') == 2


def test_json_that_is_whole_is_an_answer_though_less_came_than_was_announced(world, wire):
    """Fault 8: the id of a job that was queued is in it."""
    server = wire([reply({"queue_id": "1", "model": "m"}, length=90), b""])
    got = world.open(server.base_url).run(send(call(accept="application/json", safety=Safety.QUEUE)))
    assert b"queue_id" in got.content
    assert len(server.requests) == 1


def test_json_that_is_cut_is_no_answer(world, wire):
    server = wire([reply(b'{"queue_id": "1", "mod', length=90), b""])
    with pytest.raises(errors.UnknownOutcome):
        world.open(server.base_url).run(send(call(accept="application/json", safety=Safety.QUEUE, paid=True)))
