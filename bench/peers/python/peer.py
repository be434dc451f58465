"""The reference conversation as a state machine in CPython, with JSON for what is kept; and what CPython computes.

Answers the harness, see bench/src/protocol.rs.
"""

import json
import re
import sys
import time

BUTTONS = ["Prices", "Book a demo", "Talk to a human"]
WORDS = [["prices", "price", "cost"], ["book a demo", "demo", "show me"], ["talk to a human", "human", "agent"]]
ANSWERS = ["Our plans start at $49 a month.", "A demo takes 20 minutes.", "A person will join soon."]
PHONE = re.compile(r"^\+?[0-9][0-9 ()\-]{6,18}[0-9]\Z")
SORRY = "Sorry, I did not get that. Pick one of the buttons:"
BAD = "That does not look like a phone number. Try again, e.g. +1 202 555 0100."


def says(text):
    return ("message", text)


START, TIMER = ("start", ""), ("timer", "")
SCRIPTS = [
    ("Anna", 5000, [START, says("hmm, what is this?"), says("COST"), says("my number"), says("+44 7911 123456"), TIMER]),
    ("Bob", 500, [START, says("Book a Demo"), says("call me"), says("12"), says("020 7946 0958"), says("thanks!")]),
    ("Chris", 1500, [START, says("yo"), says("hello?"), says(" Agent "), says("+1 202 555 0147"), TIMER]),
]


class Host:
    log = []
    name = ""
    budget = 0


def begin(script):
    Host.log = []
    Host.name, Host.budget = script[0], script[1]


def send(text):
    Host.log.append({"send": {"text": text, "buttons": []}})


def ask(text):
    Host.log.append({"send": {"text": text, "buttons": list(BUTTONS)}})


def act(name, value):
    Host.log.append({name: value})


def button(text):
    words = text.strip().lower()
    for branch, known in enumerate(WORDS):
        if words in known:
            return branch
    return -1


def finish(c):
    send(f"Bye, {c['name']}!")
    Host.log.append("end")
    c["at"] = "done"


def at_new(c, event):
    c["name"] = Host.name
    ask(f"Hi {c['name']}! What brings you here today?")
    c["at"] = "greeting"


def at_greeting(c, event):
    branch = button(event[1])
    if branch >= 0:
        c["branch"] = branch
        c["tries"] = 0
        send(ANSWERS[branch])
        send("What is the best phone number to reach you?")
        c["at"] = "phone"
        return
    c["tries"] += 1
    if c["tries"] > 3:
        return finish(c)
    ask(SORRY)


def at_phone(c, event):
    if PHONE.match(event[1]):
        c["phone"] = event[1]
        act("set", c["phone"])
        act("tag", "qualified")
        act("note", f"Phone {c['phone']}, interested in {BUTTONS[c['branch']]}")
        Host.log.append("stage")
        rich = Host.budget > 1000
        send("Great, a senior manager will call you." if rich else "Great, we will text you the details.")
        c["at"] = "race"
        return
    c["tries"] += 1
    if c["tries"] > 3:
        return finish(c)
    send(BAD)


def at_race(c, event):
    silence = event[0] == "timer"
    send("Just checking in: we will call you shortly." if silence else "Thanks for the quick reply! We are on it.")
    finish(c)


AT = {"new": at_new, "greeting": at_greeting, "phone": at_phone, "race": at_race}


def start():
    return {"at": "new", "tries": 0}


def save(c):
    return json.dumps(c).encode()


def in_memory(script):
    begin(script)
    c = start()
    for event in script[2]:
        AT[c["at"]](c, event)


def durable(script, sizes):
    begin(script)
    kept = None
    last = len(script[2]) - 1
    for n, event in enumerate(script[2]):
        c = start() if n == 0 else json.loads(kept)
        AT[c["at"]](c, event)
        if n < last:
            kept = save(c)
            sizes.append(len(kept))


def play(how, script, sizes):
    if how == "memory":
        in_memory(SCRIPTS[script])
    else:
        durable(SCRIPTS[script], sizes)


def waiting(script):
    begin(SCRIPTS[script])
    c = start()
    for event in SCRIPTS[script][2][:4]:
        AT[c["at"]](c, event)
    return c


def resident():
    with open("/proc/self/status", encoding="utf-8") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS:"))


def park(form, n):
    keep = waiting if form == "live" else lambda script: save(waiting(script))
    for script in range(3):
        keep(script)
    before = resident()
    kept = [keep(i % 3) for i in range(n)]
    after = resident()
    assert len(kept) == n
    return {"resident": {"before": before, "after": after}}


def source(steps):
    out = []
    for i in range(steps):
        yes, no = (i + 1) % steps, (i + 2) % steps
        out.append(
            f'def s{i}(c):\n  send("Message number {i} for " + c.name + ", please answer", ["Yes", "No"])\n'
            f'  a = yield wait(7200)\n  if a == "yes" or a == "yep":\n    return "s{yes}"\n'
            f'  elif a == "no":\n    return "s{no}"\n  else:\n    return retry(3)\n'
        )
    return "".join(out)


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def total(n):
    s = 0
    for i in range(n):
        s += i
    return s


def took(f, amount=None):
    begin = time.perf_counter()
    result = f()
    return {"took": {"seconds": time.perf_counter() - begin, "amount": result if amount is None else amount}}


def many(how, n):
    for i in range(n):
        play(how, i % 3, [])


def answer(what, *args):
    if what == "about":
        return {"about": {"version": sys.version.split()[0]}}
    if what == "log":
        play(args[0], int(args[1]), [])
        return {"log": Host.log}
    if what == "sizes":
        sizes = []
        for script in range(3):
            play("durable", script, sizes)
        return {"sizes": sizes}
    if what == "play":
        return took(lambda: many(args[0], int(args[1])), int(args[1]))
    if what == "park":
        return park(args[0], int(args[1]))
    if what == "compile":
        text = source(int(args[0]))
        return took(lambda: compile(text, "steps", "exec"), text.count("\n"))
    if what == "fib":
        return took(lambda: fib(int(args[0])))
    if what == "sum":
        return took(lambda: total(int(args[0])))
    return {"failed": f"`{what}` is no request"}


for line in sys.stdin:
    try:
        reply = answer(*line.split())
    except Exception as error:  # Whatever it is, the harness has to hear of it.
        reply = {"failed": repr(error)}
    print(json.dumps(reply), flush=True)
