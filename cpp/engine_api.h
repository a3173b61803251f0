/* The border between the shim (frames and the table, no Python) and a runtime (Python).
 *
 * Plain C, so that the in-process runtime, the worker's client and a test's stand-in are the same
 * thing to the shim: one struct of functions.  Nobody throws across it.  Every struct starts with
 * its size, so that a later field can be told from an absent one.
 */
#ifndef ANATOMATTE_ENGINE_API_H
#define ANATOMATTE_ENGINE_API_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ANATOMATTE_ENGINE_API 4
/* The one symbol that a runtime's shared object exports. */
#define ANATOMATTE_ENGINE_SYMBOL "anatomatte_engine"

typedef enum AnmResult {
  ANM_OK = 0,
  ANM_FAILED = 1,   /* our bug: an error without a class of its own */
  ANM_SETTINGS = 2, /* the numbers are the command line's exit codes */
  ANM_PLATE = 3,
  ANM_SETUP = 4,
  ANM_MEMORY = 5,
  ANM_ABSENT = 100, /* no failure: there is no picture at that time */
  ANM_CANCELLED = 130
} AnmResult;

typedef enum AnmDepth { ANM_BYTE = 1, ANM_SHORT = 2, ANM_HALF = 3, ANM_FLOAT = 4 } AnmDepth;

typedef enum AnmPremult {
  ANM_OPAQUE = 0,
  ANM_PREMULTIPLIED = 1,
  ANM_UNPREMULTIPLIED = 2
} AnmPremult;

/* FrameView: pixels that the host owns, borrowed for the length of one call unless they may be
 * kept. */
typedef struct AnmImage {
  uint32_t size;
  const char* clip;  /* "Source", "InM", "OutM", "CleanPlate", "Hint", "Bg" or "Output" */
  void* data;        /* the leftmost pixel of row y1, the LOWEST row, as OFX counts */
  int32_t bounds[4]; /* x1 y1 x2 y2 of data, in pixels at the render scale; may be off the origin */
  int64_t row_bytes; /* from a row to the one above it; may be padded or negative */
  int32_t components;  /* 1 alpha, 3 RGB, 4 RGBA */
  int32_t depth;       /* AnmDepth */
  int32_t premult;     /* AnmPremult */
  double pixel_aspect; /* width of a pixel / its height */
  int32_t rod[4];      /* the clip's region of definition in the same pixels */
  /* Null where the pixels go back when the call ends.  Else nobody writes into them while somebody
   * keeps them: `keep` gives what holds them, or null, until `let_go` is called with it, once, from
   * any thread and at any time. */
  void* owner;
  void* (*keep)(void* owner);
  void (*let_go)(void* kept);
} AnmImage;

typedef enum AnmValueKind {
  ANM_NUMBERS = 0, /* count of number[] */
  ANM_TEXT = 1,    /* text */
  ANM_WHOLE = 2,   /* number[0], a whole number */
  ANM_TRUTH = 3    /* number[0], 0 or 1 */
} AnmValueKind;

/* The value of one control at a time, in the order of the table. */
typedef struct AnmValue {
  const char* name;
  int32_t kind;  /* AnmValueKind */
  int32_t count; /* how many of number[] count */
  double number[3];
  const char* text; /* the key of a choice, or a text */
} AnmValue;

/* The frames that Source has. */
typedef struct AnmRange {
  int32_t known; /* 0 where the host does not say */
  double first, last;
} AnmRange;

/* A clip at another time than the frame's, asked for while a frame renders.  ANM_ABSENT where it
 * has no picture there; of Source also outside of its range, whatever the host repeats there. */
typedef struct AnmFetch {
  uint32_t size;
  const char* clip; /* as AnmImage's, but not "Output" */
  double time;
  /* Called once, from the calling thread, while the pixels are there: they go back right after,
   * unless they may be kept. */
  void (*take)(void* taker, const AnmImage* image);
  void* taker;
  char* message; /* on failure: a sentence */
  size_t message_size;
} AnmFetch;

/* All controls at another time than the frame's, asked for while a frame renders. */
typedef struct AnmAsk {
  uint32_t size;
  double time;
  /* Called once, from the calling thread, while the values are there: as a call's. */
  void (*take)(void* taker, const AnmValue* values, int32_t count);
  void* taker;
  char* message; /* on failure: a sentence */
  size_t message_size;
} AnmAsk;

