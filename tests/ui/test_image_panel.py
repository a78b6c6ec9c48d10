"""The panel of pictures, pressed and read as a person does, without a browser."""

import re
import threading
from types import SimpleNamespace

import ipywidgets
import pybase64
import pytest

import venice_nb as vn
from venice_nb.client.clock import glance

CAP = 100_000  # bytes of widget state in a saved notebook
PATIENCE = 60
SMALL = {"width": 256, "height": 256, "seed": 7}  # drawn quickly, and the same each time


@pytest.fixture
def panel(client, hand, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = vn.ui.images(client, prompt="a gondola", **SMALL)
    hand(made)
    return made


@pytest.fixture
def drawn(panel, hand):
    """The panel with two pictures."""
    panel.variants = 2
    hand(panel).press("Draw")
    return panel


def seen(panel, hand, label):
    """Whether a control is on the page."""
    return hand(panel).control(label).layout.display != "none"


def asked(panel):
    """The arguments that the copied cell passes on."""
    found = {}
    images = SimpleNamespace(generate=lambda prompt, **options: found.update(prompt=prompt, **options))
    exec(panel.code, {"v": SimpleNamespace(images=images)})
    return found


# --- drawing -------------------------------------------------------------------------------------


def test_a_press_draws_what_the_panel_says(drawn, client):
    assert [image.size for image in drawn.gallery] == [(256, 256)] * 2
    assert drawn.gallery[0].seed == 7
    assert drawn.status.startswith("2 pictures by z-image-turbo")
    assert drawn.picked is drawn.gallery[0]
    assert client.spend.lines[-1].usd == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("label", "value", "argument"),
    [
        ("Prompt", "a canal", {"prompt": "a canal"}),
        ("Not in it", "people", {"negative_prompt": "people"}),
        ("Pictures", 3, {"variants": 3}),
        ("Width", 512, {"width": 512}),
        ("Height", 512, {"height": 512}),
        ("Seed", 8, {"seed": 8}),
        ("Style", "Film Noir", {"style_preset": "Film Noir"}),
        ("Format", "png", {"format": "png"}),
        ("Blur adult content", False, {"safe_mode": False}),
        ("No watermark", True, {"hide_watermark": True}),
        ("Improve the prompt ($0.04)", True, {"enhance_prompt": True}),
        ("Model", "lustify-v7", {"model": "lustify-v7"}),
    ],
)
def test_each_control_is_the_argument_of_the_same_meaning(panel, hand, label, value, argument):
    hand(panel).control(label).value = value
    assert asked(panel) == {"prompt": "a gondola", **SMALL, **argument}


def test_what_has_no_control_goes_with_each_request(client, hand):
    panel = vn.ui.images(client, prompt="a gondola", steps=4, cfg_scale=5.0)
    hand(panel)
    assert asked(panel) == {"prompt": "a gondola", "steps": 4, "cfg_scale": 5.0}


def test_a_panel_begins_with_a_model_by_any_of_its_names(client, hand):
    panel = vn.ui.images(client, model="highest_quality")
    hand(panel)
    assert hand(panel).control("Model").value == "qwen-image"


def test_the_copied_cell_gives_the_same_pictures(drawn, hand, client):
    drawn.pick(1)
    hand(drawn).press("Upscale")
    hand(drawn).control("Change").value = "make it snow"
    hand(drawn).press("Edit")
    hand(drawn).press("Remove background")
    assert drawn.code.splitlines() == [
        'g = v.images.generate("a gondola", width=256, height=256, variants=2, seed=7)',
        "p2 = v.images.upscale(g[1], 2)",
        'p3 = v.images.edit(p2, "make it snow")',
        "p4 = v.images.remove_background(p3)",
    ]
    made = {"v": client}
    exec(drawn.code, made)
    assert [*made["g"], made["p2"], made["p3"], made["p4"]] == list(drawn.gallery)


def test_what_was_changed_since_is_in_the_cell_as_the_next_press(drawn, hand):
    hand(drawn).control("Prompt").value = "a canal"
    assert drawn.code.splitlines()[-2] == "# the next press of Draw"
    assert 'g = v.images.generate("a canal"' in drawn.code.splitlines()[-1]


def test_without_a_prompt_nothing_is_sent(panel, hand, client):
    hand(panel).control("Prompt").value = "  "
    hand(panel).press("Draw")
    assert panel.status == "Write a prompt first."
    hand(panel).press("Preview these styles")
    assert client._session.calls == 0


