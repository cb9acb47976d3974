// Records what maintained peers from npm accept, for providers whose own SDK
// does not verify webhooks; see README.md.

import { createPublicKey, sign as cryptoSign } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import Module from 'node:module';
import { join } from 'node:path';
import { EVENT, NOW, bare, base64, ed25519, file, finish, hash, hex, hs256, load, provider, root, testRsa } from './record.mjs';

const hexed = (header, digest = 'sha256', prefix = '') => bare(header, (k, b) => prefix + hex(digest, k, b));
const based = (header, digest = 'sha256', prefix = '') => bare(header, (k, b) => prefix + base64(digest, k, b));

// --- n8n's trigger nodes -----------------------------------------------------
// `npm pack n8n-nodes-base`, unpacked as `n8n`: its dependencies are not needed.

const n8nRoot = join(root, 'n8n/package');
const n8nVersion = JSON.parse(readFileSync(join(n8nRoot, 'package.json'))).version;

// Whatever else a node needs plays no part in the verdict.
const resolve = Module._load;
const anything = new Proxy(class {}, { get: (target, name) => (name in target ? target[name] : anything), apply: () => anything });
Module._load = function loaded(request, parent, ...rest) {
  try {
    return resolve.call(this, request, parent, ...rest);
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND' && parent?.filename.startsWith(n8nRoot)) return anything;
    throw error;
  }
};

/** What n8n's helpers see of a request. */
function context(r, { staticData = {}, credentials = {}, parameters = {} }) {
  const answer = { refused: false };
  const response = new Proxy({}, { get: (_, name) => (...args) => { if (name === 'status' && args[0] >= 400) answer.refused = true; return response; } });
  return {
    answer,
    getRequestObject: () => ({ rawBody: Buffer.from(r.body), headers: r.headers, header: (name) => r.headers[name], get body() { return JSON.parse(r.body); }, query: {} }),
    getHeaderData: () => r.headers,
    getBodyData: () => JSON.parse(r.body),
    getWorkflowStaticData: () => staticData,
    getCredentials: async () => credentials,
    getNodeParameter: (name, otherwise) => parameters[name] ?? otherwise,
    getNodeWebhookUrl: () => r.params?.callback_url,
    getWebhookName: () => 'default',
    getNode: () => ({ typeVersion: 2, name: 'n' }),
    getResponseObject: () => response,
    getQueryData: () => ({}),
    helpers: { returnJsonArray: (value) => [value] },
  };
}

async function n8n(name, path, settings, cases) {
  const node = await load(`./n8n/package/dist/nodes/${path}.js`);
  const exported = node.default ?? node;
  await provider(name, {
    sdk: 'n8n-nodes-base', version: n8nVersion, own: false, cases,
    accepts: async (r) => {
      const seen = context(r, settings(r));
      if (exported.verifySignature) return Boolean(await exported.verifySignature.call(seen));
      const trigger = new exported[path.split('/').at(-1).replace('.node', '')]();
      const result = await trigger.webhook.call(seen);
      return Boolean(result.workflowData) && !seen.answer.refused;
    },
  });
}

