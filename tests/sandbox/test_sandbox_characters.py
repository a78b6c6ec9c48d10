"""The characters of the sandbox and their routes."""

import pytest


def slugs(reply):
    return [entry["slug"] for entry in reply.json()["data"]]


def test_about_forty_characters_with_distinct_voices():
    from venice_nb.sandbox.routes.characters import characters

    every = characters().values()
    assert 38 <= len(every) <= 50
    for entry in every:
        assert set(entry["voice"]) == {"opening", "closing", "flavour"}
        assert all(entry["voice"].values())
    assert len({entry["voice"]["opening"][0] for entry in every}) == len(every)


def test_the_voice_is_never_served(desk):
    for entry in desk.get("/characters?limit=100").json()["data"]:
        assert not {"voice", "categories", "pro"} & set(entry)


def test_adults_are_listed_only_when_asked_for_and_then_alone(desk):
    normal = desk.get("/characters?limit=100").json()["data"]
    adult = desk.get("/characters?limit=100&isAdult=true").json()["data"]
    assert adult
    assert {entry["adult"] for entry in normal} == {False}
    assert {entry["adult"] for entry in adult} == {True}


def test_one_character_by_its_slug(desk):
    body = desk.get("/characters/alan-watts").json()
    assert (body["object"], body["data"]["name"]) == ("character", "Alan Watts")
    assert desk.get("/characters/nobody").status_code == 404


def test_a_photo_is_served_without_a_key_where_the_character_says(desk):
    url = desk.get("/characters/alan-watts").json()["data"]["photoUrl"]
    photo = desk.client.get(url)
    assert (photo.status_code, photo.headers["content-type"]) == (200, "image/png")
    assert desk.client.get(url).content == photo.content
    assert desk.client.get(url.replace("alan-watts", "nobody")).status_code == 404
    assert desk.client.post(url).status_code == 405


FILTERS = [
    ("categories=philosophy", lambda entry: entry["slug"] in PHILOSOPHERS),
    ("isWebEnabled=true", lambda entry: entry["webEnabled"]),
    ("isWebEnabled=false", lambda entry: not entry["webEnabled"]),
    ("search=storm%20lighthouse", lambda entry: entry["slug"] == "archivist-of-tides"),
    ("tags=zen", lambda entry: "zen" in entry["tags"]),
    ("tags=zen,python", lambda entry: {"zen", "python"} & set(entry["tags"])),
    ("tags=zen&tags=python", lambda entry: {"zen", "python"} & set(entry["tags"])),
    ("modelId=deepseek-v3.2", lambda entry: entry["modelId"] == "deepseek-v3.2"),
]
PHILOSOPHERS = {
    "alan-watts",
    "stoic-gatekeeper",
    "socratic-owl",
    "old-man-river-stone",
    "the-contrarian",
    "sister-entropy",
}


@pytest.mark.parametrize(("query", "fits"), FILTERS)
def test_a_filter_keeps_what_fits_and_nothing_else(desk, query, fits):
    every = desk.get("/characters?limit=100").json()["data"]
    found = slugs(desk.get(f"/characters?limit=100&{query}"))
    assert 0 < len(found) < len(every)
    assert set(found) == {entry["slug"] for entry in every if fits(entry)}


def test_pro_characters_can_be_filtered(desk):
    assert slugs(desk.get("/characters?isPro=true")) != slugs(desk.get("/characters?isPro=false"))


SORTS = {
    "highestRating": lambda entry: entry["stats"]["averageRating"],
    "imports": lambda entry: entry["stats"]["imports"],
    "mostRecent": lambda entry: entry["createdAt"],
    "ratingCount": lambda entry: entry["stats"]["ratingCount"],
    "featured": lambda entry: entry["featured"],
}


@pytest.mark.parametrize("by", SORTS)
def test_sorting_is_descending_unless_asked_otherwise(desk, by):
    down = [SORTS[by](entry) for entry in desk.get(f"/characters?sortBy={by}").json()["data"]]
    up = [SORTS[by](entry) for entry in desk.get(f"/characters?sortBy={by}&sortOrder=asc").json()["data"]]
    assert down == sorted(down, reverse=True)
    assert up == sorted(up)


def test_pages_join_to_the_whole(desk):
    whole = slugs(desk.get("/characters?limit=100"))
    pages = [slugs(desk.get(f"/characters?limit=15&offset={start}")) for start in (0, 15, 30, 45)]
    assert [slug for page in pages for slug in page] == whole
    assert len(pages[2]) < 15


def test_reviews_are_paged_in_body_and_headers(desk):
    reply = desk.get("/characters/alan-watts/reviews?pageSize=3&page=2")
    body = reply.json()
    assert body["pagination"]["page"] == 2
    assert len(body["data"]) == 3
    for name, value in (("limit", 3), ("page", 2), ("total", body["pagination"]["total"])):
        assert reply.headers[f"x-pagination-{name}"] == str(value)
    assert reply.headers["x-pagination-total-pages"] == str(body["pagination"]["totalPages"])


def test_reviews_and_ratings_agree(desk):
    stats = desk.get("/characters/alan-watts").json()["data"]["stats"]
    reviews = desk.get("/characters/alan-watts/reviews?pageSize=100").json()
    ratings = [review["rating"] for review in reviews["data"]]
    assert (len(ratings), sum(ratings)) == (stats["ratingCount"], stats["ratingSum"])
    assert reviews["summary"]["averageRating"] == stats["averageRating"]


def test_reviews_of_nobody_are_404_and_a_bad_page_400(desk):
    assert desk.get("/characters/nobody/reviews").status_code == 404
    assert desk.get("/characters/alan-watts/reviews?page=0").status_code == 400
    assert desk.get("/characters/alan-watts/reviews?page=99999999999999999999").status_code == 400
    assert desk.get("/characters/alan-watts/reviews?page=9007199254740991").json()["data"] == []
