import { InFlightError } from '../../shared/errors/classes.ts';
import { HttpRequests } from '../adapters/http-requests.ts';
import { Http2Streams } from '../adapters/http2-streams.ts';
import type { Adapters } from '../adapters/registry.ts';
import type { Fixups } from '../engines/engine.ts';
import type { FrontDoor } from './front-door.ts';
import { Intervals } from './intervals.ts';

const { now: wallClock } = Date;

/** The length of the first attempt in milliseconds; each next one takes twice as long, up to the last. */
const FIRST_SLICE = 500;
const LAST_SLICE = 2000;
/**
 * The time in milliseconds without an end of anything, after which one piece of held work is let go: open work may wait
 * for it.
 */
const STUCK = 250;
/** The time in milliseconds for which waiting clients are let in, where something inside may wait for them. */
const LET_IN = 20;
const STEP = 5;
/** The time in milliseconds between two looks whether a copy waits for itself while its clients wait. */
const LOOK = 250;

// A program's fake timers must not hold up a checkpoint.
const { setImmediate, setTimeout, setInterval, clearInterval } = globalThis;

const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Other processes' part in a moment that is quiet here. */
export interface Others {
  /** Resolves when the others are quiet, too; with false if one of them needs another attempt first. */
  allQuiet(): Promise<boolean>;
  /** Tells the others that something is in flight here again. */
  busy(): void;
  /** Blocks until all stand still with this process; returns false if one cannot. */
  hold(): boolean;
}

/**
 * The search for the moment of the dump, in which nothing that the dump would cut is in flight. New work is held back
 * meanwhile, or under a steady load there would be no such moment (docs/decisions/0015-held-work.md).
 */
export class Quiescence {
  readonly #requests = new HttpRequests(new Http2Streams());
  readonly #adapters: Adapters;
  readonly #fixups: Pick<Fixups, 'deliverDrawn' | 'release'>;
  readonly #frontDoor: FrontDoor | undefined;
  readonly #intervals = new Intervals();
  /** When held work was let through last. */
  #letThrough = 0;
  /** Set in a copy whose clients wait still. */
  #holding: NodeJS.Timeout | undefined;

  constructor(
    adapters: Adapters,
    fixups: Pick<Fixups, 'deliverDrawn' | 'release'>,
    frontDoor: FrontDoor | undefined,
  ) {
    this.#adapters = adapters;
    this.#fixups = fixups;
    this.#frontDoor = frontDoor;
  }

