"""The errors that end a command, each one line for a person: what is wrong, then what to do.

    NewsbotError            exit status 3: could not run
    ├── UsageError          exit status 2: wrong use (arguments, settings, sources)
    ├── IndexMissing        nothing is indexed yet
    ├── IndexMismatch       the index was made with another embedding model or splitting
    ├── IndexLocked         another process is writing to the index
    └── ServiceError        an embedding, model or Chroma endpoint failed

What goes wrong with one article or file never raises: it travels as an `index.articles.Failure`.
"""

from __future__ import annotations


class NewsbotError(Exception):
    """Something that stops a command; `str()` is the one line that is shown."""

    exit_status = 3

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem, remedy)
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        return " ".join(f"{self.problem}: {self.remedy}".split())


class UsageError(NewsbotError):
    """The command, a setting or a source was given wrongly."""

    exit_status = 2


class IndexMissing(NewsbotError):
    """A question was asked before anything was indexed."""


class IndexMismatch(NewsbotError):
    """The index was made with other settings than those in force."""


class IndexLocked(NewsbotError):
    """Another process is writing to the index."""


class ServiceError(NewsbotError):
    """A service that newsbot was told to use did not do its work."""


def first_line(error: BaseException) -> str:
    """The cause of an error in one short line, never empty."""
    text = " ".join(str(error).split())
    return (text[:297] + "…" if len(text) > 298 else text) or type(error).__name__
