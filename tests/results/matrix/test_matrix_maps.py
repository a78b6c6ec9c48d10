"""Maps of a matrix: coordinates, a picture with names that do not overlap, and an index that is measured."""

import importlib

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from rows import Client, matrix

from venice_nb.errors import InvalidInput
from venice_nb.results import labels
from venice_nb.results.labels import place
from venice_nb.results.matrix import space
from venice_nb.results.matrix.matrix import EmbeddingMatrix

mpl.use("Agg")
plt = importlib.import_module("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def test_coordinates_are_aligned_and_those_of_scikit_learn():
    from sklearn.decomposition import PCA

    E = matrix()
    found = E.project()
    assert list(found.columns) == ["x", "y"]
    assert found.index.equals(E.index)
    theirs = PCA(2, svd_solver="full")
    np.testing.assert_allclose(found, theirs.fit_transform(E.array), atol=1e-4)
    np.testing.assert_allclose(found.attrs["variance"], theirs.explained_variance_ratio_, rtol=1e-3)
    assert list(E.project(3).columns) == ["x", "y", "z"]
    assert list(E.project(4).columns) == ["x1", "x2", "x3", "x4"]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"dims": 0}, "dims"),
        ({"dims": 17}, "dims"),
        ({"method": "tsne"}, "method"),
        ({"n_neighbors": 3}, "n_neighbors"),
    ],
    ids=str,
)
def test_a_projection_that_cannot_be_is_refused(options, field):
    with pytest.raises(InvalidInput) as caught:
        matrix().project(**options)
    assert caught.value.field == field


def test_umap_gets_the_metric_the_seed_and_the_options(monkeypatch):
    asked = {}

    class UMAP:
        def __init__(self, **options):
            asked.update(options)

        def fit_transform(self, array):
            return array[:, :2]

    monkeypatch.setitem(importlib.import_module("sys").modules, "umap", type("umap", (), {"UMAP": UMAP}))
    found = matrix().project(method="umap", seed=3, n_neighbors=30)
    assert asked == {"n_components": 2, "metric": "cosine", "random_state": 3, "n_jobs": 1, "n_neighbors": 30}
    assert list(found.columns) == ["x", "y"]


def boxes(ax):
    renderer = ax.figure.canvas.get_renderer()
    return [note.get_window_extent(renderer) for note in ax.texts]


def test_groups_have_colours_a_legend_and_one_name_each():
    E = matrix()
    ax = E.plot(color="topic", label="topic")
    assert {text.get_text().split(" (")[0] for text in ax.get_legend().get_texts()} == {
        "tax",
        "law",
        "food",
        "art",
    }
    assert ax.get_legend().get_title().get_text() == "topic"
    assert sorted(note.get_text() for note in ax.texts) == ["art", "food", "law", "tax"]
    assert sum(len(each.get_offsets()) for each in ax.collections) == 200
    assert ax.get_title() == "200 rows, m"
    assert "of variance" in ax.get_xlabel()


def test_names_of_rows_neither_overlap_nor_leave_the_axes_nor_cover_a_mark():
    E = matrix(n=120)
    ax = E.plot(label="text")
    drawn = boxes(ax)
    assert 3 <= len(drawn) <= space.LABELS
    halo = labels.HALO / 2 / 72 * ax.figure.dpi  # on each side of the letters
    assert not any(a.padded(halo).overlaps(b) for i, a in enumerate(drawn) for b in drawn[:i])
    inside = ax.get_window_extent()
    marks = ax.transData.transform(ax.collections[0].get_offsets())
    for box in drawn:
        assert inside.contains(*box.min)
        assert inside.contains(*box.max)
        assert not box.count_contains(marks)


