"""How an article is cited to whoever reads Chinese."""

import pytest

import texts
from texts.citation import cited, numeral


@pytest.mark.parametrize(
    ("source", "chinese"),
    [
        ("社会保险法 Art.86", "社会保险法第八十六条"),
        ("企业破产法 Art.48(2)", "企业破产法第四十八条第二款"),
        ("个人信息保护法 Art.23、34-37", "个人信息保护法第二十三条、第三十四条至第三十七条"),
        ("行政复议法 Art.20、23; 行政诉讼法 Art.45", "行政复议法第二十条、第二十三条；行政诉讼法第四十五条"),
        ("国家税务总局公告2019年第48号 Art.1, by analogy", "国家税务总局公告2019年第48号第一条（参照）"),
        ("本中心规则（劳动争议调解仲裁法 Art.14：可以继续）", "本中心规则（劳动争议调解仲裁法第十四条：可以继续）"),
        ("企业劳动争议协商调解规定 Art.22", "企业劳动争议协商调解规定第二十二条"),
        ("本中心规则", "本中心规则"),
    ],
)
def test_articles_are_cited_as_officials_write_them(source: str, chinese: str) -> None:
    assert cited(source, "zh-CN") == texts.label(source, "zh-CN") == chinese
    assert cited(source, "en") == source


def test_numerals_of_articles() -> None:
    told = {1: "一", 10: "十", 12: "十二", 20: "二十", 101: "一百零一", 110: "一百一十", 205: "二百零五"}
    assert {number: numeral(number) for number in told} == told
