// What every recording shares: a fixed clock, the request, the spoiled copies,
// and the file that is written. The providers stand in `npm.mjs`.

import { createHash, createHmac, createPrivateKey } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const NOW = 1760000000;

// SDKs read the clock themselves.
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...args) {
    super(...(args.length ? args : [NOW * 1000]));
  }
  static now() {
    return NOW * 1000;
  }
};

export const root = process.env.PACKAGES ?? process.cwd();
const out = join(import.meta.dirname, 'npm');

export const hmac = (digest, key, ...parts) =>
  parts.reduce((mac, part) => mac.update(part), createHmac(digest, key));
export const hash = (digest, ...parts) =>
  parts.reduce((state, part) => state.update(part), createHash(digest));
export const b64url = (value) => Buffer.from(value).toString('base64url');

export function jwt(alg, header, claims, sign) {
  const signed = `${b64url(JSON.stringify({ alg, typ: 'JWT', ...header }))}.${b64url(JSON.stringify(claims))}`;
  return `${signed}.${Buffer.from(sign(signed)).toString('base64url')}`;
}

export const hs256 = (key, claims, header = {}) =>
  jwt('HS256', header, claims, (signed) => hmac('sha256', key, signed).digest());

/** Another character of the same kind, so that only the value changes. */
function other(char) {
  if (/[0-8a-eg-yA-EG-Y]/.test(char)) return String.fromCharCode(char.charCodeAt(0) + 1);
  if (char === '9') return '0';
  return 'k';
}

function spoilAt(text, at) {
  return text.slice(0, at) + other(text[at]) + text.slice(at + 1);
}

/** Copies of the request with one character of one signed part changed. */
export function spoiled(request, part) {
  const [kind, ...rest] = part.split(' ');
  const name = rest.join(' ');
  const copy = (change) => ({ ...request, headers: { ...request.headers }, ...change });
  const places = (text, from = 0) => [...new Set([from, Math.floor((from + text.length) / 2), text.length - 1])];
  switch (kind) {
    case 'body': {
      // Inside a string, so that the body stays the JSON or form that it is.
      const inside = [...request.body.matchAll(/[a-z]{3,}/g)].map((match) => match.index + 1);
      const chosen = [inside[0], inside[Math.floor(inside.length / 2)], inside.at(-1)];
      return [...new Set(chosen)].map((at) => copy({ body: spoilAt(request.body, at) }));
    }
    case 'text': {
      const at = request.body.indexOf(name);
      return places(name).map((offset) => copy({ body: spoilAt(request.body, at + offset) }));
    }
    case 'header': {
      const value = request.headers[name];
      return places(value, value.length - Math.min(value.length, 20)).slice(0, -1).map((at) => {
        const changed = copy({});
        changed.headers[name] = spoilAt(value, at);
        return changed;
      });
    }
    case 'url': {
      const from = request.url.indexOf('/', 8) + 1;
      return places(request.url, from)
        .filter((at) => /[a-z0-9]/.test(request.url[at]))
        .map((at) => copy({ url: spoilAt(request.url, at) }));
    }
    case 'query': {
      const from = request.url.indexOf('=') + 1;
      return places(request.url, from).map((at) => copy({ url: spoilAt(request.url, at) }));
    }
    case 'method':
      return [copy({ method: 'PUT' })];
    default:
      throw new Error(`unknown part ${part}`);
  }
}

async function verdict(accepts, request) {
  try {
    const answer = await accepts(request);
    if (typeof answer !== 'boolean') throw new TypeError(`not a verdict: ${answer}`);
    return answer;
  } catch (error) {
    if (error instanceof TypeError && /not a verdict/.test(error.message)) throw error;
    if (process.env.VERBOSE) console.error(error);
    return false;
  }
}

export const versionOf = (name) =>
  JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'))).version;

/**
 * Records what a package says about requests of one provider.
 *
 * `own` says that the provider itself publishes the package; `made` that the
 * signature is the package's. `accepts` is the package's verdict: it has to take
 * the request and to refuse every spoiled copy, except for the parts in `unasked`.
 */
export async function record(name, { sdk, own = true, version, why, made = false, accepts, unasked = [], cases }) {
  const number = version ?? versionOf(sdk);
  const vectors = [];
  for (const make of cases) {
    const given = await make();
    const { signed, ...rest } = given;
    const request = { method: 'POST', ...rest };
    if (!made && !accepts) throw new Error(`${name}: neither made nor judged`);
    if (accepts) {
      if (!(await verdict(accepts, request))) throw new Error(`${name}: ${sdk} refuses the request`);
      for (const part of signed.filter((part) => !unasked.includes(part))) {
        for (const copy of spoiled(request, part)) {
          if (await verdict(accepts, copy)) throw new Error(`${name}: ${sdk} takes a spoiled ${part}: ${JSON.stringify(copy)}`);
        }
      }
    }
    vectors.push({
      ...request,
      expect: 'valid',
      source: `${sdk} ${number} (npm)`,
      sdk: { own, made, judged: Boolean(accepts) },
      signed,
      ...(why && { why }),
    });
  }
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, `${name}.json`), `${JSON.stringify(vectors, null, 1)}\n`);
  return vectors.length;
}

// Modules resolve from the folder of the one who imports.
writeFileSync(join(root, 'load.mjs'), 'export default (name) => import(name);');
export const { default: load } = await import(pathToFileURL(join(root, 'load.mjs')));
export const file = (path) => pathToFileURL(join(root, 'node_modules', path));
export const URL_ = 'https://hooks.example.com/in?tenant=a1&x=2';
export const EVENT = '{"id":"evt_1a2b","type":"invoice.paid","data":{"name":"Zoë – ✓","amount":1250,"path":"a/b"}}';
export const FORM = 'From=%2B15551234567&Body=caf%C3%A9+au+lait&To=%2B15557654321';
export const hex = (digest, key, ...parts) => hmac(digest, key, ...parts).digest('hex');
export const base64 = (digest, key, ...parts) => hmac(digest, key, ...parts).digest('base64');
export const WHSEC = `whsec_${Buffer.from('a key of thirty-two bytes, no more').toString('base64')}`;

const only = process.argv.slice(2);
export const failed = [];
export async function provider(name, recording) {
  if (only.length && !only.includes(name)) return;
  try {
    await record(name, recording);
  } catch (error) {
    failed.push(`${name}: ${error.message}`);
  }
}

/** A bare HMAC over the body in one header. */
export const bare = (header, sign, signed = ['body', `header ${header}`]) => (secret, body = EVENT, more = {}) => () => ({
  secret, headers: { [header]: sign(secret, body), ...more }, body, signed,
});

export const stamped = (header, format, { digest = 'sha256', encoding = 'hex', unit = 1, between = '.' } = {}) => (secret, body = EVENT) => () => {
  const t = NOW * unit;
  const signature = hmac(digest, secret, `${t}${between}`, body).digest(encoding);
  return { secret, headers: { [header]: format(t, signature) }, body, now: NOW, signed: ['body', `header ${header}`] };
};

/** Keys made for these recordings alone. */
export const ed25519 = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 7)]), format: 'der', type: 'pkcs8',
});
export const testRsa = () => createPrivateKey(readFileSync(join(import.meta.dirname, 'test-rsa.pem')));

export function finish() {
  if (failed.length) {
    console.error(failed.join('\n'));
    process.exitCode = 1;
  }
}
