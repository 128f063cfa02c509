"""Looks at the page of a report with a real Chromium, and prints as one line of JSON what it saw.

    report.py WAY CHROMIUM PAGE FOLDER

PAGE is the file of the page. FOLDER takes the screenshots of `look` and `large`. The ways are at the end.
"""

import json
import sys
from functools import partial
from pathlib import Path

from playwright.sync_api import expect

import chromium
from chromium import DESKTOP, Seen, judged

# The narrowest that a page has to be usable at without scrolling in two directions (WCAG 2.1, 1.4.10).
PHONE = {"width": 320, "height": 640}

WAY, CHROMIUM, PAGE, FOLDER = sys.argv[1:]
URL = Path(PAGE).as_uri()

browser = partial(chromium.browser, CHROMIUM)


def visible(page, selector):
    """How many of these can be seen."""
    return page.eval_on_selector_all(selector, "all => all.filter(one => !one.hidden).length")


def state(page):
    """What is shown, what is said of it, and what the address says."""
    return {
        "rows": visible(page, "#matrix > tbody > tr"),
        "articles": visible(page, "article"),
        "said": page.get_by_role("status").inner_text(),
        "fragment": page.evaluate("location.hash"),
    }


def opened(page):
    """The failures that are open, and what has the focus."""
    return {
        "open": page.eval_on_selector_all("details[open]", "all => all.map(one => one.id)"),
        "focus": page.evaluate("document.activeElement.parentElement.id"),
        "inView": page.evaluate("""() => {
            const {top, bottom} = document.activeElement.getBoundingClientRect();
            return top >= 0 && bottom <= innerHeight;
        }"""),
        "fragment": page.evaluate("location.hash"),
    }


def read():
    """The page without JavaScript: all of it, and a failure opened."""
    with browser() as chromium:
        page = chromium.new_context(java_script_enabled=False, viewport=DESKTOP).new_page()
        seen = Seen(page)
        page.goto(URL)
        # Not `inner_text`, which is empty of what is out of sight: that is not laid out.
        texts = lambda locator: [one.text_content().strip() for one in locator.all()]
        matrix = page.get_by_role("table", name="What came of each case with each adapter")
        counts = page.get_by_role("table", name="How many cases had each outcome")
        found = {
            "title": page.title(),
            "headings": texts(page.get_by_role("heading", level=2)),
            "counts": [texts(row.locator("th, td")) for row in counts.get_by_role("row").all()],
            "columns": texts(matrix.get_by_role("columnheader")),
            "rows": [texts(row.locator("th, td")) for row in matrix.get_by_role("row").all()[1:]],
            "controls": page.get_by_role("combobox").count() + page.get_by_role("button", name="Show all").count(),
            "note": page.locator("noscript").inner_text(),
        }
        matrix.get_by_role("link", name="failed").first.click()
        failure = page.locator("article details").first
        failure.locator("summary").click()
        found["opened"] = failure.inner_text()
        found["clauses"] = texts(page.locator("article").first.locator(".clause"))
        found["content"] = page.content()
        return found | seen.as_json()


