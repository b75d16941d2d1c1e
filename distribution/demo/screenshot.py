#!/usr/bin/env python3
"""Screenshot of the console, once it shows what is live: screenshot.py PROGRAM PROFILE URL FILE [WIDTH HEIGHT]

A browser's own --screenshot takes the picture when the page has loaded, and this page asks for its contents after that. So it is
driven over a pipe (--remote-debugging-pipe: JSON messages, a zero octet after each) and asked when the page is ready.
"""
import base64
import json
import os
import select
import subprocess
import sys
import time

LIMIT = 30  # seconds for everything; a browser on a busy machine takes five
READY = """document.documentElement.dataset.view === "console" && document.getElementById("link").dataset.state === "live"
    && document.querySelectorAll("#flow-rows tr").length > 0 && document.querySelectorAll("#rules li, #bundles li").length > 0"""
RATES = 3  # seconds more: a throughput is the difference of two moments


class Browser:
    def __init__(self, program, profile, end):
        self.end = end
        (read, theirs_out), (theirs_in, self.write) = os.pipe(), os.pipe()
        self.read, self.buffer, self.number = read, b"", 0
        # The pipe's ends have to be descriptors 3 (it reads) and 4 (it writes).
        self.process = subprocess.Popen(
            ["sh", "-c", f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}', "sh", program, "--headless=new", "--no-sandbox", "--disable-gpu",
             "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
             # Nothing but the console is looked up: the machine's own resolver would be asked through the tunnel.
             "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--remote-debugging-pipe", f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(theirs_in, theirs_out), stdin=subprocess.DEVNULL, stdout=sys.stderr)
        os.close(theirs_in)
        os.close(theirs_out)

    def call(self, method, session=None, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self.write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def receive(self):
        while b"\0" not in self.buffer:
            left = self.end - time.monotonic()
            if left <= 0 or not select.select([self.read], [], [], left)[0]:
                raise TimeoutError("the browser does not answer")
            chunk = os.read(self.read, 1 << 20)
            if not chunk:
                raise EOFError("the browser has ended")
            self.buffer += chunk
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)


def main(program, profile, url, file, width="1440", height="1000"):
    end = time.monotonic() + LIMIT
    browser = Browser(program, profile, end)
    try:
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        browser.call("Emulation.setDeviceMetricsOverride", session, width=int(width), height=int(height), deviceScaleFactor=1, mobile=False)
        browser.call("Page.navigate", session, url=url)
        ready = False
        while not ready and time.monotonic() < end - 5:
            time.sleep(0.2)
            ready = browser.call("Runtime.evaluate", session, expression=READY)["result"].get("value") is True
        time.sleep(RATES if ready else 0)
        picture = browser.call("Page.captureScreenshot", session)["data"]
        with open(file, "wb") as out:
            out.write(base64.b64decode(picture))
        if not ready:
            sys.exit("the page did not show a live flow in time; the picture is of what it showed")
    finally:
        browser.process.kill()
        browser.process.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
