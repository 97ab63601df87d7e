/**
 * Matches environment variables whose names say that their values are secrets. A value is in memory, and so in the
 * image.
 */
const NAMES =
  /(?:^|_)(?:PASS(?:WORD|WD|PHRASE)?|SECRET|TOKEN|CREDENTIALS?|PRIVATE_?KEY|API_?KEY|ACCESS_?KEY|AUTH|DSN|SALT|COOKIE|SIGNING_?KEY|ENCRYPTION_?KEY|JWT|PAT)(?:$|_)|^PGPASSWORD$|(?:^|_)(?:DATABASE|DB|REDIS|MONGO(?:DB)?|AMQP|RABBITMQ|POSTGRES(?:QL)?|PG|MYSQL|CONNECTION)_(?:URL|URI|STRING)$/i;

export const secretNames = (names: readonly string[]): string[] => names.filter((name) => NAMES.test(name));

/** Patterns of secrets that have a form of their own. Only these names are ever shown, nothing that was found. */
const FORMS: [name: string, form: RegExp][] = [
  ['private key (PEM)', /-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED )?PRIVATE KEY-----[\r\n\\]/],
  ['AWS access key', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ['GitHub token', /\bgh[pousr]_[A-Za-z0-9]{36}\b|\bgithub_pat_[A-Za-z0-9_]{60,}/],
  ['GitLab token', /\bglpat-[A-Za-z0-9_-]{20}\b/],
  ['npm token', /\bnpm_[A-Za-z0-9]{36}\b/],
  ['Slack token', /\bxox[abposr]-[A-Za-z0-9-]{20,}/],
  ['Stripe key', /\b[sr]k_live_[A-Za-z0-9]{20,}/],
  ['Google API key', /\bAIza[A-Za-z0-9_-]{35}\b/],
  ['JSON web token', /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}/],
  ['address with a password', /\b[a-z][a-z0-9+]{2,}:\/\/[^\s:@/"']{1,64}:[^\s:@/"']{3,64}@[A-Za-z0-9.-]+/],
];

/** The bytes of one look, and what two looks have in common, so that nothing is cut in two. */
export const LOOK = 1 << 20;
export const OVERLAP = 512;

/** Adds to `found` which forms are in these bytes. */
export function formsIn(bytes: Buffer, found: Map<string, number>): void {
  const text = bytes.toString('latin1');
  for (const [name, form] of FORMS) {
    const count = [...text.matchAll(new RegExp(form, 'g'))].filter(
      ({ index }) => index < bytes.length - OVERLAP || bytes.length < LOOK,
    ).length;
    if (count > 0) found.set(name, (found.get(name) ?? 0) + count);
  }
}
