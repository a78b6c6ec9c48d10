"""The browser suite runs only when asked for: it needs Chromium."""


def pytest_addoption(parser):
    parser.addoption("--browser-suite", action="store_true", help="run the tests that open a real browser")


def pytest_ignore_collect(collection_path, config):
    if config.getoption("--browser-suite", default=False):
        return None
    return collection_path.name.startswith("test_")
