/*
 * Sbot: run compiled sales-chat bots, and compile them.
 *
 * A program is loaded once and shared by all threads. A turn is a pure function: the parked run, an event and the facts
 * go in; effects and the run parked again (or its end) come out. Nothing here reads a clock, a file or a network.
 *
 * Texts go in as a pointer and a length, in UTF-8, without a final zero; they are read before the call returns. Texts come
 * out as an sbot_text, which the caller frees. What is in them is JSON; docs/embedding.md of the repository has its form.
 * A call that could not be done gives a text for which sbot_text_is_error() holds:
 *   {"error":"input","message":"…","problems":[{"at":"facts/lead.budget","what":"…"}]}
 * and nothing has changed then. A refused event is no error, but an outcome of kind "refused".
 */
#ifndef SBOT_H
#define SBOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sbot_program sbot_program;
typedef struct sbot_upgrade sbot_upgrade;
typedef struct sbot_text sbot_text;

/* The version of this library, a JSON text. */
sbot_text *sbot_version(void);

/* The bytes of a text, and how many there are. No final zero. They live until the text is freed. */
const uint8_t *sbot_text_data(const sbot_text *text);
size_t sbot_text_length(const sbot_text *text);
/* Whether a text tells why a call could not be done. */
bool sbot_text_is_error(const sbot_text *text);
/* Frees a text. NULL is fine. */
void sbot_text_free(sbot_text *text);

/* Loads and verifies the bytes of an .sbc file. NULL if that fails; *why (if not NULL) is then a text to free. */
sbot_program *sbot_program_load(const uint8_t *data, size_t length, sbot_text **why);
/* Frees a program, when no thread uses it any more. NULL is fine. */
void sbot_program_free(sbot_program *program);

/* The bots, triggers, waits, actions, fields and channels of a program. */
sbot_text *sbot_describe(const sbot_program *program);
/* Whether a host has everything that the program needs: {} or an error that lists all that is missing. */
sbot_text *sbot_check(const sbot_program *program, const uint8_t *host, size_t host_length);

/* Starts a bot, by its name. */
sbot_text *sbot_start(const sbot_program *program, const uint8_t *bot, size_t bot_length, const uint8_t *args,
                      size_t args_length, const uint8_t *event, size_t event_length, const uint8_t *facts,
                      size_t facts_length);
/* Gives an event to a parked run: the text that the turn before gave as "run". */
sbot_text *sbot_turn(const sbot_program *program, const uint8_t *parked, size_t parked_length, const uint8_t *event,
                     size_t event_length, const uint8_t *facts, size_t facts_length);
/* Which bots an event starts. started: when each trigger has started its bot on this lead last. */
sbot_text *sbot_triggered(const sbot_program *program, const uint8_t *event, size_t event_length, const uint8_t *facts,
                          size_t facts_length, const uint8_t *started, size_t started_length);

/* What a parked run waits for. */
sbot_text *sbot_wait(const sbot_program *program, const uint8_t *parked, size_t parked_length);
/* The fields that facts must have: for the next turn of a parked run, the first of a bot, and the triggers. */
sbot_text *sbot_reads(const sbot_program *program, const uint8_t *parked, size_t parked_length);
sbot_text *sbot_reads_at_start(const sbot_program *program, const uint8_t *bot, size_t bot_length);
sbot_text *sbot_reads_of_triggers(const sbot_program *program);

/* The same turns with a line for the log that `sbotc replay` reads: {"turn":…,"log":LINE}. name is your own name of the
 * conversation. */
sbot_text *sbot_start_logged(const sbot_program *program, const uint8_t *name, size_t name_length, const uint8_t *bot,
                             size_t bot_length, const uint8_t *args, size_t args_length, const uint8_t *event,
                             size_t event_length, const uint8_t *facts, size_t facts_length);
sbot_text *sbot_turn_logged(const sbot_program *program, const uint8_t *name, size_t name_length, const uint8_t *parked,
                            size_t parked_length, const uint8_t *event, size_t event_length, const uint8_t *facts,
                            size_t facts_length);

/* What becomes of runs of the program old under the program new. NULL if a program is NULL; *why (if not NULL) is then a
 * text to free. Both programs may be freed afterwards. */
sbot_upgrade *sbot_upgrade_new(const sbot_program *old, const sbot_program *new_program, sbot_text **why);
/* Frees an upgrade, when no thread uses it any more. NULL is fine. */
void sbot_upgrade_free(sbot_upgrade *upgrade);
/* What becomes of the runs at each place of the old program, and whether all of them can be moved. */
sbot_text *sbot_upgrade_describe(const sbot_upgrade *upgrade);
/* Moves a parked run; now is the time in milliseconds since 1970, as a text. A run that cannot be moved is no error, but an
 * outcome of kind "lost": keep it, and the old program. */
sbot_text *sbot_upgrade_run(const sbot_upgrade *upgrade, const uint8_t *parked, size_t parked_length, const uint8_t *now,
                            size_t now_length);
/* The same with a line for the log: {"moved":…,"log":LINE}; the line is null if the run was not moved. */
sbot_text *sbot_upgrade_run_logged(const sbot_upgrade *upgrade, const uint8_t *name, size_t name_length,
                                   const uint8_t *parked, size_t parked_length, const uint8_t *now, size_t now_length);

/* Compiles a project: {"welcome.sbot":TEXT,"menu.pdf":""} becomes {"program":BASE64,"id":HEX,"diagnostics":[…],
 * "report":TEXT}; program and id are null if there was an error. */
sbot_text *sbot_compile(const uint8_t *files, size_t length);

/* Room in the memory of this library, for callers that do not share it (WebAssembly). */
uint8_t *sbot_alloc(size_t length);
void sbot_free(uint8_t *data, size_t length);

#ifdef __cplusplus
}
#endif

#endif
