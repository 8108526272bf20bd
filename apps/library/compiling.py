"""From a text with expressions to what runs in the sandbox.

Kept out are what could grow unseen (macros, blocks, `set` with an end, recursive loops) and other templates.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from math import inf
from typing import Any, NamedTuple

from jinja2 import meta, nodes
from jinja2.exceptions import TemplateError, TemplateSyntaxError, UndefinedError
from jinja2.visitor import NodeTransformer

from apps.library.budget import spend
from apps.library.sandbox import SANDBOX
from apps.library.weight import weigh

SOURCE_MAX = 10_000  # characters of one text with expressions
DEPTH_MAX = 25  # of what is nested, a chain of filters too: 300 took 19 s to compile, and nobody else a turn
_RESULT = "_"
_KEPT_OUT: tuple[tuple[type[nodes.Node], str], ...] = (
    (nodes.Macro, "macro"),
    (nodes.CallBlock, "call"),
    (nodes.FilterBlock, "filter as a block"),
    (nodes.AssignBlock, "set … endset"),
    (nodes.Block, "block"),
    (nodes.Extends, "extends"),
    (nodes.Include, "include"),
    (nodes.Import, "import"),
    (nodes.FromImport, "import"),
    (nodes.ScopedEvalContextModifier, "autoescape"),
)


class _Counted(NodeTransformer):
    """Has whatever makes or walks something pay for it."""

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - Jinja2's names
        parts = [self.visit(part) for part in node.nodes]
        return _filtered(nodes.List(parts, lineno=node.lineno), "_concat")

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        if node.recursive:
            raise TemplateSyntaxError("recursive loops are not available", node.lineno)
        self.generic_visit(node)
        node.iter = _filtered(node.iter, "_looped")
        return node

    def _made(self, node: Any) -> nodes.Node:
        self.generic_visit(node)
        return node if getattr(node, "ctx", "") == "store" else _filtered(node, "_made")

    visit_List = visit_Tuple = visit_Dict = _made  # noqa: N815


def _filtered(node: Any, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


class Compiled(NamedTuple):
    """A text with expressions: `names` that it uses; whether it is one expression and nothing else."""

    root: Callable[[dict[str, Any]], tuple[Any, Iterator[str]]]
    names: frozenset[str]
    is_one: bool


@lru_cache(maxsize=1024)
def compiled(source: str) -> Compiled:
    """Reads a text with expressions; raises ValueError, which says what is wrong."""
    if len(source) > SOURCE_MAX:
        raise ValueError(f"is longer than {SOURCE_MAX:,} characters, with expressions in it")
    try:
        tree = SANDBOX.parse(source)
        for kind, name in _KEPT_OUT:
            if found := tree.find(kind):
                raise TemplateSyntaxError(f"{name} is not available", found.lineno)
        if own := next((one for one in tree.find_all(nodes.Name) if one.name == "self"), None):
            raise TemplateSyntaxError("self is not known here", own.lineno)
        if large := next((one for one in tree.find_all(nodes.Const) if one.value == inf), None):
            # Jinja2 would write it down as `inf`, a name that nobody knows.
            raise TemplateSyntaxError("a number here is too large", large.lineno)
        if _is_deeper(tree, DEPTH_MAX):
            raise TemplateSyntaxError(f"more than {DEPTH_MAX} things are nested, or one after another", 1)
        names = frozenset(meta.find_undeclared_variables(tree)) - SANDBOX.globals.keys()
        one = _one_expression(tree)
        _Counted().visit(tree)
        if one:
            target = nodes.Name(_RESULT, "store", lineno=1)
            tree.body = [nodes.Assign(target, tree.body[0].nodes[0], lineno=1)]  # type: ignore[attr-defined]
        template = SANDBOX.from_string(tree)
    except TemplateSyntaxError as error:
        raise ValueError(f"{error.message} (line {error.lineno})") from None
    except (ValueError, SyntaxError, RecursionError, OverflowError, MemoryError) as error:
        raise ValueError(f"cannot be read: {error}") from None

    def root(values: dict[str, Any]) -> tuple[Any, Iterator[str]]:
        context = template.new_context(values)
        return context, template.root_render_func(context)

    return Compiled(root, names, one)


def _is_deeper(tree: nodes.Node, most: int) -> bool:
    """Level by level, since it may be deeper than Python can call."""
    level: list[nodes.Node] = [tree]
    for _ in range(most):
        level = [child for node in level for child in node.iter_child_nodes()]
    return bool(level)


def _one_expression(tree: nodes.Template) -> bool:
    if len(tree.body) != 1 or not isinstance(tree.body[0], nodes.Output):
        return False
    found = tree.body[0].nodes
    return len(found) == 1 and not isinstance(found[0], nodes.TemplateData)


def run(source: str, values: dict[str, Any]) -> Any:
    """What the text becomes: a text, or of one expression its value. Within a budget; raises what it may,
    and of Jinja2's own errors a ValueError in words.
    """
    try:
        return _run(compiled(source), values)
    except UndefinedError as error:
        raise ValueError(f"{error.message}; say what else it is with |default('…')") from None
    except TemplateError as error:
        raise ValueError(str(error) or type(error).__name__) from None


def _run(code: Compiled, values: dict[str, Any]) -> Any:
    context, chunks = code.root({name: values[name] for name in code.names if name in values})
    made = []
    for chunk in chunks:
        spend(1 + len(chunk) // 64)
        made.append(chunk)
    return weigh(context.vars[_RESULT]) if code.is_one else weigh("".join(made))
