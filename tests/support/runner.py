"""Runs the tests of one file for ctest. What the environment lacks is said loudly and ends with 77 (ctest: skipped).

    if __name__ == "__main__":
        runner.main()

contrib/check sets POSTERN_E2E_REQUIRED: it installed everything, so there a lack is a failure.
"""

from __future__ import annotations

import faulthandler
import os
import sys
import unittest

from .process import TestEnvironmentError, need_root, program

SKIPPED = 77


def require(*programs_and_packages: tuple[str, str]) -> None:
    """Ends the test program here, loudly, when something is not there."""
    try:
        need_root()
        for name, package in programs_and_packages:
            program(name, package)
    except TestEnvironmentError as lack:
        if os.environ.get("POSTERN_E2E_REQUIRED"):
            sys.exit(f"FAILED: {lack}")
        print(f"SKIPPED: {sys.argv[0]}: {lack}", flush=True)
        sys.exit(SKIPPED)


def main() -> None:
    faulthandler.enable()
    require(("postfix", "postfix"), ("nsd", "nsd"), ("unbound", "unbound"), ("opendkim", "opendkim"), ("swaks", "swaks"))
    unittest.main(module="__main__", verbosity=2)
