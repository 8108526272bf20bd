"""The guides as HTML: what is Markdown becomes elements, what is markup stays text."""

import pytest

from apps.desk.guide import guide_html
from tests.conftest import ROOT, Server

KNOWN = ("rest", "events")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# Its name", '<h1 id="its-name">Its name</h1>'),
        ("one\nline", "<p>one line</p>"),
        ("a **bold** `x < 1`", "<p>a <strong>bold</strong> <code>x &lt; 1</code></p>"),
        ("<script>&</script>", "<p>&lt;script&gt;&amp;&lt;/script&gt;</p>"),
        ("- one\n  more\n- two", "<ul><li>one more</li><li>two</li></ul>"),
        ("3. three\n4. four", '<ol start="3"><li>three</li><li>four</li></ol>'),
        ("> said\n> so", "<blockquote>said so</blockquote>"),
        (
            "```sh\n# <no> heading\n```",
            '<pre class="raw" tabindex="0"><code># &lt;no&gt; heading</code></pre>',
        ),
        ("    drawn", '<pre class="raw" tabindex="0"><code>drawn</code></pre>'),
        ("[all](rest.md#desk)", '<p><a href="rest#desk">all</a></p>'),
        ("[why](decisions/0001.md)", "<p>why</p>"),
        (
            "<https://example.com/?a=1&b=2>",
            '<p><a href="https://example.com/?a=1&amp;b=2">https://example.com/?a=1&amp;b=2</a></p>',
        ),
        ("[x](javascript:alert())", "<p>x)</p>"),
    ],
)
def test_markdown_becomes_elements(text: str, html: str) -> None:
    assert guide_html(text, known=KNOWN) == html


def test_a_row_that_begins_with_a_word_of_code_can_be_linked_to() -> None:
    html = guide_html("| name | is |\n| --- | --- |\n| `HOLD_S` | `a` \\| `b` |", known=KNOWN)
    assert '<th scope="col">name</th>' in html
    assert '<tr id="HOLD_S"><td><code>HOLD_S</code></td><td><code>a</code> | <code>b</code></td></tr>' in html


def test_every_guide_of_the_docs_is_rendered_without_left_over_markdown(server: Server) -> None:
    for name in ("configuration", "rest", "endpoints", "events", "architecture"):
        page = server.api.get(f"/docs/{name}").text
        article = page.partition('<article class="guide"')[2].partition("</article>")[0]
        title = (ROOT / "docs" / f"{name}.md").read_text().splitlines()[0].removeprefix("# ")
        assert f">{title}</h1>" in article
        assert "\n|" not in article and "```" not in article and "](" not in article


def test_what_is_no_guide_is_not_read(server: Server) -> None:
    for name in ("dashboard", "nothing", "..%2FREADME"):
        assert server.api.get(f"/docs/{name}").status_code == 404
