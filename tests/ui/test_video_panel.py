"""The video panel, pressed and read as a person does, without a browser."""

import io
import threading
from datetime import UTC, datetime

import ipywidgets
import numpy as np
import pytest
from PIL import Image

import venice_nb as vn
from venice_nb.client.clock import glance
from venice_nb.media import load
from venice_nb.ui.parts.choices import choices

CAP = 100_000  # bytes of widget state in a saved notebook
PATIENCE = 60
SKIN = Image.new("RGB", (320, 320), (224, 172, 140))


class Hours:
    """A clock that is set by hand."""

    def __init__(self):
        self.now = 1.8e9

    def __call__(self):
        return self.now


@pytest.fixture
def client():
    return vn.Venice.sandbox(job_seconds=0)


@pytest.fixture
def opened(hand):
    """Makes a panel that knows its price."""

    def make(client, **given):
        made = vn.ui.video(client, **given)
        hand(made)
        assert made.wait(PATIENCE)
        return made

    return make


@pytest.fixture
def panel(client, opened):
    return opened(client)


@pytest.fixture
def teal(tmp_path):
    Image.new("RGB", (640, 480), "teal").save(tmp_path / "teal.png")
    return "teal.png"


def sent(client, operation):
    """The bodies of requests that the server got."""
    return [line for line in client.spend.lines if line.operation == operation]


def shown(hand, panel):
    """The labels of the controls of a film that are on the page."""
    names = ("Duration", "Resolution", "Aspect ratio", "with sound")
    return [name for name in names if hand(panel).control(name).layout.display != "none"]


def upload(hand, panel, name, data):
    item = {"name": name, "type": "image/png", "size": len(data), "content": memoryview(data)}
    item["last_modified"] = datetime(2026, 1, 1, tzinfo=UTC)
    hand(panel).control("Upload picture").value = (item,)


def png(picture):
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


# --- what is made ---------------------------------------------------------------------------------


def test_a_film_is_made_from_words_at_the_price_that_was_shown(panel, hand):
    assert panel.price == "The next press costs about $0.09."
    hand(panel).control("What happens").value = "fog over a canal"
    hand(panel).press("Make the film")
    assert panel.status.startswith("The film is ready: 1280 x 720 · 5.0 s")
    assert panel.video.prompt == "fog over a canal"
    assert panel.job.done
    assert panel.spent.startswith("Spent since the panel was opened: $0.09")
    assert "longcat-distilled-text-to-video" in hand(panel).text


def test_a_film_is_made_from_a_picture_that_was_named(panel, hand, teal):
    hand(panel).control("Picture").value = teal
    assert "The film starts from teal.png (640 x 480)" in hand(panel).text
    hand(panel).control("What happens").value = "the picture comes alive"
    hand(panel).press("Make the film")
    assert panel.video.model == "longcat-distilled-image-to-video"
    assert np.asarray(panel.video.poster)[5, 5] == pytest.approx((0, 128, 128), abs=12)


def test_a_film_is_made_from_a_picture_that_was_uploaded(panel, hand):
    upload(hand, panel, "../red.png", png(Image.new("RGB", (320, 320), "red")))
    assert "The film starts from red.png (320 x 320)" in hand(panel).text
    assert hand(panel).control("Upload picture").value == (), "no bytes stay in the widget"
    hand(panel).control("What happens").value = "it glows"
    assert panel.code.startswith("# red.png was uploaded: put the file beside the notebook\njob = ")
    assert 'image_url="red.png"' in panel.code
    for _ in range(2):  # an upload is read anew each time
        hand(panel).press("Make the film")
        assert panel.video.poster.pil.getpixel((5, 5))[0] > 200


@pytest.mark.parametrize("kind", ["path", "bytes", "file", "pil", "array", "result"])
def test_a_picture_that_is_handed_in_is_what_the_film_starts_from(client, hand, teal, tmp_path, kind):
    picture = Image.open(tmp_path / teal)
    given = {
        "path": tmp_path / teal,
        "bytes": png(picture),
        "file": io.BytesIO(png(picture)),
        "pil": picture,
        "array": np.asarray(picture),
        "result": vn.Image(png(picture), "image/png", prompt="a teal wall"),
    }[kind]
    panel = vn.ui.video(client, image=given)
    assert panel.prompt == ("a teal wall" if kind == "result" else "")
    hand(panel)
    passed = load(panel.picture.given(), "image").data
    assert Image.open(io.BytesIO(passed)).tobytes() == picture.convert("RGB").tobytes()
    assert panel.maker.found.id == "longcat-distilled-image-to-video"


