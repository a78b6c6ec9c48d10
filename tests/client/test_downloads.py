"""Downloads: what a link may lead to, who never sees the key, and what becomes of a cut file."""

import socket

import httpx
import pytest
from wire import Hang, reply

import venice_nb as vn
from venice_nb import errors
from venice_nb.client import download
from venice_nb.policy.steps import Fetch

FILM = b"\0\0\0\x18ftypmp42" + bytes(5000)


def fetch(url, file, total=1800.0):
    def plan():
        return (yield Fetch(url, file, total))

    return lambda client: client._driver.run(plan())


def film(size=5024, headers=()):
    return reply(FILM[:size], headers=headers, kind="video/mp4", length=len(FILM))


@pytest.fixture
def file(tmp_path):
    return tmp_path / "film.part"


def test_a_file_arrives_whole_and_the_key_stays_at_home(world, wire, file):
    server = wire(film())
    got = world.open(server.base_url).run(fetch(f"http://127.0.0.1:{server.port}/downloads/a", file))
    assert file.read_bytes() == FILM
    assert got.file == file
    assert got.content == b""
    assert got.content_type == "video/mp4"
    assert "authorization" not in server.requests[0]["headers"]


def test_a_cut_file_is_an_error_and_not_a_film(world, wire, file):
    server = wire([film(3000), b""])
    with pytest.raises(vn.TransportError, match="the download was cut") as caught:
        world.open(server.base_url).run(fetch(f"http://127.0.0.1:{server.port}/downloads/a", file))
    assert "/downloads/a" not in str(caught.value)


def test_a_download_that_hangs_ends_with_its_total_time(world, wire, file):
    server = wire([film(3000), Hang])
    with pytest.raises(vn.TransportError, match="too slow"):
        world.open(server.base_url).run(fetch(f"http://127.0.0.1:{server.port}/downloads/a", file, 0.3))


REFUSALS = [(410, errors.Gone), (404, errors.NotFound), (429, errors.RateLimited)]


@pytest.mark.parametrize(("status", "kind"), REFUSALS)
def test_a_refusal_is_a_typed_error(world, wire, file, status, kind):
    server = wire(reply({"error": "no"}, status))
    with pytest.raises(kind):
        world.open(server.base_url).run(fetch(f"http://127.0.0.1:{server.port}/downloads/a", file))
    assert not file.exists()
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/film.mp4",
        "https://user:secret@example.com/film.mp4",
        "https://127.0.0.1:1/film.mp4",
        "https://169.254.169.254/latest",
        "https://[::1]:1/film.mp4",
        "https://[::ffff:10.0.0.1]/film.mp4",
        "https://localhost:1/film.mp4",
        "file:///etc/passwd",
        "ftp://example.com/film.mp4",
    ],
)
def test_a_link_that_is_no_place_to_go_is_not_followed(world, wire, file, url):
    server = wire(film())
    with pytest.raises(vn.UnsafeContent):
        world.open(server.base_url).run(fetch(url, file))
    assert server.requests == []
    assert not file.exists()


@pytest.mark.parametrize("target", ["https://127.0.0.1:1/x", "http://example.com/x", "https://10.1.2.3/x"])
def test_a_redirect_is_checked_like_the_link_itself(world, wire, file, target):
    server = wire(reply({}, 302, [("Location", target)]))
    with pytest.raises(vn.UnsafeContent):
        world.open(server.base_url).run(fetch(f"http://127.0.0.1:{server.port}/downloads/a", file))
    assert len(server.requests) == 1


def test_three_redirects_are_followed(world, wire, file):
    moved = reply({}, 302, [("Location", "/downloads/next")])
    server = wire(moved, moved, moved, film())
    world.open(server.base_url).run(fetch(f"http://127.0.0.1:{server.port}/downloads/a", file))
    assert file.read_bytes() == FILM
    assert [each["line"] for each in server.requests[1:]] == ["GET /downloads/next HTTP/1.1"] * 3


def test_a_fourth_redirect_is_one_too_many(world, wire, file):
    server = wire(reply({}, 302, [("Location", "/downloads/next")]))
    with pytest.raises(vn.UnsafeContent, match="more than 3 times"):
        world.open(server.base_url).run(fetch(f"http://127.0.0.1:{server.port}/downloads/a", file))
    assert len(server.requests) == 4


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch):
    """A name that changes its address between the check and the connection gains nothing."""
    asked = []

    def lookup(host, port, **_):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", port))]

    connected = []
    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(download.Backend, "connect_tcp", lambda self, host, *rest: connected.append(host))
    download.PublicBackend().connect_tcp("films.example", 443)
    assert asked == ["films.example"]
    assert connected == ["93.184.216.34"]


def test_one_private_address_among_public_ones_is_enough_to_refuse():
    found = [(0, 0, 0, "", ("93.184.216.34", 443)), (0, 0, 0, "", ("192.168.0.1", 443))]
    with pytest.raises(vn.UnsafeContent, match="private network"):
        download._public("films.example", found)


def test_a_download_that_drips_is_given_up(file):
    course = download.Course(Fetch("https://films.example/a", file), "https://api.venice.ai/api/v1")
    body = course.body(httpx.Response(200, headers={"content-type": "video/mp4"}))
    course.take(body, b"x")
    course._marks[0] = (course._marks[0][0] - 31.0, 1)
    with pytest.raises(httpx.ReadTimeout):
        course.take(body, b"x")
    body.close()


def test_another_name_of_this_machine_is_the_same_server(world, wire, file):
    server = wire(film())
    assert "//127.0.0.1:" in server.base_url
    world.open(server.base_url).run(fetch(f"http://localhost:{server.port}/downloads/a", file))
    assert file.read_bytes() == FILM
    assert "authorization" not in server.requests[0]["headers"]


def test_a_client_that_opens_no_connection_reaches_any_link_but_private_addresses(world, file, key):
    seen = []

    def answer(request):
        seen.append(request)
        return httpx.Response(200, content=FILM, headers={"content-type": "video/mp4"})

    opened = world.open("https://api.venice.ai/api/v1", transport=httpx.MockTransport(answer))
    opened.run(fetch("https://cdn.example.com/film.mp4", file))
    assert file.read_bytes() == FILM
    assert "authorization" not in seen[0].headers
    for host in ("10.0.0.1", "[::1]", "169.254.169.254"):
        with pytest.raises(errors.UnsafeContent):
            opened.run(fetch(f"https://{host}/film.mp4", file))
    assert len(seen) == 1
