"""A page as headless Chromium shows it: a picture for people, and what a script measured in it for tests."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import escape, unescape
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars", "--enable-logging=stderr",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip
DARK = "--blink-settings=preferredColorScheme=0"
HEIGHT = 4800
# Chromium has no window below 500 pixels; a frame in one is a window to the page.
FRAME = """<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,"><body style="margin:0">
<iframe id="page" width="{width}" height="{height}" style="border:0" srcdoc="{html}"></iframe>
<script>addEventListener("load", () => {{
  const win = page.contentWindow, doc = page.contentDocument, all = (one, what) => [...one.querySelectorAll(what)];
  const seen = one => {{ const box = one.getBoundingClientRect(); return box.width > 0.5 && box.height > 0.5; }};
  const style = one => win.getComputedStyle(one);
  const chart = svg => ({{
    fills: all(svg, "rect.reactive").filter(seen).map(bar => style(bar).fill),
    letters: Math.min(...all(svg, "text").filter(seen).map(text => text.getBoundingClientRect().height)),
  }});
  const section = one => ({{
    id: one.id, card: style(one).backgroundColor, words: one.innerText.trim().length, text: one.innerText,
    errors: all(one, ".error").length, charts: all(one, "svg").filter(seen).map(chart),
  }});
  const pre = document.createElement("pre");
  pre.id = "measured";
  pre.hidden = true;
  pre.textContent = JSON.stringify({{
    page: style(doc.body).backgroundColor, ink: style(doc.body).color, width: win.innerWidth,
    overflow: doc.scrollingElement.scrollWidth - win.innerWidth, height: doc.scrollingElement.scrollHeight,
    resources: win.performance.getEntriesByType("resource").map(one => one.name),
    sections: all(doc, "section").map(section),
  }});
  document.body.append(pre);
}});</script>"""


def measure(page: Path, folder: Path, width: int, *, dark: bool = False) -> dict[str, Any]:
    """What a page is at some width: colours, overflow, sections with the charts that are seen, `console` with the lines
    of its console, and `picture`, where a screenshot is, `<page>-<width>[-dark].png` in the folder."""
    picture, frame = folder / f"{page.stem}-{width}{'-dark' if dark else ''}.png", folder / "frame.html"
    html = escape(page.read_text(encoding="utf-8"), quote=True)
    frame.write_text(FRAME.format(html=html, width=width, height=HEIGHT), encoding="utf-8")
    look = [f"--window-size={max(width, 500)},{HEIGHT}", *([DARK] if dark else [])]
    said = _run(folder, *look, f"--screenshot={picture}", frame.as_uri()).stderr
    dom = _run(folder, *look, "--dump-dom", frame.as_uri())
    found = re.search(r'<pre id="measured"[^>]*>(.*?)</pre>', dom.stdout, re.S)
    assert found, f"{said}\n{dom.stderr}"
    measured: dict[str, Any] = json.loads(unescape(found[1]))
    measured["console"] = [line for line in said.splitlines() if "CONSOLE" in line]
    measured["picture"] = picture
    return measured


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    assert CHROMIUM
    command = [CHROMIUM, *QUIET, f"--user-data-dir={folder / 'profile'}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
