"""The methods that answer somebody who pressed a button, or who asks inline or as a guest."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import Any

from tests.bot_api.records import Query, RefusedError, SentMessage, bad
from tests.bot_api.state import State
from tests.bot_api.texts import format_text, inline_keyboard

_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
_START = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MAX_RESULTS = 50
_MAX_NOTICE = 200  # characters


class QueryMethods(State):
    """Each query is answered once; what is answered is kept with it."""

    def _do_answer_callback_query(self, params: dict[str, Any]) -> bool:
        query, text = self._open_query("callback", params["callback_query_id"]), params.get("text", "")
        if len(text) > _MAX_NOTICE:
            raise bad("MESSAGE_TOO_LONG", judged=True)
        query.answer = params
        if text:
            self.notices.append(text)
            self._trim_list(self.notices)
        return True

    def _do_answer_inline_query(self, params: dict[str, Any]) -> bool:
        query, results = self._open_query("inline", params["inline_query_id"]), params["results"]
        if len(results) > _MAX_RESULTS:
            raise bad("RESULTS_TOO_MUCH", judged=True)
        if len({result["id"] for result in results}) != len(results):
            raise bad("RESULT_ID_DUPLICATE", judged=True)
        if len(params.get("next_offset", "").encode()) > 64:
            raise bad("NEXT_OFFSET_INVALID", judged=True)
        if "button" in params and not _START.fullmatch(params["button"].get("start_parameter", "")):
            raise bad("START_PARAM_INVALID", judged=True)
        query.messages = [_read_result(result) for result in results]
        query.answer = params
        return True

    def _do_answer_guest_query(self, params: dict[str, Any]) -> dict[str, str]:
        query = self._open_query("guest", params["guest_query_id"])
        query.messages = [_read_result(params["result"])]
        query.answer = params
        return {"inline_message_id": self._send_inline(query, query.messages[0])}

    def _open_query(self, kind: str, query_id: str) -> Query:
        query = self.queries.get(query_id)
        if query is None or query.kind != kind or query.answer is not None:
            raise bad(_TOO_OLD)
        return query

    def _send_inline(self, query: Query, message: SentMessage) -> str:
        """Let an answer become a message in a chat that the bot need not know; gives its id."""
        inline_id = f"{query.query_id}-{self._next_message_id(0)}"
        self._keep_sent(replace(message, inline_id=inline_id, date=int(time.time())))
        return inline_id


def _read_result(result: dict[str, Any]) -> SentMessage:
    """The message that a result becomes when it is sent. Raises `RefusedError`."""
    if not 1 <= len(result["id"].encode()) <= 64:
        raise bad("RESULT_ID_INVALID", judged=True)
    content = result.get("input_message_content")
    if result["type"] != "article" or content is None:
        raise bad(f"a result of type {result['type']} without text is none that the bot should give", judged=True)
    if not result["title"].strip():
        raise bad("ARTICLE_TITLE_EMPTY", judged=True)
    try:
        text, entities = format_text(content, "message_text")
    except RefusedError as error:
        error.args = (f"{error} (in result {result['id']})",)
        raise
    return SentMessage(0, 0, text, content["message_text"], 0, entities, inline_keyboard(result))
