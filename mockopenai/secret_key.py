"""The secret key that is made once and kept in the data directory, for whoever sets none."""

import contextlib
import secrets
from pathlib import Path

from mockopenai import environment as env


def kept(folder: Path) -> str:
    """The key in that folder, which only its owner may read (0600); made when there is none."""
    path = folder / "secret_key"
    if not path.exists():
        env.make_folder("MOCKOPENAI_DATA_DIR", folder)
        # Written aside and then linked: of two processes that start together both read one whole key.
        aside = folder / f"secret_key.{secrets.token_hex(8)}"
        aside.touch(mode=0o600, exist_ok=False)
        aside.write_text(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(aside)
        aside.unlink()
    return path.read_text()
