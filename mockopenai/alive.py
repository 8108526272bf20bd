"""Asks the server on this machine whether it is ready: `python -m mockopenai.alive [/livez]`.

For a container's HEALTHCHECK: it loads nothing of the server, so it is over in a moment. Exit code 0
or 1, and the answer on one line.
"""

import http.client
import os
import sys

EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - only compared
TIMEOUT_S = 5


def main(arguments: list[str]) -> int:
    path = arguments[0] if arguments else "/readyz"
    host = os.environ.get("MOCKOPENAI_HOST", "").strip()
    port = os.environ.get("MOCKOPENAI_PORT", "").strip() or "8000"
    connection = http.client.HTTPConnection(EVERYWHERE.get(host, host), int(port), timeout=TIMEOUT_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        text = answer.read(2000).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        sys.stdout.write(f"no answer on port {port}: {error}\n")
        return 1
    finally:
        connection.close()
    sys.stdout.write(f"{answer.status} {text}\n")
    return 0 if answer.status == 200 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
