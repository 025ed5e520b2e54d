"""How an article is cited: ``Art.48(2)`` in the tables, 第四十八条第二款 for whoever reads Chinese."""

import re
from typing import Final

_ONE: Final = r"\d+(?:\(\d+\))?"
_ARTICLES: Final = re.compile(rf" ?Art\. ?({_ONE}(?:(?:[,、，] ?|-){_ONE})*)")
_EACH: Final = re.compile(r"(-)?(\d+)(?:\((\d+)\))?")
_DIGITS: Final = "零一二三四五六七八九"
_BY_ANALOGY: Final = re.compile(r",? by analogy(?:: [a-z ]+)?")


def cited(source: str, language: str) -> str:
    """A source as a reader of the language writes it. In English it stays as it is."""
    if language != "zh-CN" or not ("Art." in source or "analogy" in source):
        return source
    return _BY_ANALOGY.sub("（参照）", _ARTICLES.sub(_in_chinese, source)).replace("; ", "；")


def _in_chinese(found: re.Match[str]) -> str:
    said = ""
    for through, article, paragraph in _EACH.findall(found[1]):
        said += "至" if through else "、" if said else ""
        said += f"第{numeral(int(article))}条" + (f"第{numeral(int(paragraph))}款" if paragraph else "")
    return said


def numeral(number: int) -> str:
    """A number from 1 to 999 as articles bear it: 十二, 二十, 一百零五."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    said = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        said += "十" if tens == 1 and not hundreds else f"{_DIGITS[tens]}十"
    elif hundreds and ones:
        said += "零"
    return said + (_DIGITS[ones] if ones else "")
