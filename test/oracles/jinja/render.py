"""Renders templates with Python's Jinja2, set up as dbt sets it up: one JSON object a line in, one a line out.

In: {"template": text, "context": {...}}. Out: {"text": text} or {"error": "TypeError: ..."}.
"""

import json
import signal
import sys
import warnings

from jinja2 import ChainableUndefined
from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.sandbox import SandboxedEnvironment

# Deeply nested templates fail in both, here by Python's own limit.
sys.setrecursionlimit(2000)
warnings.simplefilter("ignore")


class TestBlocks(Extension):
    """`{% test name(args) %}` defines a macro called test_<name>."""

    tags = {"test", "data_test"}

    def parse(self, parser):
        node = nodes.Macro(lineno=next(parser.stream).lineno)
        node.name = "test_" + parser.parse_assign_target(name_only=True).name
        parser.parse_signature(node)
        node.body = parser.parse_statements(("name:endtest", "name:enddata_test"), drop_needle=True)
        return node


class NamedBlocks(Extension):
    """Blocks that define something and print nothing."""

    tags = {"materialization", "snapshot"}

    def parse(self, parser):
        token = next(parser.stream)
        node = nodes.Macro(lineno=token.lineno)
        node.name = token.value + "_" + parser.parse_assign_target(name_only=True).name
        node.args = []
        node.defaults = []
        while parser.stream.skip_if("comma"):
            name = parser.parse_assign_target(name_only=True).name
            if name != "default":
                parser.stream.expect("assign")
                parser.parse_expression()
        node.body = parser.parse_statements(("name:end" + token.value,), drop_needle=True)
        return node


def environment():
    env = SandboxedEnvironment(
        extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols", TestBlocks, NamedBlocks],
        undefined=ChainableUndefined,
    )
    for name in ("as_text", "as_bool", "as_number", "as_native"):
        env.filters[name] = lambda value: value
    return env


def too_slow(*_):
    raise TimeoutError("more than five seconds")


def main():
    env = environment()
    signal.signal(signal.SIGALRM, too_slow)
    for line in sys.stdin:
        case = json.loads(line)
        signal.alarm(5)
        try:
            answer = {"text": env.from_string(case["template"]).render(**case.get("context", {}))}
            answer["text"].encode("utf-8")
        except BaseException as error:  # noqa: BLE001: whatever it is, the template fails
            answer = {"error": f"{type(error).__name__}: {error}"[:300]}
        print(json.dumps(answer), flush=False)


if __name__ == "__main__":
    main()