def test_no_name_lies_on_the_legend_which_stays_where_it_is():
    across, up = (each.ravel() for each in np.mgrid[0:14, 0:10])  # marks everywhere
    E = EmbeddingMatrix(np.stack([across, up], axis=1).astype(np.float32))
    cells = [f"cell {row}" for row in (across // 2) * 5 + up // 2]
    ax = E.plot(color=[f"a long name of the group {row % 7}" for row in range(140)], label=cells)
    ax.figure.canvas.draw()
    legend = ax.get_legend().get_window_extent()
    drawn = boxes(ax)
    assert len(drawn) > 3
    assert not any(legend.overlaps(box) for box in drawn)


def test_names_that_do_not_fit_are_left_out_and_the_first_come_first():
    _, ax = plt.subplots(figsize=(3, 2))
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    where = [(0.5, 0.5)] * 20
    written = place(ax, [f"a long name {each}" for each in range(20)], where, 20)
    assert written[0] == "a long name 0"
    assert 1 < len(written) < 10
    assert written == [note.get_text() for note in ax.texts]
    assert len(place(ax, ["a", "b", "c"], [(0.1, 0.1), (0.5, 0.9), (0.9, 0.1)], 2)) == 2


def test_numbers_are_a_scale_and_few_whole_numbers_are_groups():
    E = matrix()
    ax = E.plot(color="year")
    assert ax.get_legend() is None
    assert [axes.get_ylabel() for axes in ax.figure.axes if axes is not ax] == ["year"]
    assert E.plot(color=E.cluster(4)).get_legend().get_title().get_text() == "cluster"
    floats = E.metadata["year"] / 7
    floats.iloc[3] = np.nan
    assert len(E.plot(color=floats).figure.axes) == 2


def test_more_groups_than_colours_share_one():
    E = matrix()
    ax = E.plot(color=[f"group {row % 20}" for row in range(200)])
    told = [text.get_text() for text in ax.get_legend().get_texts()]
    assert len(told) == len(space.COLOURS)
    assert told[-1] == "other (130)"
    assert sum(len(each.get_offsets()) for each in ax.collections) == 200


def test_a_series_is_aligned_by_its_labels():
    E = matrix()
    shuffled = E.metadata["topic"].sample(frac=1, random_state=0)
    plain, aligned = E.plot(color="topic"), E.plot(color=shuffled)
    for a, b in zip(plain.collections, aligned.collections, strict=True):
        np.testing.assert_array_equal(a.get_offsets(), b.get_offsets())


def test_missing_values_and_rows_without_a_place_are_drawn_as_such():
    array = matrix().array.copy()
    array[5] = np.nan
    E = EmbeddingMatrix(array, index=matrix().index)
    topic = matrix().metadata["topic"].where(matrix().metadata["topic"] != "tax")
    ax = E.plot(color=topic, label=topic)
    assert ax.get_title() == "199 rows, model unknown"
    assert [text.get_text()[:5] for text in ax.get_legend().get_texts()][-1] == "other"
    assert len(ax.texts) == 3


def test_large_matrices_are_thinned_out_and_the_title_says_so(monkeypatch):
    monkeypatch.setattr(space, "DRAWN", 50)
    ax = matrix().plot(color="topic")
    assert ax.get_title() == "50 of 200 rows, m"
    assert sum(len(each.get_offsets()) for each in ax.collections) == 50


HOSTILE = ["$\\frac{", "$x$ \\(y\\)", "<b>\x1b[2J", "\u202etxt", "_hidden", "a\nb", "\ud83d", "x" * 500, ""]


def test_hostile_names_are_drawn_as_they_are():
    E = EmbeddingMatrix(
        np.random.default_rng(0).normal(size=(9, 4)),
        metadata=pd.DataFrame({"$bad{$": pd.Series(HOSTILE, dtype=object)}),
        model="$\\bad$",
    )
    ax = E.plot(color="$bad{$", label="$bad{$")
    ax.figure.canvas.draw()
    assert "_hidden (1)" in [text.get_text().strip() for text in ax.get_legend().get_texts()]
    for note in [*ax.texts, *ax.get_legend().get_texts(), ax.title]:
        assert not {"\x1b", "\u202e", "\n", "\ud83d"} & set(note.get_text())
        assert len(note.get_text()) < 60


def test_it_draws_where_it_is_told_to():
    _, (left, right) = plt.subplots(1, 2)
    assert matrix().plot(ax=right) is right
    assert not left.collections


@pytest.mark.parametrize("given", ["nobody", [1, 2, 3], pd.Series([1, 2])], ids=["name", "list", "Series"])
@pytest.mark.parametrize("field", ["color", "label"])
def test_values_that_are_not_one_for_each_row_are_refused(given, field):
    with pytest.raises(InvalidInput) as caught:
        matrix().plot(**{field: given})
    assert caught.value.field == field


def test_an_index_answers_like_the_matrix_and_tells_its_recall():
    pytest.importorskip("faiss", reason="the extra ann is not installed")
    E = matrix(n=1500, d=32, actions=Client32())
    index = E.approximate(recall=0.95)
    assert index.recall >= 0.95
    exact, near = E.search(E[3], k=5, filter="year > 2005"), index.search(E[3], k=5, filter="year > 2005")
    assert near.to_frame().equals(exact.to_frame())
    assert index.search("a text", k=2).to_frame().equals(E.search("a text", k=2).to_frame())
    shown = index._mimebundle()
    told = f"{index.recall:.3f} of the nearest rows"
    assert told in shown["text/plain"]
    assert told in shown["text/html"]
    assert f"recall {index.recall:.3f}" in repr(index)


class Client32(Client):
    def embed_queries(self, texts, model, dimensions=None):
        from rows import vector

        from venice_nb.results.vectors import Vectors

        return Vectors(np.stack([vector(text, 32) for text in texts]), model=model)


def test_few_rows_need_no_index():
    with pytest.raises(InvalidInput, match="need no index"):
        matrix(n=8).approximate()
    with pytest.raises(InvalidInput):
        matrix().approximate(recall=2)
