"""Looks at the page of kubeproof's own server with a real Chromium, and prints as one line of JSON what it saw.

    page.py WAY CHROMIUM ADMIN_URL BASE_URL FOLDER

ADMIN_URL is that of the page, BASE_URL that of the providers. FOLDER takes the screenshots of `look`. The ways are at the end.
"""

import json
import sys
import urllib.error
import urllib.request
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from playwright.sync_api import expect

import chromium
from chromium import DESKTOP, PHONE, Seen, judged

WAY, CHROMIUM, ADMIN, BASE, FOLDER = sys.argv[1:]

browser = partial(chromium.browser, CHROMIUM)


def call(path, **headers):
    """Asks a provider, and gives the status of the answer; none when there was no answer."""
    try:
        with urllib.request.urlopen(urllib.request.Request(BASE + path, headers=headers), timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def state(path="state"):
    """What the admin API says, whatever the page shows."""
    with urllib.request.urlopen(ADMIN + path, timeout=10) as answer:
        return json.load(answer)


def rows(page):
    """The texts of the cells of each exchange, by column."""
    cells = "row => Object.fromEntries([...row.cells].map(cell => [cell.className, cell.innerText.trim()]))"
    return page.eval_on_selector_all("#rows tr", f"rows => rows.map({cells})")


def read():
    """The page without JavaScript: all of it, an exchange opened, and the filter."""
    with browser() as chromium:
        page = chromium.new_context(java_script_enabled=False, viewport=DESKTOP).new_page()
        seen = Seen(page)
        page.goto(ADMIN)
        # Without JavaScript there is nothing to run it with: what is asked of elements goes around it.
        table = page.get_by_role("table", name="What came in and what was answered")
        texts = lambda locator: [one.inner_text().strip() for one in locator.all()]
        found = {
            "title": page.title(),
            "headings": texts(page.get_by_role("heading")),
            "columns": texts(table.get_by_role("columnheader")),
            "rows": [texts(row.get_by_role("cell")) for row in table.get_by_role("row").all()[1:]],
            "buttons": texts(page.get_by_role("button")),
            "clusters": texts(page.locator(".clusters li")),
            "note": page.locator("noscript").inner_text(),
        }
        page.locator("#rows summary").first.click()
        found["opened"] = page.locator("#rows details").first.inner_text()
        page.get_by_role("combobox", name="Provider").select_option("ucs")
        page.get_by_role("combobox", name="Decision").select_option("refused")
        page.get_by_role("button", name="Show").click()
        found["filtered"] = texts(page.locator("#rows td.number"))
        page.get_by_role("link", name="Show all").click()
        found["unfiltered"] = texts(page.locator("#rows td.number"))
        found["content"] = page.content()
        return found | seen.as_json()


def live():
    """The page with JavaScript, whose clock is moved by hand."""
    with browser() as chromium:
        page = chromium.new_context(viewport=DESKTOP).new_page()
        seen = Seen(page)
        # No time passes by itself.
        page.clock.install(time=0)
        page.clock.pause_at(1)
        page.goto(ADMIN)
        rows_shown = page.locator("#rows tr")
        before = rows_shown.count()
        asked = lambda: len(seen.requests)

        call("/v1/clusters/unknown/accessinfo", **{"x-auth-token": "example-iam-token"})
        page.clock.run_for(1000)
        expect(rows_shown).to_have_count(before + 1)
        found = {"new": rows(page)[0], "said": page.get_by_role("status").inner_text()}

        # An exchange that is open stays open, and so does what is typed.
        page.locator("#rows summary").first.click()
        page.get_by_label("Advance clocks by").fill("3h")
        call("/first")
        call("/second")
        page.clock.run_for(1000)
        expect(rows_shown).to_have_count(before + 3)
        found["said of two"] = page.get_by_role("status").inner_text()
        found["order"] = [row["number"] for row in rows(page)]
        found["open"] = page.locator("#rows details[open]").count()
        found["typed"] = page.get_by_label("Advance clocks by").input_value()

        page.get_by_role("button", name="Pause").click()
        call("/third")
        before_pause = asked()
        page.clock.run_for(10_000)
        found["asked while paused"] = asked() - before_pause
        page.get_by_role("button", name="Resume").click()
        expect(rows_shown).to_have_count(before + 4)

        page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
        page.clock.run_for(1000)
        before_hidden = asked()
        page.clock.run_for(10_000)
        found["asked while hidden"] = asked() - before_hidden
        call("/fourth")
        page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
        expect(rows_shown).to_have_count(before + 5)

        # More than a page holds: it shows the newest, and does not lag behind.
        for number in range(120):
            call(f"/many/{number}")
        page.clock.run_for(1000)
        expect(page.locator("#rows tr .request").first).to_contain_text("/many/119")
        found["rows after many"] = rows_shown.count()
        found["newest"] = state("journal?limit=1")["exchanges"][0]["number"]
        found["shown newest"] = rows(page)[0]["number"]
        found["content"] = page.content()
        return found | seen.as_json()


def act():
    """Every button, by mouse and by keyboard; what came of it is asked of the server."""
    with browser() as chromium:
        page = chromium.new_context(viewport=DESKTOP).new_page()
        seen = Seen(page)
        page.goto(ADMIN)
        status = page.get_by_role("status")
        card = page.get_by_role("region", name="ucs", exact=True)
        faults = lambda: state("faults/ucs")["faults"]
        found = {}

        card.get_by_label("A fault of ucs").first.select_option(label="Close the next connection")
        card.get_by_role("button", name="Arm").first.click()
        expect(status).to_have_text("A fault of ucs was armed.")
        found["armed"] = faults()
        found["shown"] = card.locator(".list").inner_text()

        card.get_by_text("Write a fault").click()
        written = card.get_by_label("As JSON")
        written.fill('{"is": "trickle"}')
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(status).to_contain_text("bytes-per-second")
        found["refused"] = {"said": status.inner_text(), "faults": len(faults()), "typed": written.input_value()}
        written.fill('[{"is": "stall", "calls": [9]}]')
        card.get_by_role("button", name="Arm").last.click()
        expect(status).to_have_text("A fault of ucs was armed.")
        found["armed too"] = len(faults())

        card.get_by_role("button", name="Disarm all").click()
        expect(status).to_have_text("The faults of ucs were disarmed.")
        found["disarmed"] = {"faults": faults(), "shown": card.get_by_text("None is armed.").count()}

        ocean = page.get_by_role("region", name="digitalocean", exact=True)
        ocean.get_by_role("button", name="Revoke all").click()
        expect(status).to_have_text("The credentials of digitalocean were revoked.")
        found["revoked"] = {
            "credentials": [credential["revoked"] for credential in state("credentials/digitalocean")["credentials"]],
            "shown": ocean.get_by_text("revoked", exact=True).count(),
        }

        page.get_by_label("Advance clocks by").fill("25h")
        page.keyboard.press("Enter")
        expect(status).to_have_text("All clocks were moved forward.")
        found["clocks"] = {"now": state("clock")["clocks"][0]["now"], "shown": card.locator("time").inner_text()}

        downloaded = lambda: state("worlds/ucs")["clusters"][0]["downloaded"]
        found["downloaded before"] = downloaded()
        reset = card.get_by_role("button", name="Reset ucs")
        reset.focus()
        page.keyboard.press("Space")
        expect(status).to_have_text("ucs is as it was when the server was started.")
        found["ucs reset"] = {
            "downloaded": downloaded(),
            "rows": sorted({row["provider"] for row in rows(page)}),
            "focused": reset.evaluate("one => one === document.activeElement"),
        }

        before = page.locator("#rows tr").count()
        page.get_by_role("button", name="Clear journal").click()
        expect(status).to_have_text("The journal was cleared.")
        found["cleared"] = {
            "before": before,
            "after": page.locator("#rows tr").count(),
            "listed": len(state("journal")["exchanges"]),
            "said": page.get_by_text("Nothing came in yet.").is_visible(),
        }

        call("/once/more")
        expect(page.locator("#rows tr")).to_have_count(1)
        page.get_by_role("button", name="Reset everything").click()
        expect(status).to_have_text("Everything is as it was when the server was started.")
        found["reset"] = {"rows": page.locator("#rows tr").count(), "now": state("clock")["clocks"][0]["now"]}
        return found | seen.as_json()


def look():
    """The page in both color schemes and at both widths: screenshots, and what axe-core says of it."""
    views = {}
    with browser() as chromium:
        for scheme in ["light", "dark"]:
            for width, viewport in {"desktop": DESKTOP, "phone": PHONE}.items():
                page = chromium.new_context(color_scheme=scheme, viewport=viewport).new_page()
                seen = Seen(page)
                page.goto(ADMIN)
                page.screenshot(path=f"{FOLDER}/page-{width}-{scheme}.png")
                for summary in [page.locator("#rows summary").nth(1), *page.locator("#providers summary").all()[:2]]:
                    summary.click()
                page.screenshot(path=f"{FOLDER}/page-{width}-{scheme}-whole.png", full_page=True)
                page.get_by_role("button", name="Pause").focus()
                page.keyboard.press("Tab")
                focus = page.evaluate("""() => {
                    const {outlineStyle, outlineWidth} = getComputedStyle(document.activeElement);
                    return [document.activeElement.name, outlineStyle, outlineWidth];
                }""")
                seen_by_seen = seen.as_json()
                views[f"{width} {scheme}"] = {"focus": focus} | judged(page) | seen_by_seen
    return views


class Attacker(BaseHTTPRequestHandler):
    """A page of another site, which tries all that a browser might let it do."""

    def do_GET(self):
        page = f"""<!doctype html><title>another site</title>
            <iframe id="frame" src="{ADMIN}"></iframe>
            <form id="plain" method="post" enctype="text/plain" action="{ADMIN}reset" target="sink"><input name="a" value="b"></form>
            <form id="own" method="post" action="{BASE}/_kubeproof/reset" target="sink"></form>
            <iframe name="sink"></iframe>"""
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(page.encode())

    def log_message(self, *_):
        pass


ATTACK = """async ([admin]) => {
  const tried = {};
  const json = {'content-type': 'application/json'};
  const plain = {'content-type': 'text/plain'};
  for (const [name, path, options] of [
    ['read', 'state', {}],
    ['read a world', 'worlds/ucs?secrets=shown', {}],
    ['json', 'reset', {method: 'POST', headers: json, body: '{}'}],
    ['plain', 'reset', {method: 'POST', headers: plain, body: '{}'}],
    ['blind', 'reset', {method: 'POST', mode: 'no-cors', headers: plain, body: '{}'}],
    ['blind json', 'reset', {method: 'POST', mode: 'no-cors', headers: json, body: '{}'}],
    ['put', 'worlds/ucs', {method: 'PUT', headers: json, body: '{}'}],
    ['delete', 'journal', {method: 'DELETE'}],
  ]) {
    tried[name] = await fetch(admin + path, options).then((answer) => answer.type, () => 'refused');
  }
  tried.beacon = navigator.sendBeacon(admin + 'reset', new Blob(['{}'], {type: 'text/plain'}));
  return tried;
}"""


def attack():
    """What a page of another site can do, and one whose name leads to this server."""
    port = ADMIN.split(":")[2].split("/")[0]
    attacker = ThreadingHTTPServer(("127.0.0.1", 0), Attacker)
    Thread(target=attacker.serve_forever, daemon=True).start()
    with browser("--host-resolver-rules=MAP rebound.example.test 127.0.0.1") as chromium:
        page = chromium.new_context().new_page()
        page.goto(f"http://localhost:{attacker.server_port}/")
        found = {"tried": page.evaluate(ATTACK, [ADMIN])}
        for form in ["plain", "own"]:
            with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
                page.evaluate(f"document.getElementById('{form}').submit()")
            found[form] = sent.value.status
        # The frame shows an error of the browser's, in which nothing of the page is.
        found["framed"] = [frame.title() for frame in page.frames[1:]]
        answer = page.goto(f"http://rebound.example.test:{port}/_kubeproof/")
        found["rebound"] = {"status": answer.status, "error": answer.json()["error"]["message"]}
        own = chromium.new_context().new_page()
        own.goto(ADMIN)
        own.evaluate("""() => {
            const script = document.createElement('script');
            script.textContent = 'window.ran = true';
            document.body.append(script);
            document.body.insertAdjacentHTML('beforeend', '<p style="color: red" onclick="window.ran = true">x</p>');
            document.body.lastElementChild.click();
        }""")
        found["injected"] = own.evaluate("[window.ran ?? null, getComputedStyle(document.body.lastElementChild).color]")
        found["journal"] = len(state("journal")["exchanges"])
        found["downloaded"] = state("worlds/ucs")["clusters"][0]["downloaded"]
    attacker.shutdown()
    return found


json.dump({"read": read, "live": live, "act": act, "look": look, "attack": attack}[WAY](), sys.stdout)
