// The reference conversation as a state machine in JavaScript, with JSON for what is kept; and what V8 computes.
import vm from "node:vm";
import * as h from "./serve.js";

function finish(c) {
  h.send(`Bye, ${c.name}!`);
  h.done();
  c.at = "done";
}

const at = {
  new(c) {
    c.name = h.name();
    h.ask(`Hi ${c.name}! What brings you here today?`);
    c.at = "greeting";
  },
  greeting(c, event) {
    const branch = h.button(event.text);
    if (branch >= 0) {
      c.branch = branch;
      c.tries = 0;
      h.send(h.ANSWERS[branch]);
      h.send(h.PHONE);
      c.at = "phone";
      return;
    }
    if (++c.tries > 3) return finish(c);
    h.ask(h.SORRY);
  },
  phone(c, event) {
    if (h.isPhone(event.text)) {
      c.phone = event.text;
      h.set(c.phone);
      h.tag("qualified");
      h.note(`Phone ${c.phone}, interested in ${h.BUTTONS[c.branch]}`);
      h.stage();
      h.send(h.budget() > 1000 ? h.SENIOR : h.DETAILS);
      c.at = "race";
      return;
    }
    if (++c.tries > 3) return finish(c);
    h.send(h.BAD);
  },
  race(c, event) {
    h.send(event.kind === "timer" ? h.SILENCE : h.THANKS);
    finish(c);
  },
};

// Functions in parentheses are compiled at once; V8 would put off the others until they are called.
function source(steps) {
  let out = "const steps = {};\n";
  for (let i = 0; i < steps; i++) {
    const [yes, no] = [(i + 1) % steps, (i + 2) % steps];
    out += `steps.s${i} = (function* (c) {\n  send("Message number ${i} for " + c.name + ", please answer", ["Yes", "No"]);\n  const a = yield wait(7200);\n  if (a === "yes" || a === "yep") { return "s${yes}"; }\n  else if (a === "no") { return "s${no}"; }\n  else {\n    return retry(3);\n  }\n});\n`;
  }
  return out + "steps;\n";
}

function fib(n) {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

let compiled = 0;

h.serve({
  version: process.versions.node + ", V8 " + process.versions.v8,
  start: () => ({ at: "new", tries: 0 }),
  event: (c, event) => at[c.at](c, event),
  save: (c) => Buffer.from(JSON.stringify(c)),
  load: (kept) => JSON.parse(kept),
  source,
  // V8 keeps what it has compiled; a comment makes it another source.
  compile: (text) => new vm.Script(`${text}// ${compiled++}`),
  fib,
  sum(n) {
    let s = 0;
    for (let i = 0; i < n; i++) s += i;
    return s;
  },
});