def test_the_code_names_a_picture_by_its_path_and_any_other_as_what_was_given(client, hand, teal, tmp_path):
    array, path = np.asarray(Image.open(teal)), tmp_path / teal
    given, named = vn.ui.video(client, image=array), vn.ui.video(client, image=path)
    hand(given)
    hand(named)
    assert given.code.startswith("# picture is what the panel was given\njob = v.video.submit(")
    assert 'duration="5s", image_url=picture)' in given.code
    assert f'image_url="{path}"' in named.code


def test_what_is_no_picture_is_refused_where_it_is_handed_in_and_said_where_it_is_typed(panel, hand, client):
    with pytest.raises(vn.InvalidInput, match="image"):
        vn.ui.video(client, image=b"words")
    hand(panel).control("Picture").value = "missing.png"
    assert "missing.png" in panel.status
    assert "Traceback" not in panel.status
    upload(hand, panel, "notes.png", b"only words")
    assert "a PNG, JPEG, WebP, HEIC or AVIF picture" in panel.status
    assert panel.picture is None


def test_what_was_wrong_with_a_picture_stands_in_red_until_there_is_another(panel, hand, teal):
    hand(panel).control("Picture").value = "missing.png"
    assert 'class="vn-bad">image must be' in panel._panes[2].value
    hand(panel).control("Picture").value = teal
    assert panel.status == ""


def test_a_picture_elsewhere_is_named_and_never_fetched(panel, hand):
    hand(panel).control("Picture").value = "https://example.com/cat.jpg"
    assert "https://example.com/cat.jpg, which the server fetches" in hand(panel).text
    assert "<img" not in "".join(pane.value for pane in hand(panel).all(ipywidgets.HTML))


def test_without_words_nothing_is_sent(panel, hand, client):
    hand(panel).press("Make the film")
    assert panel.status == "Write what happens in the film first."
    assert sent(client, "queueVideo") == []


# --- models and their settings --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "controls"),
    [
        ("longcat-distilled-text-to-video", ["Duration", "Aspect ratio"]),
        ("kling-2.6-pro-text-to-video", ["Duration", "Aspect ratio", "with sound"]),
        ("veo3-fast-text-to-video", ["Duration", "Resolution", "Aspect ratio"]),
        ("ovi-image-to-video", []),
    ],
)
def test_only_what_the_model_takes_is_on_the_page(panel, hand, model, controls):
    hand(panel).control("Model").value = model
    assert shown(hand, panel) == controls


def test_settings_go_out_as_they_were_chosen_and_are_in_the_price(panel, hand, client):
    hand(panel).control("Model").value = "veo3.1-fast-text-to-video"
    for label, value in (("Duration", "8s"), ("Resolution", "1080p"), ("Aspect ratio", "9:16")):
        hand(panel).control(label).value = value
    hand(panel).control("with sound").value = False
    assert panel.wait(PATIENCE)
    wanted = {"duration": "8s", "resolution": "1080p", "aspect_ratio": "9:16", "audio": False}
    price = client.video.quote("veo3.1-fast-text-to-video", **wanted).usd
    assert panel.price == f"The next press costs about ${price:.2f}."
    panel.prompt = "waves"
    hand(panel).press("Make the film")
    assert {name: panel.job.entry.details[name] for name in wanted} == wanted
    assert panel.video.width < panel.video.height
    assert not panel.video.has_audio


def test_what_another_model_does_not_offer_goes_back_to_what_it_does(panel, hand):
    hand(panel).control("Model").value = "veo3-fast-text-to-video"
    hand(panel).control("Duration").value = "8s"
    hand(panel).control("Model").value = "kling-2.5-turbo-pro-text-to-video"
    assert (panel.duration, panel.resolution, panel.aspect_ratio) == ("5s", "", "16:9")


