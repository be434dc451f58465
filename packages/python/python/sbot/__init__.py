"""Run compiled Sbot bots, and compile them.

A program is loaded once and shared by all threads. A turn is a pure function: the parked run, an event and the facts go
in; effects and the run parked again (or its end) come out. ``docs/embedding.md`` of the repository has the form of events,
facts and effects.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import _sbot

__all__ = ["Compiled", "Program", "SbotError", "Upgrade", "compile", "version"]

version: str = _sbot.version


class SbotError(Exception):
    """What was wrong with a call. Nothing has changed then."""

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__(told["message"])
        self.code: str = told["error"]
        """``load``, ``run``, ``input`` or ``host``."""
        self.problems: list[dict[str, str]] = told["problems"]
        """Everything that is wrong, each with its place (``at``) and what to do (``what``)."""


@dataclass(frozen=True)
class Compiled:
    """What came of compiling a project."""

    program: bytes | None
    """The bytes of the ``.sbc`` file; ``None`` if there was an error."""
    id: str | None
    diagnostics: list[dict[str, Any]]
    report: str
    """The diagnostics for people."""


def compile(files: Mapping[str, str | bytes]) -> Compiled:
    """Compiles a project: its files by path. Attached files only have to be there."""
    texts = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    program, told = _sbot.compile(texts)
    return Compiled(program=None if program is None else bytes(program), **json.loads(told))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _told(native: _sbot.Native | _sbot.Moves, call: str, texts: tuple[str, ...]) -> Any:
    try:
        return getattr(native, call)(*texts)
    except _sbot.Failed as why:
        raise SbotError(json.loads(why.args[0])) from None


class Program:
    """A loaded program. Objects may be given as JSON texts too."""

    def __init__(self, data: bytes) -> None:
        """Loads and verifies the bytes of an ``.sbc`` file."""
        try:
            self._native = _sbot.Native(data)
        except _sbot.Failed as why:
            raise SbotError(json.loads(why.args[0])) from None

    def text(self, call: str, *texts: str) -> Any:
        """A call with JSON texts in and a JSON text out, byte for byte the same in every language."""
        return _told(self._native, call, texts)

    def _call(self, call: str, *values: Any) -> Any:
        return json.loads(self.text(call, *map(_text, values)))

    def describe(self) -> dict[str, Any]:
        """The bots, triggers, waits, actions, fields and channels."""
        return self._call("describe")

    def check(self, host: Mapping[str, Any] | str) -> None:
        """Raises everything that the host does not have and the program needs."""
        self._call("check", host)

    def start(
        self, bot: str, args: Mapping[str, Any] | str, event: Mapping[str, Any] | str, facts: Mapping[str, Any] | str
    ) -> dict[str, Any]:
        """Starts a bot, by its name."""
        return self._call("start", bot, args, event, facts)

    def turn(self, run: str, event: Mapping[str, Any] | str, facts: Mapping[str, Any] | str) -> dict[str, Any]:
        """Gives an event to a parked run: the text that the turn before gave as ``run``."""
        return self._call("turn", run, event, facts)

    def triggered(
        self,
        event: Mapping[str, Any] | str,
        facts: Mapping[str, Any] | str,
        started: Mapping[str, Any] | str = "{}",
    ) -> dict[str, Any]:
        """Which bots an event starts. ``started``: when each trigger has started its bot on this lead last."""
        return self._call("triggered", event, facts, started)

    def wait(self, run: str) -> dict[str, Any]:
        """What a parked run waits for."""
        return self._call("wait", run)

    def reads(self, run: str) -> list[str]:
        """The fields that facts must have for the next turn of a parked run."""
        return self._call("reads", run)

    def reads_at_start(self, bot: str) -> list[str]:
        """The fields that facts must have for the first turn of a bot."""
        return self._call("reads_at_start", bot)

    def reads_of_triggers(self) -> list[str]:
        """The fields that facts must have for ``triggered``."""
        return self._call("reads_of_triggers")

    def start_logged(
        self,
        name: str,
        bot: str,
        args: Mapping[str, Any] | str,
        event: Mapping[str, Any] | str,
        facts: Mapping[str, Any] | str,
    ) -> tuple[dict[str, Any], str]:
        """Like ``start``, with a line for the log that ``sbotc replay`` reads."""
        turn, line = self.text("start_logged", name, bot, *map(_text, (args, event, facts)))
        return json.loads(turn), line

    def turn_logged(
        self, name: str, run: str, event: Mapping[str, Any] | str, facts: Mapping[str, Any] | str
    ) -> tuple[dict[str, Any], str]:
        """Like ``turn``, with a line for the log that ``sbotc replay`` reads."""
        turn, line = self.text("turn_logged", name, run, *map(_text, (event, facts)))
        return json.loads(turn), line

    def upgrade_from(self, old: Program) -> Upgrade:
        """What becomes of runs of an older program under this one."""
        return Upgrade(old, self)


class Upgrade:
    """What becomes of runs of one program under another."""

    def __init__(self, old: Program, new: Program) -> None:
        self._native = _sbot.Moves(old._native, new._native)

    def text(self, call: str, *texts: str) -> Any:
        """A call with JSON texts in and a JSON text out, byte for byte the same in every language."""
        return _told(self._native, call, texts)

    def describe(self) -> dict[str, Any]:
        """What becomes of the runs at each place of the old program, and whether all of them can be moved."""
        return json.loads(self.text("describe"))

    def run(self, run: str, now: int) -> dict[str, Any]:
        """Moves a parked run, at a time in milliseconds since 1970. A run that is ``lost`` is as it was."""
        return json.loads(self.text("run", run, str(now)))

    def run_logged(self, name: str, run: str, now: int) -> tuple[dict[str, Any], str | None]:
        """Like ``run``, with a line for the log that ``sbotc replay`` reads, unless the run is lost."""
        told = json.loads(self.text("run_logged", name, run, str(now)))
        return told["moved"], told["log"]
