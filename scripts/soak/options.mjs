import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    restores: { type: 'string', default: '100000' },
    hours: { type: 'string', default: '24' }, // whichever is over first
    every: { type: 'string', default: '200' }, // restores of one image, then the next generation
    lanes: { type: 'string', default: '2' }, // copies of an image that are there at once
    engine: { type: 'string', default: 'direct' },
    node: { type: 'string', default: process.execPath },
    'node-options': { type: 'string', default: '' }, // of the program, as --stress-compaction
    summary: { type: 'string' }, // a file with the figures: what is there goes on
    json: { type: 'boolean', default: false },
  },
});

function number(name) {
  const value = Number(values[name]);
  if (value > 0) return value;
  process.stderr.write(`soak: --${name} ${values[name]}: expected a number above 0\n`);
  process.exit(2);
}

export const options = {
  ...values,
  nodeOptions: values['node-options'].split(' ').filter(Boolean),
  restores: number('restores'),
  hours: number('hours'),
  every: number('every'),
  lanes: number('lanes'),
};
