"""Settings come from three places, mistakes in them are one line, and no secret is ever shown or logged."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from config.errors import IndexLocked, IndexMissing, NewsbotError, ServiceError, UsageError, first_line
from config.logs import ScrubbingFormatter, scrub, start_logging
from config.settings import SECRETS, Settings, load_settings, variable_of

TOKEN = "123456789:AAF-abcdefghijklmnopqrstuvwxyz012345"  # noqa: S105 - made up
KEY = "sk-very-secret"


def write_toml(text: str) -> Path:
    """Write `newsbot.toml` in the working directory."""
    path = Path("newsbot.toml")
    path.write_text(text, encoding="utf-8")
    return path


def test_a_flag_wins_over_the_file_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each setting is taken from the strongest place that gives it, else it has its default."""
    monkeypatch.setenv("NEWSBOT_HITS", "5")
    monkeypatch.setenv("NEWSBOT_MODEL", "from-environment")
    monkeypatch.setenv("NEWSBOT_PASSAGE_WORDS", "50")
    monkeypatch.setenv("NEWSBOT_READER", "")
    write_toml('model = "from-file"\npassage_words = 60\n')
    settings = load_settings({"passage_words": "70"})
    assert (settings.hits, settings.model, settings.passage_words) == (5, "from-file", 70)
    assert (settings.reader, settings.max_file_mb, settings.embedder) == ("auto", 10, "wordllama")


def test_another_file_may_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The flag `--config` names the file, else NEWSBOT_CONFIG does, else it is newsbot.toml."""
    write_toml("hits = 1")
    for hits in (2, 3):
        (tmp_path / f"{hits}.toml").write_text(f"hits = {hits}")
    assert load_settings().hits == 1
    monkeypatch.setenv("NEWSBOT_CONFIG", str(tmp_path / "2.toml"))
    assert load_settings().hits == 2
    assert load_settings(file=tmp_path / "3.toml").hits == 3


def test_secrets_keep_the_names_that_everybody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets come from their own variables or the file, and are not shown by the settings."""
    monkeypatch.setenv("TELEGRAM_TOKEN", TOKEN)
    write_toml(f'openai_api_key = "{KEY}"')
    settings = load_settings()
    assert settings.secrets == (TOKEN, KEY)
    assert TOKEN not in repr(settings)
    assert KEY not in str(settings)
    assert load_settings({"openai_api_key": ""}).secrets == (TOKEN,)


def test_every_setting_has_a_variable() -> None:
    """A setting's variable is NEWSBOT_ and its name, but for the secrets."""
    names = set(Settings.model_fields)
    assert set(SECRETS) < names
    assert variable_of("chroma_url") == "NEWSBOT_CHROMA_URL"
    assert [variable_of(name) for name in SECRETS] == ["TELEGRAM_TOKEN", "OPENAI_API_KEY", "WEBHOOK_SECRET"]
    assert all(Settings.model_fields[name].description for name in names)


@pytest.mark.parametrize(
    ("given", "admins"), [("1,2 3", (1, 2, 3)), ("", ()), ([4, 5], (4, 5)), (" 6 , ", (6,)), ((), ())]
)
def test_admins_are_ids_in_any_writing(given: object, admins: tuple[int, ...]) -> None:
    """Ids may be separated by commas or spaces, or be a list in the file; none means nobody."""
    assert load_settings({"admins": given}).admins == admins


def test_admins_come_from_each_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment gives a string of ids, and the file a list."""
    monkeypatch.setenv("NEWSBOT_ADMINS", "1,2")
    assert load_settings().admins == (1, 2)
    write_toml("admins = [3]")
    assert load_settings().admins == (3,)


def test_values_are_put_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path is absolute, with the home directory in it; an address ends without a slash."""
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = load_settings({"data": "~/news", "chroma_url": "http://localhost:8000/"})
    assert (settings.data, settings.chroma_url) == (tmp_path / "news", "http://localhost:8000")
    assert load_settings({"data": "relative"}).data == Path.cwd() / "relative"


@pytest.mark.parametrize(
    ("given", "uses_model"),
    [
        ({}, False),
        ({"openai_api_key": KEY}, True),
        ({"openai_base_url": "http://localhost:1"}, True),
        ({"openai_api_key": KEY, "reader": "extractive"}, False),
        ({"reader": "model"}, True),
    ],
)
def test_the_model_reads_where_it_can(given: dict[str, str], uses_model: bool) -> None:
    """By itself the model is used where a key or an endpoint is set; a reader that is named is used."""
    assert load_settings(given).uses_model is uses_model


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("hits", "0", "Input should be greater than or equal to 1"),
        ("hits", "many", "Input should be a valid integer, unable to parse string as an integer"),
        ("reader", "magic", "Input should be 'auto', 'extractive' or 'model'"),
        ("chroma_url", "localhost:8000", "Value error, must begin with http:// or https://"),
        ("admins", "1,@me", "Input should be a valid integer, unable to parse string as an integer"),
        ("model_timeout", "0", "Input should be greater than 0"),
    ],
)
def test_a_wrong_value_is_one_line(name: str, value: str, problem: str) -> None:
    """A wrong value names the setting, what is wrong and where to set it, and not the value."""
    with pytest.raises(UsageError) as caught:
        load_settings({name: value})
    remedy = f"set {variable_of(name)}, newsbot.toml or its flag"
    assert str(caught.value) == f"setting {name} is wrong, {problem}: {remedy}"


