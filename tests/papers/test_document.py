"""Papers as documents: templates checked, the same bytes every time, both languages."""

import io
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from docx import Document as Word
from docx.enum.text import WD_ALIGN_PARAGRAPH

import texts
from domain.papers.kinds import ItemLine, MoneyLine, PaperKind, PaperMatter, PartyLine, paper_rows
from domain.words import ClaimKind, InsuranceKind, Language, Nature
from papers import layout
from papers.document import Templates, html, render
from papers.template_language import BadTemplate

NUMBER = "社调协议〔2026〕第7号"


ABOUT = {
    PaperKind.TRANSFER_SLIP: "tax",
    PaperKind.ASSISTANCE_LETTER: "tax",
    PaperKind.REFERRAL: "labour-inspection",
    PaperKind.APPLICATION_NOTICE: "arbitration",
}


def matter(kind: PaperKind = PaperKind.AGREEMENT) -> PaperMatter:
    return PaperMatter(
        kind=kind,
        case_number="RZ-2026-000001",
        issued_on=date(2026, 11, 24),
        filed_on=date(2026, 10, 1),
        about=ABOUT.get(kind),
        basis=paper_rows()[kind].source,
        parties=(
            PartyLine(ref="c1", name="虚构者一 <b>&</b>", role="claimant", identity="990000196102150015"),
            PartyLine(ref="e1", name="虚构公司", role="employer"),
        ),
        items=(
            ItemLine(
                item="i1",
                kind=ClaimKind.ARREARS,
                nature=Nature.PUBLIC_LAW,
                claimant="*",
                respondent="虚构公司",
                insurance=(InsuranceKind.PENSION,),
                first_month="2024-01",
                last_month="2024-03",
            ),
        ),
        schedule=(
            MoneyLine(
                instalment="n1",
                of="c1",
                due=date(2026, 12, 31),
                claimant="虚构者一",
                part_a=Decimal("7666.34"),
                part_b=Decimal("100.00"),
            ),
        ),
    )


def words(content: bytes) -> str:
    document = Word(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


@pytest.mark.parametrize("kind", PaperKind)
@pytest.mark.parametrize("language", Language)
def test_every_paper_is_filled_in_without_a_blank_field(kind: PaperKind, language: Language) -> None:
    shown = words(render(Templates(), matter(kind), NUMBER, language).content)

    assert NUMBER in shown
    assert "{{" not in shown and "{%" not in shown and "None" not in shown


def test_the_same_matter_gives_the_same_bytes() -> None:
    first, second = (render(Templates(), matter(), NUMBER, Language.CHINESE) for _ in range(2))

    assert first.content == second.content
    other = matter().model_copy(update={"terms": "另行约定"})
    assert render(Templates(), other, NUMBER, Language.CHINESE).sha256 != first.sha256


def test_amounts_stand_in_capitals_too() -> None:
    assert "7,666.34元（人民币柒仟陆佰陆拾陆元叁角肆分）" in words(
        render(Templates(), matter(), NUMBER, Language.CHINESE).content
    )


def test_a_name_with_markup_in_it_stays_a_name() -> None:
    document = render(Templates(), matter(), NUMBER, Language.ENGLISH).content

    assert "虚构者一 <b>&</b>" in words(document)
    assert "虚构者一 &lt;b&gt;&amp;&lt;/b&gt;" in html(document)


def own(folder: Path, edit: dict[str, str]) -> Templates:
    """The centre's own agreement: the shipped one with words replaced."""
    document = Word(io.BytesIO(layout.template(PaperKind.AGREEMENT, Language.CHINESE)))
    for paragraph in document.paragraphs:
        for run in paragraph.runs:
            for old, new in edit.items():
                run.text = run.text.replace(old, new)
    document.save(str(folder / "agreement.zh-CN.docx"))
    return Templates(folder)


def test_a_template_that_the_centre_edited_is_used_at_once(tmp_path: Path) -> None:
    edited = own(tmp_path, {"五、其他约定": "五、双方另行约定"})

    assert "五、双方另行约定" in words(render(edited, matter(), NUMBER, Language.CHINESE).content)


@pytest.mark.parametrize(
    ("edit", "code", "params"),
    [
        ({"{{ handler }}": "{{ hander }}"}, "unknown_field", {"fields": "hander"}),
        ({"{{ remedy }}": "（略）"}, "missing_field", {"fields": "remedy"}),
        ({"{{ handler }}": "{{ handler "}, "bad_syntax", None),
        ({"{{ handler }}": "{{ handler ++ }}"}, "bad_syntax", {"tag": "{{ handler ++ }}"}),
        ({"{{ handler }}": "{% if handler %}"}, "bad_syntax", None),
    ],
)
def test_a_template_with_a_wrong_field_or_a_slip_is_told_with_its_file_and_place(
    tmp_path: Path, edit: dict[str, str], code: str, params: dict[str, str] | None
) -> None:
    [told] = own(tmp_path, edit).faults()
    assert (told.code, told.params["file"]) == (f"papers.{code}", "agreement.zh-CN.docx")
    assert params is None or told.params == {"file": "agreement.zh-CN.docx", **params}
    assert all(texts.say(told.code, language, **told.params) for language in Language)


ATTACKS = (
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ handler.__class__.__mro__ }}",
    "{{ ''.__class__ }}",
    "{{ handler.format(handler) }}",
    "{{ handler['__class__'] }}",
    "{{ items[0] }}",
    "{{ 'a' * 999999999 }}",
    "{{ range(999999999) }}",
    "{{ lipsum() }}",
    "{{ handler|attr('__class__') }}",
    "{{ handler|map(attribute='__class__')|list }}",
    "{{ handler|center(999999999) }}",
    "{{ self._TemplateReference__context }}",
    "{% for i in range(999999999) %}{% endfor %}",
    "{% for a in items %}{% for b in items %}x{% endfor %}{% endfor %}",
    "{% for a in items recursive %}{{ loop(items) }}{% endfor %}",
    "{% for a in items %}{{ a.__class__ }}{% endfor %}",
    "{% set x = handler %}",
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "{% include 'agreement' %}",
    "{% import 'os' as os %}",
    "{% filter upper %}x{% endfilter %}",
    "{{ handler is callable }}",
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_template_runs_no_code_and_loops_over_nothing_but_its_lists(tmp_path: Path, attack: str) -> None:
    [told] = own(tmp_path, {"五、其他约定": attack}).faults()
    assert told.code in ("papers.forbidden", "papers.bad_syntax")
    with pytest.raises(BadTemplate):
        render(Templates(tmp_path), matter(), NUMBER, Language.CHINESE)


