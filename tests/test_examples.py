"""Every example in a docstring runs, against the sandbox, and gives what it says."""

import doctest
import importlib
import pkgutil

import pytest

import venice_nb

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(venice_nb.__path__, "venice_nb.")
    if not module.name.endswith("__main__")
)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_true(name):
    result = doctest.testmod(importlib.import_module(name), optionflags=FLAGS)
    assert result.failed == 0


def test_there_are_examples_for_the_things_people_call_first():
    from venice_nb.venice import Characters, Chat, Embed, Models, Venice

    first = [Chat.__call__, Chat.stream, Models.__call__, Characters.__call__]
    first += [Embed.__call__, Venice.extract, Venice.raw]
    assert [method.__name__ for method in first if ">>>" not in (method.__doc__ or "")] == []
