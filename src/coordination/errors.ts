export { originOf } from './error-brand.ts';
export * from './error-classes.ts';
export * from './error-json.ts';
export * from './error-report.ts';
