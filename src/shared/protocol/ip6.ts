/**
 * Writes an address of IPv6 as people do (RFC 5952): `::` for the longest run of zero groups, no leading zeros, and the
 * last four bytes with dots where they are an address of IPv4.
 * @param groups eight groups of hexadecimal digits, with colons between
 */
export function shortIp6(groups: string): string {
  const parts = groups.split(':');
  if (parts.length !== 8) return groups; // short already
  const numbers = parts.map((part) => Number.parseInt(part, 16));
  if (numbers.slice(0, 5).every((number) => number === 0) && numbers[5] === 0xffff)
    return `::ffff:${numbers
      .slice(6)
      .flatMap((number) => [number >> 8, number & 0xff])
      .join('.')}`;
  const text = numbers.map((number) => number.toString(16)).join(':');
  const [longest] = [...text.matchAll(/(?:^|:)(0(?::0)+)(?=:|$)/g)].sort((a, b) => b[0].length - a[0].length);
  const zeros = longest?.[1];
  if (!longest || zeros === undefined) return text;
  const start = longest.index + longest[0].length - zeros.length;
  const head = text.slice(0, start).replace(/:$/, '');
  const tail = text.slice(start + zeros.length).replace(/^:/, '');
  return `${head}::${tail}`;
}