  /**
   * @param askedByProgram as in HttpRequests.settled
   * @param others asked each time
   * @param freeze called when nothing is in flight and connections are closed, with nothing of the program in between
   * @returns what `freeze` does
   * @throws InFlightError if a database's or queue's client is busy all the time
   */
  async whenReached<T>(askedByProgram: boolean, others: Others, freeze: () => T): Promise<T> {
    const end = wallClock() + this.#adapters.doors.limit;
    try {
      for (let slice = FIRST_SLICE, first = true; ; slice = Math.min(2 * slice, LAST_SLICE), first = false) {
        this.#close();
        await this.#requests.settled(askedByProgram, () => this.#letIn(), first ? undefined : slice);
        const { count } = this.#requests; // requests that are not waited for
        await this.#adapters.stopSources();
        await this.#endOpenWork(end);
        // Only from the second attempt on: finding the intervals takes a while.
        if (!first) this.#intervals.hold();
        await this.#adapters.beforeFreeze();
        await this.#fixups.deliverDrawn();
        this.#letThrough = wallClock();
        for (const last = wallClock() + slice; wallClock() < last || wallClock() > end; await sleep(1)) {
          if (!(await inTurnOfItsOwn(() => this.#isQuiet(count, end)))) continue;
          if (!(await this.#untilOthers(others, count))) break;
          const frozen = await inTurnOfItsOwn(() => this.#freezeIfQuiet(count, end, others, freeze));
          if (frozen) return frozen.result;
        }
        this.#intervals.release();
        this.#adapters.resume();
        this.#fixups.release();
        await this.#letIn();
      }
    } finally {
      this.#intervals.release();
      this.open();
    }
  }

  /** Waits for the other members, which may take a while: what comes meanwhile is let through. */
  async #untilOthers(others: Others, requests: number): Promise<boolean> {
    const timer = setInterval(() => this.#isQuiet(requests, Number.POSITIVE_INFINITY), STEP);
    try {
      return await others.allQuiet();
    } finally {
      clearInterval(timer);
    }
  }

  /**
   * Tells whether nothing is in flight and nothing is held. Work that is held would be done by every copy, so it is let
   * through, and new work held meanwhile, until there is a moment without both.
   * @param requests the number of those that are not waited for
   */
  #isQuiet(requests: number, end: number): boolean {
    const { doors } = this.#adapters;
    const inFlight = this.#adapters.inFlight();
    const isLast = wallClock() > end;
    if (inFlight.length === 0 && doors.held === 0) return isLast || this.#requests.count <= requests;
    if (isLast) throw new InFlightError(inFlight, { limit: doors.limit, held: doors.held });
    const isStuck = wallClock() - this.#letThrough > STUCK; // what is in flight may wait for what is held
    if (inFlight.length === 0 || isStuck) {
      this.#letThrough = wallClock();
      doors.letThrough();
      if (isStuck) doors.letAsksThrough();
    } else if (this.#adapters.openWork().size > 0) doors.letAsksThrough();
    return false;
  }

  #freezeIfQuiet<T>(
    requests: number,
    end: number,
    others: Others,
    freeze: () => T,
  ): { result: T } | undefined {
    if (!this.#isQuiet(requests, end)) {
      others.busy();
      return undefined;
    }
    if (!others.hold()) return undefined;
    this.#adapters.letGo();
    this.#frontDoor?.forgetClosed();
    const result = freeze();
    if (!this.#holding) this.#frontDoor?.open();
    return { result };
  }

  /** Keeps the clients of a copy before its door until `admit`, or until its own hooks ask it something. */
  hold(): void {
    const door = this.#frontDoor;
    if (!door || this.#holding) return;
    door.recognize();
    this.#holding = setInterval(() => {
      if (door.isAskedFromInside()) this.admit();
    }, LOOK);
  }

  admit(): void {
    if (!this.#holding) return;
    clearInterval(this.#holding);
    this.#holding = undefined;
    this.open();
  }

  /** Makes clients wait from here on. */
  #close(): void {
    this.#frontDoor?.close();
    this.#requests.hold();
  }

  /** Lets clients in again, but for those of a copy whose hooks are not done. */
  open(): void {
    this.#requests.release();
    if (this.#holding) return;
    this.#frontDoor?.forgetClosed();
    this.#frontDoor?.open();
  }

  /** Lets held work in: a program may be its own client. */
  async #letIn(): Promise<void> {
    if (this.#adapters.inFlight().length === 0) return;
    this.open();
    await sleep(LET_IN);
    this.#close();
  }

  /**
   * Ends open work: nothing more is begun that only the program could end; what is open may ask for all that it needs.
   */
  async #endOpenWork(end: number): Promise<void> {
    const { begin } = this.#adapters.doors;
    begin.close();
    let before = new Set<object>();
    for (let since = wallClock(); ; await sleep(STEP)) {
      const open = new Set(this.#adapters.openWork().keys());
      if (open.size === 0 || wallClock() > end) return;
      if ([...before].some((piece) => !open.has(piece))) since = wallClock();
      before = open;
      if (wallClock() - since < STUCK) continue;
      begin.release();
      await this.#letIn();
      since = wallClock();
    }
  }
}

/** Runs `action` in a macrotask: the program's pending promise reactions run first. */
const inTurnOfItsOwn = <T>(action: () => T): Promise<T> =>
  new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(action());
      } catch (error) {
        reject(error);
      }
    });
  });
