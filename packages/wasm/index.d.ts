/** A value of the language. `number` and large ints are texts: `"12.5"`; dates `"2026-11-22"`, times `"09:30"`. */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };

/** A user, stage, channel or the like that the source does not declare: the host's own id, and what people see. */
export type Undeclared = { id: string; title: string };

/** What happened. `at` is in milliseconds since 1970; `wait` is the number of the wait it is meant for. */
export type Event = { at: number; wait?: number } & (
  | { kind: "message"; text?: string; channel?: string | Undeclared; language?: string; file?: string }
  | { kind: "press"; label: string; channel?: string | Undeclared }
  | { kind: "comment"; text: string; channel?: string | Undeclared }
  | { kind: "timer" | "video_opened" | "video_closed" }
  | { kind: "delivered" | "failed"; effect: string }
  | { kind: "drawn"; effect: string; option: number }
  | { kind: "answer"; effect: string; exit: string; values: Record<string, Value> }
  | { kind: "answer"; effect: string; result: Value }
  | { kind: "trigger"; on: string; [key: string]: Value }
);

/** A value for every field that the turn may read: `{"lead.budget": "1000"}`. */
export type Facts = Record<string, Value>;

/** How a host may repeat an effect. */
export type Delivery = "keyed" | "idempotent" | "at_most_once";

export interface Button {
  label: string;
  link: string | null;
}

export interface List {
  button: string;
  title: string | null;
  footer: string | null;
  sections: { title: string; options: { title: string; about: string | null }[] }[];
}

export interface Counter {
  bot: string;
  step: string;
  name: string;
  hash: string;
  options: number;
}

export interface Trap {
  kind: string;
  message: string;
  place: { file: string; line: number; column: number } | null;
}

/** What the host has to do. `id` is the same whenever the same turn is taken. */
export type Effect = { id: string } & (
  | {
      kind: "message";
      delivery: Delivery;
      to: "chat" | "all" | "main";
      via: "chat" | "any" | "primary" | string[];
      text: string;
      attach: string | null;
      voice: string | null;
      buttons: Button[];
      list: List | null;
      template: { template: string; args: Value[] } | null;
    }
  | { kind: "set"; delivery: Delivery; field: string; value: Value }
  | { kind: "action"; delivery: Delivery; action: string; args: Record<string, Value> }
  | { kind: "draw"; delivery: Delivery; counter: Counter }
  | { kind: "event"; delivery: null; event: "not_set"; field: string }
  | { kind: "event"; delivery: null; event: "trimmed"; message: string; left_out: number }
  | { kind: "event"; delivery: null; event: "failed"; effect: string }
  | { kind: "event"; delivery: null; event: "trapped"; trap: Trap }
);

export interface Wait {
  name: string;
  number: number;
  bot: string;
  step: string;
  calls: string[];
  effect: string | null;
  due: number | null;
  deadlines: { exit: string; at: number | null }[];
  takes: {
    options: { label: string; synonyms: string[] }[];
    texts: string[];
    message: boolean;
    delivered: boolean;
    failed: boolean;
    video_opened: boolean;
    video_closed: boolean;
    answer: { action: string; exits: string[]; result: boolean } | null;
    draw: Counter | null;
  };
}

export type End =
  | { how: "done"; value: Value }
  | { how: "closed" }
  | { how: "failed"; effect: string }
  | { how: "trapped"; trap: Trap };

/** A turn. `run` is the parked run: store it, and give it back with the next event. */
export type Turn =
  | { kind: "waits"; turn: number; effects: Effect[]; wait: Wait; run: string }
  | { kind: "ended"; turn: number; effects: Effect[]; end: End };

/** The run does not take the event, and is as it was. */
export interface Refused {
  kind: "refused";
  why: "not_awaited" | "other_program" | "other_wait" | "not_due" | "bad_answer" | "unknown_effect" | "corrupt";
  message: string;
  next: number | null;
}

export interface Diagnostic {
  severity: "error" | "warning";
  code: string | null;
  message: string;
  file?: string;
  line?: number;
  column?: number;
  [key: string]: unknown;
}

