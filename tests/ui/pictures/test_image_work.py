"""What the panel of pictures makes of a picture, styles that are tried, and that nothing paid is lost."""

import datetime as dt
import io
import re
import threading

import ipywidgets
import pybase64
import pytest
from PIL import Image as Pillow

import venice_nb as vn
from tests.ui.pictures.drawing import PATIENCE, SMALL
from venice_nb.client.clock import glance

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


# --- a picture of one's own ----------------------------------------------------------------------


def teal():
    return Pillow.new("RGB", (300, 300), "teal")


def sent(name, data):
    """A file as the browser sends it."""
    moment = dt.datetime.now(dt.UTC)
    return {"name": name, "type": "image/png", "size": len(data), "content": data, "last_modified": moment}


def test_a_picture_that_is_named_is_worked_on_like_one_that_was_drawn(panel, hand, client, tmp_path):
    teal().save(tmp_path / "teal.png")
    hand(panel).control("Path").value = "teal.png"
    hand(panel).press("Open")
    assert panel.picked.size == (300, 300)
    assert "[0] · teal.png" in hand(panel).text
    hand(panel).press("Upscale")
    assert panel.picked.size == (600, 600)
    panel.prompt = ""
    made = {"v": client, "vn": vn}
    exec(panel.code, made)
    assert made["p1"] == panel.picked


def test_a_picture_that_is_uploaded_leaves_no_bytes_in_the_state(panel, hand):
    out = io.BytesIO()
    teal().save(out, "PNG")
    upload = hand(panel).control("Upload")
    upload.value = (sent("mine.png", out.getvalue()),)
    assert panel.wait(PATIENCE)
    assert upload.value == ()
    assert panel.picked.alt == "mine.png"
    assert panel.code.splitlines()[:2] == [
        "# mine.png was uploaded: put the file beside the notebook",
        'g = vn.Gallery(vn.Image.open("mine.png"))',
    ]


@pytest.mark.parametrize(("path", "said"), [("", "Write a path first."), ("none.png", "existing file")])
def test_a_path_that_leads_nowhere_is_said(panel, hand, path, said):
    hand(panel).control("Path").value = path
    hand(panel).press("Open")
    assert said in panel.status
    assert panel.galleries == ()


def test_an_upload_that_is_no_picture_is_said(panel, hand):
    hand(panel).control("Upload").value = (sent("notes.png", b"hello"),)
    assert panel.wait(PATIENCE)
    assert "must be a PNG" in panel.status


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
