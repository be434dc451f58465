// Makes every call of a file and compares what it gives, byte for byte. See tests/tests/packages.rs for the format.
import { readFileSync } from "node:fs";
import { load, SbotError } from "../index.js";

const [, , module, file] = process.argv;
const bytes = readFileSync(file);
let at = 0;

function line() {
  const end = bytes.indexOf(10, at);
  const text = bytes.toString("utf8", at, end);
  at = end + 1;
  return text;
}

function text() {
  const length = Number(line());
  const slice = bytes.subarray(at, at + length);
  at += length + 1;
  return slice;
}

const sbot = await load(readFileSync(module));
let program;
let other;
let upgrade;
let number = 0;
while (at < bytes.length) {
  const [word, count] = line().split(" ");
  const fails = word.startsWith("!");
  const name = fails ? word.slice(1) : word;
  const texts = Array.from({ length: Number(count) }, text);
  number += 1;
  if (name === "program") {
    other?.free();
    other = program;
    program = sbot.program(texts[0]);
    continue;
  }
  if (name === "upgrade") {
    upgrade?.free();
    upgrade = (texts[0].toString() === "same" ? program : other).upgradeFrom(program);
    continue;
  }
  const wanted = texts.pop().toString();
  const given = texts.map((one) => one.toString());
  let gives;
  let failed = false;
  try {
    if (name === "compile") gives = sbot.text("sbot_compile", given);
    else if (name.startsWith("upgrade_")) gives = upgrade.text(name.slice("upgrade_".length), ...given);
    else gives = program.text(name, ...given);
  } catch (why) {
    if (!(why instanceof SbotError)) throw why;
    failed = true;
    gives = JSON.stringify({ error: why.code, message: why.message, problems: why.problems });
  }
  if (gives !== wanted || failed !== fails) {
    console.error(`call ${number}, ${name}:\n${gives}\n${wanted}`);
    process.exit(1);
  }
}
console.log(`${number} calls, all the same`);
