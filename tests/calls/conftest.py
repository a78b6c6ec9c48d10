"""What the tests of requests share: the bundled catalogue, and what a refusal has to tell."""

import pytest

from tests import spec
from venice_nb.catalogue import Catalogue
from venice_nb.errors import InvalidInput


@pytest.fixture(scope="session")
def catalogue():
    return Catalogue.bundled()


@pytest.fixture(scope="session")
def refused():
    """`refused(build, "field")` is the InvalidInput of `build()`; it names field, value, allowed, fix."""

    def check(build, field=None, fix=None):
        with pytest.raises(InvalidInput) as caught:
            build()
        error = caught.value
        assert error.field, error
        assert error.allowed, error
        assert error.do, error
        assert hasattr(error, "value")
        assert len(str(error)) < 4000
        if field is not None:
            assert error.field == field
        if fix is not None:
            assert fix in error.do
        return error

    return check


@pytest.fixture(scope="session")
def fits():
    """`fits(call)` gives the call back after the official file has accepted it."""

    def check(call):
        body = call.form if call.form is not None else call.body
        if call.form is not None:
            body = {
                name: value[1] if isinstance(value, tuple) else value for name, value in call.form.items()
            }
        assert spec.validate_request(call.method, call.path, call.query, None, body) == []
        assert spec.match(call.method, call.path)[0].id == call.operation
        return call

    return check
