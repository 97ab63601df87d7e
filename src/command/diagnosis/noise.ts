import type { LogLine } from './line.ts';
import { mayMatch } from './prefilter.ts';

/** Lines that look like errors and stand in the logs of checkpoints and restores that worked. */
const HARMLESS: readonly RegExp[] = [
  // The number of descriptors that the engine could use; raising it needs CAP_SYS_RESOURCE. podman quotes this line of
  // crun's log as if it were the reason (container-runtime.ts).
  /Can't setup RLIMIT_NOFILE for self(?!.*: OCI )/,
  /^exited, status=\d+$/, // a helper that probes for iptables
  /XDG_RUNTIME_DIR not set/,
  /Can't set tty params on \S+, trying to skip/,
  /kdat cache on non-tempfs/,
  /Stale \S* file/,
  /Can't create nftables table/,
  /^tun: Unable to create tun: (?:No such file or directory|Operation not permitted|Permission denied)/, // a probe, as in containers
  /^Can't open sysctl net\/ipv4\/tcp_[rw]mem/, // a probe; without it the engine takes what is usual
  /^Unable to create the binfmt_misc file system/, // a probe
  /Unable to get tun network namespace/,
  /Unable to open a socket file/,
  /(?:Can't|Can not|Unable to) load (?:nftables|libnftables)/,
  /CRIU was built without libnftables support$/,
  /ip6?tables(?:-legacy)?(?:-restore|-save)?: (?:No chain|Bad rule|command not found)/,
  /Unexpected error from clone3/,
  /clone3\(\) with set_tid not supported/,
  /Unable to find a (?:suitable )?mount for cgroup/,
  /Couldn't find a fd for \(uid/,
  /Will skip .* plugin/,
  /^cuda_plugin: Failed to launch cuda-checkpoint to retrieve restore tid: (?!.*(?:execvp|option|argument|OS call failed))/, // asked of every process
  /Unable to create a veth pair: -1$/, // a probe without CAP_NET_ADMIN, after which it goes on
  /^net: Unexpected error: -1\(Operation not permitted\)/,
];

/** Pairs of lines of which the first alone would tell of another error. */
const PAIRS: readonly (readonly [first: RegExp, next: RegExp])[] = [
  [/Unable to interrupt task: \d+ \(Operation not permitted\)/, /The criu itself is within dumped tree/],
  [/-1 reported by netlink: Operation not permitted/, /Unable to create a veth pair: -1$/],
];

/** Lines that CRIU prints while it gives up: never the reason. */
const UNWINDING: readonly RegExp[] = [
  /(?:Dumping|Restoring|Pre-dumping) FAILED/,
  /One of more action scripts failed/,
  /\b(?:Dump|Collect|Pre-dump|Fetch|Parse)\b[^(]*\(pid: \d+\) failed with -?\d+/i,
  /Unable to open fd=-?\d+ id=/,
  /Can't infect \(pid: \d+\) with parasite/,
  /Command \d+ for daemon failed/,
  /Can't dump [\w ]+ with parasite/,
  /Parasite (?:exited|failed)/,
  /Setting PID failed/,
  /Restorer fail \d+/,
  /\d+ exited, status=\d+/,
  /killed by signal (?:9|15)\b/,
  /when initializing kerndat/,
  /Could not initialize kernel features detection/,
  /Can't wait or bad status/,
  /Failed to resolve mapping [0-9a-f]+ filename/, // what could not be opened is named by the line after it
  /Can't (?:open|restore) (?:cwd|vma|exe link|root)\b/,
  /Can't open vmas?\b|Can't restore vma|Unable to restore .* vma/i,
  /Failed to (?:restore|prepare|open)(?: the)? (?:process|task|mm|vmas?)\b/i,
  /rpc: |Unable to kill \d+/,
  /mapfile link [0-9a-f]+: No such device or address/,
  /can't get \/proc fd/i,
  /Parasite failed to dump/,
  /Page (?:entry|dump) .* failed/i,
  /Can't unlink \S*(?:ghost|link_remap)|Can't remove (?:remap|temporary|the directory \S*\.criu\.mntns)/i,
  /cg: .*(?:failed|Failed) restoring/,
  /Dumping? .* failed/,
];

function any(patterns: readonly RegExp[], text: string): boolean {
  const lower = text.toLowerCase();
  return patterns.some((pattern) => mayMatch(pattern, text, lower) && pattern.test(text));
}

const startsPair = ({ message }: LogLine, next: LogLine | undefined): boolean =>
  PAIRS.some(([first, second]) => first.test(message) && next !== undefined && second.test(next.message));

/** @param next the line after it */
export const isHarmless = (line: LogLine, next?: LogLine): boolean =>
  any(HARMLESS, line.message) || startsPair(line, next);
export const isUnwinding = (line: LogLine): boolean => any(UNWINDING, line.message);

/** Recognises the engine's own verdict, which ends one attempt; what follows belongs to the next. */
export const isSuccess = (line: LogLine): boolean =>
  /Dumping finished successfully|Restore finished successfully|Pre-dumping finished successfully/.test(
    line.message,
  );
export const isFailure = (line: LogLine): boolean =>
  /(?:Dumping|Restoring|Pre-dumping) FAILED/.test(line.message);
