/** The place where something was drawn: the stack is formatted only when somebody reads it. */
export interface Place {
  readonly stack?: string;
}

/** The number of frames in which the application's own is found, after the function that it called. */
const FRAMES = 4;

/** @param entry the function that the application called: its frame and those above are left out */
export function placeOf(entry: (...words: never[]) => unknown): Place {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  const place: Place = {};
  Error.captureStackTrace(place, entry);
  Error.stackTraceLimit = limit;
  return place;
}
