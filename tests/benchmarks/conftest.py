"""The mark of tests that need a second at most, known wherever this folder is run from."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "fast: takes a second or so")
