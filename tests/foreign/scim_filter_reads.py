"""Reads SCIM filters with scim2-filter-parser.

Reads from standard input a JSON list of filters, and prints a JSON list of what each was read as: null when it
was refused, else
  ["and" | "or", part, …]        chains of the same word are one list, whatever their parentheses
  ["not", part]
  ["element", attribute, part]   attribute[part]; a sub-attribute behind the bracket has joined the part
  ["pr", attribute]
  [operator, attribute, value]   the value as text, since the parser forgets what kind it was
"""

import json
import sys

from scim2_filter_parser import ast
from scim2_filter_parser.lexer import SCIMLexer
from scim2_filter_parser.parser import SCIMParser, SCIMParserError


def name(path, with_sub=True):
    text = path.attr_name if path.uri is None else f"{path.uri}:{path.attr_name}"
    return f"{text}.{path.sub_attr.value}" if with_sub and path.sub_attr else text


def chain(word, *parts):
    flat = []
    for part in parts:
        flat.extend(part[1:] if part[0] == word else [part])
    return [word, *flat]


def term(node, attribute):
    operator = node.value.lower()
    return [operator, attribute] if operator == "pr" else [operator, attribute, node.comp_value.value]


def tree(node):
    if isinstance(node, ast.Filter):
        inner = tree(node.expr)
        if node.namespace is not None:
            inner = ["element", name(node.namespace), inner]
        return ["not", inner] if node.negated else inner
    if isinstance(node, ast.LogExpr):
        return chain(node.op.lower(), tree(node.expr1), tree(node.expr2))
    if isinstance(node.attr_path.attr_name, ast.Filter):
        element = node.attr_path.attr_name
        sub = element.namespace.sub_attr
        part = term(node, sub.value if sub else "")
        return ["element", name(element.namespace, with_sub=False), chain("and", tree(element.expr), part)]
    return term(node, name(node.attr_path))


def read(text):
    try:
        return tree(SCIMParser().parse(SCIMLexer().tokenize(text)))
    except (SCIMParserError, ValueError):
        return None


json.dump([read(text) for text in json.load(sys.stdin)], sys.stdout)
