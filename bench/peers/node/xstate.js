// The reference conversation as a state chart of XState. The host brings the timer, as a host has to that keeps
// conversations for longer than its process lives.
import { readFileSync } from "node:fs";
import { assign, createActor, setup } from "xstate";
import * as h from "./serve.js";

const machine = setup({
  actions: {
    greet: ({ context }) => h.ask(`Hi ${context.name}! What brings you here today?`),
    sorry: () => h.ask(h.SORRY),
    choose: assign({ branch: ({ event }) => h.button(event.text), tries: 0 }),
    answer: ({ context }) => {
      h.send(h.ANSWERS[context.branch]);
      h.send(h.PHONE);
    },
    count: assign({ tries: ({ context }) => context.tries + 1 }),
    bad: () => h.send(h.BAD),
    keep: assign({ phone: ({ event }) => event.text }),
    qualify: ({ context }) => {
      h.set(context.phone);
      h.tag("qualified");
      h.note(`Phone ${context.phone}, interested in ${h.BUTTONS[context.branch]}`);
      h.stage();
    },
    senior: () => h.send(h.SENIOR),
    details: () => h.send(h.DETAILS),
    thanks: () => h.send(h.THANKS),
    silence: () => h.send(h.SILENCE),
    bye: ({ context }) => {
      h.send(`Bye, ${context.name}!`);
      h.done();
    },
  },
  guards: {
    isButton: ({ event }) => h.button(event.text) >= 0,
    isPhone: ({ event }) => h.isPhone(event.text),
    isRich: () => h.budget() > 1000,
    tooOften: ({ context }) => context.tries >= 3,
  },
}).createMachine({
  id: "reference",
  initial: "greeting",
  context: ({ input }) => ({ name: input.name, tries: 0, branch: -1, phone: "" }),
  states: {
    greeting: {
      entry: "greet",
      on: {
        message: [
          { guard: "isButton", target: "phone", actions: ["choose", "answer"] },
          { guard: "tooOften", target: "finish" },
          { actions: ["count", "sorry"] },
        ],
      },
    },
    phone: {
      on: {
        message: [
          { guard: "isPhone", target: "qualified", actions: "keep" },
          { guard: "tooOften", target: "finish" },
          { actions: ["count", "bad"] },
        ],
      },
    },
    qualified: {
      entry: "qualify",
      always: [
        { guard: "isRich", target: "race", actions: "senior" },
        { target: "race", actions: "details" },
      ],
    },
    race: {
      on: {
        message: { target: "finish", actions: "thanks" },
        timer: { target: "finish", actions: "silence" },
      },
    },
    finish: { type: "final", entry: "bye" },
  },
});

const own = JSON.parse(readFileSync(new URL("./node_modules/xstate/package.json", import.meta.url)));

h.serve({
  version: own.version,
  start: () => createActor(machine, { input: { name: h.name() } }),
  event(actor, event) {
    if (event.kind === "start") actor.start();
    else actor.send({ type: event.kind, text: event.text });
  },
  save(actor) {
    const kept = Buffer.from(JSON.stringify(actor.getPersistedSnapshot()));
    actor.stop();
    return kept;
  },
  load: (kept) => createActor(machine, { snapshot: JSON.parse(kept) }).start(),
});
