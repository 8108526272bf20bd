"""Tables of the accounts: tokens and keys (as hashes), links, failed log-ins, and who did what."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from apps.accounts.roles import CHOICES


class Secret(models.Model):
    """Something random that was shown once: its SHA-256, and as much of it as tells it from others."""

    label = models.CharField(max_length=100, blank=True)
    prefix = models.CharField(max_length=20, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.prefix}… {self.label}".strip()

    @property
    def is_good(self) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > timezone.now())


class Token(Secret):
    """Lets a program act for its owner, with a role that is never higher than the owner's."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    role = models.CharField(max_length=8, choices=CHOICES)
    used_at = models.DateTimeField(null=True, blank=True, editable=False)


class CallerKey(Secret):
    """A key for /v1 that names a caller."""

    caller = models.CharField(max_length=100)
    made_by = models.CharField(max_length=150, blank=True, editable=False)
    used_at = models.DateTimeField(null=True, blank=True, editable=False)


class Link(Secret):
    """A link that works once: an invitation, or the set-up of the first admin."""

    class Kind(models.TextChoices):
        SETUP = "setup"
        INVITATION = "invitation"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    role = models.CharField(max_length=8, choices=CHOICES)
    made_by = models.CharField(max_length=150, blank=True, editable=False)
    used_at = models.DateTimeField(null=True, blank=True, editable=False)

    @property
    def is_open(self) -> bool:
        return self.is_good and self.used_at is None


class Attempt(models.Model):
    """A log-in that failed, under the hash of the name and of the address that it came from."""

    key = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["key", "at"], name="attempt_key")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S}"


class Audit(models.Model):
    """Somebody did something: `object` says to what, `detail` is JSON without secrets."""

    at = models.DateTimeField(default=timezone.now)
    who = models.CharField(max_length=250, blank=True)
    kind = models.CharField(max_length=8)
    action = models.CharField(max_length=40)
    object = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    address = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name_plural = "audit log"
        indexes = [
            models.Index(fields=["at"], name="audit_at"),
            models.Index(fields=["who", "id"], name="audit_who"),
            models.Index(fields=["action", "id"], name="audit_action"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.who} {self.action} {self.object}".strip()

    @property
    def told(self) -> str:
        """The detail as people read it: role: viewer, modes: text auto, models auto."""
        return "; ".join(f"{name}: {_told(value)}" for name, value in self.detail.items())


def _told(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {inner}" for name, inner in value.items())
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