def use():
    """The filters and the failures, by mouse and by keyboard; the address leads back to what was seen."""
    with browser() as chromium:
        page = chromium.new_context(viewport=DESKTOP).new_page()
        seen = Seen(page)
        page.goto(URL)
        field = lambda name: page.get_by_role("combobox", name=name)
        text = page.get_by_role("searchbox", name="Text")
        show_all = page.get_by_role("button", name="Show all")
        found = {"all": state(page)}
        for name, value in [
            ("Provider", "ucs"),
            ("Outcome", "failed"),
            ("Outcome", "expected-failure"),
            ("Outcome", "differs"),
            ("Level", "should"),
            ("Provenance", "inferred"),
        ]:
            field(name).select_option(value)
            found[value] = state(page)
            show_all.click()
        expect(page.get_by_role("status")).to_have_text(found["all"]["said"])
        found["all again"] = state(page)

        # By keyboard alone.
        page.reload()
        page.keyboard.press("Tab")
        found["first focus"] = page.evaluate("document.activeElement.textContent")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        found["second focus"] = page.evaluate("document.activeElement.name")
        page.keyboard.type("ucs")
        for _ in range(4):
            page.keyboard.press("Tab")
        page.keyboard.type("token IAM")
        found["typed"] = state(page)
        page.reload()
        found["typed, loaded again"] = state(page)
        text.fill("nothing is called so")
        found["none"] = state(page) | {"empty": page.get_by_text("No case fits all of these.").is_visible()}
        text.fill("")

        link = page.locator("#matrix tr:not([hidden]) a").first
        id = link.evaluate("one => one.hash.slice(1)")
        link.focus()
        page.keyboard.press("Enter")
        found["opened"] = opened(page) | {"id": id}
        page.reload()
        found["opened, loaded again"] = opened(page)
        found["still filtered"] = state(page)["rows"]
        other = page.locator("article details").last.get_attribute("id")
        page.goto("about:blank")
        page.goto(f"{URL}#{other}")
        found["linked"] = opened(page) | {"id": other}
        page.goto(f"{URL}#outcome=nonsense&level=must&unknown=1")
        found["nonsense"] = {"outcome": field("Outcome").input_value(), "level": field("Level").input_value()}
        found["complaints"], found["requests"] = list(seen.complaints), list(seen.requests)
        # Neither a script nor a style nor a handler that got into the page would do anything.
        page.evaluate("""() => {
            const script = document.createElement('script');
            script.textContent = 'window.ran = true';
            document.body.append(script);
            document.body.insertAdjacentHTML('beforeend', '<p style="color: red" onclick="window.ran = true">x</p>');
            document.body.lastElementChild.click();
        }""")
        found["injected"] = page.evaluate(
            "[window.ran ?? null, getComputedStyle(document.body.lastElementChild).color === getComputedStyle(document.body).color]"
        )
        return found


def look():
    """The page in both color schemes, on a desk and at 320 px: screenshots, and what axe-core says of it."""
    views = {}
    with browser() as chromium:
        for scheme in ["light", "dark"]:
            for width, viewport in {"desktop": DESKTOP, "phone": PHONE}.items():
                page = chromium.new_context(color_scheme=scheme, viewport=viewport).new_page()
                seen = Seen(page)
                page.goto(URL)
                page.screenshot(path=f"{FOLDER}/report-{width}-{scheme}.png")
                page.get_by_role("combobox", name="Outcome").select_option("differs")
                for summary in page.locator("article:not([hidden]) summary").all()[:4]:
                    summary.click()
                # What is out of sight is not laid out: neither a screenshot nor axe-core would see it.
                page.evaluate("""() => {
                    const all = new CSSStyleSheet();
                    all.replaceSync('* { content-visibility: visible !important; }');
                    document.adoptedStyleSheets = [all];
                }""")
                page.screenshot(path=f"{FOLDER}/report-{width}-{scheme}-whole.png", full_page=True)
                page.get_by_role("combobox", name="Provenance").focus()
                page.keyboard.press("Tab")
                focus = page.evaluate("""() => {
                    const {outlineStyle, outlineWidth} = getComputedStyle(document.activeElement);
                    return [document.activeElement.name, outlineStyle, outlineWidth];
                }""")
                by_page = seen.as_json()
                views[f"{width} {scheme}"] = {"focus": focus} | judged(page) | by_page
    return views


# From a change of a filter to the second frame after it: what was changed is painted then.
FILTERED = """([name, value]) => new Promise((done) => {
  const field = document.getElementById('filter').elements[name];
  const begun = performance.now();
  field.value = value;
  field.dispatchEvent(new Event('input', {bubbles: true}));
  const ran = performance.now() - begun;
  requestAnimationFrame(() => requestAnimationFrame(() => done([name + ' ' + value, ran, performance.now() - begun])));
})"""


def large():
    """How long a large page takes to open and to filter, in milliseconds."""
    with browser() as chromium:
        page = chromium.new_context(viewport=DESKTOP).new_page()
        seen = Seen(page)
        page.goto(URL)
        found = {
            "opened": page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"),
            "painted": page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"),
            "all": state(page),
            "nodes": page.evaluate("document.querySelectorAll('*').length"),
        }
        changes = [
            ("outcome", "failed"), ("outcome", "differs"), ("outcome", ""), ("provider", "ucs"), ("provider", ""), ("text", "d"),
            ("text", "do"), ("text", "download"), ("text", "nothing is called so"), ("text", ""), ("provenance", "inferred"), ("provenance", ""),
        ]
        found["filtered"] = [page.evaluate(FILTERED, list(change)) for change in changes]
        found["all again"] = state(page)["rows"]
        page.screenshot(path=f"{FOLDER}/report-large.png")
        return found | seen.as_json()


json.dump({"read": read, "use": use, "look": look, "large": large}[WAY](), sys.stdout)
