const KEEP = Symbol.for('node-crac.living');

interface Answer {
  result?: { objectId?: string };
  objects?: { objectId?: string };
}

/**
 * Asks the heap, by an inspector session of our own, for every living object that has this prototype. It takes a full
 * collection of the garbage and some hundred bytes for each object of the heap, so it is asked only where it must be.
 *
 * @returns empty where this node has no inspector
 */
export function livingWith(prototype: object): object[] {
  const found: object[] = [];
  const { Session } = require('node:inspector') as typeof import('node:inspector');
  const session = new Session();
  const keep = globalThis as unknown as Record<symbol, unknown>;
  const post = (method: string, parameters: object): Answer => {
    let answer: Answer = {};
    session.post(method, parameters, (_error, result) => {
      answer = (result ?? {}) as Answer;
    });
    return answer;
  };
  try {
    session.connect();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_INSPECTOR_NOT_AVAILABLE') return found;
    throw error;
  }
  try {
    const take = (all: object[]) => {
      for (const each of all) found.push(each);
    };
    keep[KEEP] = { prototype, take };
    const global = `globalThis[Symbol.for(${JSON.stringify(KEEP.description)})]`;
    const id = post('Runtime.evaluate', { expression: `${global}.prototype` }).result?.objectId;
    if (id === undefined) return found;
    const objects = post('Runtime.queryObjects', { prototypeObjectId: id }).objects?.objectId;
    post('Runtime.callFunctionOn', {
      objectId: objects,
      functionDeclaration: `function () { ${global}.take(this); }`,
    });
  } finally {
    delete keep[KEEP];
    session.disconnect();
  }
  return found;
}
