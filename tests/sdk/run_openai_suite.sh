#!/usr/bin/env bash
# OpenAI's own tests of its Python package, of exactly the installed version, against a server of ours that answers by itself.
#
#   tests/sdk/run_openai_suite.sh [pytest arguments, such as -k "files or batches"]
#
# Prints passed, failed and skipped for each resource and ends with 1 when one failed. The package's source, and what its tests
# need besides, is kept in .openai-suite/. The server may run elsewhere: OPENAI_BASE_URL=http://host:port/v1.
set -euo pipefail
cd "$(dirname "$0")/../.."

PY=$PWD/.venv/bin/python
VERSION=$("$PY" -c 'import importlib.metadata as m; print(m.version("openai"))')
KEPT=$PWD/.openai-suite
SOURCE=$KEPT/openai-$VERSION
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

if [ ! -d "$SOURCE/tests" ]; then
  mkdir -p "$KEPT"
  "$PY" -m pip download --quiet --disable-pip-version-check --no-deps --no-binary openai -d "$WORK" "openai==$VERSION"
  tar xzf "$WORK/openai-$VERSION.tar.gz" -C "$KEPT"
fi
# Beside what our own tests need. In a folder of its own: the server and our tests do not see it.
if [ ! -d "$KEPT/more-$VERSION" ]; then
  "$PY" -m pip install --quiet --disable-pip-version-check --target "$KEPT/more-$VERSION" \
    'aiohttp>=3.14' 'rich>=13.7' 'respx>=0.22'
fi

# Left out: the package asks for base64 when nobody says otherwise, gets it as from the real service, and its own strict
# validation, which is no default, wants floats.
LEFT_OUT=()
for name in {TestEmbeddings,TestAsyncEmbeddings}::test_{method,raw_response,streaming_response}_create; do
  LEFT_OUT+=(--deselect "tests/api_resources/test_embeddings.py::${name}[strict]" --deselect "tests/api_resources/test_embeddings.py::${name}[aiohttp]")
done

# It asks for ids that nobody ever made.
export MOCKOPENAI_UNKNOWN_IDS=sample
SUITE=(PYTHONPATH="$KEPT/more-$VERSION:src" "$PY" -m pytest tests/api_resources -n 2 -q --tb=line -p no:cacheprovider -o addopts=
  -o asyncio_default_fixture_loop_scope=session --junitxml "$WORK/suite.xml" "${LEFT_OUT[@]}" "$@")
STATUS=0
tests/sdk/with_server.sh bash -c 'cd "$1" && TEST_API_BASE_URL=$OPENAI_BASE_URL exec env -u OPENAI_BASE_URL -u OPENAI_API_KEY "${@:2}"' \
  suite "$SOURCE" "${SUITE[@]}" >"$WORK/suite.log" 2>&1 || STATUS=$?
[ -s "$WORK/suite.xml" ] || { tail -n 50 "$WORK/suite.log"; exit 1; }
# What is asked for besides the table: FAILURES=20 shows the first ones.
grep -E '^(E  |FAILED)' "$WORK/suite.log" | head -n "${FAILURES:-0}" || true
"$PY" - "$WORK/suite.xml" <<'REPORT'
import collections, sys, xml.etree.ElementTree as tree

counts = collections.defaultdict(collections.Counter)
for case in tree.parse(sys.argv[1]).iter("testcase"):
    resource = case.get("classname").removeprefix("tests.api_resources.").rsplit(".", 1)[0].replace("test_", "")
    ends = {child.tag for child in case} & {"failure", "error", "skipped"}
    counts[resource]["skipped" if ends == {"skipped"} else "failed" if ends else "passed"] += 1
print(f"{'resource':55} passed  failed skipped")
for resource, ends in sorted(counts.items()):
    print(f"{resource:55} {ends['passed']:6} {ends['failed']:7} {ends['skipped']:7}")
whole = sum(counts.values(), collections.Counter())
print(f"{'all':55} {whole['passed']:6} {whole['failed']:7} {whole['skipped']:7}")
REPORT
echo "Left out: 9 of embeddings, in which strict validation refuses the base64 that the package asks for."
exit "$STATUS"