@pytest.mark.parametrize(
    "said",
    [
        "{{ guarantee|upper }}",
        "{% if terms and handler is defined %}{{ terms|default('无') }}{% else %}{{ 'a' ~ basis }}{% endif %}",
        "{% for one in items if one.item != '' %}{{ one.item }}{% endfor %}",
    ],
)
def test_a_template_may_choose_join_and_list(tmp_path: Path, said: str) -> None:
    assert list(own(tmp_path, {"五、其他约定": said}).faults()) == []
    assert render(Templates(tmp_path), matter(), NUMBER, Language.CHINESE)


def archive(parts: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as written:
        for name, part in parts.items():
            written.writestr(name, part)
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (lambda: b"", "broken"),
        (lambda: b"PK\x03\x04 not really", "broken"),
        (lambda: archive({"word/document.xml": b"<w:document"}), "broken"),
        (lambda: archive({"bomb": b"\0" * 60_000_000}), "too_large"),
        (lambda: b"\0" * 6_000_000, "too_large"),
    ],
    ids=["empty", "no archive", "cut off", "bomb", "too large"],
)
def test_a_file_that_is_no_word_document_is_told_as_such(
    tmp_path: Path, content: Callable[[], bytes], code: str
) -> None:
    (tmp_path / "agreement.zh-CN.docx").write_bytes(content())
    [told] = Templates(tmp_path).faults()
    assert told.code == f"papers.{code}"


def test_every_bad_template_is_told_at_once_and_the_others_serve(tmp_path: Path) -> None:
    own(tmp_path, {"{{ handler }}": "{{ hander }}"})
    (tmp_path / "agrement.zh-CN.docx").write_bytes(b"x")
    assert [bad.code for bad in Templates(tmp_path).faults()] == ["papers.unknown_file", "papers.unknown_field"]
    assert render(Templates(tmp_path), matter(PaperKind.ACCEPTANCE_NOTICE), NUMBER, Language.CHINESE)


def test_a_column_that_a_list_does_not_have_is_told_when_the_paper_is_drawn(tmp_path: Path) -> None:
    edited = own(tmp_path, {"五、其他约定": "{% for one in items %}{{ one.colour }}{% endfor %}"})
    with pytest.raises(BadTemplate) as refused:
        render(edited, matter(), NUMBER, Language.CHINESE)
    assert refused.value.code == "papers.cannot_be_filled" and "colour" in refused.value.params["problem"]


def test_only_papers_that_must_identify_have_a_column_for_identity_numbers() -> None:
    shown = {kind for kind in PaperKind if "证件号码" in words(layout.template(kind, Language.CHINESE))}
    assert shown == {PaperKind.AGREEMENT, PaperKind.ASSISTANCE_LETTER}


def test_the_head_of_a_long_table_is_repeated_and_money_stands_to_the_right() -> None:
    [*_, schedule] = [
        table
        for table in Word(io.BytesIO(layout.template(PaperKind.FOLLOW_UP_RECORD, Language.CHINESE))).tables
        if "缴付日" in table.cell(0, 0).text
    ]
    assert "w:tblHeader" in schedule.rows[0]._tr.xml
    aligned = [schedule.cell(2, column).paragraphs[0].alignment for column in range(4)]
    assert aligned == [WD_ALIGN_PARAGRAPH.LEFT] * 2 + [WD_ALIGN_PARAGRAPH.RIGHT] * 2
