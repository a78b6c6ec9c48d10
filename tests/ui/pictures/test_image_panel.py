"""The panel of pictures, pressed and read as a person does, without a browser."""

from types import SimpleNamespace

import ipywidgets
import pytest

import venice_nb as vn
from tests.ui.pictures.drawing import PATIENCE, SMALL

CAP = 100_000  # bytes of widget state in a saved notebook


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


def test_a_panel_that_begins_with_a_prompt_tells_its_price_at_once(panel):
    assert panel.wait(PATIENCE)
    assert panel.price == "The next press costs about $0.01."


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