const stored = (field) => (r) => ({ staticData: { [field]: r.secret } });
await n8n('woocommerce', 'WooCommerce/WooCommerceTrigger.node', stored('secret'), [based('x-wc-webhook-signature')('wc-secret', EVENT, { 'x-wc-webhook-id': '7' })]);
await n8n('help-scout', 'HelpScout/HelpScoutTrigger.node', stored('secret'), [based('x-helpscout-signature', 'sha1')('hs-secret')]);
await n8n('webex', 'Cisco/Webex/CiscoWebexTrigger.node', stored('secret'), [hexed('x-spark-signature', 'sha1')('webex-secret')]);
await n8n('clickup', 'ClickUp/ClickUpTrigger.node', stored('secret'), [hexed('x-signature')('cu-secret')]);
await n8n('asana', 'Asana/AsanaTriggerHelpers', stored('hookSecret'), [hexed('x-hook-signature')('asana-secret')]);
await n8n('typeform', 'Typeform/TypeformTriggerHelpers', stored('webhookSecret'), [based('typeform-signature', 'sha256', 'sha256=')('tf-secret')]);
await n8n('cal-com', 'Cal/CalTriggerHelpers', stored('webhookSecret'), [hexed('x-cal-signature-256')('cal-secret')]);
await n8n('mailerlite', 'MailerLite/v2/MailerLiteTriggerHelpers', stored('webhookSecret'), [hexed('signature')('ml-secret')]);
await n8n('mautic', 'Mautic/MauticTriggerHelpers', stored('webhookSecret'), [based('webhook-signature')('mautic-secret')]);
await n8n('taiga', 'Taiga/TaigaTriggerHelpers', stored('key'), [hexed('x-taiga-webhook-signature', 'sha1')('taiga-key')]);
await n8n('formstack', 'Formstack/FormstackTriggerHelpers', stored('webhookSecret'), [hexed('x-fs-signature', 'sha256', 'sha256=')('fs-key')]);
await n8n('acuity', 'AcuityScheduling/AcuitySchedulingTriggerHelpers', (r) => ({ credentials: { apiKey: r.secret } }), [based('x-acuity-signature')('acuity-api-key')]);
await n8n('onfleet', 'Onfleet/OnfleetTriggerHelpers', (r) => ({ credentials: { signingSecret: r.secret } }), [
  bare('x-onfleet-signature', (k, b) => hex('sha512', Buffer.from(k, 'hex'), b))('00112233445566778899aabbccddeeff'),
]);
await n8n('calendly', 'Calendly/CalendlyTriggerHelpers', stored('webhookSecret'), [() => ({
  secret: 'cal-key', body: EVENT, now: NOW, signed: ['body', 'header calendly-webhook-signature'],
  headers: { 'calendly-webhook-signature': `t=${NOW},v1=${hex('sha256', 'cal-key', `${NOW}.`, EVENT)}` },
})]);
await n8n('zendesk', 'Zendesk/ZendeskTriggerHelpers', stored('webhookSecret'), [() => {
  const at = '2025-10-09T08:53:20Z';
  return {
    secret: 'zd-secret', body: EVENT, now: NOW, signed: ['body', 'header x-zendesk-webhook-signature-timestamp', 'header x-zendesk-webhook-signature'],
    headers: { 'x-zendesk-webhook-signature-timestamp': at, 'x-zendesk-webhook-signature': base64('sha256', 'zd-secret', at, EVENT) },
  };
}]);
await n8n('customer-io', 'CustomerIo/CustomerIoTriggerHelpers', (r) => ({ credentials: { webhookSigningKey: r.secret } }), [() => ({
  secret: 'cio-key', body: EVENT, now: NOW, signed: ['body', 'header x-cio-timestamp', 'header x-cio-signature'],
  headers: { 'x-cio-timestamp': String(NOW), 'x-cio-signature': hex('sha256', 'cio-key', `v0:${NOW}:`, EVENT) },
})]);
await n8n('trello', 'Trello/TrelloTriggerHelpers', (r) => ({ credentials: { oauthSecret: r.secret } }), [() => {
  const callback = 'https://hooks.example.com/trello';
  return {
    secret: 'trello-secret', params: { callback_url: callback }, body: EVENT, signed: ['body', 'header x-trello-webhook'],
    headers: { 'x-trello-webhook': base64('sha1', 'trello-secret', EVENT, callback) },
  };
}]);
await n8n('gitlab', 'Gitlab/GitlabTriggerHelpers', stored('webhookSecret'), [() => ({ secret: 'gl-token', body: EVENT, headers: { 'x-gitlab-token': 'gl-token' }, signed: ['header x-gitlab-token'] })]);
await n8n('figma', 'Figma/FigmaTriggerHelpers', stored('webhookSecret'), [() => ({ secret: 'figma-passcode', body: '{"event_type":"PING","passcode":"figma-passcode"}', headers: {}, signed: ['text figma-passcode'] })]);

// --- nuxt-webhook-validators ------------------------------------------------
// It reads its settings from Nuxt.

