"""What tests of accounts share."""

from typing import Any

import pytest

from apps.accounts import audit
from apps.accounts.models import Audit


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """A hash that is slow on purpose would be half of these tests' time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def empty_audit(transactional_db: None) -> None:
    """No row of another test of this process: those that a thread had in hand when its test ended are written
    by now, and gone."""
    audit.forget()
    Audit.objects.all().delete()
