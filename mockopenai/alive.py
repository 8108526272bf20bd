"""Whether the server of this container answers: exit code 0 or 1."""

import os
import sys
from urllib.request import urlopen

if __name__ == "__main__":
    try:
        urlopen(f"http://127.0.0.1:{os.environ.get('MOCKOPENAI_PORT') or 8000}/v1/models", timeout=4).close()
    except OSError:
        sys.exit(1)
