"""What a newcomer wants, each within a minute, done in the lab by what is written on the controls alone."""

import sys
from pathlib import Path

import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))

from test_app import served
from test_panels import opened

PATIENCE = 60_000  # milliseconds; a loaded machine
CORPUS = Path(__file__).resolve().parents[2] / "notebooks" / "corpus"
LOADED = "kind => [...document.querySelectorAll(`.vn-panel ${kind}`)].some(each => each.readyState === 4)"


class Newcomer:
    """Someone who reads what is on the page, and takes a picture of it after each step."""

    def __init__(self, page, folder, film):
        self.page, self.folder, self.film, self.taken = page, folder, film, 0
        Image.new("RGB", (640, 480), "teal").save(folder / "teal.png")

    def tab(self, name):
        self.page.get_by_role("tab", name=name, exact=True).click()
        self.page.locator(".vn-panel").locator("visible=true").first.wait_for(timeout=PATIENCE)

    def control(self, label):
        return self.page.get_by_label(label, exact=True).locator("visible=true")

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()

    def upload(self, button, files):
        with self.page.expect_file_chooser() as chosen:
            self.page.get_by_role("button", name=button).click()
        chosen.value.set_files(files)

    def sees(self, words):
        found = self.page.locator(".vn-panel").get_by_text(words).locator("visible=true")
        found.first.wait_for(timeout=PATIENCE)

    def hears(self, kind="audio"):
        self.page.wait_for_function(LOADED, arg=kind, timeout=PATIENCE)

    def look(self, name):
        self.taken += 1
        path = self.folder / f"{self.film}-{self.taken:02d}-{name}.png"
        self.page.locator(".vn-lab").screenshot(path=path)


def chat_with_a_picture(person):
    person.control("Your message").fill("What colour is this?")
    person.press("Add files")
    person.upload("Upload", person.folder / "teal.png")
    person.sees("Goes with the next message: teal.png")
    person.look("chat-asked")
    person.press("Send")
    person.sees("It is mostly teal.")
    person.look("chat-answered")


def four_pictures_and_an_upscale(person):
    person.tab("Images")
    person.control("Prompt").fill("a gondola at dusk")
    person.control("Pictures").fill("4")
    person.press("Draw")
    person.sees("4 pictures by")
    person.look("images-drawn")
    person.press("Upscale")
    person.sees("1 picture by upscaler")
    person.look("images-upscaled")


def a_film_from_a_picture(person):
    person.tab("Video")
    person.upload("Upload picture", person.folder / "teal.png")
    person.sees("The film starts from teal.png")
    person.control("What happens").fill("the wall turns into a sea")
    person.sees("The next press costs about")
    person.press("Make the film")
    person.sees("The film is ready")
    person.press("Play")
    person.hears("video")
    person.look("video-plays")


def a_text_read_by_another_voice(person):
    person.tab("Voice")
    person.control("Text").fill("Boats leave from the old harbour. The last one leaves at midnight.")
    person.control("Voice").select_option("bf_emma (British English, female)")
    person.press("Speak")
    person.sees("Spoken: ")
    person.press("Play")
    person.hears()
    person.look("voice-spoken")


def a_transcript(person):
    person.press("Speech to text")
    person.press("Use the speech")
    person.press("Transcribe")
    person.sees("Transcribed: 2 lines")
    person.look("voice-transcribed")


def a_cheap_model_that_sees(person):
    person.tab("Models")
    person.control("vision").check()
    person.control("Order").select_option("cheapest first")
    person.sees("68 text models")
    person.look("models-cheapest")
    person.control("Pick a model").select_option(index=2)
    person.press("Use in the other panels")
    person.sees("From now on")
    person.tab("Chat")
    person.control("Your message").fill("And now?")
    person.press("Send")
    person.sees("Answered by qwen3-5-9b")
    person.look("models-used")


def their_own_documents_and_why(person):
    person.tab("Documents")
    files = [CORPUS / name for name in ("pets.md", "luggage.md", "first-aid.md")]
    person.upload("Upload documents", files)
    person.sees("3 documents read")
    person.control("Question").fill("May I bring my dog on board?")
    person.press("Ask")
    person.sees("Answered from")
    person.sees("shares")
    person.look("documents-answered")


def what_it_cost(person):
    person.tab("Account")
    person.sees("US dollars left")
    person.sees("qwen3-5-9b")
    person.look("account")


def does_all(person):
    chat_with_a_picture(person)
    four_pictures_and_an_upscale(person)
    a_film_from_a_picture(person)
    a_text_read_by_another_voice(person)
    a_transcript(person)
    a_cheap_model_that_sees(person)
    their_own_documents_and_why(person)
    what_it_cost(person)


@pytest.mark.parametrize(("app", "theme"), [("lab", "light"), ("notebook", "dark")])
def test_a_newcomer_does_all_in_a_notebook(tmp_path, app, theme):
    with opened(tmp_path, "lab = vn.ui.lab(v)\nlab", app=app, theme=theme, width=1200) as page:
        does_all(Newcomer(page.page, tmp_path, app))


def test_a_newcomer_does_all_on_the_page_that_is_served(tmp_path):
    with served(tmp_path, 1200) as page:
        does_all(Newcomer(page, tmp_path, "app"))
