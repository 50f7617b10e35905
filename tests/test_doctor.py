"""`newsbot doctor`: each part that works and each that fails is found by itself, with what to do about it."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

import pytest

from bot.answers import Answer
from bot.doctor import Check, run_checks
from bot.state.turns import Turns
from config.settings import Settings, load_settings
from index.articles import Failure
from index.embed import WordLlamaEmbedder
from index.generations import Generation, current_name
from index.ledger import RememberedFailure
from index.reindex import reindex
from index.sources import SourceList
from tests.conftest import RunHere
from tests.model_server import ModelServer, Reply
from tests.served import TOKEN
from tests.telegram_api import BOT_USERNAME, TelegramApi

CHECK_KEY = "check OPENAI_API_KEY, and that it is a key of this server"
CHECK_MODEL = "check NEWSBOT_MODEL, and that NEWSBOT_OPENAI_BASE_URL ends as the server's manual says (mostly in /v1)"
CHECK_SERVER = "start the server, or check NEWSBOT_OPENAI_BASE_URL and the network"
MORE_TIME = "raise NEWSBOT_MODEL_TIMEOUT, or take a smaller model or a faster server"
MORE_TOKENS = "raise NEWSBOT_MODEL_REPLY_TOKENS"


def check(settings: Settings, part: str) -> Check:
    """What the doctor finds about one part."""
    return next(check for check in run_checks(settings) if check.part == part)


@pytest.fixture
def closed_port() -> str:
    """An address at which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def indexed(settings: Settings, embedder: WordLlamaEmbedder, tmp_path: Path) -> Settings:
    """Settings of a data directory in which one file is indexed."""
    (tmp_path / "one.txt").write_text("The council of Quux demanded five coins from the bridge.", encoding="utf-8")
    SourceList(settings.data).add([str(tmp_path / "one.txt")])
    reindex(settings, embedder)
    return settings


def test_all_is_well(sample_settings: Settings, run_here: RunHere, tmp_path: Path) -> None:
    """Where all is well there is a line for each part, and the status is 0."""
    done = run_here("doctor", "--data", str(sample_settings.data), "--state-url", f"sqlite:///{tmp_path}/state.db")
    passages = check(sample_settings, "index").found.split()[-2]
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"ok    data directory: {sample_settings.data} is writable",
        "ok    embedder: wordllama/l2_supercat_256 works, 256 dimensions",
        "ok    sources: 1 of 1 are there",
        f"ok    index: 16 articles in {passages} passages",
        "ok    state: the database of NEWSBOT_STATE_URL works",
        "ok    Telegram: no token is set (TELEGRAM_TOKEN); only `newsbot serve` needs one",
        "ok    model: the extractive reader answers; it needs no model",
    ]


def test_a_fresh_start(run_here: RunHere) -> None:
    """Before anything is set up the doctor says what to do first, with status 1, and goes through all parts."""
    done = run_here("doctor")
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (1, "")
    assert lines[2:6] == [
        "FAIL  sources: there are none",
        "      run `newsbot sources add FOLDER`, or `--samples`",
        "FAIL  index: no articles are indexed yet",
        "      run `newsbot sources add FOLDER` (or --samples), then `newsbot reindex`",
    ]
    assert [line[:4] for line in lines] == ["ok  ", "ok  ", "FAIL", "    ", "FAIL", "    ", "ok  ", "ok  ", "ok  "]


def test_data_directory_that_cannot_be(tmp_path: Path) -> None:
    """A data directory below a file is found, and each part that needs it fails by itself."""
    (tmp_path / "file").write_text("not a directory", encoding="utf-8")
    settings = load_settings({"data": tmp_path / "file" / "data"})
    found = {check.part: check for check in run_checks(settings)}
    reason = f"cannot write to {settings.data} (Not a directory)"
    remedy = "make it writable, or set NEWSBOT_DATA to a directory that is"
    assert found["data directory"] == Check("data directory", False, reason, remedy)
    assert [part for part, check in found.items() if not check.ok] == ["data directory", "sources", "index"]
    assert found["index"].remedy == "see the message; the other parts are checked by themselves"


def test_embedder_without_a_key(settings: Settings) -> None:
    """The OpenAI embedder without a key is found."""
    settings = load_settings({"data": settings.data, "embedder": "openai"})
    remedy = "set OPENAI_API_KEY, or NEWSBOT_EMBEDDER=wordllama"
    assert check(settings, "embedder") == Check("embedder", False, "the openai embedder has no key", remedy)


def test_sources_that_are_gone(settings: Settings, tmp_path: Path) -> None:
    """A source that has vanished is named."""
    for name in ("here", "gone"):
        (tmp_path / name).mkdir()
        SourceList(settings.data).add([str(tmp_path / name)])
    assert check(settings, "sources") == Check("sources", True, "2 of 2 are there")
    (tmp_path / "gone").rmdir()
    remedy = "bring them back, or `newsbot sources remove` them"
    assert check(settings, "sources") == Check("sources", False, f"not there: {tmp_path / 'gone'}", remedy)


