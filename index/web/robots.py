"""What a robots.txt asks of us: which addresses to leave alone, and how long to pause between two requests."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from protego import Protego

ROBOTS_BYTES = 500 * 1024  # what RFC 9309 asks to be read at least; the rest is cut
LONGEST_PAUSE = 10.0  # seconds; a Crawl-delay beyond it would stop a re-index rather than spread it
_AGENT_LINE = re.compile(r"user[\s-]{0,9}agent\s{0,9}(?::|\s)(.*)", re.IGNORECASE)


@dataclass(frozen=True)
class Robots:
    """What a robots.txt asks of us; `pause` is the seconds between two requests, within reason."""

    rules: Protego
    pause: float

    def permits(self, url: str) -> bool:
        """Whether an address of the same origin is open to us."""
        return self.rules.can_fetch(url, "newsbot")


def read_robots(body: bytes) -> Robots:
    """The rules of a robots.txt. Groups for other robots are taken as one, which answers the same for us.

    Protego applies each rule to each robot named before it: of some thousands of both it would think for a minute.
    """
    from protego import Protego

    lines = body.decode("utf-8-sig", "replace").splitlines()
    rules = Protego.parse("\n".join(_name_robot(line) for line in lines))
    return Robots(rules, min(rules.crawl_delay("newsbot") or 0.0, LONGEST_PAUSE))


def _name_robot(line: str) -> str:
    found = _AGENT_LINE.match(line.strip())
    if not found:
        return line
    name = found[1].partition("#")[0].strip().lower()
    ours = name.partition("/")[0].rstrip("*").strip() == "newsbot"
    return f"User-agent: {'newsbot' if ours else name if name == '*' else 'another'}"
