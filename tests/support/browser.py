"""Chromium without a window, driven as its developer tools do it: over a pipe, with a user's keys and mouse."""

import base64
import contextlib
import itertools
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
    "--remote-debugging-pipe",
)
_KEYS = {
    "Tab": 9,
    "Enter": 13,
    "Escape": 27,
    " ": 32,
    "ArrowUp": 38,
    "ArrowRight": 39,
    "ArrowDown": 40,
    "ArrowLeft": 37,
}
_SHIFT = 8


class Page:
    """A page in the browser. Coordinates are CSS pixels of the window."""

    def __init__(self, reading: BinaryIO, writing: BinaryIO) -> None:
        self._reading = reading
        self._writing = writing
        self._numbers = itertools.count(1)
        self._session: str | None = None
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._call("Page.enable")

    def open(self, place: Path | str, *, fragment: str = "") -> None:
        """Load a page, a file or an address, until its scripts have run."""
        self._call("Page.navigate", url="about:blank")  # or another fragment of the same page would load nothing
        self._loaded()
        self._call("Page.navigate", url=(place.as_uri() if isinstance(place, Path) else place) + fragment)
        self._loaded()

    def _loaded(self) -> None:
        while self._next().get("method") != "Page.loadEventFired":
            pass

    def run(self, script: str) -> Any:
        """The value of an expression in the page, or of its promise."""
        done = self._call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def press(self, key: str, *, shift: bool = False) -> None:
        """Press a key and let it go."""
        event: dict[str, Any] = {"key": key, "code": key, "windowsVirtualKeyCode": _KEYS[key]}
        event["modifiers"] = _SHIFT if shift else 0
        text = {"Enter": "\r", " ": " "}.get(key)
        self._call(
            "Input.dispatchKeyEvent",
            type="keyDown" if text else "rawKeyDown",
            **event,
            **({"text": text} if text else {}),
        )
        self._call("Input.dispatchKeyEvent", type="keyUp", **event)

    def hover(self, selector: str) -> None:
        """Move the mouse over an element."""
        self._mouse("mouseMoved", self._centre(selector))

    def click(self, selector: str) -> None:
        """Click on an element."""
        place = self._centre(selector)
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self._mouse(kind, place, button="none" if kind == "mouseMoved" else "left", clickCount=1)

    def tap(self, selector: str) -> None:
        """Touch an element."""
        x, y = self._centre(selector)
        self._call("Emulation.setTouchEmulationEnabled", enabled=True)
        self._call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
        self._call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def size(self, width: int, height: int) -> None:
        """Give the window a size."""
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def prefer(self, scheme: str, *, media: str = "") -> None:
        """The user's colour scheme, "light" or "dark", and the medium: "print", or the screen."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self._call("Emulation.setEmulatedMedia", media=media, features=features)

    def picture(self, file: Path, *, whole: bool = False) -> None:
        """A screenshot (PNG) of the window, or of the whole page."""
        data = self._call("Page.captureScreenshot", captureBeyondViewport=whole)["data"]
        file.write_bytes(base64.b64decode(data))

    def accessible(self) -> list[tuple[str, str, str]]:
        """The elements for a screen reader: role, name and description, in order."""
        nodes = self._call("Accessibility.getFullAXTree")["nodes"]
        return [
            (_value(node, "role"), _value(node, "name"), _value(node, "description"))
            for node in nodes
            if not node["ignored"]
        ]

    def _mouse(self, kind: str, place: tuple[float, float], **more: Any) -> None:
        self._call("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], **more)

    def _centre(self, selector: str) -> tuple[float, float]:
        """The middle of the first line of an element, which is scrolled into view."""
        script = """(() => {
            const element = document.querySelector(%s);
            element.scrollIntoView({block: "center", behavior: "instant"});
            const place = element.getClientRects()[0];
            return [place.left + place.width / 2, place.top + place.height / 2];
        })()"""
        x, y = self.run(script % json.dumps(selector))
        return x, y

    def _call(self, method: str, **parameters: Any) -> Any:
        number = self._send(method, parameters)
        while (answer := self._next()).get("id") != number:
            if answer.get("method") == "Page.javascriptDialogOpening":  # whether to leave the page: yes
                self._send("Page.handleJavaScriptDialog", {"accept": True})
        assert "error" not in answer, (method, answer["error"])
        return answer["result"]

    def _send(self, method: str, parameters: dict[str, Any]) -> int:
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._writing.write(json.dumps(message).encode() + b"\0")
        self._writing.flush()
        return number

    def _next(self) -> dict[str, Any]:
        """The next message of the browser."""
        message = bytearray()
        while (byte := self._reading.read(1)) != b"\0":
            assert byte, "the browser has ended"
            message += byte
        answer = json.loads(message)
        assert isinstance(answer, dict)
        return answer


def _value(node: dict[str, Any], name: str) -> str:
    return str(node.get(name, {}).get("value", ""))


@contextlib.contextmanager
def browsing(profile: Path) -> Iterator[Page]:
    """An empty page; the browser ends with it."""
    assert CHROMIUM, "needs chromium"
    ours, theirs = os.pipe(), os.pipe()
    # The browser reads what it is to do from descriptor 3, and answers to descriptor 4.
    command = [
        "bash",
        "-c",
        f'exec "$@" 3<&{ours[0]} 4>&{theirs[1]}',
        "bash",
        CHROMIUM,
        *_FLAGS,
        f"--user-data-dir={profile}",
    ]
    process = subprocess.Popen(
        command, pass_fds=(ours[0], theirs[1]), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(ours[0])
    os.close(theirs[1])
    try:
        with open(theirs[0], "rb") as reading, open(ours[1], "wb") as writing:
            yield Page(reading, writing)
    finally:
        process.terminate()
        process.wait(60)
