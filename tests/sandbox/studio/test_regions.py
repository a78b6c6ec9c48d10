"""Masks: what hangs together, what is reached from above, means over squares, edges drawn to a picture's."""

import numpy as np
import pytest

from venice_nb.sandbox.studio.retouch import regions


def _mask(*rows):
    return np.array([[letter == "#" for letter in row] for row in rows])


SNAKE = _mask(
    "#######",
    "......#",
    "####..#",
    "#..#..#",
    "#.##..#",
    "#.....#",
    "#######",
    ".......",
    "##...##",
)


def _spread(mask, begun, ways):
    """The slow way: one step at a time."""
    reached = begun & mask
    while True:
        grown = reached.copy()
        for down, right in ways:
            grown |= np.roll(np.pad(reached, 1), (down, right), (0, 1))[1:-1, 1:-1]
        grown &= mask
        if (grown == reached).all():
            return reached
        reached = grown


AROUND = ((1, 0), (-1, 0), (0, 1), (0, -1))


def test_what_hangs_together_has_one_number_however_it_winds():
    label = regions.parts(SNAKE)
    assert set(label[SNAKE]) == {label[0, 0], label[8, 0], label[8, 6]}
    assert label[2, 2] == label[0, 0]
    assert label[8, 0] != label[8, 6]
    assert not label[~SNAKE].any()


def test_corners_alone_do_not_join():
    assert len(set(regions.parts(_mask("#.", ".#"))[[0, 1], [0, 1]])) == 2


@pytest.mark.parametrize("seed", range(6))
def test_parts_that_touch_a_border_are_those_that_spreading_finds(seed):
    dice = np.random.default_rng(seed)
    mask, border = dice.random((30, 40)) < 0.6, dice.random((30, 40)) < 0.02
    assert (regions.touching(mask, border) == _spread(mask, border, AROUND)).all()


def test_each_point_knows_how_large_its_part_is():
    size = regions.sizes(SNAKE)
    assert size[8, 0] == size[8, 6] == 2
    assert size[0, 0] == SNAKE.sum() - 4
    assert not size[~SNAKE].any()


@pytest.mark.parametrize("mask", [np.zeros((3, 4), bool), np.ones((3, 4), bool)])
def test_a_mask_of_one_kind_is_one_part_or_none(mask):
    assert (regions.sizes(mask) == mask.sum()).all()


def test_nothing_falls_upwards_or_around_what_is_closed():
    down = _mask("##.", "#..", "###")
    right = _mask("..", "..", "##", "..")
    assert (regions.fallen(down, right) == _mask("###", "##.", "###", "###")).all()


def test_a_mean_is_that_of_the_square_and_the_edge_goes_on():
    values = np.arange(20, dtype=np.float32).reshape(4, 5)
    assert regions.mean(values, 1)[1, 1] == pytest.approx(values[:3, :3].mean())
    assert regions.mean(values, 1)[0, 0] == pytest.approx((4 * 0 + 2 * 1 + 2 * 5 + 6) / 9)
    both = regions.mean(np.stack([values, 2 * values], -1), 2)
    assert both[..., 1] == pytest.approx(2 * both[..., 0])


def test_the_edge_of_a_coarse_mask_is_drawn_to_the_edge_in_the_picture():
    guide = np.zeros((240, 240), np.float32)
    guide[:, 127:] = 1
    coarse = np.zeros((24, 24), np.float32)
    coarse[:, 12:] = 1  # the edge at 120
    fine = regions.guided(guide, coarse, 12)
    assert fine[:, 127].mean() - fine[:, 126].mean() > 0.4
    assert fine[:, 150:].mean() > 0.9
    assert fine[:, :90].mean() < 0.1
