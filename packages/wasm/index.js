// Sbot for JavaScript: the virtual machine and the compiler as WebAssembly. Types are in index.d.ts.
//
// Every call passes JSON texts through the memory of the module and frees them again; nothing is kept but programs.

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What was wrong with a call. Nothing has changed then. */
export class SbotError extends Error {
  constructor(told) {
    super(told.message);
    this.name = "SbotError";
    this.code = told.error;
    this.problems = told.problems;
  }
}

/** Loads the module: from its bytes or a compiled module, or without an argument the file beside this one. */
export async function load(source) {
  const module = source instanceof WebAssembly.Module ? source : await WebAssembly.compile(source ?? (await beside()));
  return new Sbot((await WebAssembly.instantiate(module, {})).exports);
}

async function beside() {
  const url = new URL("./sbot.wasm", import.meta.url);
  if (url.protocol === "file:") {
    const { readFile } = await import("node:fs/promises");
    return readFile(url);
  }
  const response = await fetch(url);
  if (!response.ok) throw new Error(`cannot load ${url}: ${response.status}`);
  return response.arrayBuffer();
}

/** JSON as it is, anything else as JSON. */
const json = (value) => (typeof value === "string" ? value : JSON.stringify(value));

const fromBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

export class Sbot {
  #wasm;

  constructor(wasm) {
    this.#wasm = wasm;
  }

  /** The version of the module. */
  get version() {
    return JSON.parse(this.text("sbot_version", []));
  }

  /** Compiles a project. */
  compile(files) {
    const { program, ...told } = JSON.parse(this.text("sbot_compile", [JSON.stringify(files)]));
    return { program: program === null ? null : fromBase64(program), ...told };
  }

  /** Loads and verifies the bytes of an .sbc file. */
  program(bytes) {
    const given = this.#put(bytes);
    try {
      return new Program(this, this.#made((why) => this.#wasm.sbot_program_load(given.at, given.length, why)));
    } finally {
      this.#wasm.sbot_free(given.at, given.length);
    }
  }

  /** What becomes of runs of one program under another. */
  upgrade(old, program) {
    return new Upgrade(this, this.#made((why) => this.#wasm.sbot_upgrade_new(old, program, why)));
  }

  /** One call, with JSON texts in and a JSON text out; `of` is what it is a call of, if it is one. */
  text(name, texts, of) {
    const given = texts.map((text) => this.#put(encoder.encode(text)));
    try {
      const args = given.flatMap(({ at, length }) => [at, length]);
      return this.#take(this.#wasm[name](...(of === undefined ? [] : [of]), ...args));
    } finally {
      for (const { at, length } of given) this.#wasm.sbot_free(at, length);
    }
  }

  /** Frees a program or an upgrade. */
  free(kind, of) {
    this.#wasm[`sbot_${kind}_free`](of);
  }

  /** What a function makes that is given a place for the reason why not. */
  #made(make) {
    const wasm = this.#wasm;
    const why = wasm.sbot_alloc(4);
    try {
      const made = make(why);
      if (made === 0) this.#take(new DataView(wasm.memory.buffer).getUint32(why, true));
      return made;
    } finally {
      wasm.sbot_free(why, 4);
    }
  }

  #put(bytes) {
    const at = this.#wasm.sbot_alloc(bytes.length);
    new Uint8Array(this.#wasm.memory.buffer, at, bytes.length).set(bytes);
    return { at, length: bytes.length };
  }

  #take(text) {
    const wasm = this.#wasm;
    const [at, length] = [wasm.sbot_text_data(text), wasm.sbot_text_length(text)];
    const said = decoder.decode(new Uint8Array(wasm.memory.buffer, at, length));
    const failed = wasm.sbot_text_is_error(text);
    wasm.sbot_text_free(text);
    if (failed) throw new SbotError(JSON.parse(said));
    return said;
  }
}

/** A loaded program. */
export class Program {
  #sbot;
  #program;

  constructor(sbot, program) {
    this.#sbot = sbot;
    this.#program = program;
  }

  /** The same calls with JSON texts in and a JSON text out, byte for byte the same in every language. */
  text(call, ...texts) {
    if (this.#program === 0) throw new Error("the program has been freed");
    return this.#sbot.text(`sbot_${call}`, texts, this.#program);
  }

  #call(call, ...values) {
    return JSON.parse(this.text(call, ...values.map(json)));
  }

  describe() {
    return this.#call("describe");
  }

  check(host) {
    this.#call("check", host);
  }

  start(bot, args, event, facts) {
    return this.#call("start", bot, args, event, facts);
  }

  turn(run, event, facts) {
    return this.#call("turn", run, event, facts);
  }

  triggered(event, facts, started = {}) {
    return this.#call("triggered", event, facts, started);
  }

  wait(run) {
    return this.#call("wait", run);
  }

  reads(run) {
    return this.#call("reads", run);
  }

  readsAtStart(bot) {
    return this.#call("reads_at_start", bot);
  }

  readsOfTriggers() {
    return this.#call("reads_of_triggers");
  }

  startLogged(name, bot, args, event, facts) {
    return this.#call("start_logged", name, bot, args, event, facts);
  }

  turnLogged(name, run, event, facts) {
    return this.#call("turn_logged", name, run, event, facts);
  }

  /** What becomes of runs of an older program under this one. */
  upgradeFrom(old) {
    if (this.#program === 0 || old.#program === 0) throw new Error("the program has been freed");
    return this.#sbot.upgrade(old.#program, this.#program);
  }

  /** Frees the program's memory. */
  free() {
    if (this.#program !== 0) this.#sbot.free("program", this.#program);
    this.#program = 0;
  }
}

/** What becomes of runs of one program under another. */
export class Upgrade {
  #sbot;
  #upgrade;

  constructor(sbot, upgrade) {
    this.#sbot = sbot;
    this.#upgrade = upgrade;
  }

  /** The same calls with JSON texts in and a JSON text out, byte for byte the same in every language. */
  text(call, ...texts) {
    if (this.#upgrade === 0) throw new Error("the upgrade has been freed");
    return this.#sbot.text(`sbot_upgrade_${call}`, texts, this.#upgrade);
  }

  describe() {
    return JSON.parse(this.text("describe"));
  }

  run(run, now = Date.now()) {
    return JSON.parse(this.text("run", run, String(now)));
  }

  runLogged(name, run, now = Date.now()) {
    return JSON.parse(this.text("run_logged", name, run, String(now)));
  }

  /** Frees the upgrade's memory. */
  free() {
    if (this.#upgrade !== 0) this.#sbot.free("upgrade", this.#upgrade);
    this.#upgrade = 0;
  }
}
