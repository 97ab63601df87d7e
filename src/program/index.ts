export * from './coordination/index.ts';
