#!/usr/bin/env bash
# Runs a command against a fresh server of ours that answers by itself, with OPENAI_BASE_URL and OPENAI_API_KEY for it.
#
#   tests/sdk/with_server.sh COMMAND…
#
# The server may run elsewhere: OPENAI_BASE_URL=http://host:port/v1.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/../.." && pwd)

export OPENAI_API_KEY=${OPENAI_API_KEY:-sk-mock-sdk}
[ -z "${OPENAI_BASE_URL:-}" ] || exec "$@"

PY=$ROOT/.venv/bin/python
WORK=$(mktemp -d)
SERVER=
trap '[ -z "$SERVER" ] || kill "$SERVER" 2>/dev/null || true; rm -rf "$WORK"' EXIT
PORT=$("$PY" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
SETTINGS=(MOCKOPENAI_DATA_DIR="$WORK/data" MOCKOPENAI_FALLBACK=auto)
env "${SETTINGS[@]}" "$PY" "$ROOT/manage.py" migrate -v 0
env "${SETTINGS[@]}" "$PY" "$ROOT/manage.py" serve --port "$PORT" >"$WORK/server.log" 2>&1 &
SERVER=$!
export OPENAI_BASE_URL=http://127.0.0.1:$PORT/v1
for _ in $(seq 100); do
  "$PY" -c "import urllib.request as u; u.urlopen('$OPENAI_BASE_URL/models')" 2>/dev/null && break
  kill -0 "$SERVER" 2>/dev/null || { cat "$WORK/server.log"; exit 1; }
  read -r -t 0.2 <> <(:) || true
done
"$@"
