"""What a newcomer wants within a minute each, done in the lab by what is written on the controls alone."""

import sys
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))

from test_panels import PATIENCE, opened, press, sees

CORPUS = Path(__file__).resolve().parents[2] / "notebooks" / "corpus"
PLAYS = "kind => [...document.querySelectorAll(`.vn-panel ${kind}`)].some(each => each.readyState === 4)"


def test_eight_tasks_in_the_lab(tmp_path):
    with opened(tmp_path, "lab = vn.ui.lab(v)\nlab") as page:
        taken = []

        def tab(name):
            page.page.get_by_role("tab", name=name, exact=True).click()
            page.page.locator(".vn-panel").locator("visible=true").first.wait_for(timeout=PATIENCE)

        def control(label):
            return page.page.get_by_label(label, exact=True).locator("visible=true")

        def upload(button, file):
            with page.page.expect_file_chooser() as chosen:
                page.page.get_by_role("button", name=button).locator("visible=true").click()
            chosen.value.set_files(file)

        def look(name):
            taken.append(name)
            page.page.locator(".vn-lab").screenshot(path=tmp_path / f"{len(taken):02d}-{name}.png")

        Image.new("RGB", (640, 480), "teal").save(tmp_path / "teal.png")

        control("Your message").fill("What colour is this?")  # chat with a picture
        press(page, "Add files")
        upload("Upload", tmp_path / "teal.png")
        sees(page, "Goes with the next message: teal.png")
        look("chat-asked")
        press(page, "Send")
        sees(page, "It is mostly teal.")
        look("chat-answered")

        tab("Images")  # four pictures, and one of them larger
        control("Prompt").fill("a gondola at dusk")
        control("Pictures").fill("4")
        press(page, "Draw")
        sees(page, "4 pictures by")
        look("images-drawn")
        press(page, "Upscale")
        sees(page, "1 picture by upscaler")
        look("images-upscaled")

        tab("Video")  # a film from a picture
        upload("Upload picture", tmp_path / "teal.png")
        sees(page, "The film starts from teal.png")
        control("What happens").fill("the wall turns into a sea")
        press(page, "Make the film")
        sees(page, "The film is ready")
        press(page, "Play")
        page.page.wait_for_function(PLAYS, arg="video", timeout=PATIENCE)
        look("video-plays")

        tab("Voice")  # a text, read by another voice, and what was said
        control("Text").fill("Boats leave from the old harbour.")
        control("Voice").select_option("bf_emma (British English, female)")
        press(page, "Speak")
        sees(page, "Spoken: ")
        page.page.wait_for_function(PLAYS, arg="audio", timeout=PATIENCE)
        look("voice-spoken")
        press(page, "Speech to text")
        press(page, "Use the speech")
        press(page, "Transcribe")
        sees(page, "Transcribed: 1 line")
        look("voice-transcribed")

        tab("Models")  # a cheap model that sees
        control("vision").check()
        control("Order").select_option("cheapest first")
        look("models-cheapest")
        listed = control("Pick a model").locator("option").all_inner_texts()
        control("Pick a model").select_option(index=1)
        press(page, "Use in the other panels")
        sees(page, "From now on")
        tab("Chat")
        control("Your message").fill("And now?")
        press(page, "Send")
        cheapest = listed[1].split()[0]
        sees(page, f"Answered by {cheapest}")
        look("models-used")

        tab("Documents")  # their own documents, and why
        upload("Upload documents", [CORPUS / name for name in ("pets.md", "luggage.md", "first-aid.md")])
        sees(page, "3 documents read")
        control("Question").fill("May I bring my dog on board?")
        press(page, "Ask")
        sees(page, "Answered from")
        sees(page, "shares")
        look("documents-answered")

        tab("Account")  # what it cost
        sees(page, "US dollars left")
        sees(page, "z-image-turbo")
        look("account")
        assert len(taken) == 11
