"""A gallery is a sequence of pictures, a small grid to look at, a table and a folder of files."""

import pickle
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from made_media import photo, plain_picture

from venice_nb.errors import ContentRefused, InvalidInput
from venice_nb.results.money import Cost
from venice_nb.results.pictures import gallery_view
from venice_nb.results.pictures.gallery import Failed, Gallery
from venice_nb.results.pictures.image import Image


def picture(number, prompt="a wall", **about):
    data = plain_picture(64, 64, (number * 20 % 256, 80, 80))
    return Image(data, "image/png", prompt=prompt, seed=number, model="m", cost=Cost(0.01, "priced"), **about)


def gallery(count=3, **about):
    return Gallery(tuple(picture(number) for number in range(count)), **about)


def shown(found):
    bundle = found._mimebundle()
    return bundle["text/html"], bundle["text/plain"]


def test_it_is_a_sequence():
    found = gallery(4)
    assert (len(found), found[0].seed, found[-1].seed) == (4, 0, 3)
    assert [image.seed for image in found] == [0, 1, 2, 3]
    assert [image.seed for image in reversed(found)] == [3, 2, 1, 0]
    assert picture(2) in found
    with pytest.raises(IndexError):
        found[4]
    assert (bool(found), bool(Gallery())) == (True, False)


def test_a_slice_is_a_gallery_with_its_labels():
    found = gallery(4, index=("a", "b", "c", "d"))[1:3]
    assert isinstance(found, Gallery)
    assert ([image.seed for image in found], found.index) == ([1, 2], ("b", "c"))
    with pytest.raises(ValueError, match="2 labels for 3"):
        gallery(3, index=("a", "b"))


def test_costs_are_added():
    assert gallery(3).cost == Cost(0.03, "priced")
    assert Gallery().cost == Cost()
    assert "$0.03 priced" in shown(gallery(3))[0]


def test_galleries_can_be_put_together():
    both = gallery(2, errors=(Failed(ValueError("a"), position=1),)) + gallery(
        1, errors=(Failed(ValueError("b"), position=0),)
    )
    assert [type(one).__name__ for one in both.slots()] == ["Image", "Failed", "Image", "Failed", "Image"]
    labelled = gallery(1, index=("x",)) + Gallery() + gallery(1, index=("y",))
    assert labelled.index == ("x", "y")
    assert (gallery(1, index=("x",)) + gallery(1)).index == ()


def test_every_picture_has_its_words_below():
    page, text = shown(gallery(3))
    assert page.count("<figure") == page.count("<img") == page.count('alt="a wall"') == 3
    for number in range(3):
        assert f"[{number}] · 64 x 64 PNG · seed {number} · m · $0.01 priced" in page
        assert f"[{number}] 64 x 64 PNG · seed {number} · m · $0.01 priced" in text
    assert "3 pictures" in page
    assert "3 pictures" in text


def test_what_failed_is_told_in_its_place():
    refused = ContentRefused("The content was refused", do="say it otherwise")
    found = gallery(2, errors=(Failed(refused, "a crime", position=1, label="row 9"),))
    page, text = shown(found)
    assert len(found) == 2
    assert page.index("[0]") < page.index("Not made: The content was refused") < page.index("[1]")
    assert "a crime" in page
    assert "row 9" in page
    assert "row 9 not made: The content was refused (a crime)" in text
    assert "2 pictures, 1 failed" in text


@pytest.mark.parametrize("positions", [(0, 0), (None, 7), (-1, 0), (5, 2)])
def test_wherever_failures_say_they_are_none_is_lost(positions):
    errors = tuple(Failed(ValueError(str(n)), position=p) for n, p in enumerate(positions))
    slots = gallery(3, errors=errors).slots()
    assert [one.seed for one in slots if isinstance(one, Image)] == [0, 1, 2]
    assert {str(one.error) for one in slots if isinstance(one, Failed)} == {"0", "1"}


def test_labels_of_rows_are_shown_instead_of_numbers():
    page, text = shown(gallery(2, index=("venice", 7)))
    assert "venice · 64 x 64" in page
    assert "  7 64 x 64" in text


def test_twelve_pictures_of_a_megapixel_stay_under_half_a_megabyte():
    """Measured on the file of a notebook, with pictures as hard to compress as pictures get."""
    random = np.random.default_rng(0)
    noise = random.integers(0, 256, (1024, 1024, 3), np.uint8)
    from made_media import encoded
    from PIL import Image as Pillow

    worst = [encoded(Pillow.fromarray(np.roll(noise, 100 * n, 0)), "JPEG", quality=95) for n in range(6)]
    data = [*worst, *(photo(n) for n in range(6))]
    found = Gallery(tuple(Image(one, prompt="a gondola at dusk " * 10, seed=n) for n, one in enumerate(data)))
    output = nbformat.v4.new_output("execute_result", data=found._mimebundle(), execution_count=1)
    cell = nbformat.v4.new_code_cell("g", outputs=[output], execution_count=1)
    size = len(nbformat.writes(nbformat.v4.new_notebook(cells=[cell])))
    assert 100_000 < size < 480_000


