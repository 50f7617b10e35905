"""The shape of the source: who may import whom, where heavy libraries are loaded, and what stands at the top level."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(path for package in ("bot", "config", "index") for path in (ROOT / package).rglob("*.py"))
MAY_IMPORT = {"config": {"config"}, "index": {"config", "index"}, "bot": {"config", "index", "bot"}}
ONLY_IN = {
    "chromadb": {"index/vectors.py", "index/llama.py"},
    "tantivy": {"index/keywords.py", "index/terms.py"},
    "telegram": {"bot/telegram/*.py"},
    "babel": {"bot/texts.py"},
    "rensa": {"index/copies.py"},
    "feedparser": {"index/web/feeds.py"},
    "protego": {"index/web/robots.py"},
    "onnxruntime": {"index/onnx.py"},
    "tokenizers": {"index/onnx.py"},
    "huggingface_hub": {"index/models.py"},
    "sqlalchemy": {"bot/state/*.py"},
}
HEAVY = {
    *("aiohttp", "chromadb", "feedparser", "filelock", "llama_index", "openai", "protego", "rensa", "rich", "tantivy"),
    *(
        "babel",
        "telegram",
        "trafilatura",
        "wordllama",
        "onnxruntime",
        "tokenizers",
        "huggingface_hub",
        "httpx",
        "sqlalchemy",
    ),
}
MAY_LOAD = {
    "index/keywords.py": {"tantivy"},
    "index/terms.py": {"tantivy"},
    "index/llama.py": {"llama_index"},
    "bot/telegram/*.py": {"telegram"},
    "bot/telegram/sending.py": {"telegram", "httpx"},
    "bot/state/tables.py": {"sqlalchemy"},
    "bot/state/inbox_rows.py": {"sqlalchemy"},
    "bot/state/upserts.py": {"sqlalchemy"},
}
LAYOUT = "bot config index tests .ci .gitignore CHANGELOG.md LICENSE Makefile README.md constraints.txt pyproject.toml"
FIXED = {"bot", "config", "index", "tests", "README.md", "pyproject.toml"}


def imported(nodes: Iterator[ast.AST]) -> set[str]:
    """The names of the top packages that some nodes import; a relative import is none of our style."""
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import in line {node.lineno}"
            found.add(str(node.module).split(".")[0])
    return found


def loaded_with(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run when a module is imported: not what is in functions, nor what only type checkers see."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            yield from loaded_with(ast.Module(node.orelse, []))
            continue
        yield node
        yield from loaded_with(node)


def parse(module: Path) -> ast.Module:
    """The syntax of a module."""
    return ast.parse(module.read_text(encoding="utf-8"))


def name_of(module: Path) -> str:
    """A module's path in the repository."""
    return module.relative_to(ROOT).as_posix()


def is_among(module: Path, patterns: set[str]) -> bool:
    """Whether a module's path is one of some patterns."""
    return any(fnmatch(name_of(module), pattern) for pattern in patterns)


def test_what_counts_as_loaded() -> None:
    """An import in a class or under a condition is loaded with its module; one in a function or for types is not."""
    source = """
import a.b
if TYPE_CHECKING:
    import c
else:
    import d
try:
    from e.f import g
except ImportError:
    pass
class X:
    import h
    def method(self):
        import i
"""
    assert imported(loaded_with(ast.parse(source))) == {"a", "d", "e", "h"}
    assert imported(ast.walk(ast.parse(source))) == set("acdehi")


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_dependencies_point_one_way(module: Path) -> None:
    """`config` knows neither `index` nor `bot`, `index` does not know `bot`, and no source knows the tests."""
    ours = imported(ast.walk(parse(module))) & {"bot", "config", "index", "tests"}
    assert ours <= MAY_IMPORT[module.relative_to(ROOT).parts[0]]


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_each_library_has_its_place(module: Path) -> None:
    """chromadb, tantivy and telegram are known by their own modules only, also within functions."""
    libraries = imported(ast.walk(parse(module))) & ONLY_IN.keys()
    assert {library for library in libraries if not is_among(module, ONLY_IN[library])} == set()


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_heavy_libraries_are_loaded_where_they_are_used(module: Path) -> None:
    """No module loads a heavy library as it is imported, except the one that is about that library."""
    may_load = [libraries for pattern, libraries in MAY_LOAD.items() if is_among(module, {pattern})]
    assert imported(loaded_with(parse(module))) & HEAVY <= set().union(*may_load)


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_every_module_says_what_it_is(module: Path) -> None:
    """Each module begins with a docstring."""
    assert (ast.get_docstring(parse(module)) or "").strip() != ""


def test_top_level_holds_only_what_the_layout_names() -> None:
    """Beside what the layout names there is nothing at the top level but what git ignores."""
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").split()]
    found = {path.name for path in ROOT.iterdir() if path.name != ".git"}
    kept = {name for name in found if not any(fnmatch(name, pattern) for pattern in ignored)}
    assert kept <= set(LAYOUT.split())
    assert kept >= FIXED