def test_with_a_picture_the_twin_of_the_model_is_taken_and_back(panel, hand, teal):
    hand(panel).control("Model").value = "kling-2.5-turbo-pro-text-to-video"
    hand(panel).control("Picture").value = teal
    assert panel.model == hand(panel).control("Model").value == "kling-2.5-turbo-pro-image-to-video"
    assert "makes no films from a picture" in panel.status
    every = [value for _, value in hand(panel).control("Model").options]
    assert "kling-2.5-turbo-pro-text-to-video" not in every
    hand(panel).press("Remove picture")
    assert panel.picture is None
    assert panel.maker.found.id == "kling-2.5-turbo-pro-image-to-video", "a picture may still come"


def test_the_model_that_another_panel_chose_is_taken_unless_it_needs_more(panel, client):
    choices(client).video = "kling-2.6-pro-text-to-video"
    assert panel.model == "kling-2.6-pro-text-to-video"
    choices(client).video = "topaz-video-upscale"
    assert panel.model == ""
    assert "topaz-video-upscale makes no films from words" in panel.status


def test_a_model_of_another_kind_is_refused(client):
    with pytest.raises(vn.InvalidInput, match="text"):
        vn.ui.video(client, model="llama-3.3-70b")


def test_the_list_of_the_server_is_read_once_where_too_little_is_known(client, hand, opened, teal):
    panel = opened(client, image=teal)
    panel.model = "wan-2-7-image-to-video"
    assert panel.wait(PATIENCE)
    assert len(sent(client, "listModels")) == 1
    assert "silent" in hand(panel).text or "sound" in hand(panel).text


def test_the_same_settings_are_quoted_once(panel, hand, client):
    before = len(sent(client, "quoteVideo"))
    for words in ("fog", "fog over", "fog over a canal"):
        hand(panel).control("What happens").value = words
        panel.reckon()
    assert len(sent(client, "quoteVideo")) == before


# --- code, money, errors --------------------------------------------------------------------------


def test_the_copied_code_makes_the_same_film(panel, hand, client, teal):
    hand(panel).control("Picture").value = teal
    hand(panel).control("What happens").value = "it moves"
    hand(panel).control("Not in the film").value = "text"
    assert panel.wait(PATIENCE)
    hand(panel).control("Copy as code").value = True
    code = hand(panel).control("Code").value
    assert 'image_url="teal.png"' in code
    assert "max_usd=0.09" in code
    names = {"v": client}
    exec(code, names)
    hand(panel).press("Make the film")
    assert names["clip"].model == panel.video.model
    assert names["job"].entry.details == panel.job.entry.details
    assert names["job"].entry.body == panel.job.entry.body, "the same request"


def test_the_button_orders_nothing_before_a_price_is_shown(client, hand):
    panel = vn.ui.video(client)
    panel.prompt = "fog"
    hand(panel).control("Make the film").click()
    assert panel.price == "Asking the price ..."
    assert panel.status == "The price is asked first: press again when it is shown."
    assert panel.wait(PATIENCE)
    assert panel.price == "The next press costs about $0.09."
    assert sent(client, "queueVideo") == []


def test_a_price_that_could_not_be_had_is_asked_again_by_the_button(opened, hand):
    broken = vn.Fault("/video/quote", times=2, status=422)
    panel = opened(vn.Venice.sandbox(job_seconds=0, faults=[broken]))
    panel.prompt = "fog"
    assert panel.wait(PATIENCE)
    assert panel.price.startswith("Scripted failure")
    hand(panel).press("Make the film")
    assert panel.price == "The next press costs about $0.09."
    hand(panel).press("Make the film")
    assert panel.video is not None


def test_a_film_is_not_ordered_when_it_is_dearer_than_the_price_that_was_shown(panel, hand, client):
    panel.prompt = "fog"
    panel.duration = "30s"
    assert panel.price == "Asking the price ...", "what was shown is not the price of this"
    panel.submit()
    assert panel.wait(PATIENCE)
    assert isinstance(panel.error, vn.BudgetExceeded)
    assert "quoted at $0.54, and max_usd is $0.09" in panel.status
    assert "its price is shown now, press again to order it" in panel.status
    assert sent(client, "queueVideo") == []
    assert panel.price == "The next press costs about $0.54."
    hand(panel).press("Make the film")
    assert panel.video.duration == pytest.approx(30, abs=0.5)


