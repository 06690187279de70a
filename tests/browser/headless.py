"""Chromium without a screen: opens a page in a frame of a width and brings back what a script finds there."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

BROWSER = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)

FLAGS = [
    f"--{name}"
    for name in (
        "headless",
        "no-sandbox",
        "disable-gpu",
        "use-angle=swiftshader",
        "enable-unsafe-swiftshader",
        "disable-background-networking",
        "disable-component-update",
        "disable-sync",
        "disable-quic",
        "no-first-run",
        "allow-file-access-from-files",
        "virtual-time-budget=8000",
        "window-size=1400,2000",
    )
]

#: The script's answer goes into the title of the outer page.
_FRAME = """<!DOCTYPE html><html><head><title>waiting</title></head><body style="margin:0">
<iframe id="f" src="{page}" style="border:0;width:{width}px;height:1800px"></iframe><script>
document.getElementById("f").onload = function () {{
  var view = this.contentWindow, page = this.contentDocument;
  view.focus();
  try {{ document.title = JSON.stringify((function (view, page) {{ {script} }})(view, page)); }}
  catch (error) {{ document.title = JSON.stringify({{ error: String(error) + " " + error.stack }}); }}
}};
</script></body></html>"""


def found_in(page: Path, script: str, *, width: int, profile: Path, flags: tuple[str, ...] = ()) -> Any:
    """What `script` returns, a function body of `view` (the window) and `page` (the document)."""
    frame = page.with_name(f"frame-{page.stem}-{width}.html")
    frame.write_text(_FRAME.format(page=page.name, width=width, script=script), encoding="utf-8")
    assert BROWSER is not None
    done = subprocess.run(
        [BROWSER, *FLAGS, *flags, f"--user-data-dir={profile}", "--dump-dom", frame.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    title = re.search(r"<title>(.*?)</title>", done.stdout, flags=re.DOTALL)
    assert title, done.stderr[-2000:]
    answer = json.loads(html.unescape(title.group(1)))
    assert not isinstance(answer, dict) or "error" not in answer, answer
    return answer