# --- the seed ------------------------------------------------------------------------------------


def test_each_press_takes_another_seed_and_shows_it(client, hand):
    panel = vn.ui.images(client, prompt="a gondola", width=256, height=256)
    hand(panel).press("Draw")
    first = hand(panel).control("Seed").value
    assert panel.gallery[0].seed == first > 0
    hand(panel).press("Draw")
    assert hand(panel).control("Seed").value != first
    assert panel.lock_seed is False


def test_a_kept_seed_draws_the_same_picture_again(client, hand):
    panel = vn.ui.images(client, prompt="a gondola", width=256, height=256)
    hand(panel).press("Draw")
    hand(panel).control("Keep the seed").value = True
    hand(panel).press("Draw")
    first, second = panel.galleries
    assert first == second


def test_a_seed_that_is_typed_is_kept(client, hand):
    panel = vn.ui.images(client)
    hand(panel).control("Seed").value = 5
    assert hand(panel).control("Keep the seed").value is True


# --- the size ------------------------------------------------------------------------------------


def test_a_model_by_pixels_has_width_and_height_in_its_steps(panel, hand):
    panel.model = "venice-sd35"
    assert seen(panel, hand, "Width")
    assert hand(panel).control("Width").step == 16
    assert not seen(panel, hand, "Resolution")
    assert not seen(panel, hand, "Quality")


def test_a_shape_fills_in_the_pixels_and_own_pixels_have_no_shape(panel, hand):
    hand(panel).control("Shape").value = "16:9"
    assert (panel.width, panel.height) == (1280, 720)
    hand(panel).control("Height").value = 512
    assert hand(panel).control("Shape").value == ""
    assert asked(panel)["width"] == 1280
    assert "aspect_ratio" not in asked(panel)


def test_a_model_by_ratio_has_a_shape_and_its_tiers_and_levels(panel, hand):
    panel.model = "gpt-image-2"
    assert not seen(panel, hand, "Width")
    hand(panel).control("Shape").value = "9:16"
    hand(panel).control("Resolution").value = "2K"
    hand(panel).control("Quality").value = "low"
    wanted = {"aspect_ratio": "9:16", "resolution": "2K", "quality": "low"}
    assert asked(panel) == {"prompt": "a gondola", "model": "gpt-image-2", "seed": 7, **wanted}


def test_what_the_next_model_does_not_have_is_given_up(panel, hand):
    panel.model = "gpt-image-2"
    panel.resolution, panel.quality = "4K", "high"
    panel.model = "grok-imagine-image"
    assert (panel.resolution, panel.quality) == ("", "")
    assert not seen(panel, hand, "Quality")
    assert [value for _, value in hand(panel).control("Resolution").options] == ["", "1K", "2K"]


def test_the_servers_list_is_read_once_for_a_model_that_is_not_known_well(panel, client):
    panel.model = "qwen-image"
    panel.reckon()
    panel.model = "ideogram-v4"
    panel.reckon()
    assert client._session.calls == 1


# --- prices --------------------------------------------------------------------------------------


def test_the_price_of_each_press_is_told_before_it(drawn, hand):
    drawn.model = "gpt-image-2"
    drawn.resolution, drawn.quality = "4K", "high"
    drawn.styles = ("Anime", "Film Noir")
    drawn.scale = 4
    drawn.reckon()
    assert drawn.price == "The next press costs about $1.66."
    assert "A preview draws 2 pictures, each for $0.83" in hand(drawn).text
    assert "Upscale: $0.08 · Remove background: $0.03 · Edit: $0.04" in hand(drawn).text


def test_what_cannot_be_done_with_a_picture_is_told_before_the_press(drawn, hand):
    hand(drawn).press("Upscale")
    drawn.scale = 4
    hand(drawn).press("Upscale")
    drawn.reckon()
    assert drawn.picked.size == (2048, 2048)
    hand(drawn).press("Upscale")
    drawn.reckon()
    assert "Upscale: image must be a picture of fewer than" in hand(drawn).text


def test_what_was_spent_is_told(drawn, hand):
    assert drawn.spent.startswith("Spent since the panel was opened: $0.02 in 1 call")
    hand(drawn).press("Upscale")
    assert drawn.spent.startswith("Spent since the panel was opened: $0.04 in 2 calls")


