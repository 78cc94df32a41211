"""The citizen's form on a bad line and a weak phone, in Chromium's emulation: first paint, usable, bytes.

400 kbit/s both ways, 400 ms latency, a processor four times slower, nothing cached; from a gunicorn worker over
plain HTTP on this machine. A real cold connection adds two round trips for TCP and TLS: 0.8 s, for every program.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, sync_playwright

sys.path[:0] = [str(Path(__file__).resolve().parent)]

from bench_form import free_port, prepare, start

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
VISITS = int(os.environ.get("BENCH_VISITS", 5))
KILOBITS, LATENCY_MILLISECONDS, SLOWER = 400, 400, 4
BUDGETS = {"first paint": 1.5, "usable": 2.0}
TLS_SECONDS = 2 * LATENCY_MILLISECONDS / 1000
LIMESURVEY = "LimeSurvey 6.4 on the same line: 28 requests, 1.23 MB, first paint 9.4 s, loaded 26.5 s"
TIMES = """() => ({paint: performance.getEntriesByName('first-contentful-paint')[0].startTime / 1000,
    usable: performance.getEntriesByType('navigation')[0].domInteractive / 1000,
    controls: document.querySelectorAll('input[type=radio]').length,
    button: !!document.querySelector('button')})"""


def main() -> None:
    """Visit both kinds of form with an empty cache."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        url = f"sqlite:///{folder}/bench.sqlite3"
        codes = prepare(url)
        port = free_port()
        server = start(url, port, folder)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            # Not counted: the browser itself is still starting.
            visit(browser, f"http://127.0.0.1:{port}/privacy", controls=0)
            for name, code in codes.items():
                report(name, [visit(browser, f"http://127.0.0.1:{port}/q/{code}") for _ in range(VISITS)])
        finally:
            browser.close()
            server.terminate()
            server.wait(timeout=30)
    print(LIMESURVEY)


def visit(browser: Browser, address: str, controls: int = 33) -> dict[str, Any]:
    """Open a page with that many choices once in a new profile on the emulated line and phone."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, device_scale_factor=2, locale="vi-VN")
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    speed = KILOBITS * 1000 / 8
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MILLISECONDS,
            "downloadThroughput": speed,
            "uploadThroughput": speed,
        },
    )
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(address, wait_until="networkidle", timeout=60_000)
    times: dict[str, Any] = page.evaluate(TIMES)
    context.close()
    if times["controls"] < controls or (controls and not times["button"]):
        raise RuntimeError(f"the form is not whole: {times}")
    return times | {"requests": len(sizes), "bytes": sum(sizes)}


def report(name: str, visits: list[dict[str, Any]]) -> None:
    """Print the median and the worst visit beside the budgets."""
    paint, usable = ([visit[key] for visit in visits] for key in ("paint", "usable"))
    for what, values in (("first paint", paint), ("usable", usable)):
        budget = BUDGETS[what]
        print(
            f"form, {name}: {what} {median(values):.2f} s of {budget} s ({median(values) / budget:.0%}), worst of "
            f"{len(values)} {max(values):.2f} s; with cold TLS {median(values) + TLS_SECONDS:.2f} s",
            flush=True,
        )
    last = visits[-1]
    print(
        f"form, {name}: {last['requests']} requests (the second is the script), {last['bytes']:,.0f} bytes",
        flush=True,
    )


if __name__ == "__main__":
    main()
