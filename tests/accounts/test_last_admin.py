"""Two admins who demote each other at once, over each kind of database: one of them stays."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, prepare
from tests.databases import KINDS, fresh

ROUNDS = 12
PROGRAM = """
import sys, threading
import django; django.setup()
from django.db import connection
from apps.accounts import people
from apps.accounts.roles import Role

pair = [people.add_user(name, "correct horse battery", Role.ADMIN) for name in ("alice", "bob")]
begin, said = threading.Barrier(2), []

def demote(user, number):
    begin.wait()
    try:
        people.change_role(user, Role.VIEWER) if number % 2 else people.set_active(user, False)
    except people.RuleError as error:
        said.append(str(error))
    connection.close()

for number in range(int(sys.argv[1])):
    for user in pair:
        people.change_role(user, Role.ADMIN)
        people.set_active(user, True)
    threads = [threading.Thread(target=demote, args=(user, number)) for user in pair]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    print(len(people.admins()), len(said))
    said.clear()
"""


@pytest.mark.parametrize("kind", KINDS)
def test_of_two_admins_who_are_demoted_at_once_one_stays(kind: str, tmp_path: Path) -> None:
    env: dict[str, Any] = {
        **os.environ,
        "MOCKOPENAI_DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "mockopenai.settings",
        **fresh(kind),
    }
    prepare(tmp_path, env)
    command = [sys.executable, "-c", PROGRAM, str(ROUNDS)]
    run = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert run.stderr == ""
    assert run.stdout.splitlines() == ["1 1"] * ROUNDS, "admins who are left, and those who were refused"
