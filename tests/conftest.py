"""Fixtures that every test may ask for."""

from __future__ import annotations

from tests.sandbox_server import caller, sandbox, start_sandbox

__all__ = ["caller", "sandbox", "start_sandbox"]
