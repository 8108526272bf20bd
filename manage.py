#!/usr/bin/env python3
"""Django's command line for mockopenai."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mockopenai.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))  # a setting: the message names it, and where we read it helps nobody
    except OperationalError as error:
        from mockopenai.backends import unusable

        sys.exit(unusable(error))


if __name__ == "__main__":
    main()