def test_a_refused_film_is_one_sentence_with_the_request_and_the_money(panel, hand):
    hand(panel).control("What happens").value = "a nude statue, gory"
    panel.model = "veo3-fast-text-to-video"
    assert panel.wait(PATIENCE)
    hand(panel).press("Make the film")
    assert isinstance(panel.error, vn.VeniceError)
    assert "failed" in panel.status
    assert "charged: yes" in panel.status
    assert "Traceback" not in hand(panel).text
    assert panel.video is None
    assert "failed" in hand(panel).text, "the list of jobs says so"


def test_consent_is_asked_with_the_words_of_the_provider_and_given_for_one_film(client, hand, opened):
    panel = opened(client, image=SKIN, model="seedance-2-0-image-to-video-basic")
    asks = panel._consent.view.layout
    box = hand(panel).control("I have read this and confirm it for this film")
    assert asks.display == "none"
    panel.prompt = "a smile"
    hand(panel).press("Make the film")
    assert isinstance(panel.error, vn.ConsentRequired)
    assert "legal right to use the likeness" in hand(panel).text
    assert "confirm what the provider asks for, then press again; request id " in panel.status
    assert (asks.display, box.value) == (None, False), "nobody confirms it for the user"
    hand(panel).press("Make the film")
    assert isinstance(panel.error, vn.ConsentRequired)
    box.value = True
    assert "confirmed_legal_right" in panel.code
    hand(panel).press("Make the film")
    assert panel.error is None
    assert panel.video is not None
    assert (panel.consent, asks.display) == (False, "none"), "the next film is confirmed anew"


def test_another_picture_takes_the_consent_back(client, hand, opened, teal):
    panel = opened(client, image=SKIN, model="seedance-2-0-image-to-video-basic")
    panel.prompt = "a smile"
    hand(panel).press("Make the film")
    hand(panel).control("I have read this and confirm it for this film").value = True
    panel.picture = teal
    assert panel.consent is False
    assert "consents" not in panel.code


# --- jobs -----------------------------------------------------------------------------------------


@pytest.fixture
def slow(hand, opened):
    """A panel whose film is under way, its clock, and the client."""
    hours = Hours()
    client = vn.Venice.sandbox(job_seconds=4, clock=hours)  # it is asked for often
    panel, begun = opened(client), threading.Event()
    panel._progress.observe(lambda change: begun.set() if "<progress" in change.new else None, "value")
    hand(panel).control("What happens").value = "fog over a canal"
    hand(panel).control("Make the film").click()
    assert begun.wait(PATIENCE)
    return panel, hours, client


def test_progress_and_the_time_that_is_left_are_shown(slow, hand):
    panel, hours, _ = slow
    moved = threading.Event()
    panel._progress.observe(lambda change: moved.set() if "50%" in change.new else None, "value")
    hours.now += 2
    assert moved.wait(PATIENCE)
    assert 'value="0.50"' in panel._progress.value
    assert "usually 2.0 s more" in hand(panel).text
    hours.now += 9
    assert panel.wait(PATIENCE)
    assert panel.video is not None
    assert panel._progress.value == ""


def test_stop_leaves_the_job_and_says_how_to_go_on(slow, hand, client):
    panel, hours, client = slow
    hand(panel).press("Stop")
    assert panel.status.startswith("Stopped.")
    assert f"v.job('{panel.job.id}').wait()" in panel.status
    assert panel.status.endswith("Open film, under Jobs, waits for it here.")
    assert panel.video is None
    hours.now += 9
    assert client.job(panel.job.id).wait(show=False).prompt == "fog over a canal"


def test_a_job_that_was_left_is_waited_for_from_the_list(slow, hand):
    panel, hours, _ = slow
    hand(panel).press("Stop")
    hours.now += 9
    hand(panel).press("Open film")
    assert panel.video.prompt == "fog over a canal"
    assert panel.status.startswith("The film is ready")


def test_closing_the_panel_leaves_the_job_for_another_one(slow, hand, opened):
    panel, hours, client = slow
    panel.close()
    assert panel.wait(PATIENCE)
    hours.now += 9
    other = opened(client)
    hand(other).press("Open film")
    assert other.job == panel.job
    assert other.video.prompt == "fog over a canal"


