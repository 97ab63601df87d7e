/** Says whether a builtin has been loaded in this thread: putting right what was never used would only cost time. */
export function isBuiltinLoaded(name: string): boolean {
  const list = (process as unknown as { moduleLoadList?: string[] }).moduleLoadList;
  return list === undefined || list.includes(`NativeModule ${name}`);
}
