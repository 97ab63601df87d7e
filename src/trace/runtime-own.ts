import type { Opening } from './report.ts';

interface Rule {
  /** A function on the native stack. */
  by: RegExp;
  reason: string;
}

/** Functions of libuv, Node and the JVM that open what the runtime itself needs. */
const RULES: Rule[] = [
  {
    by: /^uv_loop_init$|^uv__platform_loop_init$|^uv__async_start$|^uv_default_loop$/,
    reason: "libuv's event loop",
  },
  {
    by: /^uv__signal_(global_|loop_)?once_init$|^uv__signal_global_(re)?init$/,
    reason: "libuv's signal pipe",
  },
  { by: /^uv__signal_loop_once_init$|^uv_signal_init$/, reason: "libuv's signal pipe" },
  { by: /^uv__iou_init$|^uv__epoll_init$/, reason: "libuv's event loop" },
  { by: /^node::PlatformInit|^node::InitializeOncePerProcess/, reason: "Node's start" },
  { by: /^node::inspector::|^node::StartIoThread/, reason: "Node's inspector" },
  { by: /^v8::platform::|^node::tracing::/, reason: "V8's platform" },
  { by: /^JNI_CreateJavaVM$|^Threads::create_vm/, reason: "the Java virtual machine's start" },
  {
    by: /^Java_sun_nio_ch_FileDispatcherImpl_init$|^Java_sun_nio_ch_UnixFileDispatcherImpl_init$/,
    reason: 'how Java closes sockets',
  },
  {
    by: /^JDK_LoadZipLibrary|^ZIP_Open|^Java_jdk_internal_jimage_NativeImageBuffer/,
    reason: "Java's class path",
  },
];

/** Why a descriptor is the runtime's own; undefined where the program (or its code in C) has opened it. */
export function runtimeReason({ native, javascript, call }: Opening, what: string): string | undefined {
  for (const { function: name } of native) {
    const rule = name && RULES.find(({ by }) => by.test(name));
    if (rule) return rule.reason;
  }
  if (
    /^\/dev\/null/.test(what) &&
    call.startsWith('open') &&
    native.some(({ function: name }) => name === 'uv__stream_init')
  )
    return "libuv's reserve descriptor";
  return javascript.length > 0 ? undefined : undefined;
}