/** What came of compiling. `program` is the bytes of the .sbc file; `null` if there was an error. */
export interface Compiled {
  program: Uint8Array | null;
  id: string | null;
  diagnostics: Diagnostic[];
  report: string;
}

/** What was wrong with a call. Nothing has changed then. */
export class SbotError extends Error {
  code: "load" | "run" | "input" | "host";
  problems: { at: string; what: string }[];
}

/** Loads the module: from its bytes or a compiled module, or without an argument the file beside this one. */
export function load(source?: BufferSource | WebAssembly.Module): Promise<Sbot>;

export class Sbot {
  private constructor();
  readonly version: string;
  /** Compiles a project: its files by path. Attached files only have to be there. */
  compile(files: Record<string, string>): Compiled;
  /** Loads and verifies the bytes of an .sbc file. */
  program(bytes: Uint8Array): Program;
}

/** A loaded program. Objects may be given as JSON texts too. */
export class Program {
  private constructor();
  /** The bots, triggers, waits, actions, fields and channels. */
  describe(): Record<string, unknown>;
  /** Throws everything that the host does not have and the program needs. */
  check(host: object | string): void;
  start(bot: string, args: Record<string, Value> | string, event: Event | string, facts: Facts | string): Turn;
  turn(run: string, event: Event | string, facts: Facts | string): Turn | Refused;
  /** Which bots an event starts. `started`: when each trigger has started its bot on this lead last. */
  triggered(
    event: Event | string,
    facts: Facts | string,
    started?: Record<string, (number | null)[]> | string,
  ): { starts: { bot: string; trigger: number }[]; trapped: { bot: string; trap: Trap }[] };
  /** What a parked run waits for. */
  wait(run: string): Wait;
  /** The fields that facts must have for the next turn of a parked run. */
  reads(run: string): string[];
  readsAtStart(bot: string): string[];
  readsOfTriggers(): string[];
  /** The same turns with a line for the log that `sbotc replay` reads; `name` is your own name of the conversation. */
  startLogged(
    name: string,
    bot: string,
    args: Record<string, Value> | string,
    event: Event | string,
    facts: Facts | string,
  ): { turn: Turn; log: string };
  turnLogged(name: string, run: string, event: Event | string, facts: Facts | string): { turn: Turn | Refused; log: string };
  /** What becomes of runs of an older program under this one. Both programs may be freed afterwards. */
  upgradeFrom(old: Program): Upgrade;
  /** The same calls with JSON texts in and a JSON text out, byte for byte the same in every language. */
  text(call: string, ...texts: string[]): string;
  /** Frees the program's memory. */
  free(): void;
}

/** What becomes of the runs at a place of the old program. `to` is a wait, a call or a step of the new one. */
export interface Verdict {
  at: string;
  kind: "wait" | "call";
  becomes: "waits" | "calls" | "restarts" | "ends" | "covered" | "lost";
  to: string | null;
  /** Why they cannot be moved; empty where they can. */
  why: string[];
  with: { kind: "decided" | "renamed" | "given" | "first_value"; name: string | null; to: string | null }[];
  notes: { kind: "timer_dropped" | "timer_added" | "label_gone" | "answer_dropped"; about: string | number | null }[];
}

/** A run after a move. One that is lost is as it was: keep it, and the old program. */
export type Moved =
  | { kind: "waits"; wait: Wait; run: string }
  | { kind: "ended" }
  | { kind: "lost"; at: string | null; message: string };

/** What becomes of runs of one program under another. */
export class Upgrade {
  private constructor();
  /** What becomes of the runs at each place, and whether all of them can be moved. */
  describe(): { complete: boolean; places: Verdict[] };
  /** Moves a run; `now` is in milliseconds since 1970, the present without it. */
  run(run: string, now?: number): Moved;
  /** The same with a line for the log that `sbotc replay` reads, unless the run is lost. */
  runLogged(name: string, run: string, now?: number): { moved: Moved; log: string | null };
  /** The same calls with JSON texts in and a JSON text out, byte for byte the same in every language. */
  text(call: string, ...texts: string[]): string;
  /** Frees the upgrade's memory. */
  free(): void;
}