const nuxt = join(root, 'node_modules/nuxt-webhook-validators');
if (existsSync(nuxt)) {
  const manifest = JSON.parse(readFileSync(join(nuxt, 'package.json')));
  writeFileSync(join(nuxt, 'package.json'), JSON.stringify({ ...manifest, imports: { '#imports': './settings.mjs' } }));
  writeFileSync(join(nuxt, 'settings.mjs'), 'export const useRuntimeConfig = () => ({ webhook: globalThis.webhookSettings });');
}
const { H3Event } = await load('h3');
async function validated(name, path, settings, cases) {
  const validator = await import(file(`nuxt-webhook-validators/dist/runtime/server/lib/validators/${path}.js`));
  const valid = Object.values(validator)[0];
  await provider(name, {
    sdk: 'nuxt-webhook-validators', own: false, cases,
    accepts: (r) => {
      globalThis.webhookSettings = { [path.replace('.post', '')]: settings(r) };
      return valid(new H3Event({ method: r.method, headers: r.headers, body: r.body, url: '/in' }, {}));
    },
  });
}
const secretKey = (r) => ({ secretKey: r.secret });
await validated('docusign', 'docusign', secretKey, [based('x-docusign-signature-1')('ds-secret')]);
await validated('dropbox', 'dropbox', (r) => ({ appSecret: r.secret }), [hexed('x-dropbox-signature')('dbx-app-secret')]);
await validated('fourthwall', 'fourthwall', secretKey, [based('x-fourthwall-hmac-sha256')('fw-secret')]);
await validated('heroku', 'heroku', secretKey, [based('heroku-webhook-hmac-sha256')('heroku-secret')]);
await validated('meta', 'meta', (r) => ({ appSecret: r.secret }), [hexed('x-hub-signature-256', 'sha256', 'sha256=')('meta-app-secret')]);
await validated('bitbucket', 'bitbucket', secretKey, [hexed('x-hub-signature', 'sha256', 'sha256=')('bb-secret')]);
await validated('vercel', 'vercel', secretKey, [hexed('x-vercel-signature', 'sha1')('vercel-secret')]);
await validated('netlify', 'netlify', secretKey, [() => ({
  secret: 'netlify-secret', body: EVENT, signed: ['body', 'header x-webhook-signature'],
  headers: { 'x-webhook-signature': hs256('netlify-secret', { iss: 'netlify', sha256: hash('sha256', EVENT).digest('hex') }) },
})]);
await validated('kick', 'kick', (r) => ({ publicKey: r.secret }), [() => {
  const key = testRsa();
  const [id, at] = ['01K7A2V3', '2025-10-09T08:53:20Z'];
  return {
    secret: createPublicKey(key).export({ type: 'spki', format: 'pem' }), body: EVENT, now: NOW,
    signed: ['body', 'header kick-event-message-id', 'header kick-event-message-timestamp', 'header kick-event-signature'],
    headers: { 'kick-event-message-id': id, 'kick-event-message-timestamp': at, 'kick-event-signature': cryptoSign('sha256', Buffer.from(`${id}.${at}.${EVENT}`), key).toString('base64') },
  };
}]);

// --- @hookflo/tern ----------------------------------------------------------

const { WebhookVerificationService: tern } = await load('@hookflo/tern').then((module) => module.default ?? module);
async function terned(name, platform, cases) {
  await provider(name, {
    sdk: '@hookflo/tern', own: false, cases,
    accepts: async (r) => (await tern.verify(new Request('https://hooks.example.com/in', { method: r.method, headers: r.headers, body: r.body }), { platform, secret: r.secret, toleranceInSeconds: 300 })).isValid,
  });
}
await terned('lemon-squeezy', 'lemonsqueezy', [hexed('x-signature')('ls-secret')]);
await terned('sentry', 'sentry', [hexed('sentry-hook-signature')('sentry-client-secret', EVENT, { 'sentry-hook-timestamp': String(NOW) })]);
await terned('doppler', 'doppler', [hexed('x-doppler-signature', 'sha256', 'sha256=')('dp-secret')]);
await terned('grafana', 'grafana', [
  // Its timed form joins by a dot where Grafana's page has a colon.
  hexed('x-grafana-alerting-signature')('gf-secret'),
]);

