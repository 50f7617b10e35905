"""How updates reach the bot: fetched by getUpdates, or posted to its webhook, also to several replicas of it."""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from tests.bot_api.records import RefusedError, bad

MAX_POLL_SECONDS = 2.0
_NOT_BY_DEFAULT = ("chat_member", "message_reaction", "message_reaction_count")
_POST_SECONDS = 10.0
_BETWEEN_POSTS = 0.1  # seconds, where an update was not taken


class Delivery:
    """The updates on their way; everything happens under the condition `changed`, but for what is sent to a webhook.

    `urls` are the replicas of the webhook in place of the one that was set; each update goes to `copies` of them.
    """

    def __init__(self, changed: threading.Condition) -> None:
        self.urls: list[str] = []
        self.copies = 1
        self.made: deque[dict[str, Any]] = deque(maxlen=1000)  # the updates of late
        self._changed = changed
        self.closed = self.waiting = False  # waiting: in a long poll
        self._last_id = 1000
        self._pending: list[dict[str, Any]] = []
        self._again: list[dict[str, Any]] = []  # what was delivered before, and is delivered once more
        self._confirmed = 0  # getUpdates gives nothing below it, but what comes again
        self._held: list[dict[str, Any]] | None = None
        self._allowed: list[str] = []
        self._polls, self._turn = 0, count()
        self._webhook: dict[str, Any] = {}
        self._failed: dict[str, Any] = {}
        self._thread = threading.Thread(target=self._post_updates)

    def tell(self, kind: str, content: dict[str, Any], *, unasked: bool = False) -> None:
        """Make an update and deliver it, if the bot asked for those of its kind or it is to come `unasked`."""
        with self._changed:
            self._last_id += 1
            update = {"update_id": self._last_id, kind: content}
            self.made.append(update)
            asked = kind in self._allowed if self._allowed else kind not in _NOT_BY_DEFAULT
            if self._held is not None:
                self._held.append(update)
            elif asked or unasked:
                self.deliver(update)

    def deliver(self, update: dict[str, Any]) -> None:
        """Deliver an update as it is, also one that was delivered before or that is younger than others."""
        with self._changed:
            (self._again if update["update_id"] < self._confirmed else self._pending).append(update)
            self._changed.notify_all()

    @contextmanager
    def held(self) -> Iterator[list[dict[str, Any]]]:
        """Gather the updates that are made meanwhile instead of delivering them."""
        self._held = []
        try:
            yield self._held
        finally:
            self._held = None

    def poll(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        """The answer to getUpdates, once there is something."""
        offset, limit = params.get("offset", 0), params.get("limit", 100)
        if not 1 <= limit <= 100:
            raise bad("limit must be from 1 to 100", judged=True)
        if self._webhook:
            raise RefusedError(409, "Conflict: can't use getUpdates method while webhook is active; delete it first")
        self._allowed = params.get("allowed_updates", self._allowed)
        self._polls += 1
        mine = self._polls
        self._changed.notify_all()  # the poll before ends
        if offset < 0:
            self._pending = self._pending[offset:]
        else:
            self._confirmed = max(self._confirmed, offset)
            self._pending = [update for update in self._pending if update["update_id"] >= offset]
        wait = min(params.get("timeout", 0), MAX_POLL_SECONDS)
        self.waiting = True
        self._changed.wait_for(lambda: self._pending or self._again or self.closed or mine != self._polls, wait)
        if mine != self._polls:  # the newer one is waiting now
            raise RefusedError(409, "Conflict: terminated by other getUpdates request")
        self.waiting = False
        again, self._again = self._again[:limit], self._again[limit:]
        return [*again, *self._pending][:limit]

    def set_webhook(self, params: dict[str, Any]) -> bool:
        """Post to an address from now on; an empty one ends that."""
        if not params["url"]:
            return self.delete_webhook(params)
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", params.get("secret_token", "none")):
            raise bad("secret token contains unallowed characters", judged=True)
        if urlsplit(params["url"]).scheme not in ("http", "https"):
            raise bad("invalid webhook URL specified", judged=True)
        self._drop(params)
        self._allowed = params.get("allowed_updates", self._allowed)
        self._webhook, self._failed = params, {}
        if not self._thread.is_alive():
            self._thread.start()
        self._changed.notify_all()
        return True

    def delete_webhook(self, params: dict[str, Any]) -> bool:
        """Wait for getUpdates from now on."""
        self._drop(params)
        self._webhook = {}
        return True

    def _drop(self, params: dict[str, Any]) -> None:
        if params.get("drop_pending_updates"):
            self._pending.clear()
            self._again.clear()

    def webhook_info(self) -> dict[str, Any]:
        """The WebhookInfo of now."""
        given = ("max_connections", "allowed_updates")
        shown: dict[str, Any] = {name: self._webhook[name] for name in given if name in self._webhook}
        known = {"url": self._webhook.get("url", ""), "has_custom_certificate": False}
        return {**known, "pending_update_count": len(self._pending) + len(self._again), **shown, **self._failed}

    def close(self) -> None:
        """End all waiting."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def _post_updates(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self.closed or (self._webhook and (self._pending or self._again)))
                if self.closed:
                    return
                queue = self._again or self._pending
                update, webhook = queue[0], self._webhook
                replicas = self.urls or [webhook["url"]]
            if self._post_copies(update, replicas, webhook.get("secret_token", "")):
                with self._changed:
                    if queue and queue[0] is update:
                        del queue[0]
                    self._changed.notify_all()

    def _post_copies(self, update: dict[str, Any], replicas: list[str], secret: str) -> bool:
        """Post an update to as many replicas in turn as it has copies, until each has taken it."""
        for _ in range(min(self.copies, len(replicas))):
            while (failed := post(replicas[next(self._turn) % len(replicas)], update, secret)) and not self.closed:
                with self._changed:
                    self._failed = {"last_error_date": int(time.time()), "last_error_message": failed}
                    self._changed.wait_for(lambda: self.closed, _BETWEEN_POSTS)
                    if not self._webhook:
                        return False
        return not self.closed


def post(url: str, update: dict[str, Any], secret: str) -> str:
    """Post an update as Telegram does; why it was not taken, or an empty text."""
    parts = urlsplit(url)
    headers = {"Content-Type": "application/json", "Connection": "close"}
    headers |= {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_POST_SECONDS)
    try:
        connection.request("POST", parts.path or "/", json.dumps(update), headers)
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException) as error:
        return f"Connection failed: {error}"
    finally:
        connection.close()
    taken = response.status == http.HTTPStatus.OK
    return "" if taken else f"Wrong response from the webhook: {response.status} {response.reason}"
