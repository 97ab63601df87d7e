import { join } from 'node:path';
import { ASKED_FOR } from '../../shared/trace-stack.ts';
import { NATIVE, PACKAGE_ROOT } from '../base/paths.ts';
import type { Origin } from './report.ts';

export const OURS = "node-crac's own";
const OUR_CODE = join(PACKAGE_ROOT, 'dist/');

interface Rule {
  /** Matches a function on the native stack. */
  by: RegExp;
  /** Matches the descriptor; anything where it is left out. */
  what?: RegExp;
  reason: string;
}

/** Functions of libuv, Node and the JVM that open what the runtime itself needs. */
const RULES: Rule[] = [
  { by: /^uv_loop_init$|^uv__platform_loop_init$|^uv__async_start$/, reason: "libuv's event loop" },
  { by: /^uv__signal_(global|loop)_\w+$|^uv_signal_init$/, reason: "libuv's signal pipe" },
  {
    by: /^uv__(tcp|stream)_init|^uv__open_cloexec$/,
    what: /^\/dev\/null/,
    reason: "libuv's reserve descriptor",
  },
  { by: /^uv_tty_init$/, reason: "libuv's own descriptor of the terminal" },
  { by: /^uv__iou_init$|^uv__epoll_init$/, reason: "libuv's event loop" },
  { by: /^node::InitializeOncePerProcess|^node::PlatformInit/, reason: "Node's start" },
  { by: /^node::inspector::/, reason: "Node's inspector" },
  { by: /^JNI_CreateJavaVM$|^Threads::create_vm/, reason: "the Java virtual machine's start" },
  { by: /^Java_sun_nio_ch_\w*FileDispatcherImpl_init/, reason: 'how Java closes sockets' },
  { by: /^ZIP_Open|^Java_jdk_internal_jimage_|^ClassLoader::/, reason: "Java's class path" },
];

/** Says why a descriptor is the runtime's own; undefined where the program has opened it. */
export function runtimeReason(
  { native, javascript }: Origin,
  what: string,
  command: string,
): string | undefined {
  const scripts = javascript.filter((frame) => frame !== ASKED_FOR && !/(^|\()(node:|native\b)/.test(frame));
  if (command === NATIVE || (scripts.length > 0 && scripts.every((frame) => frame.includes(OUR_CODE))))
    return OURS;
  for (const { function: name } of native) {
    const rule = name && RULES.find(({ by, what: kind }) => by.test(name) && (kind?.test(what) ?? true));
    if (rule) return rule.reason;
  }
  return undefined;
}