def test_index_that_works(indexed: Settings) -> None:
    """An index whose three parts agree is well."""
    assert check(indexed, "index") == Check("index", True, "1 articles in 1 passages")


def test_index_of_another_embedder(indexed: Settings) -> None:
    """An index that another embedder made is found, with the command that mends it."""
    with ModelServer() as server:
        given = {"embedder": "openai", "openai_base_url": server.url, "openai_api_key": server.api_key}
        found = check(load_settings({"data": indexed.data, "reader": "extractive", **given}), "index")
    assert not found.ok
    assert found.found.startswith(
        "the index was made when passages were embedded by wordllama/l2_supercat_256, and now"
    )
    assert found.remedy == "run `newsbot reindex`, or set it back"


def test_index_whose_parts_differ(indexed: Settings) -> None:
    """An index that has lost vectors or keywords is found."""
    generation = Generation(indexed, current_name(indexed) or "")
    generation.keywords.update(delete=generation.store.passage_ids())
    generation.close()
    remedy = "run `newsbot reindex`, and `newsbot reindex --full` if that does not help"
    reason = "1 passages, but 1 vectors and 0 in the keyword index"
    assert check(indexed, "index") == Check("index", False, reason, remedy)


def test_index_with_failures(indexed: Settings) -> None:
    """Items that failed in the last re-index are counted."""
    generation = Generation(indexed, current_name(indexed) or "")
    failures = [RememberedFailure(Failure("s", item, "is empty"), 1.0, 1.0) for item in "ab"]
    generation.ledger.note_failures("s", failures)
    generation.close()
    remedy = "`newsbot status` lists them; mend them"
    assert check(indexed, "index") == Check("index", False, "2 items failed in the last re-index", remedy)


def test_state_database(settings: Settings) -> None:
    """The doctor says whether conversations can be kept: before the first, in a file that works, in a damaged one."""
    file = settings.data / "state.db"
    assert check(settings, "state") == Check("state", True, f"{file} is made when it is needed")
    Turns(settings).keep("1", Answer("q?", "answered", "Yes."))
    assert check(settings, "state") == Check("state", True, f"{file} works")
    for path in settings.data.glob("state.db*"):
        path.unlink()
    file.write_bytes(b"no database" * 100)
    reason = f"{file} cannot be used (file is not a database)"
    assert check(settings, "state") == Check("state", False, reason, "remove it if it is damaged")


def test_state_database_on_a_server_that_is_not_there(settings: Settings, closed_port: str) -> None:
    """A server that does not answer is named by its setting, and no password is shown."""
    address = closed_port.replace("http://", "postgresql+psycopg://somebody:hush@")
    found = check(load_settings({"data": settings.data, "state_url": f"{address}/news"}), "state")
    assert (found.ok, found.remedy) == (False, "check NEWSBOT_STATE_URL and its server")
    assert found.found.startswith("the database of NEWSBOT_STATE_URL cannot be used (")
    assert "hush" not in found.found


def telegram_settings(settings: Settings, url: str, token: str = TOKEN) -> Settings:
    """Settings that name a Bot API server and a token."""
    return load_settings({"data": settings.data, "telegram_base_url": url, "telegram_token": token})


def test_telegram_that_works(settings: Settings) -> None:
    """The doctor says whose the token is."""
    with TelegramApi(TOKEN) as api:
        found = check(telegram_settings(settings, api.url), "Telegram")
    assert found == Check("Telegram", True, f"the token is that of @{BOT_USERNAME}")


def test_webhook_without_a_secret(settings: Settings) -> None:
    """A webhook that anybody could call is found before anything is asked."""
    given = {"data": settings.data, "telegram_token": TOKEN, "webhook_url": "https://bot.example/news"}
    found = check(load_settings(given), "Telegram")
    assert (found.ok, found.found) == (False, "a webhook needs a secret")


@pytest.mark.parametrize("token", [TOKEN.replace("AAH", "BBH"), "no-token"])
def test_telegram_token_that_is_refused(settings: Settings, token: str) -> None:
    """A token that Telegram refuses, or that is none, is found."""
    with TelegramApi(TOKEN) as api:
        found = check(telegram_settings(settings, api.url, token), "Telegram")
    remedy = "copy it anew from @BotFather into TELEGRAM_TOKEN"
    assert found == Check("Telegram", False, "the token is refused", remedy)


@pytest.mark.parametrize("status", [429, 500, 502])
def test_telegram_that_falters(settings: Settings, status: int) -> None:
    """A fault of Telegram is told as one, and not as a wrong token."""
    with TelegramApi(TOKEN) as api:
        api.fail_next("getMe", status)
        found = check(telegram_settings(settings, api.url), "Telegram")
    remedy = "try again later, and check NEWSBOT_TELEGRAM_BASE_URL"
    assert found == Check("Telegram", False, f"{api.url} answers {status}", remedy)


