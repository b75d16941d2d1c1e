#!/usr/bin/env python3
"""The console in a browser.

  console.py flows PROGRAM PROFILE URL FILE         a picture, once a live flow is shown
  console.py killswitch PROGRAM PROFILE URL FOLDER  presses the buttons of the kill switch: off, auto, lockdown, each with "Prove it";
                                                    prints what the page says, with a picture of each

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

LIMIT = 60  # seconds for everything; a browser on a busy machine takes five to start
CONSOLE = """document.documentElement.dataset.view === "console" && document.getElementById("link").dataset.state === "live" """
FLOWS = CONSOLE + """
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


class Page:
    def __init__(self, program, profile, url):
        self.end = time.monotonic() + LIMIT
        self.browser = Browser(program, profile, self.end)
        target = self.browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.browser.call("Emulation.setDeviceMetricsOverride", self.session, width=1440, height=1000, deviceScaleFactor=1, mobile=False)
        self.browser.call("Page.navigate", self.session, url=url)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.browser.process.kill()
        self.browser.process.wait()

    def ask(self, expression):
        return self.browser.call("Runtime.evaluate", self.session, expression=expression)["result"].get("value")

    def waits_for(self, expression):
        """Whether it came true in time; some seconds are left for what follows."""
        while time.monotonic() < self.end - 5:
            if self.ask(expression) is True:
                return True
            time.sleep(0.2)
        return False

    def needs(self, what, expression):
        if not self.waits_for(expression):
            sys.exit(f"the page did not show {what} in time")

    def click(self, selector):
        self.ask(f"document.querySelector('{selector}').click()")

    def text(self, name):
        return self.ask(f"document.getElementById('{name}').textContent")

    def picture(self, file):
        with open(file, "wb") as out:
            out.write(base64.b64decode(self.browser.call("Page.captureScreenshot", self.session)["data"]))


def flows(page, file):
    ready = page.waits_for(FLOWS)
    time.sleep(RATES if ready else 0)
    page.picture(file)
    if not ready:
        sys.exit("the page did not show a live flow in time; the picture is of what it showed")


def killswitch(page, folder):
    page.needs("the console", CONSOLE)
    for mode in "off", "auto", "lockdown":
        button = f'#ks-modes button[data-mode="{mode}"]'
        page.needs("the modes", f"document.querySelector('{button}').disabled === false")
        if page.ask(f"document.querySelector('{button}').ariaPressed") != "true":
            page.click(button)
            if mode != "auto":
                page.needs("its question", "document.getElementById('confirm').open")
                page.click("#confirm-yes")
        state = "disarmed" if mode == "off" else "armed"
        page.needs(f"{state} in mode {mode}", f"""document.querySelector('{button}').ariaPressed === "true"
            && document.getElementById("killswitch").dataset.state === "{state}" && !document.getElementById("killswitch").hasAttribute("aria-busy")""")
        words = [mode, page.text("ks-word"), page.text("ks-line")]
        if mode == "off":
            page.needs("that nothing can be proved", "document.getElementById('ks-prove').disabled")
        else:
            old = page.text("ks-result")
            page.click("#ks-prove")
            page.needs("a proof", f"""!document.getElementById("ks-proof").hidden
                && document.getElementById("ks-result").textContent !== {json.dumps(old)}""")
            if page.ask('document.getElementById("ks-result").dataset.holds') != "true":
                sys.exit("it does not hold: " + page.text("ks-result"))
            words.append(page.text("ks-result"))
        print(" | ".join(words))
        page.picture(os.path.join(folder, f"killswitch-{mode}.png"))


if __name__ == "__main__":
    what, program, profile, url, where = sys.argv[1:]
    with Page(program, profile, url) as open_page:
        {"flows": flows, "killswitch": killswitch}[what](open_page, where)
