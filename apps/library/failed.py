"""The error that a caller gets where the template that should answer cannot be rendered."""

from apps.wire.errors import WireError


def template_failed(name: str, why: str) -> WireError:
    """`name` is "" for texts of a preset's own."""
    what = f"The template '{name}'" if name else "The response of the preset"
    message = f"{what} cannot be rendered for this call: {why}."
    return WireError(500, message, type="server_error", code="template_failed", x_should_retry=False)