def test_a_wrong_secret_is_not_shown() -> None:
    """An error about a secret tells its name only."""
    write_toml(f'telegram_token = ["{TOKEN}"]')
    with pytest.raises(UsageError) as caught:
        load_settings()
    remedy = "set TELEGRAM_TOKEN, newsbot.toml or its flag"
    assert str(caught.value) == f"setting telegram_token is wrong, Input should be a valid string: {remedy}"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("hitz = 3", "unknown setting hitz in newsbot.toml: did you mean hits?"),
        ("nonsense = 1", "unknown setting nonsense in newsbot.toml: see `newsbot --help` for all settings"),
        ("hits", "cannot read newsbot.toml (Expected '=' after a key in a key/value pair (at end of document)):"),
    ],
)
def test_a_wrong_line_of_the_file_is_one_line(line: str, error: str) -> None:
    """An unknown setting comes with a hint, and a line that is none with its place."""
    write_toml(line)
    with pytest.raises(UsageError) as caught:
        load_settings()
    assert str(caught.value).startswith(error)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A named file has to be there, and any file has to be text."""
    with pytest.raises(UsageError, match=r"^there is no settings file gone.toml: give the path of an existing one$"):
        load_settings(file=Path("gone.toml"))
    monkeypatch.setenv("NEWSBOT_CONFIG", "gone.toml")
    with pytest.raises(UsageError, match=r"^there is no settings file gone.toml: "):
        load_settings()
    with pytest.raises(UsageError, match=r"^cannot read .*Is a directory"):
        load_settings(file=tmp_path)
    (tmp_path / "binary.toml").write_bytes(b"\xff")
    with pytest.raises(UsageError, match=r"^cannot read .*invalid start byte.*: mend it; each line is"):
        load_settings(file=tmp_path / "binary.toml")


def test_settings_do_not_change() -> None:
    """The settings in force are immutable."""
    with pytest.raises(ValueError, match="frozen"):
        load_settings().hits = 3


def test_errors_are_one_line_with_their_exit_status() -> None:
    """An error is what is wrong and what to do, in one line, and knows how the command exits."""
    error = NewsbotError("cannot read\n  it", "mend it\n")
    assert str(error) == "cannot read it: mend it"
    kinds = (NewsbotError, UsageError, IndexMissing, IndexLocked, ServiceError)
    assert [kind.exit_status for kind in kinds] == [3, 2, 3, 3, 3]


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("one\n two"), "one two"),
        (ValueError(), "ValueError"),
        (ValueError("x" * 298), "x" * 298),
        (ValueError("x" * 299), "x" * 297 + "…"),
    ],
)
def test_the_first_line_of_an_error_is_short_and_never_empty(error: ValueError, line: str) -> None:
    """Whatever a library raises becomes one short line."""
    assert first_line(error) == line


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        (f"POST https://api.telegram.org/bot{TOKEN}/getMe", "POST https://api.telegram.org/bot***/getMe"),
        (f"key {KEY}, key {KEY}", "key ***, key ***"),
        ("at 12:30:45 on 2020-02-18, id 123456:short", "at 12:30:45 on 2020-02-18, id 123456:short"),
        ("https://me:pass@news.example/a@b:c", "https://***@news.example/a@b:c"),
        (
            "https://news.example:8080/@writer and https://a@b.example/",
            "https://news.example:8080/@writer and https://a@b.example/",
        ),
    ],
)
def test_scrubbing_takes_out_secrets_and_any_token(text: str, scrubbed: str) -> None:
    """Our secrets, and what looks like a Bot API token or a password in an address, become ***; the rest stays."""
    assert scrub(text, [KEY]) == scrubbed


def test_a_traceback_is_scrubbed_too() -> None:
    """A record is scrubbed after formatting, so that its arguments and its traceback are covered."""
    error = ValueError(f"refused {KEY}")
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "call of %s", (TOKEN,), (type(error), error, None))
    written = ScrubbingFormatter([KEY]).format(record)
    assert written.endswith(" ERROR x: call of ***\nValueError: refused ***")


def test_the_log_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Once started, the log is written to standard error from its level on; libraries speak from warning on."""
    start_logging("info", [KEY])
    logging.getLogger("index").info("reading %s", KEY)
    logging.getLogger("index").debug("not this")
    logging.getLogger("httpx").info("nor this")
    logging.getLogger("httpx").warning("but this")
    out, err = capsys.readouterr()
    lines = [line.split(" ", 2)[2] for line in err.splitlines()]
    assert (out, lines) == ("", ["INFO index: reading ***", "WARNING httpx: but this"])
