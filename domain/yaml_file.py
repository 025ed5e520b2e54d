"""YAML as people write it: a key that stands twice is an error, since the first would be lost without a word."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any, Final

import yaml

TABLES: Final = Path(__file__).parent / "tables"
"""What jurists read: the shipped tables."""
_MERGE: Final = "tag:yaml.org,2002:merge"


class KeyTwice(yaml.constructor.ConstructorError):
    """A key stands twice in one mapping."""

    def __init__(self, key: str, mark: yaml.Mark) -> None:
        super().__init__(None, None, f"{key} stands twice", mark)
        self.key, self.line = key, mark.line + 1


class _Loader(yaml.CSafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """See base class. Raises ConstructorError with the place of a key that stands twice."""
        seen: set[object] = set()
        for key_node, _ in node.value:
            if key_node.tag == _MERGE:
                continue
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in seen:
                raise KeyTwice(str(key), key_node.start_mark)
            if isinstance(key, Hashable):
                seen.add(key)
        return super().construct_mapping(node, deep)


def read_yaml(text: str) -> Any:
    """What a YAML text says. Raises yaml.YAMLError, which knows line and column."""
    return yaml.load(text, _Loader)  # noqa: S506 - a safe loader
