"""Every setting of newsbot: its name, type, default and meaning, in one place.

A setting `chroma_url` is the environment variable `NEWSBOT_CHROMA_URL`, the line `chroma_url = "…"` in `newsbot.toml`,
or the flag `--chroma-url`; a later one of these wins. The secrets keep the names that everybody knows
(`TELEGRAM_TOKEN`, `OPENAI_API_KEY`, `WEBHOOK_SECRET`) and are no flags, because a process list shows flags.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from config.errors import UsageError

SECRETS = {
    "telegram_token": "TELEGRAM_TOKEN",
    "openai_api_key": "OPENAI_API_KEY",
    "webhook_secret": "WEBHOOK_SECRET",
}
FILE_NAME = "newsbot.toml"


def _describe(default: Any, description: str, **rules: Any) -> Any:
    return Field(default=default, description=description, **rules)


class Settings(BaseSettings):
    """The settings in force; immutable. Build it with `load_settings`, which turns mistakes into `UsageError`."""

    model_config = SettingsConfigDict(env_prefix="NEWSBOT_", env_ignore_empty=True, extra="forbid", frozen=True)

    data: Path = _describe(
        Path(platformdirs.user_data_dir("newsbot", appauthor=False)),
        "directory that holds everything newsbot keeps (default: the platform's user data directory)",
    )
    chroma_url: str = _describe("", "address of a Chroma server; empty: Chroma embedded in the data directory")
    embedder: Literal["wordllama", "openai", "onnx"] = _describe("wordllama", "what turns passages into vectors")
    openai_base_url: str = _describe("", "any endpoint that speaks OpenAI's protocol (vLLM, Ollama, llama.cpp)")
    openai_api_key: SecretStr = _describe(SecretStr(""), "key for the model reader and OpenAI's embeddings")
    embedding_model: str = _describe("text-embedding-3-small", "model of the `openai` embedder")
    onnx_model: str = _describe("", "model of the `onnx` embedder: a directory, or the name of one that was fetched")
    reader: Literal["auto", "extractive", "model"] = _describe(
        "auto", "what writes answers; auto: the model where a key or an endpoint is set, else extractive"
    )
    model: str = _describe("gpt-4.1-mini", "model of the model reader")
    model_timeout: float = _describe(30.0, "seconds the model may take before the extractive reader answers", gt=0)
    model_prompt_tokens: int = _describe(
        1500, "tokens that a question to the model may have with its passages, by estimate", ge=500
    )
    model_reply_tokens: int = _describe(500, "tokens that a model may write, its thoughts included", ge=20)
    model_price_in: float = _describe(0.0, "dollars for a million prompt tokens; 0: no cost is shown", ge=0)
    model_price_out: float = _describe(0.0, "dollars for a million completion tokens", ge=0)
    hits: int = _describe(10, "passages that a reader is given for a question", ge=1, le=100)
    passage_words: int = _describe(150, "words in a passage, at most", ge=20, le=1000)
    max_file_mb: int = _describe(
        10, "largest article file, line of a .jsonl file, feed or page that is read, in megabytes", ge=1
    )
    poll_minutes: int = _describe(
        15, "minutes between two readings of a source by `newsbot serve`; 0: it reads when an admin says so", ge=0
    )
    allow_hosts: Annotated[tuple[str, ...], NoDecode] = _describe(
        (), "hosts that may be read although they are inside (localhost, private addresses), separated by commas"
    )
    state_url: str = _describe(
        "", "SQLAlchemy address of the database of conversations and token use; empty: a file in the data directory"
    )
    conversation_minutes: int = _describe(
        60, "minutes after which a conversation is forgotten; 0: none is kept, each question stands alone", ge=0
    )
    alerts_per_day: int = _describe(5, "alerts that a chat gets in a day at most, of all that it watches", ge=1)
    timezone: str = _describe("UTC", "time zone of digests and quiet hours in chats that have set none")
    telegram_token: SecretStr = _describe(SecretStr(""), "token of the Telegram bot, from @BotFather")
    telegram_base_url: str = _describe("https://api.telegram.org", "Bot API server that `newsbot serve` polls")
    webhook_url: str = _describe("", "public https address that Telegram sends updates to; empty: it is polled")
    webhook_listen: str = _describe(
        "127.0.0.1:8080", "host and port on which a webhook listens, behind a proxy with https"
    )
    webhook_secret: SecretStr = _describe(SecretStr(""), "what Telegram proves itself with to the webhook")
    queue_limit: int = _describe(
        2000, "messages that may wait to be answered; past it the bot says that it is busy", ge=1
    )
    transcription_url: str = _describe(
        "", "endpoint that speaks OpenAI's protocol and writes voice messages down; empty: none are listened to"
    )
    transcription_model: str = _describe("whisper-1", "model that writes voice messages down")
    admins: Annotated[tuple[int, ...], NoDecode] = _describe(
        (), "Telegram user ids of the admins, separated by commas; empty: nobody, unless a code has made one"
    )
    access: Literal["open", "allowlist", "pairing"] = _describe(
        "open",
        "who may ask: anybody (open), or whom an admin has allowed (allowlist, pairing); pairing: a code in the"
        " terminal makes the first admin",
    )
    questions_per_minute: int = _describe(30, "questions that a user may ask in a minute, admins any; 0: any", ge=0)
    questions_per_day: int = _describe(500, "questions that a user may ask in 24 hours, admins any; 0: any", ge=0)
    model_tokens_per_day: int = _describe(
        0,
        "tokens that the model may use in a day (UTC) before the extractive reader answers all but admins; 0: any",
        ge=0,
    )
    admin_chat: int = _describe(0, "chat that is told of errors; 0: the private chat of each admin")
    log_level: Literal["debug", "info", "warning", "error"] = _describe("warning", "what is logged to standard error")

    @field_validator("admins", "allow_hosts", mode="before")
    @classmethod
    def _split_list(cls, value: Any) -> Any:
        """Accept `1,2 3` from the environment and a flag, and a list from the file."""
        return value.replace(",", " ").split() if isinstance(value, str) else value

    @field_validator("data", mode="after")
    @classmethod
    def _expand_home(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator(
        "chroma_url", "openai_base_url", "telegram_base_url", "webhook_url", "transcription_url", mode="after"
    )
    @classmethod
    def _check_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value.rstrip("/")

    @field_validator("timezone", mode="after")
    @classmethod
    def _check_zone(cls, value: str) -> str:
        try:
            return ZoneInfo(value).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("must be a time zone such as Europe/Istanbul") from None

    @field_validator("state_url", mode="after")
    @classmethod
    def _check_state_url(cls, value: str) -> str:
        if value and "://" not in value:
            raise ValueError("must be an address such as postgresql+psycopg://host/name")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags and the file arrive merged as keyword arguments and win over the environment."""
        del settings_cls, dotenv_settings, file_secret_settings
        return (init_settings, env_settings)

    @property
    def uses_model(self) -> bool:
        """Whether the model reader writes the answers."""
        if self.reader == "auto":
            return bool(self.openai_api_key.get_secret_value() or self.openai_base_url)
        return self.reader == "model"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that must never be logged or shown."""
        values = (getattr(self, name).get_secret_value() for name in SECRETS)
        return tuple(value for value in values if value)


def variable_of(name: str) -> str:
    """The environment variable of a setting."""
    return SECRETS.get(name, f"NEWSBOT_{name.upper()}")


def load_settings(flags: Mapping[str, Any] | None = None, file: Path | None = None) -> Settings:
    """The settings in force: environment, then `newsbot.toml` of the working directory, then `flags`.

    Raises `UsageError` for an unknown or wrong setting; it names the setting, never a secret's value.
    """
    path = file or Path(os.environ.get("NEWSBOT_CONFIG") or FILE_NAME)
    given = _read_file(path, must_exist=file is not None or bool(os.environ.get("NEWSBOT_CONFIG")))
    secrets = {name: value for name, var in SECRETS.items() if (value := os.environ.get(var))}
    try:
        return Settings(**{**secrets, **given, **(flags or {})})
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        name = str(problem["loc"][0]) if problem["loc"] else "settings"
        raise UsageError(
            f"setting {name} is wrong, {problem['msg']}", f"set {variable_of(name)}, {FILE_NAME} or its flag"
        ) from None


def _read_file(path: Path, *, must_exist: bool) -> dict[str, Any]:
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if not must_exist:
            return {}
        raise UsageError(f"there is no settings file {path}", "give the path of an existing one") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"cannot read {path} ({error})", "mend it; each line is `setting = value`") from None
    for name in given:
        if name not in Settings.model_fields:
            close = difflib.get_close_matches(name, Settings.model_fields, n=1)
            hint = f"did you mean {close[0]}?" if close else "see `newsbot --help` for all settings"
            raise UsageError(f"unknown setting {name} in {path}", hint)
    return given