# --- working on a picture ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("press", "label", "size"),
    [("Upscale", "2x of [1]", (512, 512)), ("Remove background", "cut out of [1]", (256, 256))],
)
def test_what_is_made_of_a_picture_stands_beside_it_and_is_picked(drawn, hand, press, label, size):
    hand(drawn).press("Pick [1]")
    hand(drawn).press(press)
    assert len(drawn.gallery) == 3
    assert drawn.picked is drawn.gallery[2]
    assert drawn.picked.size == size
    assert f"[2] · {label}" in hand(drawn).text
    assert drawn.against == 1, "it is compared with the one it was made of"


def test_an_edit_needs_words_and_takes_the_model_that_is_picked(drawn, hand):
    hand(drawn).press("Edit")
    assert drawn.status == "Write what is to change first."
    hand(drawn).control("Change").value = "make it night"
    hand(drawn).control("Edit model").value = "qwen-edit-uncensored"
    hand(drawn).press("Edit")
    assert drawn.picked.prompt == "make it night"
    assert drawn.picked.model == "qwen-edit-uncensored"
    assert 'v.images.edit(g[0], "make it night", model="qwen-edit-uncensored")' in drawn.code


def test_two_pictures_are_seen_in_one_place_with_a_line_between_them(drawn, hand):
    assert "vn-wipe" not in drawn._made.bench._stage.value
    hand(drawn).control("Compare with").value = 1
    stage = drawn._made.bench._stage.value
    assert stage.count("<img") == 2
    hand(drawn).control("Line at %").value = 30
    assert "{--vn-at:30%}" in drawn._made.bench._where.value
    assert drawn._made.bench._stage.value == stage, "the pictures are not sent again"


def test_two_panels_do_not_share_their_line(drawn, client, hand):
    other = vn.ui.images(client)
    hand(other)
    assert other._made.bench._id != drawn._made.bench._id


def test_the_middle_is_looked_at_from_close_by_until_another_picture_is_picked(drawn, hand):
    stage = drawn._made.bench._stage
    whole = stage.value
    hand(drawn).control("Look closer").value = 4
    assert drawn.wait(PATIENCE)
    assert "the middle of: a gondola" in stage.value
    hand(drawn).press("Pick [1]")
    assert drawn.zoom == 1
    hand(drawn).press("Pick [0]")
    assert stage.value == whole


def test_a_picture_is_saved_under_a_name_or_its_own(drawn, hand, tmp_path):
    hand(drawn).press("Save")
    assert [path.name for path in tmp_path.iterdir()] == [drawn.picked.name_to_save]
    hand(drawn).control("File name").value = "first.png"
    hand(drawn).press("Save")
    assert drawn.status == "Saved as first.png."
    assert vn.Image.open(tmp_path / "first.png").size == (256, 256)


def test_a_name_that_is_taken_is_said_and_not_replaced(drawn, hand, tmp_path):
    (tmp_path / "mine.webp").write_bytes(b"mine")
    hand(drawn).control("File name").value = "mine.webp"
    hand(drawn).press("Save")
    assert "exists already" in drawn.status
    assert (tmp_path / "mine.webp").read_bytes() == b"mine"


def test_all_pictures_of_a_gallery_are_saved(drawn, hand, tmp_path):
    hand(drawn).press("Save all")
    assert drawn.status == "2 pictures saved in images/."
    assert len(list((tmp_path / "images").iterdir())) == 2


@pytest.mark.parametrize("act", ["upscale", "remove_background", "edit", "save"])
def test_nothing_can_be_done_before_there_is_a_picture(panel, client, act):
    panel.instruction = "make it snow"
    getattr(panel, act)()
    assert panel.status == "Pick a picture first."
    panel.pick(0)
    assert panel.status == "There is no picture 0."
    assert client._session.calls == 0


# --- styles --------------------------------------------------------------------------------------


def test_a_preview_shows_the_prompt_in_each_style_and_one_is_picked_from_it(drawn, hand):
    hand(drawn).control("Styles to try").value = ("Anime", "Film Noir")
    hand(drawn).press("Preview these styles")
    assert len(drawn.galleries[1]) == 2
    assert {image.seed for image in drawn.galleries[1]} == {7}
    assert len(drawn.gallery) == 2, "the gallery that is worked on stays"
    hand(drawn).press("Film Noir")
    assert hand(drawn).control("Style").value == "Film Noir"
    hand(drawn).press("Draw")
    assert drawn.gallery[0] == drawn.galleries[1][1], "the preview was the picture itself"