def test_an_order_that_is_on_its_way_is_not_cut_off_by_stop(hand, opened):
    begun, go = threading.Event(), threading.Event()

    def waits(_):
        begun.set()
        assert go.wait(PATIENCE)
        glance()  # as the read of a socket does

    fault = vn.Fault("/video/queue", delay=5.0)
    client = vn.Venice.sandbox(job_seconds=100, clock=Hours(), faults=[fault], sleep=waits)
    panel = opened(client)
    hand(panel).control("What happens").value = "fog"
    hand(panel).control("Make the film").click()
    assert begun.wait(PATIENCE)
    hand(panel).control("Stop").click()
    go.set()
    assert panel.wait(PATIENCE)
    assert panel.job.status in ("queued", "processing")
    assert panel.job.entry.queue_id
    assert f"v.job('{panel.job.id}').wait()" in panel.status


def test_the_table_of_jobs_tells_first_what_was_ordered_and_how_it_went(panel, hand):
    panel.prompt = "fog"
    hand(panel).press("Make the film")
    (table,) = [pane for pane in hand(panel).all(ipywidgets.HTML) if "<table" in pane.value]
    assert table.tabbable, "what does not fit on a narrow page is reached by keyboard"
    shown = [f">{column}<" for column in ("id", "prompt", "status", "price", "model")]
    assert [table.value.index(column) for column in shown] == sorted(map(table.value.index, shown))


def test_a_film_of_an_earlier_panel_is_opened_from_the_list_and_saved(panel, hand, client, tmp_path):
    client.video.submit("an old film", duration=5, aspect_ratio="16:9").wait(show=False)
    client.audio.music.submit("a song with a slow piano", duration_seconds=10)
    hand(panel).press("Refresh list")
    assert "an old film" in hand(panel).text
    assert "a song" not in hand(panel).text
    hand(panel).press("Open film")
    assert panel.video.prompt == "an old film"
    hand(panel).control("Save as").value = "old.mp4"
    hand(panel).press("Save a copy")
    assert panel.status == "Written to old.mp4."
    assert (tmp_path / "old.mp4").read_bytes() == panel.video.data
    (tmp_path / "old.mp4").write_bytes(b"mine")
    hand(panel).press("Save a copy")
    assert (tmp_path / "old.mp4").read_bytes() == b"mine", "never over another file"
    assert "old.mp4" in panel.status


def test_an_empty_list_says_so(panel, hand):
    hand(panel).press("Open film")
    assert panel.status == "No film was ordered yet."
    hand(panel).press("Save a copy")
    assert panel.status == "There is no film yet."


# --- how it looks ---------------------------------------------------------------------------------


def test_the_film_is_a_picture_until_it_is_played(panel, hand):
    panel.prompt = "fog"
    hand(panel).press("Make the film")
    player = panel._player
    assert "data:image/webp" in player._poster.value
    assert hand(panel).all(ipywidgets.Video) == []
    hand(panel).press("Play")
    (film,) = hand(panel).all(ipywidgets.Video)
    assert bytes(film.value) == panel.video.data
    assert player._poster.layout.display == "none"
    hand(panel).press("Put away")
    assert hand(panel).all(ipywidgets.Video) == []
    assert player._poster.layout.display == "block"


def test_the_state_stays_small_and_every_control_is_labelled(client, hand, opened):
    noise = np.random.default_rng(0).integers(0, 255, (900, 1600, 3), dtype=np.uint8)
    panel = opened(client, image=noise)
    for _ in range(12):
        client.video.submit("word " * 400, duration=5, aspect_ratio="16:9")
    panel.prompt = "word " * 400
    hand(panel).press("Make the film")
    assert panel.video is not None
    assert hand(panel).size < CAP
    kinds = (
        ipywidgets.Text,
        ipywidgets.Dropdown,
        ipywidgets.Textarea,
        ipywidgets.Button,
        ipywidgets.Checkbox,
    )
    assert all(each.description and each.tooltip for each in hand(panel).all(kinds))


def test_the_picture_of_the_panel_shows_what_was_asked_and_made(panel, hand, teal, monkeypatch):
    monkeypatch.setenv("VENICE_STATIC", "1")
    panel.picture = teal
    panel.prompt = "it <moves>"
    hand(panel).press("Make the film")
    bundle = panel._repr_mimebundle_()
    assert bundle["text/plain"] == "<Video panel: a film of 5.0 s>"
    assert "it &lt;moves&gt;" in bundle["text/html"]
    assert bundle["text/html"].count("data:image/webp") == 2
    assert panel.job.id not in bundle["text/html"], "a notebook that is run again is the same"
