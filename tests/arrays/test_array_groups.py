"""Clusters, outliers and principal axes: right, and the same each time."""

import numpy as np
import pytest

from venice_nb.arrays import clusters, outliers
from venice_nb.arrays.clusters import cluster
from venice_nb.arrays.outliers import closeness
from venice_nb.arrays.pca import project


def planted(sizes, d=24, seed=0, spread=0.1):
    rng = np.random.default_rng(seed)
    centres = np.linalg.qr(rng.normal(size=(d, d)))[0][: len(sizes)]
    which = np.repeat(np.arange(len(sizes)), sizes)
    order = rng.permutation(len(which))
    which = which[order]
    rows = centres[which] + spread * rng.normal(size=(len(which), d))
    return (rows * rng.uniform(0.2, 5, size=(len(which), 1))).astype(np.float32), which


@pytest.mark.parametrize("sample", [16_384, 300])
def test_planted_groups_are_found_and_numbered_by_size(monkeypatch, sample):
    monkeypatch.setattr(clusters, "SAMPLE", sample)
    rows, which = planted([50, 400, 200, 100])
    labels, centres = cluster(rows, 4)
    size = {0: 3, 1: 0, 2: 1, 3: 2}  # planted group to place by size
    assert labels.tolist() == [size[group] for group in which.tolist()]
    np.testing.assert_allclose(np.linalg.norm(centres, axis=1), 1, rtol=1e-5)
    assert (centres @ (rows / np.linalg.norm(rows, axis=1, keepdims=True)).T).argmax(
        axis=0
    ).tolist() == labels.tolist()


def test_clusters_are_at_least_as_tight_as_those_of_scikit_learn():
    from sklearn.cluster import KMeans

    rows, _ = planted([120] * 12, spread=0.25, seed=3)
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    labels, centres = cluster(rows, 12)
    theirs = KMeans(12, n_init=4, random_state=0).fit(unit)
    middle = theirs.cluster_centers_ / np.linalg.norm(theirs.cluster_centers_, axis=1, keepdims=True)
    ours = (unit * centres[labels]).sum()
    assert ours >= 0.999 * (unit * middle[theirs.labels_]).sum()


def test_a_seed_gives_the_same_clusters_each_time():
    rows, _ = planted([80, 80, 80], spread=0.6)
    assert cluster(rows, 5, seed=4)[0].tolist() == cluster(rows, 5, seed=4)[0].tolist()


def test_rows_without_direction_are_in_no_cluster():
    rows, _ = planted([20, 10])
    rows[3], rows[7] = 0, np.nan
    labels, _ = cluster(rows, 2)
    assert labels[[3, 7]].tolist() == [-1, -1]
    assert (np.delete(labels, [3, 7]) >= 0).all()


def test_there_are_no_more_clusters_than_directions():
    labels, centres = cluster(np.array([[1, 0], [2, 0], [0, 1], [0, 3], [5, 0]], np.float32), 4)
    assert labels.tolist() == [0, 0, 1, 1, 0]
    assert len(centres) == 2
    assert cluster(np.zeros((3, 2), np.float32), 2)[0].tolist() == [-1, -1, -1]


@pytest.mark.parametrize("sample", [4096, 200])
def test_a_row_unlike_all_others_is_the_least_close(monkeypatch, sample):
    monkeypatch.setattr(outliers, "SAMPLE", sample)
    rows, _ = planted([300, 300], seed=1)
    rows[123] = np.linalg.qr(np.random.default_rng(0).normal(size=(24, 24)))[0][23] * 3
    found = closeness(rows)
    assert found.argmin() == 123
    assert found.max() <= 1


def test_closeness_is_the_mean_cosine_of_the_nearest_others():
    rows = np.random.default_rng(0).normal(size=(60, 8)).astype(np.float32)
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    table = unit @ unit.T
    np.fill_diagonal(table, -2)
    np.testing.assert_allclose(closeness(rows, 3), np.sort(table, axis=1)[:, -3:].mean(axis=1), atol=1e-5)
    rows[5] = np.nan
    assert np.flatnonzero(np.isnan(closeness(rows, 3))).tolist() == [5]
    assert np.isnan(closeness(rows[:1])).all()


@pytest.mark.parametrize("shape", [(500, 12), (40, 64), (12, 12)])
def test_projection_has_the_axes_and_signs_of_scikit_learn(shape):
    from sklearn.decomposition import PCA

    rng = np.random.default_rng(2)
    rows = (rng.normal(size=shape) * np.arange(shape[1], 0, -1) + 3).astype(np.float32)
    theirs = PCA(3, svd_solver="full")
    expected = theirs.fit_transform(rows.astype(np.float64))
    found, shares = project(rows, 3)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(expected).max())
    np.testing.assert_allclose(shares, theirs.explained_variance_ratio_, rtol=1e-4)


def test_a_mirrored_matrix_gives_the_axes_by_the_same_rule():
    """The largest part of each axis is positive, whatever the solver says."""
    rows = np.random.default_rng(2).normal(size=(80, 5)).astype(np.float32)
    found, _ = project(rows)
    order = np.random.default_rng(1).permutation(80)
    np.testing.assert_allclose(project(rows[order])[0], found[order], atol=1e-5)


def test_rows_with_nan_have_no_place_and_no_influence():
    rows = np.random.default_rng(2).normal(size=(30, 4)).astype(np.float32)
    broken = np.insert(rows, 7, np.nan, axis=0)
    found, _ = project(broken)
    assert np.isnan(found[7]).all()
    np.testing.assert_allclose(np.delete(found, 7, axis=0), project(rows)[0], atol=1e-6)


def test_equal_rows_lie_on_one_point():
    found, shares = project(np.ones((5, 3), np.float32))
    assert np.allclose(found, 0)
    assert shares.tolist() == [0, 0]


def test_more_axes_than_there_are_is_an_error():
    with pytest.raises(ValueError, match="4 axes take 4 rows of 4 numbers or more, here are 5 of 3"):
        project(np.ones((5, 3), np.float32), 4)