const fetched = globalThis.fetch;
await provider('fal', {
  sdk: '@hookflo/tern', own: false,
  accepts: async (r) => {
    globalThis.fetch = async () => new Response(JSON.stringify({ keys: [JSON.parse(r.secret)] }), { status: 200 });
    try {
      return (await tern.verify(new Request('https://hooks.example.com/in', { method: r.method, headers: r.headers, body: r.body }), { platform: 'falai', secret: '', toleranceInSeconds: 300 })).isValid;
    } finally {
      globalThis.fetch = fetched;
    }
  },
  cases: [() => {
    const [id, user] = ['019a-req', 'user_7'];
    const signed = [id, user, NOW, hash('sha256', EVENT).digest('hex')].join('\n');
    return {
      secret: JSON.stringify(createPublicKey(ed25519).export({ format: 'jwk' })), body: EVENT, now: NOW,
      headers: { 'x-fal-webhook-request-id': id, 'x-fal-webhook-user-id': user, 'x-fal-webhook-timestamp': String(NOW), 'x-fal-webhook-signature': cryptoSign(null, Buffer.from(signed), ed25519).toString('hex') },
      signed: ['body', 'header x-fal-webhook-request-id', 'header x-fal-webhook-user-id', 'header x-fal-webhook-timestamp', 'header x-fal-webhook-signature'],
    };
  }],
});

// --- Activepieces ------------------------------------------------------------

const { intercom } = await load('@activepieces/piece-intercom').then((module) => module.default ?? module);
await provider('intercom', {
  sdk: '@activepieces/piece-intercom', own: false, cases: [hexed('x-hub-signature', 'sha1', 'sha1=')('ic-client-secret')],
  accepts: (r) => intercom.events.verify({ payload: { headers: r.headers, rawBody: r.body, body: JSON.parse(r.body) }, webhookSecret: r.secret }),
});

// --- grammY --------------------------------------------------------------------

const { Bot, webhookCallback } = await load('grammy');
await provider('telegram', {
  sdk: 'grammy', own: false,
  accepts: async (r) => {
    const bot = new Bot('1:a', { botInfo: { id: 1, is_bot: true, first_name: 'b', username: 'b' } });
    const answer = await webhookCallback(bot, 'std/http', { secretToken: r.secret })(new Request('https://hooks.example.com/in', { method: r.method, headers: r.headers, body: r.body }));
    return answer.status === 200;
  },
  cases: [() => ({ secret: 'telegram-secret', body: '{"update_id":7}', headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': 'telegram-secret' }, signed: ['header x-telegram-bot-api-secret-token'] })],
});

// --- front-sdk -------------------------------------------------------------------

const { Front } = await load('front-sdk').then((module) => module.Front ? module : module.default);
await provider('front-rules', {
  sdk: 'front-sdk', own: false, cases: [based('x-front-signature', 'sha1')('front-api-secret')],
  accepts: (r) => new Front('key', r.secret).validateEventSignature(JSON.parse(r.body), r.headers['x-front-signature']),
});

// --- paddle-sdk ------------------------------------------------------------------

const { PaddleSDK } = await load('paddle-sdk').then((module) => module.default?.PaddleSDK ? module.default : module);
/** What PHP's `serialize` makes of an array of texts. */
const php = (fields) => `a:${fields.length}:{${fields.flat().map((text) => `s:${Buffer.byteLength(text)}:"${text}";`).join('')}}`;
await provider('paddle-classic', {
  sdk: 'paddle-sdk', own: false,
  accepts: (r) => new PaddleSDK('1', 'key', r.secret).verifyWebhookData(Object.fromEntries(new URLSearchParams(r.body))),
  cases: [() => {
    const key = testRsa();
    const fields = Object.entries({ alert_id: '1', alert_name: 'payment_succeeded', email: 'zoe@example.com', customer_name: 'Zoë ✓', passthrough: '{"a":"b&c=d"}', sale_gross: '12.50', 'quoted "name"': '' }).sort(([a], [b]) => (a < b ? -1 : 1));
    const signature = cryptoSign('sha1', Buffer.from(php(fields)), key).toString('base64');
    return {
      secret: createPublicKey(key).export({ type: 'spki', format: 'pem' }), headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams([...fields, ['p_signature', signature]]).toString(), signed: ['text payment_succeeded', 'text example.com', 'text 12.50'],
    };
  }],
});

finish();
