"""An index of the development articles, which are others' and stay outside the project."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

from config.settings import Settings, load_settings
from index.embed import WordLlamaEmbedder
from index.reindex import reindex
from index.report import Report
from index.sources import SourceList


def index_articles(data: Path, folder: Path) -> tuple[Settings, Report]:
    """Index `articles.jsonl.gz` of `data` in a folder; the settings to ask the extractive reader, and what was done."""
    articles = folder / "articles.jsonl"
    with gzip.open(data / "articles.jsonl.gz") as packed, articles.open("wb") as unpacked:
        shutil.copyfileobj(packed, unpacked)
    settings = load_settings({"data": folder / "data", "reader": "extractive"})
    SourceList(settings.data).add([str(articles)])
    return settings, reindex(settings, WordLlamaEmbedder())