/* Where the channels of a picture of floats lie. */
typedef struct AnmChannels {
  int32_t count; /* as many as the output has */
  struct {
    const void* top;    /* the channel's value in the leftmost pixel of the window's TOP row */
    int64_t pixel_step; /* in bytes from a pixel to the one on its right */
    int64_t row_step;   /* from a row to the one below it */
  } at[4];
} AnmChannels;

/* One frame. */
typedef struct AnmCall {
  uint32_t size;
  double time;
  double scale[2];   /* render scale; sizes in pixels are at full resolution */
  int32_t window[4]; /* render window: the pixels of output to write, all of them */
  int32_t draft;     /* the host scrubs or asks for draft quality */
  const AnmImage* inputs;
  int32_t n_inputs; /* connected clips only; Source is always there */
  const AnmImage* output;
  const AnmValue* values;
  int32_t n_values;
  void* host;                     /* handed back to the two callbacks; null ones are skipped */
  int32_t (*aborted)(void* host); /* asked every 50 ms from the calling thread */
  void (*progress)(void* host, double); /* 0 to 1, from the calling thread */
  /* UTF-8, terminated.  On failure one or two sentences; on success a line with the frame's account
   * as JSON, what made its pixels, and then the lines of the node's status.  Empty where a runtime
   * gives none. */
  char* message;
  size_t message_size;
  AnmRange range; /* of Source */
  /* Calls with the same number, unless it is 0, are given the same pictures at the same time. */
  uint64_t sequence;
  /* Null where the host hands over no other frames.  From the thread that called render. */
  AnmResult (*fetch)(void* host, AnmFetch* wanted);
  /* Null where fetch is.  From the thread that called render. */
  AnmResult (*values_at)(void* host, AnmAsk* wanted);
  /* Null where nobody waits for it.  Told by the engine's own thread, more each time: so many rows
   * of the window, counted from its TOP, are written and stay as they are if the frame is OK. */
  void (*wrote)(void* host, int32_t rows);
  /* Null where a picture is only taken from the output.  Told by the engine's own thread, once, at
   * its end: the window's picture lies there, in memory of the inputs or of the output, and need
   * not be written.  0 where it cannot be read there. */
  int32_t (*lies)(void* host, const AnmChannels* channels);
} AnmCall;

/* Which other frames a frame depends on. */
typedef struct AnmReach {
  uint32_t size;
  double time;
  AnmRange range;         /* of Source */
  const AnmValue* values; /* as a call's */
  int32_t n_values;
  /* The answer: first and last of the others, before or behind the frame or to both sides of it,
   * none outside of the range; none where first > last. */
  double first, last;             /* of Source */
  double clips_first, clips_last; /* of the other clips that mattes are made of, all but Bg */
} AnmReach;

/* What the shim tells a runtime before the first frame. */
typedef struct AnmStart {
  uint32_t size;
  const char* table_digest; /* compiled into the shim; another one fails the handshake */
  const char* version;
  const char* python; /* executable of the environment to start, or null */
  const char*
      module_path; /* folder that holds the package `anatomatte`, or null: already importable */
  char* message;
  size_t message_size;
} AnmStart;

typedef struct AnmEngine {
  uint32_t size;
  uint32_t api; /* ANATOMATTE_ENGINE_API */
  /* Renders one frame; blocks, writes the whole window or fails.  Safe from several threads. */
  AnmResult (*render)(AnmCall* call);
  /* A few short lines for the Status page of any node: runtime, Python, engine. */
  AnmResult (*status)(char* text, size_t text_size);
  /* Gives cached memory back. */
  void (*purge)(void);
  /* Needs no plate and no network; safe from several threads. */
  AnmResult (*reach)(AnmReach* question);
} AnmEngine;

/* Starts or joins the runtime; null (with a sentence in start->message) when it cannot run. */
typedef const AnmEngine* (*AnmEngineEntry)(const AnmStart* start);

#ifdef __cplusplus
}
#endif

#endif /* ANATOMATTE_ENGINE_API_H */
