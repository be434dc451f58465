// The loop that answers the harness, see bench/src/protocol.rs, and the host that takes what a conversation does.
import { createInterface } from "node:readline";

export const BUTTONS = ["Prices", "Book a demo", "Talk to a human"];
export const ANSWERS = ["Our plans start at $49 a month.", "A demo takes 20 minutes.", "A person will join soon."];
export const SORRY = "Sorry, I did not get that. Pick one of the buttons:";
export const PHONE = "What is the best phone number to reach you?";
export const BAD = "That does not look like a phone number. Try again, e.g. +1 202 555 0100.";
export const SENIOR = "Great, a senior manager will call you.";
export const DETAILS = "Great, we will text you the details.";
export const SILENCE = "Just checking in: we will call you shortly.";
export const THANKS = "Thanks for the quick reply! We are on it.";
const WORDS = [["prices", "price", "cost"], ["book a demo", "demo", "show me"], ["talk to a human", "human", "agent"]];
const NUMBER = /^\+?[0-9][0-9 ()\-]{6,18}[0-9]$/;

const says = (text) => ({ kind: "message", text });
const START = { kind: "start", text: "" };
const TIMER = { kind: "timer", text: "" };
const SCRIPTS = [
  { name: "Anna", budget: 5000, events: [START, ...["hmm, what is this?", "COST", "my number", "+44 7911 123456"].map(says), TIMER] },
  { name: "Bob", budget: 500, events: [START, ...["Book a Demo", "call me", "12", "020 7946 0958", "thanks!"].map(says)] },
  { name: "Chris", budget: 1500, events: [START, ...["yo", "hello?", " Agent ", "+1 202 555 0147"].map(says), TIMER] },
];

const host = { log: [], name: "", budget: 0 };
export const name = () => host.name;
export const budget = () => host.budget;
export const send = (text) => host.log.push({ send: { text, buttons: [] } });
export const ask = (text) => host.log.push({ send: { text, buttons: [...BUTTONS] } });
export const set = (value) => host.log.push({ set: value });
export const tag = (name) => host.log.push({ tag: name });
export const note = (text) => host.log.push({ note: text });
export const stage = () => host.log.push("stage");
export const done = () => host.log.push("end");
export const isPhone = (text) => NUMBER.test(text);
export const button = (text) => {
  const words = text.trim().toLowerCase();
  return WORDS.findIndex((known) => known.includes(words));
};

function begin(script) {
  host.log = [];
  host.name = script.name;
  host.budget = script.budget;
}

function inMemory(peer, script) {
  begin(script);
  const state = peer.start();
  for (const event of script.events) peer.event(state, event);
}

function durable(peer, script, sizes) {
  begin(script);
  let kept;
  script.events.forEach((event, n) => {
    const state = n === 0 ? peer.start() : peer.load(kept);
    peer.event(state, event);
    if (n + 1 < script.events.length) {
      kept = peer.save(state);
      sizes.push(kept.length);
    }
  });
}

function play(peer, how, script, sizes) {
  if (how === "memory") inMemory(peer, SCRIPTS[script]);
  else durable(peer, SCRIPTS[script], sizes);
}

function waiting(peer, script) {
  begin(SCRIPTS[script]);
  const state = peer.start();
  for (const event of SCRIPTS[script].events.slice(0, 4)) peer.event(state, event);
  return state;
}

function resident() {
  globalThis.gc();
  return process.memoryUsage.rss();
}

function park(peer, form, n) {
  const keep = (i) => {
    const state = waiting(peer, i % 3);
    return form === "live" ? state : peer.save(state);
  };
  for (let i = 0; i < 3; i++) keep(i);
  const before = resident();
  const kept = [];
  for (let i = 0; i < n; i++) kept.push(keep(i));
  const after = resident();
  return kept.length === n && { resident: { before, after } };
}

function took(amount, f) {
  const start = performance.now();
  const result = f();
  return { took: { seconds: (performance.now() - start) / 1e3, amount: amount ?? result } };
}

function answer(peer, [what, ...args]) {
  const n = Number(args.at(-1));
  if (what === "about") return { about: { version: peer.version } };
  if (what === "log") {
    play(peer, args[0], n, []);
    return { log: host.log };
  }
  if (what === "sizes") {
    const sizes = [];
    for (let i = 0; i < 3; i++) play(peer, "durable", i, sizes);
    return { sizes };
  }
  if (what === "play") {
    return took(n, () => {
      for (let i = 0; i < n; i++) play(peer, args[0], i % 3, []);
    });
  }
  if (what === "park") return park(peer, args[0], n);
  if (what === "compile") {
    if (!peer.compile) return { unsupported: "it is a library, not a language" };
    const source = peer.source(n);
    return took(source.split("\n").length - 1, () => peer.compile(source));
  }
  if (what === "fib" || what === "sum") {
    if (!peer[what]) return { unsupported: "it is a library, not a language" };
    return took(undefined, () => peer[what](n));
  }
  return { failed: `\`${what}\` is no request` };
}

export function serve(peer) {
  createInterface({ input: process.stdin }).on("line", (line) => {
    let reply;
    try {
      reply = answer(peer, line.trim().split(" "));
    } catch (error) {
      reply = { failed: String(error) };
    }
    process.stdout.write(JSON.stringify(reply) + "\n");
  });
}