def test_a_preview_is_a_gallery_whose_cell_gives_the_same(panel, hand, client):
    panel.styles = ("Anime", "Film Noir")
    hand(panel).press("Preview these styles")
    made = {"v": client, "vn": vn}
    exec(panel.code.splitlines()[0], made)
    assert made["g"] == panel.gallery
    assert "[1] · Film Noir" in hand(panel).text


def test_a_style_that_fails_costs_none_of_the_others(client, hand):
    client = vn.Venice.sandbox(faults=[vn.Fault("/image/generate", status=422)])
    panel = vn.ui.images(client, prompt="a gondola", **SMALL)
    panel.styles = ("Anime", "Film Noir", "Watercolor")
    hand(panel).press("Preview these styles")
    assert "request id" in panel.status
    assert len(panel.gallery) == 2


@pytest.mark.parametrize("count", [0, 9])
def test_a_preview_takes_one_to_eight_styles(panel, hand, client, count):
    panel.styles = tuple(hand(panel).control("Styles to try").options[n][1] for n in range(count))
    hand(panel).press("Preview these styles")
    assert panel.status == "Pick 1 to 8 styles to try."
    assert client._session.calls == 0


def test_the_list_of_styles_can_be_read_from_the_server(panel, hand):
    listed = ["Film Noir", "Brand New"]
    client = vn.Venice.sandbox(faults=[vn.Fault("/image/styles", status=200, body={"data": listed})])
    fresh = vn.ui.images(client)
    hand(fresh).press("Refresh styles")
    assert fresh.status == "2 styles."
    assert [value for _, value in hand(fresh).control("Style").options] == ["", *listed]


# --- nothing paid is lost ------------------------------------------------------------------------


def test_earlier_galleries_can_be_shown_again(drawn, hand):
    hand(drawn).press("Upscale")
    hand(drawn).control("Prompt").value = "a lighthouse"
    hand(drawn).press("Draw")
    history = hand(drawn).control("History")
    assert [text for text, _ in history.options] == [
        "1: a lighthouse (2 pictures, $0.02 priced)",
        "0: a gondola (3 pictures, $0.04 priced)",
    ]
    history.value = 0
    assert drawn.gallery is drawn.galleries[0]
    assert drawn.picked is drawn.galleries[0][2]
    hand(drawn).press("Remove background")
    assert [len(gallery) for gallery in drawn.galleries] == [4, 2]


def test_what_was_made_survives_an_error_after_it(drawn, hand, client):
    client.budget = 0.001
    hand(drawn).press("Upscale")
    assert isinstance(drawn.error, vn.BudgetExceeded)
    hand(drawn).press("Draw")
    assert isinstance(drawn.error, vn.BudgetExceeded)
    assert len(drawn.gallery) == 2
    client.budget = None
    hand(drawn).press("Upscale")
    assert len(drawn.gallery) == 3


def broken(client):
    """A sandbox that answers with two good pictures, one that is no picture, and one that is cut off."""
    good = client.images.generate("a gondola", width=256, height=256, variants=2)
    parts = [*(image.data for image in good), b"%%%", good[0].data[:900]]
    images = [pybase64.b64encode(part).decode() for part in parts]
    body = {"id": "generate-image-1", "images": images, "timing": {}}
    return vn.Venice.sandbox(faults=[vn.Fault("/image/generate", status=200, body=body)])


def test_pictures_that_came_broken_leave_the_others_and_say_why(client, hand):
    panel = vn.ui.images(broken(client), prompt="a gondola", variants=4)
    hand(panel).press("Draw")
    assert len(panel.gallery) + len(panel.gallery.errors) == 4
    assert [image.size for image in panel.gallery[:2]] == [(256, 256)] * 2
    assert "Not made: " in hand(panel).text
    hand(panel).press("Upscale")
    assert panel.picked.size == (512, 512)


def test_a_picture_that_cannot_be_drawn_is_kept(panel, hand, monkeypatch):
    def fails(_):
        raise MemoryError("no room")

    monkeypatch.setattr(panel._made._tiles, "show", fails)
    hand(panel).press("Draw")
    assert panel.status == "MemoryError: no room"
    assert len(panel.galleries[0]) == 1


