/** The words of musl's C library (Alpine) for an error, with those of glibc, which the catalogue knows. */
const WORDS: Readonly<Record<string, string>> = {
  'Address in use': 'Address already in use',
  'Address not available': 'Cannot assign requested address',
  'Out of memory': 'Cannot allocate memory',
  'Resource busy': 'Device or resource busy',
  'Not a tty': 'Inappropriate ioctl for device',
  'Not supported': 'Operation not supported',
  'No file descriptors available': 'Too many open files',
  'Cross-device link': 'Invalid cross-device link',
  'I/O error': 'Input/output error',
  'Host is unreachable': 'No route to host',
  'No child process': 'No child processes',
  'Filename too long': 'File name too long',
  'Value too large for data type': 'Value too large for defined data type',
  'Quota exceeded': 'Disk quota exceeded',
  'Socket not connected': 'Transport endpoint is not connected',
  'Symbolic link loop': 'Too many levels of symbolic links',
  'Operation timed out': 'Connection timed out',
};

/** Puts glibc's words for an error at the end of a message of the engine in place of musl's. */
export function glibcWords(message: string): string {
  const at = message.lastIndexOf(': ') + 2;
  const words = at < 2 ? undefined : WORDS[message.slice(at).replace(/\.$/, '')];
  return words === undefined ? message : message.slice(0, at) + words;
}
