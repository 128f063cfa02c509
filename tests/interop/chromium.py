"""A real Chromium, and what is asked of every page in it."""

from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

# How long is waited for what has to come, in milliseconds: only a test that fails waits so long.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)


@contextmanager
def browser(program, *more):
    """A browser, which `program` is."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=[*ARGUMENTS, *more], timeout=PATIENCE)
        yield chromium
        chromium.close()


class Seen:
    """What a page does besides being shown."""

    def __init__(self, page):
        self.complaints, self.requests = [], []
        page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def as_json(self):
        return {"complaints": self.complaints, "requests": self.requests}


# By default axe-core counts one node of each rule that holds, and leaves out how large a target is (WCAG 2.2, 2.5.8).
AXE = {"resultTypes": ["passes", "violations", "incomplete"], "rules": {"target-size": {"enabled": True}}}

# Whether each control that can be seen has a border that can be told from what is around it (WCAG 2.1, 1.4.11).
BORDERS = """() => {
  const parts = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = (color) => {
    const [r, g, b] = parts(color).slice(0, 3).map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const color = getComputedStyle(one).backgroundColor;
      if ((parts(color)[3] ?? 1) === 1) return color;
    }
    return 'rgb(255, 255, 255)';
  };
  const ratio = (a, b) => { const [l, h] = [luminance(a), luminance(b)].sort((x, y) => x - y); return (h + 0.05) / (l + 0.05); };
  return [...document.querySelectorAll('button, input, select, textarea')].filter((one) => one.checkVisibility())
    .map((one) => [one.outerHTML.slice(0, 80), ratio(getComputedStyle(one).borderTopColor, ground(one.parentElement))]);
}"""


def judged(page):
    """How a page looks, and what axe-core says of it, which runs a script of its own within the page: so after all else."""
    axe = Axe().run(page, options=AXE).response
    contrast = [
        check["data"]
        for rule in axe["passes"] + axe["violations"]
        if rule["id"] == "color-contrast"
        for node in rule["nodes"]
        for check in node["any"]
        if check["data"] and check["data"].get("contrastRatio")
    ]
    of = lambda kind: [[rule["id"], node["html"]] for rule in axe[kind] for node in rule["nodes"]]
    return {
        "ground": page.evaluate("getComputedStyle(document.body).backgroundColor"),
        "text": page.evaluate("getComputedStyle(document.body).color"),
        "widths": page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]"),
        "violations": of("violations"),
        "undecided": of("incomplete"),
        "texts": len(contrast),
        "least contrast": min(data["contrastRatio"] for data in contrast),
        "borders": page.evaluate(BORDERS),
        "content": page.content(),
    }
