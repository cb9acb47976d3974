// Writes npm.json: requests signed by http-message-signatures of npm.
//
//   npm install http-message-signatures@1.0.6
//   node npm.js > npm.json
'use strict';

const crypto = require('crypto');
const { httpbis: { signMessage }, createSigner } = require('http-message-signatures');
const version = require('http-message-signatures/package.json').version;

const NOW = 1700000000;
const SECRET = 'a secret of the sender and the receiver';
const pair = (type, options) => crypto.generateKeyPairSync(type, options);
const keys = {
  // Its `rsa-pss-sha512` salts with as many bytes as fit, where RFC 9421
  // section 3.3.1 has 64: refused, see the test.
  'rsa-pss-sha512': pair('rsa', { modulusLength: 2048 }),
  'rsa-v1_5-sha256': pair('rsa', { modulusLength: 2048 }),
  'ecdsa-p256-sha256': pair('ec', { namedCurve: 'P-256' }),
  'ecdsa-p384-sha384': pair('ec', { namedCurve: 'P-384' }),
  ed25519: pair('ed25519'),
  'hmac-sha256': SECRET,
};
const pub = (key) => key.publicKey ? key.publicKey.export({ type: 'spki', format: 'pem' }) : key;

async function signed(name, alg, fields, options = {}) {
  const { method = 'POST', target = '/in/box?a=1&id=x', body = '{"n": 1}', headers = {}, ...rest } = options;
  const request = { method, url: 'https://hooks.example.com' + target, headers: { ...headers } };
  if (body !== null) {
    const digest = crypto.createHash('sha512').update(body).digest('base64');
    request.headers['Content-Type'] = 'application/json';
    request.headers['Content-Digest'] = `sha-512=:${digest}:`;
  }
  const key = createSigner(keys[alg].privateKey ?? keys[alg], alg, alg);
  const message = await signMessage({
    key,
    fields,
    paramValues: { created: new Date(NOW * 1000), expires: new Date((NOW + 300) * 1000), ...rest.paramValues },
    ...(rest.params && { params: rest.params }),
    ...(rest.name && { name: rest.name }),
  }, request);
  return {
    name,
    method,
    url: request.url,
    headers: Object.entries(message.headers).flatMap(([n, v]) => [].concat(v).map((line) => [n, String(line)])),
    body: body ?? '',
    keys: { [alg]: pub(keys[alg]) },
    now: NOW,
  };
}

const USUAL = ['@method', '@target-uri', 'content-digest'];
const PARTS = ['@method', '@authority', '@path', '@query', 'content-type', 'content-digest'];

(async () => {
  const cases = [];
  for (const alg of Object.keys(keys)) {
    cases.push(await signed(`${alg}, target URI`, alg, USUAL));
    cases.push(await signed(`${alg}, parts, no alg`, alg, PARTS, { params: ['created', 'keyid'] }));
  }
  cases.push(await signed('nonce and tag', 'ed25519', USUAL, {
    params: ['keyid', 'alg', 'created', 'expires', 'nonce', 'tag'],
    paramValues: { nonce: 'n-1', tag: 'app' },
    name: 'other',
  }));
  cases.push(await signed('two lines of a field', 'hmac-sha256', [...USUAL, 'x-multi'], {
    headers: { 'X-Multi': ['one', 'two'] },
  }));
  cases.push(await signed('a member of a dictionary', 'hmac-sha256', [...USUAL, '"x-dict";key="a"'], {
    headers: { 'X-Dict': 'a=(1 2);x,  b' },
  }));
  cases.push(await signed('GET', 'ecdsa-p256-sha256', ['@method', '@target-uri'], { method: 'GET', body: null }));
  console.log(JSON.stringify({ signed_by: `http-message-signatures ${version} (npm)`, cases }, null, 1));
})();