def test_telegram_that_is_not_there(settings: Settings, closed_port: str) -> None:
    """A Bot API server that cannot be reached, or whose address is none, is named without the token."""
    remedy = "check the network and NEWSBOT_TELEGRAM_BASE_URL"
    refused = f"{closed_port} does not answer ([Errno {errno.ECONNREFUSED}] Connection refused)"
    assert check(telegram_settings(settings, closed_port), "Telegram") == Check("Telegram", False, refused, remedy)
    found = check(telegram_settings(settings, "http://a:b"), "Telegram")
    assert (found.ok, found.remedy) == (False, remedy)
    assert TOKEN not in found.found


def model_settings(settings: Settings, url: str, key: str) -> Settings:
    """Settings that name a model endpoint and a key."""
    given = {"openai_base_url": url, "openai_api_key": key, "model": "m-1", "model_timeout": 20}
    return load_settings({"data": settings.data, **given})


@pytest.mark.parametrize(
    ("reply", "ok", "how", "remedy"),
    [
        ("The council demanded five coins. [1]", True, "and cites", ""),
        ("Five coins", True, "but does not cite; newsbot looks for its passages by itself", ""),
        (
            "NO ANSWER",
            False,
            "but finds nothing in a passage that says it",
            "take a larger model: the extractive reader does better than this one",
        ),
    ],
)
def test_model_that_works(settings: Settings, reply: str, ok: bool, how: str, remedy: str) -> None:
    """A model is asked one small question as the reader asks it, once; the doctor says whether it cites."""
    with ModelServer() as server:
        server.enqueue(Reply(reply))
        found = check(model_settings(settings, server.url, server.api_key), "model")
        assert [(request.body["model"], request.streamed) for request in server.requests] == [("m-1", True)]
        assert "five coins" in server.requests[0].body["messages"][1]["content"]
    assert found == Check("model", ok, f"m-1 at {server.url} answers, {how}", remedy)


@pytest.mark.parametrize(
    ("reply", "why", "remedy"),
    [
        (Reply("No.", status=401), "its key is refused: No.", CHECK_KEY),
        (Reply("No m-1.", status=404), "its server knows no such model or address: No m-1.", CHECK_MODEL),
        (Reply("Ill.", status=500), "its server answers 500: Ill.", "look into the server's log, and try again"),
        (Reply(status=429), "too many requests", "wait, or ask the provider for a higher limit"),
        (
            Reply(status=429, error_code="insufficient_quota"),
            "the quota of its key is used up",
            "pay for more at the provider, or set another OPENAI_API_KEY",
        ),
        (
            Reply("No.", status=400, error_code="context_length_exceeded"),
            "its server answers 400: No.",
            "give the server a larger context, or lower NEWSBOT_MODEL_PROMPT_TOKENS",
        ),
        (Reply("No.", status=400), "its server answers 400: No.", "try again, and take another model if it stays so"),
        (Reply(""), "its reply was empty", f"{MORE_TOKENS}, or take another model"),
        (
            Reply("<think>Five", finish_reason="length"),
            "its reply was cut off",
            f"{MORE_TOKENS}: a model that thinks first needs more of them",
        ),
    ],
)
def test_model_that_fails(settings: Settings, reply: Reply, why: str, remedy: str) -> None:
    """Each failure of a model has a plain reason and its own remedy; it is asked once."""
    with ModelServer() as server:
        server.enqueue(reply)
        found = check(model_settings(settings, server.url, server.api_key), "model")
        assert len(server.requests) == 1
    assert found == Check("model", False, f"m-1 at {server.url} failed ({why})", remedy)


def test_model_that_is_late(settings: Settings) -> None:
    """A model that does not answer in time is told so, with the setting that gives it more."""
    with ModelServer() as server:
        server.enqueue(Reply(stall=True))
        late = model_settings(settings, server.url, server.api_key).model_copy(update={"model_timeout": 0.3})
        found = check(late, "model")
    assert found == Check("model", False, f"m-1 at {server.url} failed (it took longer than 0.3 s)", MORE_TIME)


def test_model_that_echoes_the_key(settings: Settings) -> None:
    """A key that is refused is found, and never shown, also where an endpoint repeats it in its error."""
    with ModelServer() as server:
        found = check(model_settings(settings, server.url, "sk-wrong-key"), "model")
        assert (found.ok, found.remedy) == (False, CHECK_KEY)
        assert "sk-wrong-key" not in found.found
        server.enqueue(Reply(f"you said {server.api_key}", status=400))
        found = check(model_settings(settings, server.url, server.api_key), "model")
    assert "you said ***" in found.found
    assert server.api_key not in found.found


def test_model_that_is_not_there(settings: Settings, closed_port: str) -> None:
    """An endpoint that cannot be reached is named."""
    found = check(model_settings(settings, closed_port, "sk-test"), "model")
    why = f"no connection: [Errno {errno.ECONNREFUSED}] Connection refused"
    assert found == Check("model", False, f"m-1 at {closed_port} failed ({why})", CHECK_SERVER)
