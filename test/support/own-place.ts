import { afterEach, beforeEach } from 'vitest';
import { Place } from './crac.ts';

/** The running test's own place, and where its image goes: made anew for each test of a file that imports them. */
export let place: Place;
export let image: string;

beforeEach(() => {
  place = new Place();
  image = place.path('image');
});
afterEach(() => place.close());
