"""Panels: controls over the same client, for people who would rather click; see `vn.ui.chat(v)`.

The only room that imports ipywidgets, with the first panel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from venice_nb.catalogue.names import ModelName
    from venice_nb.rag.corpus import Corpus
    from venice_nb.rag.rag import Rag
    from venice_nb.results.characters import Character
    from venice_nb.results.matrix.matrix import EmbeddingMatrix
    from venice_nb.results.sound.voices import ClonedVoice, Voice
    from venice_nb.ui.catalogue.model_panel import ModelPanel
    from venice_nb.ui.documents.rag_panel import RagPanel
    from venice_nb.ui.films.video_panel import VideoPanel
    from venice_nb.ui.lab_panel import Lab
    from venice_nb.ui.money.account_panel import AccountPanel
    from venice_nb.ui.pictures.image_panel import ImagePanel
    from venice_nb.ui.sound.voice_panel import VoicePanel
    from venice_nb.ui.talk.chat_panel import ChatPanel
    from venice_nb.ui.vectors.explore_panel import ExplorePanel
    from venice_nb.venice import Venice

__all__ = ["account", "chat", "explore", "images", "lab", "models", "rag", "video", "voice"]


def account(client: Venice) -> AccountPanel:
    """What is left and what it cost: balance, bars, each call, limits as gauges, a budget, and the keys.

    Args:
        client: whose account it is, a `Venice`. Balance and limits are read when the panel is opened.

    Nothing in it costs anything. What other cells and panels spend is shown as it happens. Keys are listed,
    made, and revoked with a second press, by an ADMIN key. The secret of a new key is never shown, so it is
    in no notebook: a button saves it into a `.env` file, and until that is over it is in `panel.new_key`, an
    `ApiKey` with `.reveal()`. `panel.spend`, `panel.balance`, `panel.limits`, `panel.usage` and
    `panel.reconciliation` are what is shown.

    >>> import venice_nb as vn
    >>> v = vn.Venice.sandbox()
    >>> panel = vn.ui.account(v)
    >>> panel.wait(60)
    True
    >>> panel.balance.usd
    10.0
    >>> panel.close()

    """
    from venice_nb.ui.money.account_panel import AccountPanel  # noqa: PLC0415  ipywidgets loads with the first panel

    return AccountPanel(client)


def chat(
    client: Venice,
    *,
    system: str | None = None,
    character: str | Character | None = None,
    model: ModelName | None = None,
    **parameters: Any,
) -> ChatPanel:
    """A chat to click and type in: answers stream as Markdown, with price before and cost after each.

    Args:
        client: who is asked, a `Venice`.
        system: instructions before everything else, to begin with.
        character: a persona to begin with.
        model: a model to begin with; else the one that other panels of this client use.
        parameters: anything else that `v.conversation` takes, such as `temperature=0` or `tools=[f]`.

    A message is sent by the button, which is one Tab away from it, or by Ctrl+Enter. `panel.conversation` is
    the conversation of the panel, for other cells; `panel.attachments.add(path_or_picture)` goes with the
    next message; `panel.code` is the cell that does the same; `panel.close()` ends the panel.

    >>> import venice_nb as vn
    >>> panel = vn.ui.chat(vn.Venice.sandbox())
    >>> panel.prompt = "What is 2 + 2?"
    >>> panel.send()
    >>> panel.wait(60)
    True
    >>> panel.answer.text
    '2 + 2 = 4'

    """
    from venice_nb.ui.talk.chat_panel import ChatPanel  # noqa: PLC0415  ipywidgets loads with the first panel

    return ChatPanel(client, system=system, character=character, model=model, **parameters)


def explore(matrix: EmbeddingMatrix, client: Venice | None = None) -> ExplorePanel:
    """The rows of a matrix as a map: pan, zoom, hover, colour, search, group, and lasso into a DataFrame.

    Args:
        matrix: what `v.embed(column)` gave.
        client: who turns a search into a vector, and names groups; the client of the matrix when left out. A
            matrix without one is searched by the words of its texts.

    With the extra `explore` the map is jupyter-scatter's, without it a picture, in which rows are selected by
    search and by group. Of more than 20,000 rows some are drawn, picked at random, which the status says;
    searching and grouping take all. `panel.selection` is the DataFrame of the rows that are selected, by
    their labels, and `panel.positions` where they stand in the matrix. A notebook that is saved with the
    state of its widgets, which JupyterLab does not do unless told to, grows by the 2 MB of jupyter-scatter.

    >>> import venice_nb as vn
    >>> E = vn.Venice.sandbox().embed(["a gondola", "a canal", "a red cat", "a blue cat"])
    >>> panel = vn.ui.explore(E)
    >>> panel.wait(60)
    True
    >>> panel.search, panel.k = "cats", 2
    >>> panel.find()
    >>> panel.wait(60)
    True
    >>> sorted(panel.selection["text"])
    ['a blue cat', 'a red cat']

    """
    from venice_nb.ui.vectors.explore_panel import ExplorePanel  # noqa: PLC0415  ipywidgets loads with the first panel

    return ExplorePanel(matrix, client)


def images(client: Venice, *, model: ModelName | None = None, **parameters: Any) -> ImagePanel:
    """Pictures from a prompt, in the sizes and styles that a model has; each can be worked on further.

    Args:
        client: who is asked, a `Venice`.
        model: a model to begin with; else the one that other panels of this client use.
        parameters: what `v.images.generate` takes, to begin with, such as `prompt="a canal"` or `seed=7`;
            what has no control, such as `steps=20`, goes with each request.

    Of the pictures one is picked, and enlarged, changed by an instruction, cut out, compared with another,
    saved. `panel.gallery` is what is shown and `panel.picked` the one that is picked, for other cells;
    `panel.galleries` are all that were made: what has arrived is kept, whatever goes wrong after that.

    >>> import venice_nb as vn
    >>> panel = vn.ui.images(vn.Venice.sandbox(), prompt="a gondola at dusk", variants=2)
    >>> panel.draw()
    >>> panel.wait(60)
    True
    >>> panel.pick(1)
    >>> panel.upscale()
    >>> panel.wait(60)
    True
    >>> [image.size for image in panel.gallery]
    [(1024, 1024), (1024, 1024), (2048, 2048)]

    """
    from venice_nb.ui.pictures.image_panel import ImagePanel  # noqa: PLC0415  ipywidgets loads with the first panel

    return ImagePanel(client, model=model, **parameters)


def lab(client: Venice, *, tab: str = "chat", rag: Any = None, explore: Any = None) -> Lab:
    """All panels as tabs: what `make app` serves.

    Args:
        client: who is asked, a `Venice`.
        tab: the panel that is shown first: chat, images, video, voice, models, rag, explore or account.
        rag: documents to begin with, a `v.rag(corpus)`; else they are chosen in the tab.
        explore: an `EmbeddingMatrix` for the map; without one that tab is left out.

    A panel is made when its tab is first opened; `lab.panels` has those by name, `lab.panel(name)` any.

    >>> import venice_nb as vn
    >>> lab = vn.ui.lab(vn.Venice.sandbox(), tab="models")
    >>> lab.panel("models").search = "qwen"
    >>> list(lab.panels)
    ['models']

    """
    from venice_nb.ui.lab_panel import Lab  # noqa: PLC0415  ipywidgets loads with the first panel

    return Lab(client, tab=tab, rag=rag, explore=explore)


def models(client: Venice) -> ModelPanel:
    """The models in a table to filter by type, ability, price, context and privacy; two of them compared.

    Args:
        client: who is asked, a `Venice`. Filtering sends nothing; Refresh reads the list of the server.

    The model that is picked can be used in the other panels of the client. Two text models can be asked one
    question side by side, with what each took and cost. `panel.table` are the models that are left,
    `panel.replies` the two answers.

    >>> import venice_nb as vn
    >>> panel = vn.ui.models(vn.Venice.sandbox())
    >>> panel.can, panel.private = ("vision",), True
    >>> len(panel.table)
    28

    """
    from venice_nb.ui.catalogue.model_panel import ModelPanel  # noqa: PLC0415  ipywidgets loads with the first panel

    return ModelPanel(client)


def rag(source: Venice | Rag, corpus: Corpus | str | None = None) -> RagPanel:
    """Documents to ask: answers with the passages they cite, and why these; settings to turn and to measure.

    Args:
        source: a client, a `Venice`, or what `v.rag(corpus)` gave.
        corpus: with a client, the documents to begin with: a `Corpus`, or a folder, file or pattern. They can
            also be named or uploaded in the panel.

    The price line tells what is to be embedded first. `panel.answer` and `panel.explanation` are the last
    answer and why it has these passages, `panel.rag` the `Rag` behind it, `panel.questions` the questions
    that were kept for `R.evaluate`, `panel.evaluations` what was measured.

    >>> import venice_nb as vn
    >>> corpus = vn.Corpus.from_texts({"tides": "High water is at noon.", "pets": "Dogs travel on a lead."})
    >>> panel = vn.ui.rag(vn.Venice.sandbox(), corpus)
    >>> panel.question = "When is high water?"
    >>> panel.ask()
    >>> panel.wait(60)
    True
    >>> panel.answer.text, panel.explanation.words[0]
    ('High water is at noon [1].', ('high', 'water'))

    """
    from venice_nb.ui.documents.rag_panel import RagPanel  # noqa: PLC0415  ipywidgets loads with the first panel

    return RagPanel(source, corpus)


def video(client: Venice, *, image: Any = None, model: ModelName | None = None) -> VideoPanel:
    """A film from words or from a picture: the price first, progress while it is made, then a player.

    Args:
        client: who is asked, a `Venice`.
        image: a picture to begin with: a path, bytes, a PIL image, an array, one of our pictures or a URL.
        model: a model to begin with; else the one that other panels of this client use.

    The controls are those that the model takes. A film costs at most the price that is shown. It is ordered
    as a job, which outlives the panel: Stop and Close leave it, and the list Jobs finds it again.
    `panel.video` is the film and `panel.job` its job, for other cells.

    >>> import venice_nb as vn
    >>> panel = vn.ui.video(vn.Venice.sandbox(job_seconds=0))
    >>> panel.prompt = "fog over a canal"
    >>> panel.submit()
    >>> panel.wait(60)
    True
    >>> panel.video.duration
    5.0

    """
    from venice_nb.ui.films.video_panel import VideoPanel  # noqa: PLC0415  ipywidgets loads with the first panel

    return VideoPanel(client, image=image, model=model)


def voice(
    client: Venice,
    *,
    text: str = "",
    model: ModelName | None = None,
    voice: str | Voice | ClonedVoice | None = None,
    recording: Any = None,
) -> VoicePanel:
    """Text spoken by a voice that can be heard first; recordings written down, with lines that play.

    Args:
        client: who is asked, a `Venice`.
        text: what is spoken, to begin with.
        model: a speech model to begin with; else the voice's own, or the one that other panels use.
        voice: a voice to begin with, by name, out of `v.audio.voices()`, or a cloned one.
        recording: what is transcribed, to begin with: a path, bytes, an `Audio`.

    A recording is a file by its path, an upload, the speech just made, or the microphone. `panel.speech` is
    the last `Audio`, `panel.transcript` the last `Transcript` and `panel.heard` its text, for other cells.

    >>> import venice_nb as vn
    >>> panel = vn.ui.voice(vn.Venice.sandbox(), text="The lagoon is calm today.", voice="bf_emma")
    >>> panel.speak()
    >>> panel.wait(60)
    True
    >>> panel.recording = panel.speech
    >>> panel.transcribe()
    >>> panel.wait(60)
    True
    >>> panel.heard
    'The lagoon is calm today.'

    """
    from venice_nb.ui.sound.voice_panel import VoicePanel  # noqa: PLC0415  ipywidgets loads with the first panel

    return VoicePanel(client, text=text, model=model, voice=voice, recording=recording)