def test_a_panel_that_is_closed_still_gives_what_it_made(drawn, hand):
    drawn.close()
    assert len(drawn.gallery) == 2
    assert drawn.galleries[0][1].size == (256, 256)


def test_stop_ends_the_wait_for_a_picture(hand):
    begun, go = threading.Event(), threading.Event()

    def waits(_):
        begun.set()
        assert go.wait(PATIENCE)
        glance()  # as the read of a socket does

    client = vn.Venice.sandbox(faults=[vn.Fault("/image/generate", delay=5.0)], sleep=waits)
    panel = vn.ui.images(client, prompt="a gondola", **SMALL)
    hand(panel).control("Draw").click()
    assert begun.wait(PATIENCE)
    hand(panel).control("Draw").click()
    assert panel.status.startswith("Still busy")
    hand(panel).control("Stop").click()
    go.set()
    assert panel.wait(PATIENCE)
    assert panel.status.startswith("Stopped.")
    assert len(panel.gallery) == 0


def test_an_error_is_one_sentence_with_the_request_id(hand):
    panel = vn.ui.images(vn.Venice.sandbox(faults=[vn.Fault("/image", status=422)]), prompt="a gondola")
    hand(panel).press("Draw")
    assert "request id" in panel.status
    assert "Traceback" not in hand(panel).text


# --- how it looks --------------------------------------------------------------------------------


def test_the_state_stays_small_and_every_control_is_labelled(client, hand):
    panel = vn.ui.images(client, prompt="a gondola at dusk in the rain", variants=4, seed=7)
    hand(panel).press("Draw")
    hand(panel).press("Upscale")
    panel.styles = ("Anime", "Film Noir", "Watercolor", "Pixel Art")
    hand(panel).press("Preview these styles")
    assert hand(panel).size < CAP
    kinds = (ipywidgets.Text, ipywidgets.Dropdown, ipywidgets.Textarea, ipywidgets.Button)
    shown = [each for each in hand(panel).all(kinds) if each.layout.display != "none"]
    assert all(each.description and each.tooltip for each in shown)


def test_the_style_in_the_head_has_all_that_the_panes_wear(client, hand):
    panel = vn.ui.images(broken(client), prompt="a gondola", variants=4)
    hand(panel).press("Draw")
    hand(panel).press("Upscale")
    hand(panel).press("Remove background")
    values = [pane.value for pane in hand(panel).all(ipywidgets.HTML)]
    worn = {
        name for value in values for each in re.findall(r'class="([^"]*)"', value) for name in each.split()
    }
    assert {name for name in worn if name.startswith("vn-")} - {"vn-root"} <= set(panel.look.split())


def test_only_the_latest_pictures_of_a_long_gallery_are_on_the_page(drawn, hand):
    for _ in range(8):
        drawn.pick(0)
        hand(drawn).press("Remove background")
    assert len(drawn.gallery) == 10
    assert "Pick [1]" not in [button.description for button in hand(drawn).all(ipywidgets.Button)]
    hand(drawn).press("Pick [2]")
    assert drawn.place == 2
    assert "2 earlier pictures are in panel.gallery." in drawn.snapshot()["text/html"]


def test_the_picture_of_the_panel_shows_the_gallery_the_same_each_time(drawn, hand, monkeypatch):
    monkeypatch.setenv("VENICE_STATIC", "1")
    hand(drawn).press("Upscale")
    bundle = drawn.snapshot()
    assert bundle["text/plain"] == '<Images panel: 3 pictures, $0.04 priced, SANDBOX: "a gondola">'
    assert bundle["text/html"].count("<img") == 5, "three small ones, and both that are compared"
    assert drawn.snapshot() == bundle


def test_before_the_first_picture_the_panel_says_so(panel):
    assert "Nothing was drawn yet." in panel.snapshot()["text/html"]
    assert len(panel.gallery) == 0
    assert panel.picked is None


def test_a_prompt_of_markup_stays_text(client, hand):
    panel = vn.ui.images(client, prompt="<b onclick='x'>bold</b>", **SMALL)
    hand(panel).press("Draw")
    assert all("<b onclick" not in pane.value for pane in hand(panel).all(ipywidgets.HTML))
    assert "<b onclick" not in panel.snapshot()["text/html"]