def test_hundreds_of_pictures_are_not_all_drawn(monkeypatch):
    monkeypatch.setattr(gallery_view, "SHOWN", 4)
    page, text = shown(gallery(9))
    assert page.count("<img") == 4
    assert "Showing 4 of 9; gallery[4:] shows more." in page
    assert "Showing 4 of 9" in text


def test_one_picture_alone_is_shown_larger():
    one = Gallery((Image(photo(width=700, height=700), prompt="a wall"),))
    page, text = shown(one)
    assert "vn-gallery" not in page
    assert text.startswith("Picture: 700 x 700 PNG")
    from test_image_results import pictures

    assert pictures(page)[0][1].size == (512, 512)


def test_nothing_is_shown_too():
    page, text = shown(Gallery())
    assert "0 pictures" in page
    assert "0 pictures" in text
    assert repr(Gallery()) == "<Gallery of 0 pictures>"


def test_a_picture_that_cannot_be_decoded_leaves_the_others_alone():
    page, _ = shown(Gallery((picture(1), Image(b"<html>", "image/png"), picture(2))))
    assert page.count("<img") == 2
    assert "cannot be shown" in page


def test_the_same_gallery_is_drawn_the_same_twice():
    assert shown(gallery()) == shown(gallery())


def test_saving_makes_the_folder_and_names_files_after_prompts():
    paths = gallery(3).save("out/pictures/")
    assert [path.read_bytes() for path in paths] == [image.data for image in gallery(3)]
    assert all(re.fullmatch(r"a-wall-\d-[0-9a-f]{8}\.png", path.name) for path in paths)
    assert {path.parent for path in paths} == {Path("out/pictures")}


def test_saving_again_gives_the_same_files_and_replaces_nothing():
    first = gallery(2).save("out")
    assert gallery(2).save("out") == first
    first[0].write_bytes(b"mine")
    again = gallery(2).save("out")
    assert first[0].read_bytes() == b"mine"
    assert again[0] == first[0].with_name(f"{first[0].stem}-2.png")
    assert again[0].read_bytes() == gallery(2)[0].data
    assert again[1] == first[1]
    assert gallery(2).save("out") == again


def test_a_text_cannot_lead_out_of_the_working_folder(tmp_path):
    inside = tmp_path / "inside"
    inside.mkdir()
    with pytest.raises(InvalidInput, match="working folder"):
        gallery(1).save("../elsewhere")
    assert not (tmp_path.parent / "elsewhere").exists()
    (tmp_path / "file").write_text("x")
    with pytest.raises(InvalidInput, match="not a folder"):
        gallery(1).save("file")
    assert gallery(1).save(inside)[0].parent == inside


def test_a_frame_has_a_row_for_each_picture_asked_for():
    refused = Failed(ContentRefused("refused"), "a crime", position=1, label="b")
    frame = gallery(2, errors=(refused,), index=("a", "c")).to_frame()
    assert list(frame.index) == ["a", "b", "c"]
    assert frame["seed"].tolist()[::2] == [0, 1]
    assert frame["prompt"].tolist() == ["a wall", "a crime", "a wall"]
    assert isinstance(frame.loc["a", "image"], Image)
    assert frame.loc["b", "image"] is None
    assert frame.loc["b", "error"] == "refused"
    assert frame["cost"].sum() == pytest.approx(0.02)
    assert frame.loc["c", ["width", "height"]].tolist() == [64, 64]
    assert list(gallery(2).to_frame().index) == [0, 1]
    assert len(Gallery().to_frame()) == 0


def test_galleries_are_equal_when_their_pictures_are_and_survive_pickle():
    found = gallery(2, errors=(Failed(ContentRefused("refused"), position=0),))
    copy = pickle.loads(pickle.dumps(found))
    assert copy == found
    assert hash(copy) == hash(found)
    assert copy.errors[0].error.what == "refused"
    assert gallery(2) != gallery(3)
    assert gallery(2) != [picture(0), picture(1)]


def test_pictures_and_galleries_made_in_a_loop_become_one_gallery():
    """What `v.images.generate` gives is a gallery each time."""
    one, two = gallery(1), gallery(2, errors=(Failed(ValueError("no"), position=0),))
    made = Gallery([one, two[1], two])
    assert list(made) == [one[0], two[1], two[0], two[1]]
    assert [type(slot) for slot in made.slots()] == [Image, Image, Failed, Image, Image]
    assert Gallery(list(two)) == Gallery(two) == two
    assert Gallery(one[0]) == one
    assert Gallery(gallery(2, index=("a", "b"))).index == ("a", "b")


def test_what_is_no_picture_is_refused_with_its_type():
    with pytest.raises(InvalidInput, match="not int"):
        Gallery([*gallery(1), 3])


def test_the_errors_of_a_frame_are_none_where_all_is_well():
    """As in a frame of `v.extract`: never NaN, and the same whether or not anything failed."""
    failed = Failed(ContentRefused("refused"), position=1)
    for found in (gallery(2), gallery(2, errors=(failed,))):
        column = found.to_frame()["error"]
        assert column.dtype == object
        assert column.iloc[0] is None
