"""Makes every call of a file and compares what it gives, byte for byte. See tests/tests/packages.rs for the format."""

import base64
import json
import sys

import sbot


def compiled(files: str) -> str:
    made = sbot.compile(json.loads(files))
    program = None if made.program is None else base64.b64encode(made.program).decode()
    told = {"program": program, "diagnostics": made.diagnostics, "id": made.id, "report": made.report}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def main(path: str) -> int:
    with open(path, "rb") as file:
        program = other = upgrade = None
        number = 0
        while header := file.readline():
            word, count = header.decode().split()
            fails, name = word.startswith("!"), word.lstrip("!")
            texts = []
            for _ in range(int(count)):
                texts.append(file.read(int(file.readline())))
                file.read(1)
            number += 1
            if name == "program":
                other, program = program, sbot.Program(texts[0])
                continue
            if name == "upgrade":
                upgrade = (program if texts[0] == b"same" else other).upgrade_from(program)
                continue
            *given, wanted = [text.decode() for text in texts]
            failed = False
            try:
                if name == "compile":
                    gives = compiled(*given)
                elif name.startswith("upgrade_"):
                    gives = upgrade.text(name.removeprefix("upgrade_"), *given)
                else:
                    gives = program.text(name, *given)
            except sbot.SbotError as why:
                failed = True
                told = {"error": why.code, "message": str(why), "problems": why.problems}
                gives = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
            if gives != wanted or failed != fails:
                print(f"call {number}, {name}:\n{gives}\n{wanted}", file=sys.stderr)
                return 1
    print(f"{number} calls, all the same")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
