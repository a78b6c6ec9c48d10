"""Media and jobs: `v.images`, `v.audio`, `v.video`, `v.jobs`, `v.job`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from venice_nb.binding import AsyncRoom, Room, awaits, does, opens
from venice_nb.jobs import plans
from venice_nb.studio import edits, image_map, images, music, speech, transcription, video
from venice_nb.studio import voices as voice_plans

if TYPE_CHECKING:
    from venice_nb.client.drive import AsyncDriver, Driver
    from venice_nb.client.session import Session


class Images(Room):
    """Pictures: `v.images.generate("a gondola at dusk")` is a gallery that shows itself."""

    generate = does(images.generate)
    generations = does(images.generations)
    map = does(image_map.map)
    styles = does(images.styles)
    upscale = does(edits.upscale)
    edit = does(edits.edit)
    multi_edit = does(edits.multi_edit)
    remove_background = does(edits.remove_background)


class AsyncImages(AsyncRoom):
    """Pictures: `await a.images.generate("a gondola at dusk")` is a gallery that shows itself."""

    generate = awaits(images.generate)
    generations = awaits(images.generations)
    map = awaits(image_map.map)
    styles = awaits(images.styles)
    upscale = awaits(edits.upscale)
    edit = awaits(edits.edit)
    multi_edit = awaits(edits.multi_edit)
    remove_background = awaits(edits.remove_background)


class Music(Room):
    """Music and sound effects, which take a while: `v.audio.music.submit(...)` is a job."""

    quote = does(music.quote)
    submit = does(music.submit)


class AsyncMusic(AsyncRoom):
    """Music and sound effects, which take a while: `await a.audio.music.submit(...)` is a job."""

    quote = awaits(music.quote)
    submit = awaits(music.submit)


class Sound(Room):
    """Speech both ways, and music: `v.audio.speak("Hi")`, `v.audio.transcribe("talk.mp3")`."""

    def __init__(self, session: Session, driver: Driver) -> None:
        super().__init__(session, driver)
        self.music = Music(session, driver)

    speak = does(speech.speak)
    dialogue = does(speech.dialogue)
    stream = does(speech.stream)
    transcribe = does(transcription.transcribe)
    voices = does(voice_plans.voices)
    clone_voice = does(voice_plans.clone_voice)


class AsyncSound(AsyncRoom):
    """Speech both ways, and music: `await a.audio.speak("Hi")`, `await a.audio.transcribe("talk.mp3")`."""

    def __init__(self, session: Session, driver: AsyncDriver) -> None:
        super().__init__(session, driver)
        self.music = AsyncMusic(session, driver)

    speak = awaits(speech.speak)
    dialogue = awaits(speech.dialogue)
    stream = opens(speech.stream)
    transcribe = awaits(transcription.transcribe)
    voices = awaits(voice_plans.voices)
    clone_voice = awaits(voice_plans.clone_voice)


class Films(Room):
    """Films, which take minutes: `v.video.quote(...)` is a price, `v.video.submit(...)` a job."""

    quote = does(video.quote)
    submit = does(video.submit)
    transcribe = does(video.transcribe)


class AsyncFilms(AsyncRoom):
    """Films, which take minutes: `await a.video.quote(...)` is a price, `await a.video.submit(...)` a job."""

    quote = awaits(video.quote)
    submit = awaits(video.submit)
    transcribe = awaits(video.transcribe)


class Jobs(Room):
    """The jobs of this machine: `v.jobs()` is a table."""

    __call__ = does(plans.jobs)


class AsyncJobs(AsyncRoom):
    """The jobs of this machine: `await a.jobs()` is a table."""

    __call__ = awaits(plans.jobs)


class OneJob(Room):
    """A job by its id, also one of another session: `v.job(id).wait()`."""

    __call__ = does(plans.job)


class AsyncOneJob(AsyncRoom):
    """A job by its id, also one of another session: `await (await a.job(id))`."""

    __call__ = awaits(plans.job)
