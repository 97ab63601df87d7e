export { originOf } from './brand.ts';
export * from './classes.ts';
export * from './json.ts';
export * from './open.ts';
export * from './report.ts';
