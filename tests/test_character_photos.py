"""What a character looks like: fetched when it is asked for, and never by a page."""

import asyncio
import tempfile
from dataclasses import replace

import pytest

import venice_nb as vn


@pytest.fixture
def client():
    return vn.Venice.sandbox()


def test_the_photo_of_a_character_is_a_picture_by_its_name(client):
    photo = client.characters.photo("alan-watts")
    assert (photo.size, photo.mime, photo.alt) == ((256, 256), "image/png", "Alan Watts")
    assert bytes(client.characters.photo(client.characters.get("alan-watts"))) == bytes(photo)


def test_a_character_without_a_photo_has_none(client):
    assert client.characters.photo(replace(client.characters.get("alan-watts"), photo_url="")) is None


def test_the_photo_costs_nothing_and_leaves_no_file(client, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    client.characters.photo("alan-watts")
    assert [line.usd for line in client.spend.lines if line.usd] == []
    assert list(tmp_path.iterdir()) == []


def test_a_photo_within_the_network_of_this_machine_is_not_fetched(client):
    inside = replace(client.characters.get("alan-watts"), photo_url="https://10.0.0.1/me.png")
    with pytest.raises(vn.UnsafeContent):
        client.characters.photo(inside)


def test_the_asynchronous_client_fetches_the_same_photo(client):
    async def fetched():
        async with vn.AsyncVenice.sandbox() as other:
            return await other.characters.photo("alan-watts")

    assert bytes(asyncio.run(fetched())) == bytes(client.characters.photo("alan-watts"))


def test_no_character_is_linked_to_its_photo(client):
    assert "sandbox.invalid" not in client.characters.get("alan-watts")._mimebundle()["text/html"]
