"""Types at the local console through a pseudo terminal, as a person would. Usage: console.py COMMAND"""
import os
import pty
import select
import shlex
import signal
import sys
import time

DEADLINE = 240  # seconds for everything: on a quiet machine the framework starts in about two


def main(command):
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm-256color"
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # whoever starts tests in the background ignores it, and that is inherited
        words = shlex.split(command)
        os.execv(words[0], words)
    end = time.time() + DEADLINE
    seen = ""

    def expect(text, sent=None, again=None):
        """Sends, and waits for the text; what is given by again is sent anew every two seconds, as a person presses Ctrl-C again."""
        nonlocal seen
        if sent is not None:
            os.write(terminal, sent.encode())
        pressed = 0
        while text not in seen:
            if time.time() > end:
                raise SystemExit(f"waited for {text!r}, saw {seen!r}")
            if again is not None and time.time() > pressed + 2:
                os.write(terminal, again.encode())
                pressed = time.time()
            if select.select([terminal], [], [], 0.2)[0]:
                try:
                    seen += os.read(terminal, 65536).decode(errors="replace")
                except OSError:
                    raise SystemExit(f"the console ended before {text!r}: {seen!r}")
        before, seen = seen[: seen.index(text)], seen[seen.index(text) + len(text):]
        return before

    def settle():
        """Reads until nothing has come for half a second: the list of completions is drawn."""
        nonlocal seen
        while select.select([terminal], [], [], 0.5)[0]:
            seen += os.read(terminal, 65536).decode(errors="replace")

    try:
        before = expect("sluice> ")
        if "dumb" in before or "\x1b[" not in before:  # a dumb terminal is never asked for bracketed paste
            raise SystemExit(f"the terminal is dumb: {before!r}")
        expect("outbound ", "out\t")
        expect("list", "lis\t")
        expect("proxy", "\r")
        expect("sluice> ")
        expect("410\x1b[0m", "flow close 410\t")  # live values, what was typed of them in colour
        settle()  # an interrupt that comes while JLine draws the list can be lost: KNOWN-ISSUES.md
        expect("sluice> ", again="\x03")
        expect("did you mean status?", "statsu\r")
        expect("sluice> ")
        expect("quote", "flow close 'open quote \t")
        settle()  # an interrupt that comes while JLine draws the list can be lost: KNOWN-ISSUES.md
        expect("sluice> ", again="\x03")
        expect("commands", "help\r")
        expect("sluice> ")  # until then the terminal is the command's, and an end of input would be lost
        expect("the appliance goes on", again="\x04")
        time.sleep(1)
        if os.waitpid(pid, os.WNOHANG)[0] != 0:
            raise SystemExit("Ctrl-D stopped the appliance")
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)


main(sys.argv[1])
