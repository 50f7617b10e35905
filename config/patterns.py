"""Patterns that are compiled when they are first used: a command that never looks for them does not wait for them."""

from __future__ import annotations

import re
from typing import Any, cast


class _Later:
    """Stands for a pattern; its methods are those of the pattern, which the first of them compiles."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._arguments = (pattern, flags)

    def __getattr__(self, name: str) -> Any:
        value = getattr(re.compile(*self._arguments), name)
        setattr(self, name, value)  # from now on it is found without coming here
        return value


def compile_later(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """What `re.compile` gives, compiled at its first use; so it is then that a mistake in it raises `re.error`.

    It cannot be handed to the functions of `re`: use its methods.
    """
    return cast("re.Pattern[str]", _Later(pattern, flags))
