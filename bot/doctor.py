"""`newsbot doctor`: looks at each part by itself, and says what to do about each that fails."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.state.database import FILE, StateDatabase
from bot.status import collect_status
from config.errors import IndexMissing, NewsbotError, first_line
from config.logs import scrub
from config.settings import Settings
from index.embed import embedder_name, make_embedder
from index.live import LiveIndex
from index.sources import SourceList

_TIMEOUT = 10.0  # seconds for each service


@dataclass(frozen=True)
class Check:
    """One part: what was found, and what to do about it where it is not `ok`."""

    part: str
    ok: bool
    found: str
    remedy: str = ""


def run_checks(settings: Settings) -> Iterator[Check]:
    """Look at each part in turn; a part that fails never stops the next."""
    checks: dict[str, Callable[[Settings], Check]] = {
        "data directory": _check_data,
        "embedder": _check_embedder,
        "sources": _check_sources,
        "index": _check_index,
        "state": _check_state,
        "Telegram": _check_telegram,
        "model": _check_model,
    }
    for part, check in checks.items():
        try:
            result = check(settings)
        except NewsbotError as error:
            result = Check(part, False, error.problem, error.remedy)
        except Exception as error:  # noqa: BLE001 - whatever a part does, it is a finding about that part
            result = Check(part, False, first_line(error), "see the message; the other parts are checked by themselves")
        yield Check(result.part, result.ok, scrub(result.found, settings.secrets), result.remedy)


def _check_data(settings: Settings) -> Check:
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.data):
            pass
    except OSError as error:
        remedy = "make it writable, or set NEWSBOT_DATA to a directory that is"
        return Check("data directory", False, f"cannot write to {settings.data} ({error.strerror})", remedy)
    return Check("data directory", True, f"{settings.data} is writable")


def _check_embedder(settings: Settings) -> Check:
    embedder = make_embedder(settings)
    dimensions = len(embedder.embed_question("what did Turkey demand?"))
    model = f" ({settings.onnx_model})" if settings.embedder == "onnx" else ""
    return Check("embedder", True, f"{embedder.name}{model} works, {dimensions} dimensions")


def _check_sources(settings: Settings) -> Check:
    sources = SourceList(settings.data).read()
    if not sources:
        return Check("sources", False, "there are none", "run `newsbot sources add FOLDER`, or `--samples`")
    gone = [source.location for source in sources if source.is_local and not Path(source.location).exists()]
    if gone:
        return Check(
            "sources", False, f"not there: {', '.join(gone)}", "bring them back, or `newsbot sources remove` them"
        )
    return Check("sources", True, f"{len(sources)} of {len(sources)} are there")


def _check_index(settings: Settings) -> Check:
    index = LiveIndex(settings)
    try:
        status = collect_status(settings, index)
        with index.use() as generation:
            generation.check_embedder(embedder_name(settings))
    except IndexMissing as error:
        return Check("index", False, error.problem, error.remedy)
    finally:
        index.close()
    passages, vectors, keywords = status["passages"], status["vectors"], status["keywords"]
    if not passages == vectors == keywords:
        found = f"{passages} passages, but {vectors} vectors and {keywords} in the keyword index"
        return Check("index", False, found, "run `newsbot reindex`, and `newsbot reindex --full` if that does not help")
    failures = len(status["failures"])
    if failures:
        return Check(
            "index", False, f"{failures} items failed in the last re-index", "`newsbot status` lists them; mend them"
        )
    return Check("index", True, f"{status['articles']} articles in {passages} passages")


def _check_state(settings: Settings) -> Check:
    database = StateDatabase(settings)
    where = "the database of NEWSBOT_STATE_URL" if settings.state_url else str(settings.data / FILE)
    if database.is_new:
        return Check("state", True, f"{where} is made when it is needed")
    if fault := database.find_fault():
        remedy = "check NEWSBOT_STATE_URL and its server" if settings.state_url else "remove it if it is damaged"
        return Check("state", False, f"{where} cannot be used ({fault})", remedy)
    return Check("state", True, f"{where} works")


def _check_telegram(settings: Settings) -> Check:
    token = settings.telegram_token.get_secret_value()
    if not token:
        return Check("Telegram", True, "no token is set (TELEGRAM_TOKEN); only `newsbot serve` needs one")
    import httpx

    from bot.telegram.receiving import check_webhook

    check_webhook(settings)

    try:
        reply = httpx.get(f"{settings.telegram_base_url}/bot{token}/getMe", timeout=_TIMEOUT)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        found = f"{settings.telegram_base_url} does not answer ({first_line(error)})"
        return Check("Telegram", False, found, "check the network and NEWSBOT_TELEGRAM_BASE_URL")
    if reply.status_code in (401, 404):
        return Check("Telegram", False, "the token is refused", "copy it anew from @BotFather into TELEGRAM_TOKEN")
    if not reply.is_success:
        found = f"{settings.telegram_base_url} answers {reply.status_code}"
        return Check("Telegram", False, found, "try again later, and check NEWSBOT_TELEGRAM_BASE_URL")
    return Check("Telegram", True, f"the token is that of @{reply.json()['result']['username']}")


def _check_model(settings: Settings) -> Check:
    if not settings.uses_model:
        return Check("model", True, "the extractive reader answers; it needs no model")
    from bot.model.completion import endpoint_of
    from bot.model.failures import ModelFailure
    from bot.model.reader import try_model

    model = f"{settings.model} at {endpoint_of(settings)}"
    try:
        found = try_model(settings)
    except ModelFailure as failure:
        return Check("model", False, f"{model} failed ({failure.why})", failure.cure)
    if found == "refuses":
        remedy = "take a larger model: the extractive reader does better than this one"
        return Check("model", False, f"{model} answers, but finds nothing in a passage that says it", remedy)
    how = "and cites" if found == "cites" else "but does not cite; newsbot looks for its passages by itself"
    return Check("model", True, f"{model} answers, {how}")
