import { open } from 'node:fs/promises';
import { howToBuild, whyNoNativePart } from '../base/native-part.ts';
import { NATIVE, PACKAGE_ROOT } from '../base/paths.ts';
import { run } from '../base/run.ts';
import { compareVersions } from '../base/versions.ts';
import { type Finding, ok, problem } from './finding.ts';

const OLDEST = '20.19.0';
const URING_SINCE = '1.50.0';

export async function checkNode(): Promise<Finding[]> {
  const { node, uv } = process.versions;
  const why = 'the program runs on it, and a restore needs the very same binary at the same path';
  const suits = compareVersions(node, OLDEST) >= 0;
  return [
    (suits ? ok : problem)(
      'node.version',
      `Node ${node}  ${process.execPath}`,
      `${why}; ${OLDEST} or later`,
      suits ? {} : { mend: [`a node of ${OLDEST} or later`] },
    ),
    checkNative(),
    await checkUring(uv),
  ];
}

function checkNative(): Finding {
  const why = 'the launcher and the restorer are native';
  const wrong = whyNoNativePart();
  if (wrong === undefined) return ok('node.native-part', NATIVE, why);
  return problem('node.native-part', wrong, why, {
    mend: howToBuild(),
    fix: {
      say: 'building the native part',
      run: () => run(process.execPath, [`${PACKAGE_ROOT}/scripts/build.mjs`, 'native'], { seconds: 120 }),
    },
  });
}

/** Tells whether an ELF file of 64 bits has a program header that names a loader. */
async function isDynamic(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
    const [start, size, count] = [
      Number(buffer.readBigUInt64LE(32)),
      buffer.readUInt16LE(54),
      buffer.readUInt16LE(56),
    ];
    const types = Array.from({ length: count }, (_, i) => start + i * size).filter(
      (at) => at + 4 <= buffer.length,
    );
    return types.some((at) => buffer.readUInt32LE(at) === 3);
  } finally {
    await file.close();
  }
}

async function checkUring(uv: string): Promise<Finding> {
  const why = 'CRIU cannot dump an io_uring, so a preloaded library keeps node from making one';
  const uses = compareVersions(uv, URING_SINCE) >= 0;
  const seen = `libuv ${uv} ${uses ? 'makes io_urings, whatever UV_USE_IO_URING says' : 'makes io_urings only with UV_USE_IO_URING=1'}`;
  const dynamic = await isDynamic(process.execPath);
  if (dynamic) return ok('node.io-uring', `${seen}; kept from it`, why, { affects: ['checkpoint'] });
  return (uses ? problem : ok)(
    'node.io-uring',
    `${seen}; node is linked statically, and takes no preloaded library`,
    why,
    {
      affects: ['checkpoint'],
      ...(uses && {
        mend: [
          'sysctl -w kernel.io_uring_disabled=2',
          'crac run --node NODE …   # a node that is linked dynamically',
        ],
      }),
    },
  );
}
