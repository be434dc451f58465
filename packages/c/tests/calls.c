/* Makes every call of a file and compares what it gives, byte for byte. See tests/tests/packages.rs for the format. */
#include "sbot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  uint8_t *data;
  size_t length;
} bytes;

enum { MOST = 8 };

static void fail(long number, const char *name, const char *why) {
  fprintf(stderr, "call %ld, %s: %s\n", number, name, why);
  exit(1);
}

static bytes read_text(FILE *file) {
  size_t length;
  bytes text = {NULL, 0};
  if (fscanf(file, "%zu", &length) != 1 || fgetc(file) != '\n') fail(0, "the file", "no length");
  text.data = malloc(length + 1);
  text.length = length;
  if (text.data == NULL || fread(text.data, 1, length, file) != length || fgetc(file) != '\n')
    fail(0, "the file", "it ends too early");
  return text;
}

static sbot_text *call(sbot_program *p, sbot_upgrade *u, const char *name, const bytes *t) {
#define T(n) t[n].data, t[n].length
  if (!strcmp(name, "describe")) return sbot_describe(p);
  if (!strcmp(name, "reads_of_triggers")) return sbot_reads_of_triggers(p);
  if (!strcmp(name, "check")) return sbot_check(p, T(0));
  if (!strcmp(name, "reads")) return sbot_reads(p, T(0));
  if (!strcmp(name, "reads_at_start")) return sbot_reads_at_start(p, T(0));
  if (!strcmp(name, "wait")) return sbot_wait(p, T(0));
  if (!strcmp(name, "turn")) return sbot_turn(p, T(0), T(1), T(2));
  if (!strcmp(name, "start")) return sbot_start(p, T(0), T(1), T(2), T(3));
  if (!strcmp(name, "upgrade_describe")) return sbot_upgrade_describe(u);
  if (!strcmp(name, "upgrade_run")) return sbot_upgrade_run(u, T(0), T(1));
  if (!strcmp(name, "upgrade_run_logged")) return sbot_upgrade_run_logged(u, T(0), T(1), T(2));
  if (!strcmp(name, "compile")) return sbot_compile(T(0));
#undef T
  return NULL;
}

int main(int argc, char **argv) {
  FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
  sbot_program *program = NULL;
  sbot_program *other = NULL;
  sbot_upgrade *upgrade = NULL;
  char word[40];
  int count;
  long number = 0;
  if (file == NULL) fail(0, "the file", "cannot be opened");
  while (fscanf(file, "%39s %d", word, &count) == 2) {
    bytes texts[MOST];
    bool fails = word[0] == '!';
    const char *name = word + fails;
    number++;
    if (fgetc(file) != '\n' || count < 1 || count > MOST) fail(number, name, "cannot be read");
    for (int n = 0; n < count; n++) texts[n] = read_text(file);
    if (!strcmp(name, "program")) {
      sbot_text *why = NULL;
      sbot_program_free(other);
      other = program;
      program = sbot_program_load(texts[0].data, texts[0].length, &why);
      if (program == NULL) fail(number, name, "cannot be loaded");
    } else if (!strcmp(name, "upgrade")) {
      bool same = texts[0].length == 4 && !memcmp(texts[0].data, "same", 4);
      sbot_upgrade_free(upgrade);
      upgrade = sbot_upgrade_new(program, same ? program : other, NULL);
      if (upgrade == NULL) fail(number, name, "cannot be made");
    } else {
      sbot_text *gives = call(program, upgrade, name, texts);
      bytes wanted = texts[count - 1];
      if (gives == NULL) fail(number, name, "there is no such call");
      if (sbot_text_is_error(gives) != fails) fail(number, name, "an error, or none");
      if (sbot_text_length(gives) != wanted.length || memcmp(sbot_text_data(gives), wanted.data, wanted.length))
        fail(number, name, "other bytes");
      sbot_text_free(gives);
    }
    for (int n = 0; n < count; n++) free(texts[n].data);
  }
  if (!feof(file)) fail(number, "the file", "goes on");
  sbot_upgrade_free(upgrade);
  sbot_program_free(other);
  sbot_program_free(program);
  fclose(file);
  printf("%ld calls, all the same\n", number);
  return 0;
}
