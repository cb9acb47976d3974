// Records what the providers' own SDKs from npm sign and accept; see README.md.

import { createPrivateKey, createPublicKey, createSecretKey, sign as cryptoSign } from 'node:crypto';
import { EVENT, FORM, NOW, URL_, WHSEC, bare, base64, ed25519, file, finish, hash, hex, hmac, hs256, jwt, load, provider, stamped, testRsa } from './record.mjs';


const ed25519Raw = createPublicKey(ed25519).export({ format: 'der', type: 'spki' }).subarray(-32);

// --- Stripe's form -----------------------------------------------------------

const Stripe = (await load('stripe')).default;
const stripe = new Stripe('sk_test_x');
await provider('stripe', {
  sdk: 'stripe', made: true,
  accepts: (r) => Boolean(stripe.webhooks.constructEvent(r.body, r.headers['stripe-signature'], r.secret)),
  cases: [EVENT, '{"id":"evt_2","object":"event"}'].map((body) => () => {
    const secret = 'whsec_9fQm2Vx';
    const header = stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp: NOW });
    return { secret, headers: { 'stripe-signature': header }, body, now: NOW, signed: ['body', 'header stripe-signature'] };
  }),
});

const Mux = (await load('@mux/mux-node')).default;
const mux = new Mux({ tokenId: 'a', tokenSecret: 'b' });
await provider('mux', {
  sdk: '@mux/mux-node',
  accepts: async (r) => { await mux.webhooks.verifySignature(r.body, r.headers, r.secret); return true; },
  cases: [stamped('mux-signature', (t, s) => `t=${t},v1=${s}`)('4mux8secret')],
});

const { ElevenLabsClient } = await load('@elevenlabs/elevenlabs-js');
const eleven = new ElevenLabsClient({ apiKey: 'x' });
await provider('elevenlabs', {
  sdk: '@elevenlabs/elevenlabs-js',
  accepts: async (r) => Boolean(await eleven.webhooks.constructEvent(r.body, r.headers['elevenlabs-signature'], r.secret)),
  cases: [stamped('elevenlabs-signature', (t, s) => `t=${t},v0=${s}`)('wsec_0b9d3')],
});

const { WorkOS } = await load('@workos-inc/node');
const workos = new WorkOS('sk_x', { clientId: 'client_x' });
await provider('workos', {
  sdk: '@workos-inc/node',
  accepts: async (r) => Boolean(await workos.webhooks.constructEvent({ payload: JSON.parse(r.body), sigHeader: r.headers['workos-signature'], secret: r.secret })),
  cases: [stamped('workos-signature', (t, s) => `t=${t}, v1=${s}`, { unit: 1000 })('wos_secret', '{"id":"event_01","event":"dsync.user.created","data":{"id":"directory_user_1","directory_id":"d","raw_attributes":{},"custom_attributes":{},"groups":[],"emails":[]},"created_at":"2025-10-09T08:53:20.000Z"}')],
});

const { encodeSignatureHeader, isValidSignature } = await load('@sanity/webhook');
await provider('sanity', {
  sdk: '@sanity/webhook', made: true,
  accepts: (r) => isValidSignature(r.body, r.headers['sanity-webhook-signature'], r.secret),
  cases: [async () => {
    const secret = 'sanity-secret';
    return { secret, headers: { 'sanity-webhook-signature': await encodeSignatureHeader(EVENT, NOW * 1000, secret) }, body: EVENT, now: NOW, signed: ['body', 'header sanity-webhook-signature'] };
  }],
});

const { Paddle } = await load('@paddle/paddle-node-sdk');
await provider('paddle', {
  sdk: '@paddle/paddle-node-sdk',
  accepts: (r) => new Paddle('x').webhooks.isSignatureValid(r.body, r.secret, r.headers['paddle-signature']),
  cases: [() => {
    const secret = 'pdl_ntfset_01hh';
    return { secret, headers: { 'paddle-signature': `ts=${NOW};h1=${hex('sha256', secret, `${NOW}:`, EVENT)}` }, body: EVENT, now: NOW, signed: ['body', 'header paddle-signature'] };
  }],
});

// --- Standard Webhooks and Svix ---------------------------------------------

const standardHeaders = (prefix, id, at, signature) => ({
  [`${prefix}-id`]: id, [`${prefix}-timestamp`]: String(at), [`${prefix}-signature`]: signature,
});
const standardParts = (prefix) => ['body', `header ${prefix}-id`, `header ${prefix}-timestamp`, `header ${prefix}-signature`];
const { Webhook: Standard } = await load('standardwebhooks');
await provider('standard-webhooks', {
  sdk: 'standardwebhooks', made: true,
  accepts: (r) => Boolean(new Standard(r.secret).verify(r.body, r.headers)),
  cases: [() => ({
    secret: WHSEC, headers: standardHeaders('webhook', 'msg_2a', NOW, new Standard(WHSEC).sign('msg_2a', new Date(NOW * 1000), EVENT)),
    body: EVENT, now: NOW, signed: standardParts('webhook'),
  })],
});

const { Webhook: Svix } = await load('svix');
const { verifyWebhook: clerk } = await load('@clerk/backend/webhooks');
const { Resend } = await load('resend');
const svixCases = [() => ({
  secret: WHSEC, headers: standardHeaders('svix', 'msg_2a', NOW, new Svix(WHSEC).sign('msg_2a', new Date(NOW * 1000), EVENT)),
  body: EVENT, now: NOW, signed: standardParts('svix'),
})];
await provider('svix', {
  sdk: 'svix', made: true, accepts: (r) => Boolean(new Svix(r.secret).verify(r.body, r.headers)), cases: svixCases,
});
const asRequest = (r) => new Request(r.url ?? 'https://hooks.example.com/in', { method: r.method, headers: r.headers, body: r.body });
await provider('clerk', {
  sdk: '@clerk/backend', accepts: async (r) => Boolean(await clerk(asRequest(r), { signingSecret: r.secret })), cases: svixCases,
});
const resend = new Resend('re_x');
await provider('resend', {
  sdk: 'resend',
  accepts: (r) => Boolean(resend.webhooks.verify({
    payload: r.body, webhookSecret: r.secret,
    headers: { id: r.headers['svix-id'], timestamp: r.headers['svix-timestamp'], signature: r.headers['svix-signature'] },
  })),
  cases: svixCases,
});

const standardCases = [() => ({
  secret: WHSEC, headers: standardHeaders('webhook', 'msg_2a', NOW, `v1,${base64('sha256', Buffer.from(WHSEC.slice(6), 'base64'), `msg_2a.${NOW}.`, EVENT)}`),
  body: EVENT, now: NOW, signed: standardParts('webhook'),
})];
const OpenAI = (await load('openai')).default;
const openai = new OpenAI({ apiKey: 'x' });
await provider('openai', {
  sdk: 'openai', accepts: async (r) => Boolean(await openai.webhooks.unwrap(r.body, r.headers, r.secret)), cases: standardCases,
});
const { validateWebhook: replicate } = await load('replicate');
await provider('replicate', {
  sdk: 'replicate', accepts: (r) => replicate({ id: r.headers['webhook-id'], timestamp: r.headers['webhook-timestamp'], signature: r.headers['webhook-signature'], body: r.body, secret: r.secret }), cases: standardCases,
});
const Dodo = (await load('dodopayments')).default;
const dodo = new Dodo({ bearerToken: 'x' });
await provider('dodo-payments', {
  sdk: 'dodopayments', accepts: (r) => Boolean(dodo.webhooks.unwrap(r.body, { headers: r.headers, key: r.secret })), cases: standardCases,
});

const { validateEvent, WebhookVerificationError } = await import(file('@polar-sh/sdk/dist/esm/webhooks.js'));
await provider('polar', {
  sdk: '@polar-sh/sdk',
  // The event's schema is checked after the signature.
  accepts: (r) => {
    try { validateEvent(r.body, r.headers, r.secret); } catch (error) { return !(error instanceof WebhookVerificationError); }
    return true;
  },
  cases: [() => {
    const secret = 'polar_whs_6JuT0sXy';
    return {
      secret, headers: standardHeaders('webhook', 'msg_2a', NOW, `v1,${base64('sha256', secret, `msg_2a.${NOW}.`, EVENT)}`),
      body: EVENT, now: NOW, signed: standardParts('webhook'),
    };
  }],
});

// --- Bare HMAC over the body -------------------------------------------------

const { sign: octokitSign, verify: octokitVerify } = await load('@octokit/webhooks-methods');
await provider('github', {
  sdk: '@octokit/webhooks-methods', made: true,
  accepts: (r) => octokitVerify(r.secret, r.body, r.headers['x-hub-signature-256']),
  cases: [async () => ({ secret: "It's a Secret", headers: { 'x-hub-signature-256': await octokitSign("It's a Secret", EVENT) }, body: EVENT, signed: ['body', 'header x-hub-signature-256'] })],
});

const { validateSignature: line } = await load('@line/bot-sdk');
await provider('line', {
  sdk: '@line/bot-sdk', accepts: (r) => line(r.body, r.secret, r.headers['x-line-signature']),
  cases: [bare('x-line-signature', (k, b) => base64('sha256', k, b))('linechannelsecret')],
});

const Razorpay = (await load('razorpay')).default;
await provider('razorpay', {
  sdk: 'razorpay', accepts: (r) => Razorpay.validateWebhookSignature(r.body, r.headers['x-razorpay-signature'], r.secret),
  cases: [bare('x-razorpay-signature', (k, b) => hex('sha256', k, b))('rzp-secret')],
});

const coinbase = (await load('coinbase-commerce-node')).default;
await provider('coinbase-commerce', {
  sdk: 'coinbase-commerce-node', accepts: (r) => Boolean(coinbase.Webhook.verifySigHeader(r.body, r.headers['x-cc-webhook-signature'], r.secret) ?? true),
  cases: [bare('x-cc-webhook-signature', (k, b) => hex('sha256', k, b))('cc-shared-secret', '{"event":{"id":"e1","type":"charge:created"}}')],
});

const gocardless = await load('gocardless-nodejs/webhooks').catch(() => import(file('gocardless-nodejs/cjs/webhooks.js')));
await provider('gocardless', {
  sdk: 'gocardless-nodejs', accepts: (r) => Boolean((gocardless.parse ?? gocardless.default.parse)(r.body, r.secret, r.headers['webhook-signature'])),
  cases: [bare('webhook-signature', (k, b) => hex('sha256', k, b))('gc-secret', '{"events":[{"id":"EV1","action":"created"}]}')],
});

const { WebhookEventVerifier } = await load('@onfido/api');
await provider('onfido', {
  sdk: '@onfido/api', accepts: (r) => Boolean(new WebhookEventVerifier(r.secret).readPayload(r.body, r.headers['x-sha2-signature'])),
  cases: [bare('x-sha2-signature', (k, b) => hex('sha256', k, b))('onfido-token', '{"payload":{"resource_type":"check","action":"check.completed","object":{"id":"a"}}}')],
});

const ModernTreasury = (await load('modern-treasury')).default;
const modernTreasury = new ModernTreasury({ apiKey: 'x', organizationID: 'y' });
await provider('modern-treasury', {
  sdk: 'modern-treasury', made: true,
  accepts: (r) => modernTreasury.webhooks.validateSignature(r.body, r.headers, { key: r.secret }),
  cases: [() => ({ secret: 'mt-webhook-key', headers: { 'x-signature': modernTreasury.webhooks.getSignature(EVENT, { key: 'mt-webhook-key' }) }, body: EVENT, signed: ['body', 'header x-signature'] })],
});

const { LinearWebhookClient } = await import(file('@linear/sdk/dist/webhooks/index.mjs'));
await provider('linear', {
  sdk: '@linear/sdk',
  accepts: (r) => new LinearWebhookClient(r.secret).verify(Buffer.from(r.body), r.headers['linear-signature'], JSON.parse(r.body).webhookTimestamp),
  cases: [() => {
    const body = `{"action":"create","type":"Issue","webhookTimestamp":${NOW * 1000},"webhookId":"w1"}`;
    return { secret: 'lin_wh_x1', headers: { 'linear-signature': hex('sha256', 'lin_wh_x1', body) }, body, now: NOW, signed: ['body', 'header linear-signature'] };
  }],
});

const EasyPost = (await load('@easypost/api')).default;
const easypost = new EasyPost('x');
await provider('easypost', {
  sdk: '@easypost/api', accepts: (r) => Boolean(easypost.Utils.validateWebhook(Buffer.from(r.body), { 'X-Hmac-Signature': r.headers['x-hmac-signature'] }, r.secret)),
  cases: ['sécret', 'ﬁne secret Å'].map((secret) => bare('x-hmac-signature', (k, b) => `hmac-sha256-hex=${hex('sha256', k.normalize('NFKD'), b)}`)(secret)),
});

const { shopifyApi, ApiVersion } = (await load('@shopify/shopify-api/adapters/node'), await load('@shopify/shopify-api'));
const shopify = shopifyApi({ apiKey: 'k', apiSecretKey: 'shpss_1f', hostName: 'hooks.example.com', apiVersion: ApiVersion?.July25 ?? '2025-07', isEmbeddedApp: false, scopes: ['read_orders'], logger: { log: () => {} } });
await provider('shopify', {
  sdk: '@shopify/shopify-api',
  accepts: async (r) => {
    const answer = await shopify.webhooks.validate({ rawBody: r.body, rawRequest: { method: 'POST', url: '/in', headers: r.headers, socket: {} }, rawResponse: {} });
    if (!answer.valid && !/hmac/i.test(answer.reason)) throw new Error(JSON.stringify(answer));
    return answer.valid;
  },
  cases: [() => ({
    secret: 'shpss_1f', body: EVENT, signed: ['body', 'header x-shopify-hmac-sha256'],
    headers: { 'x-shopify-hmac-sha256': base64('sha256', 'shpss_1f', EVENT), 'x-shopify-topic': 'orders/create', 'x-shopify-api-version': '2025-07', 'x-shopify-shop-domain': 'a.myshopify.com', 'x-shopify-webhook-id': 'b54557e4' },
  }), () => ({
    secret: 'shpss_1f', form: 'events', body: EVENT, signed: ['body', 'header shopify-hmac-sha256'],
    headers: { 'shopify-hmac-sha256': base64('sha256', 'shpss_1f', EVENT), 'shopify-topic': 'Product', 'shopify-action': 'create', 'shopify-api-version': '2025-07', 'shopify-shop-domain': 'a.myshopify.com', 'shopify-webhook-id': 'b54557e4', 'shopify-event-id': '98880550' },
  })],
});

const { hmacValidator: AdyenValidator } = await load('@adyen/api-library');
const adyen = new AdyenValidator();
const ADYEN_KEY = '44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056';
await provider('adyen', {
  sdk: '@adyen/api-library', made: true,
  accepts: (r) => adyen.validateHMAC(JSON.parse(r.body).notificationItems[0].NotificationRequestItem, r.secret),
  cases: [() => {
    const item = { pspReference: '8515131751004933', originalReference: '', merchantAccountCode: 'TestMerchant', merchantReference: 'order-99', amount: { currency: 'EUR', value: 1130 }, eventCode: 'AUTHORISATION', success: 'true', eventDate: '2025-10-09T08:53:20+02:00' };
    item.additionalData = { hmacSignature: adyen.calculateHmac(item, ADYEN_KEY) };
    return {
      secret: ADYEN_KEY, headers: {}, body: JSON.stringify({ live: 'false', notificationItems: [{ NotificationRequestItem: item }] }),
      signed: ['text 8515131751004933', 'text TestMerchant', 'text order-99', 'text 1130', 'text AUTHORISATION', `text ${item.additionalData.hmacSignature.slice(0, -2)}`],
    };
  }],
});
await provider('adyen-platforms', {
  sdk: '@adyen/api-library', accepts: (r) => adyen.validateHMACSignature(r.secret, r.headers.hmacsignature, r.body),
  cases: [() => ({ secret: ADYEN_KEY, headers: { hmacsignature: base64('sha256', Buffer.from(ADYEN_KEY, 'hex'), EVENT) }, body: EVENT, signed: ['body', 'header hmacsignature'] })],
});

// --- URL, form and method ----------------------------------------------------

const twilio = (await load('twilio')).default;
await provider('twilio', {
  sdk: 'twilio', made: true,
  accepts: (r) => r.url.includes('bodySHA256')
    ? twilio.validateRequestWithBody(r.secret, r.headers['x-twilio-signature'], r.url, r.body)
    : twilio.validateRequest(r.secret, r.headers['x-twilio-signature'], r.url, Object.fromEntries(new URLSearchParams(r.body))),
  cases: [
    () => ({
      secret: '12345twilio', url: URL_, body: FORM, headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': twilio.getExpectedTwilioSignature('12345twilio', URL_, Object.fromEntries(new URLSearchParams(FORM))) },
      signed: ['url', 'text 15551234567', 'text au', 'header x-twilio-signature'],
    }),
    () => {
      const url = `https://hooks.example.com/in?bodySHA256=${hash('sha256', EVENT).digest('hex')}`;
      return { secret: '12345twilio', url, body: EVENT, headers: { 'content-type': 'application/json', 'x-twilio-signature': twilio.getExpectedTwilioSignature('12345twilio', url, {}) }, signed: ['url', 'body', 'header x-twilio-signature'] };
    },
  ],
});

const { WebhooksHelper } = await load('square');
await provider('square', {
  sdk: 'square',
  accepts: (r) => WebhooksHelper.verifySignature({ requestBody: r.body, signatureHeader: r.headers['x-square-hmacsha256-signature'], signatureKey: r.secret, notificationUrl: r.url }),
  cases: [() => ({ secret: 'asdf1234', url: URL_, body: EVENT, headers: { 'x-square-hmacsha256-signature': base64('sha256', 'asdf1234', URL_, EVENT) }, signed: ['url', 'body', 'header x-square-hmacsha256-signature'] })],
});

const { Signature: HubSpot } = await load('@hubspot/api-client');
const hubspot = (version, header) => (r) => HubSpot.isValid({
  signatureVersion: version, signature: r.headers[header], clientSecret: r.secret, requestBody: r.body, method: r.method, url: r.url,
  ...(version === 'v3' && { timestamp: Number(r.headers['x-hubspot-request-timestamp']) }),
});
await provider('hubspot-v3', {
  sdk: '@hubspot/api-client', made: true, accepts: hubspot('v3', 'x-hubspot-signature-v3'),
  cases: [URL_, 'https://hooks.example.com/in?next=%2Fhome%3Fa&x=2'].map((url) => () => {
    const timestamp = NOW * 1000;
    const signature = HubSpot.getSignature('POST', 'v3', { clientSecret: 'hs-secret', requestBody: EVENT, url, timestamp });
    return { secret: 'hs-secret', url, body: EVENT, now: NOW, headers: { 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': String(timestamp) }, signed: ['method', 'url', 'body', 'header x-hubspot-request-timestamp', 'header x-hubspot-signature-v3'] };
  }),
});
await provider('hubspot-v2', {
  sdk: '@hubspot/api-client', made: true, accepts: hubspot('v2', 'x-hubspot-signature'),
  cases: [() => ({ secret: 'hs-secret', url: URL_, body: EVENT, headers: { 'x-hubspot-signature-version': 'v2', 'x-hubspot-signature': HubSpot.getSignature('POST', 'v2', { clientSecret: 'hs-secret', requestBody: EVENT, url: URL_ }) }, signed: ['method', 'url', 'body', 'header x-hubspot-signature'] })],
});
await provider('hubspot-v1', {
  sdk: '@hubspot/api-client', made: true, accepts: hubspot('v1', 'x-hubspot-signature'),
  cases: [() => ({ secret: 'hs-secret', body: EVENT, headers: { 'x-hubspot-signature-version': 'v1', 'x-hubspot-signature': HubSpot.getSignature('POST', 'v1', { clientSecret: 'hs-secret', requestBody: EVENT }) }, signed: ['body', 'header x-hubspot-signature'] })],
});

const plivo = (await load('plivo')).default ?? (await load('plivo'));
await provider('plivo-v2', {
  sdk: 'plivo', accepts: (r) => plivo.validateSignature(r.url, r.headers['x-plivo-signature-v2-nonce'], r.headers['x-plivo-signature-v2'], r.secret),
  cases: [() => {
    const url = 'https://hooks.example.com/in/sms';
    return { secret: 'plivo-token', url, body: FORM, headers: { 'x-plivo-signature-v2-nonce': '05429567804466091622', 'x-plivo-signature-v2': base64('sha256', 'plivo-token', url, '05429567804466091622') }, signed: ['url', 'header x-plivo-signature-v2-nonce', 'header x-plivo-signature-v2'] };
  }],
});

await provider('plivo-v3', {
  sdk: 'plivo',
  accepts: (r) => plivo.validateV3Signature(r.method, r.url, r.headers['x-plivo-signature-v3-nonce'], r.secret, r.headers['x-plivo-signature-v3'], Object.fromEntries(new URLSearchParams(r.body))),
  cases: [
    ['https://hooks.example.com/in/sms', ''],
    ['https://hooks.example.com/in/sms?b=x%20y&a=1', 'a=1&b=x y.'],
  ].map(([url, query]) => () => {
    const fields = [...new URLSearchParams(FORM)].sort().map(([name, value]) => name + value).join('');
    const signature = base64('sha256', 'plivo-token', `${url.split('?')[0]}?${query}${fields}.05429567804466091622`);
    return {
      secret: 'plivo-token', url, body: FORM, signed: ['url', 'text 15551234567', 'header x-plivo-signature-v3-nonce', 'header x-plivo-signature-v3'],
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-plivo-signature-v3-nonce': '05429567804466091622', 'x-plivo-signature-v3': signature },
    };
  }),
});

const { signRequest, verifyRequest } = await load('@contentful/node-apps-toolkit');
const CONTENTFUL_SECRET = 'q0rNVVLFG-uxRV9gR8Mv2xIgOzWKSLPCgkU1LkzB6Ra-9IXxFT-O75mUcBXc3Ymd';
await provider('contentful', {
  sdk: '@contentful/node-apps-toolkit', made: true,
  accepts: (r) => verifyRequest(r.secret, { path: new URL(r.url).pathname + new URL(r.url).search, method: r.method, headers: r.headers, body: r.body }, 30),
  cases: ['/in/a1', '/in/a1?tenant=a%20b&x=2'].map((path) => () => {
    const request = { path, method: 'POST', headers: { 'content-type': 'application/json', 'x-contentful-topic': 'Entry.publish' }, body: EVENT };
    const headers = { ...request.headers, ...signRequest(CONTENTFUL_SECRET, request, NOW * 1000) };
    return {
      secret: CONTENTFUL_SECRET, url: `https://hooks.example.com${path}`, body: EVENT, now: NOW,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
      signed: ['method', 'url', 'body', 'header content-type', 'header x-contentful-topic', 'header x-contentful-timestamp', 'header x-contentful-signature'],
    };
  }),
});

// --- JWT ---------------------------------------------------------------------

const { Receiver } = await load('@upstash/qstash');
await provider('qstash', {
  sdk: '@upstash/qstash',
  accepts: (r) => new Receiver({ currentSigningKey: r.secret[0], nextSigningKey: r.secret[1] }).verify({ signature: r.headers['upstash-signature'], body: r.body, url: r.url }),
  cases: [[0, ''], [1, ''], [0, '=']].map(([which, padding]) => () => {
    const secret = ['sig_current_1', 'sig_next_2'];
    const url = 'https://hooks.example.com/in';
    const claims = { iss: 'Upstash', sub: url, exp: NOW + 300, nbf: NOW, iat: NOW, jti: 'jwt_1', body: hash('sha256', EVENT).digest('base64url') + padding };
    return { secret, url, body: EVENT, now: NOW, headers: { 'upstash-signature': hs256(secret[which], claims) }, signed: ['url', 'body', 'header upstash-signature'] };
  }),
});

const { verifySignature: vonage } = await load('@vonage/jwt');
await provider('vonage', {
  sdk: '@vonage/jwt',
  // It judges the token; the body's digest is compared by its caller, as documented.
  accepts: (r) => vonage(r.headers.authorization.slice(7), r.secret) && JSON.parse(Buffer.from(r.headers.authorization.split('.')[1], 'base64url')).payload_hash === hash('sha256', r.body).digest('hex'),
  cases: [() => ({
    secret: 'vonage-signature-secret', body: EVENT, now: NOW, signed: ['body', 'header authorization'],
    headers: { authorization: `Bearer ${hs256('vonage-signature-secret', { iat: NOW, jti: 'c5ba8f24', iss: 'Vonage', payload_hash: hash('sha256', EVENT).digest('hex'), api_key: 'a1b2c3d', application_id: 'aaaaaaaa' })}` },
  })],
});

const { AccessToken, WebhookReceiver } = await load('livekit-server-sdk');
await provider('livekit', {
  sdk: 'livekit-server-sdk', made: true,
  accepts: async (r) => Boolean(await new WebhookReceiver('APIkey1', r.secret).receive(r.body, r.headers.authorization)),
  cases: [async () => {
    const body = '{"event":"room_started","id":"EV_1","room":{"sid":"RM_1","name":"lobby"},"createdAt":"1760000000"}';
    const token = new AccessToken('APIkey1', 'livekit-secret', { ttl: 300 });
    token.sha256 = hash('sha256', body).digest('base64');
    return { secret: 'livekit-secret', body, now: NOW, headers: { authorization: await token.toJwt() }, signed: ['body', 'header authorization'] };
  }],
});

// --- Public keys -------------------------------------------------------------

const { verifyKey } = (await load('discord-interactions')).default;
await provider('discord', {
  sdk: 'discord-interactions', accepts: (r) => Promise.resolve(verifyKey(Buffer.from(r.body), r.headers['x-signature-ed25519'], r.headers['x-signature-timestamp'], r.secret)),
  cases: [() => ({
    secret: ed25519Raw.toString('hex'), body: '{"id":"1","type":1}', now: NOW,
    headers: { 'x-signature-timestamp': String(NOW), 'x-signature-ed25519': cryptoSign(null, Buffer.from(`${NOW}{"id":"1","type":1}`), ed25519).toString('hex') },
    signed: ['body', 'header x-signature-timestamp', 'header x-signature-ed25519'],
  })],
});

// --- More -------------------------------------------------------------------

const Orb = (await load('orb-billing')).default;
const orb = new Orb({ apiKey: 'x' });
await provider('orb', {
  sdk: 'orb-billing', made: true,
  accepts: (r) => { orb.webhooks.verifySignature(r.body, r.headers, r.secret); return true; },
  cases: [() => {
    const timestamp = '2025-10-09T08:53:20.000000';
    const headers = { 'x-orb-timestamp': timestamp, 'x-orb-signature': orb.webhooks.signPayload(EVENT, { timestamp, secret: 'orb-secret' }) };
    return { secret: 'orb-secret', headers, body: EVENT, now: NOW, signed: ['body', 'header x-orb-timestamp', 'header x-orb-signature'] };
  }],
});

const Metronome = (await load('@metronome/sdk')).default;
const metronome = new Metronome({ bearerToken: 'x' });
await provider('metronome', {
  sdk: '@metronome/sdk', made: true,
  accepts: (r) => { metronome.webhooks.verifySignature(r.body, r.headers, r.secret); return true; },
  cases: [() => {
    const date = new Date(NOW * 1000).toUTCString();
    const headers = { 'x-metronome-date': date, 'metronome-webhook-signature': metronome.webhooks.signPayload(EVENT, { date, secret: 'met-secret' }) };
    return { secret: 'met-secret', headers, body: EVENT, now: NOW, signed: ['body', 'header x-metronome-date', 'header metronome-webhook-signature'] };
  }],
});

const Finch = (await load('@tryfinch/finch-api')).default;
const finch = new Finch({ accessToken: 'x' });
await provider('finch', {
  sdk: '@tryfinch/finch-api',
  accepts: (r) => { finch.webhooks.verifySignature(r.body, r.headers, r.secret); return true; },
  cases: [() => {
    const secret = WHSEC.slice(6);
    const headers = { 'finch-event-id': 'evt_9', 'finch-timestamp': String(NOW), 'finch-signature': `v1,${base64('sha256', Buffer.from(secret, 'base64'), `evt_9.${NOW}.`, EVENT)}` };
    return { secret, headers, body: EVENT, now: NOW, signed: ['body', 'header finch-event-id', 'header finch-timestamp', 'header finch-signature'] };
  }],
});

const Lithic = (await load('lithic')).default;
const lithic = new Lithic({ apiKey: 'x' });
await provider('lithic', {
  sdk: 'lithic', accepts: (r) => { lithic.webhooks.verifySignature(r.body, r.headers, r.secret); return true; }, cases: standardCases,
});
const Whop = (await load('@whop/sdk')).default;
await provider('whop', {
  // Whop's page has `webhookKey: btoa(secret)`.
  sdk: '@whop/sdk', accepts: (r) => Boolean(new Whop({ apiKey: 'x', webhookKey: btoa(r.secret) }).webhooks.unwrap(r.body, { headers: r.headers })),
  cases: [() => {
    const secret = 'ws_6f1e2d3c4b5a';
    return {
      secret, headers: standardHeaders('webhook', 'msg_2a', NOW, `v1,${base64('sha256', secret, `msg_2a.${NOW}.`, EVENT)}`),
      body: EVENT, now: NOW, signed: standardParts('webhook'),
    };
  }],
});
const { WebflowClient } = await load('webflow-api');
const webflow = new WebflowClient({ accessToken: 'x' });
await provider('webflow', {
  sdk: 'webflow-api', accepts: (r) => webflow.webhooks.verifySignature(r),
  cases: [() => ({
    secret: 'wf-client-secret', body: EVENT, now: NOW, signed: ['body', 'header x-webflow-timestamp', 'header x-webflow-signature'],
    headers: { 'x-webflow-timestamp': String(NOW * 1000), 'x-webflow-signature': hex('sha256', 'wf-client-secret', `${NOW * 1000}:`, EVENT) },
  })],
});

const { Crisp } = await load('crisp-api').then((module) => module.default?.Crisp ? module.default : module);
const crisp = Object.assign(new Crisp(), { _loopback: true });
await provider('crisp', {
  sdk: 'crisp-api', accepts: (r) => crisp.verifyHook(r.secret, JSON.parse(r.body), Number(r.headers['x-crisp-request-timestamp']), r.headers['x-crisp-signature']),
  cases: [() => ({
    secret: 'crisp-secret', body: EVENT, now: NOW, signed: ['body', 'header x-crisp-request-timestamp', 'header x-crisp-signature'],
    headers: { 'x-crisp-request-timestamp': String(NOW * 1000), 'x-crisp-signature': hex('sha256', 'crisp-secret', `[${NOW * 1000};${EVENT}]`) },
  })],
});

const { Cashfree, CFEnvironment } = await load('cashfree-pg');
await provider('cashfree', {
  sdk: 'cashfree-pg',
  accepts: (r) => Boolean(new Cashfree(CFEnvironment.SANDBOX, 'id', r.secret, undefined, undefined, undefined, false).PGVerifyWebhookSignature(r.headers['x-webhook-signature'], r.body, r.headers['x-webhook-timestamp'])),
  cases: [() => ({
    secret: 'cf-secret', body: EVENT, now: NOW, signed: ['body', 'header x-webhook-timestamp', 'header x-webhook-signature'],
    headers: { 'x-webhook-timestamp': String(NOW * 1000), 'x-webhook-signature': base64('sha256', 'cf-secret', `${NOW * 1000}`, EVENT) },
  })],
});

const { verifyWebhookSignature: hookdeck } = await load('@hookdeck/sdk/webhooks/helpers.js');
await provider('hookdeck', {
  sdk: '@hookdeck/sdk', accepts: async (r) => (await hookdeck({ headers: r.headers, rawBody: r.body, signingSecret: r.secret })).isValidSignature,
  cases: [bare('x-hookdeck-signature', (k, b) => base64('sha256', k, b))('hd-signing-secret')],
});

const { WebCryptoHmacSigner } = await import(file('@shopware-ag/app-server-sdk/dist/esm/signer.js'));
const shopware = new WebCryptoHmacSigner();
await provider('shopware', {
  sdk: '@shopware-ag/app-server-sdk', made: true,
  accepts: (r) => shopware.verify(r.headers['shopware-shop-signature'], r.body, r.secret),
  cases: [async () => ({ secret: 'shop-secret', body: EVENT, headers: { 'shopware-shop-signature': await shopware.sign(EVENT, 'shop-secret') }, signed: ['body', 'header shopware-shop-signature'] })],
});

const Cronofy = (await load('cronofy')).default;
await provider('cronofy', {
  sdk: 'cronofy', accepts: (r) => new Cronofy({ client_id: 'x', client_secret: r.secret }).hmacValid({ hmac: r.headers['cronofy-hmac-sha256'], body: r.body, client_secret: r.secret }),
  cases: [bare('cronofy-hmac-sha256', (k, b) => base64('sha256', k, b))('cronofy-client-secret')],
});

const { basicAuthValidator } = await load('chargebee');
await provider('chargebee', {
  sdk: 'chargebee', accepts: async (r) => { await basicAuthValidator((user, password) => `${user}:${password}` === r.secret)(r.headers); return true; },
  cases: [() => ({ secret: 'hooks:s3cret-word', body: EVENT, headers: { authorization: `Basic ${Buffer.from('hooks:s3cret-word').toString('base64')}` }, signed: ['header authorization'] })],
});

const { WebhookSignatureValidator: MercadoPago } = await import(file('mercadopago/dist/utils/webhook/index.js')).then((module) => module.default ?? module);
const mercadoPago = (dataId, requestId) => () => {
  const manifest = `${dataId ? `id:${dataId};` : ''}${requestId ? `request-id:${requestId};` : ''}ts:${NOW};`;
  return {
    secret: 'mp-secret', url: `https://hooks.example.com/in${dataId && `?data.id=${dataId}`}`, body: EVENT, now: NOW,
    headers: { 'x-signature': `ts=${NOW},v1=${hex('sha256', 'mp-secret', manifest)}`, ...(requestId && { 'x-request-id': requestId }) },
    signed: ['header x-signature', ...(requestId ? ['header x-request-id'] : []), ...(dataId ? ['query'] : [])],
  };
};
await provider('mercado-pago', {
  sdk: 'mercadopago',
  accepts: (r) => { MercadoPago.validate({ xSignature: r.headers['x-signature'], xRequestId: r.headers['x-request-id'], dataId: new URL(r.url).searchParams.get('data.id'), secret: r.secret }); return true; },
  cases: ['', '123456'].flatMap((id) => ['', 'bb56a2f1-6aae-46ac-982e-9dcd3581d08e'].map((request) => mercadoPago(id, request))),
});

const { EventSubHttpListener } = await load('@twurple/eventsub-http');
const twitch = (secret) => Object.assign(Object.create(EventSubHttpListener.prototype), { _secret: secret });
await provider('twitch', {
  sdk: '@twurple/eventsub-http', own: false,
  accepts: (r) => twitch(r.secret)._verifyData(r.headers['twitch-eventsub-message-id'], r.headers['twitch-eventsub-message-timestamp'], r.body, r.headers['twitch-eventsub-message-signature']),
  cases: [() => {
    const [id, at] = ['e76c6bd4-55c9-4987-8304-da1588d8988b', '2025-10-09T08:53:20.634234626Z'];
    return {
      secret: 'a twitch secret', body: EVENT, now: NOW, signed: ['body', 'header twitch-eventsub-message-id', 'header twitch-eventsub-message-timestamp', 'header twitch-eventsub-message-signature'],
      headers: { 'twitch-eventsub-message-id': id, 'twitch-eventsub-message-timestamp': at, 'twitch-eventsub-message-signature': `sha256=${hex('sha256', 'a twitch secret', id, at, EVENT)}` },
    };
  }],
});


const { WebhookSignature: Fintoc } = await load('fintoc');
await provider('fintoc', {
  sdk: 'fintoc', accepts: (r) => { Fintoc.verifyHeader(r.body, r.headers['fintoc-signature'], r.secret); return true; },
  cases: [stamped('fintoc-signature', (t, s) => `t=${t},v1=${s}`)('whsec_fintoc_1')],
});

// --- Plain hashes and one-line HMACs ----------------------------------------

const { OpenNodeClient } = await load('opennode');
await provider('opennode', {
  sdk: 'opennode', accepts: (r) => new OpenNodeClient(r.secret).verifySignature(Object.fromEntries(new URLSearchParams(r.body))),
  cases: [() => {
    const hashed = hex('sha256', 'on-api-key', 'a1b2c3d4-charge');
    return { secret: 'on-api-key', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: `id=a1b2c3d4-charge&status=paid&hashed_order=${hashed}`, signed: ['text a1b2c3d4-charge', `text ${hashed}`] };
  }],
});

const retell = await load('retell-sdk').then((module) => module.Retell ?? module.default);
await provider('retell', {
  sdk: 'retell-sdk', made: true, accepts: (r) => retell.verify(r.body, r.secret, r.headers['x-retell-signature']),
  cases: [async () => ({ secret: 'key_retell', body: EVENT, now: NOW, headers: { 'x-retell-signature': await retell.sign(EVENT, 'key_retell') }, signed: ['body', 'header x-retell-signature'] })],
});

const cloudinary = (await load('cloudinary')).v2;
for (const [name, algorithm] of [['cloudinary', 'sha1'], ['cloudinary-sha256', 'sha256']]) {
  await provider(name, {
    sdk: 'cloudinary', made: true,
    accepts: (r) => {
      cloudinary.config({ api_secret: r.secret, signature_algorithm: algorithm });
      return cloudinary.utils.verifyNotificationSignature(r.body, Number(r.headers['x-cld-timestamp']), r.headers['x-cld-signature']);
    },
    cases: [() => ({
      secret: 'cld-api-secret', body: EVENT, now: NOW, signed: ['body', 'header x-cld-timestamp', 'header x-cld-signature'],
      headers: { 'x-cld-timestamp': String(NOW), 'x-cld-signature': cloudinary.utils.webhook_signature(EVENT, NOW, { api_secret: 'cld-api-secret', signature_algorithm: algorithm }) },
    })],
  });
}

const ImageKit = (await load('@imagekit/nodejs')).default;
const imagekit = new ImageKit({ privateKey: 'x' });
await provider('imagekit', {
  sdk: '@imagekit/nodejs', accepts: (r) => Boolean(imagekit.webhooks.unwrap(r.body, { headers: r.headers, key: r.secret })),
  cases: [() => ({
    secret: 'whsec_imagekit', headers: standardHeaders('webhook', 'msg_2a', NOW, `v1,${base64('sha256', 'whsec_imagekit', `msg_2a.${NOW}.`, EVENT)}`),
    body: EVENT, now: NOW, signed: standardParts('webhook'),
  })],
});

const { WebhookHandler: Liveblocks } = await load('@liveblocks/node');
await provider('liveblocks', {
  sdk: '@liveblocks/node', accepts: (r) => Boolean(new Liveblocks(r.secret).verifyRequest({ headers: r.headers, rawBody: r.body })),
  cases: [() => {
    const body = '{"type":"roomCreated","data":{"projectId":"p","roomId":"r","createdAt":"2025-10-09T08:53:20.000Z"}}';
    return { ...standardCases[0](), headers: standardHeaders('webhook', 'msg_2a', NOW, `v1,${base64('sha256', Buffer.from(WHSEC.slice(6), 'base64'), `msg_2a.${NOW}.`, body)}`), body };
  }],
});

const smartcar = (await load('smartcar')).default;
await provider('smartcar', {
  sdk: 'smartcar', made: true, accepts: (r) => smartcar.verifyPayload(r.secret, r.headers['sc-signature'], JSON.parse(r.body)),
  cases: [bare('sc-signature', (k, b) => smartcar.hashChallenge(k, b))('smartcar-amt')],
});

const { Nango } = await load('@nangohq/node');
await provider('nango', {
  sdk: '@nangohq/node', accepts: (r) => new Nango({ secretKey: r.secret }).verifyIncomingWebhookRequest(r.body, r.headers),
  cases: [bare('x-nango-hmac-sha256', (k, b) => hex('sha256', k, b))('nango-signing-key')],
});

const { signatureHelper: kontent } = await load('@kontent-ai/webhook-helper');
await provider('kontent-ai', {
  sdk: '@kontent-ai/webhook-helper', made: true,
  accepts: (r) => kontent.isValidSignatureFromString(r.body, r.secret, r.headers['x-kontent-ai-signature'] ?? r.headers['x-kc-signature']),
  cases: ['x-kontent-ai-signature', 'x-kc-signature'].map((header) => bare(header, (k, b) => kontent.getHashFromString(b, k))('kontent-secret')),
});

const { Webhooks: UnitWebhooks } = await load('@unit-finance/unit-node-sdk');
await provider('unit', {
  sdk: '@unit-finance/unit-node-sdk', accepts: (r) => new UnitWebhooks('token', 'https://api.s.unit.sh').verify(r.headers['x-unit-signature'], r.secret, JSON.parse(r.body)),
  cases: [bare('x-unit-signature', (k, b) => base64('sha1', k, b))('unit-token')],
});

const Telnyx = (await load('telnyx')).default;
const telnyx = new Telnyx({ apiKey: 'x' });
await provider('telnyx', {
  sdk: 'telnyx', accepts: async (r) => Boolean(await telnyx.webhooks.unwrap(r.body, { headers: r.headers, key: r.secret })),
  cases: [() => ({
    secret: ed25519Raw.toString('base64'), body: EVENT, now: NOW, signed: ['body', 'header telnyx-timestamp', 'header telnyx-signature-ed25519'],
    headers: { 'telnyx-timestamp': String(NOW), 'telnyx-signature-ed25519': cryptoSign(null, Buffer.from(`${NOW}|${EVENT}`), ed25519).toString('base64') },
  })],
});

const { signWebhookPayload, verifyWebhookSignature } = await import(file('@notionhq/client/build/src/webhooks.js'));
await provider('notion', {
  sdk: '@notionhq/client', made: true,
  accepts: (r) => verifyWebhookSignature({ body: r.body, signature: r.headers['x-notion-signature'], verificationToken: r.secret }),
  cases: [async () => ({ secret: 'secret_notion', body: EVENT, headers: { 'x-notion-signature': await signWebhookPayload({ body: EVENT, verificationToken: 'secret_notion' }) }, signed: ['body', 'header x-notion-signature'] })],
});

const { verifyWebhookSignature: todoist } = await load('@doist/todoist-sdk');
await provider('todoist', {
  sdk: '@doist/todoist-sdk',
  accepts: (r) => todoist({ rawBody: r.body, signature: r.headers['x-todoist-hmac-sha256'], clientSecret: r.secret }),
  cases: [bare('x-todoist-hmac-sha256', (k, b) => base64('sha256', k, b))('todoist-client-secret')],
});

const autohook = (await load('twitter-autohook')).default;
await provider('x-twitter', {
  sdk: 'twitter-autohook',
  accepts: (r) => autohook.validateSignature(r.headers, { consumer_secret: r.secret }, r.body),
  cases: [bare('x-twitter-webhooks-signature', (k, b) => `sha256=${base64('sha256', k, b)}`)('consumer-secret')],
});

// --- Keys from a URL ---------------------------------------------------------
// The SDK gets the key set that the provider would serve.

const rsa = testRsa();
const rsaPem = createPublicKey(rsa).export({ type: 'spki', format: 'pem' });
const rs256 = (claims) => jwt('RS256', { kid: 'k1' }, claims, (signed) => cryptoSign('sha256', Buffer.from(signed), rsa));

const { OAuth2Client } = await load('google-auth-library');
await provider('google-pubsub', {
  sdk: 'google-auth-library',
  accepts: async (r) => Boolean(await new OAuth2Client().verifySignedJwtWithCertsAsync(r.headers.authorization.slice(7), { k1: r.secret }, r.url, ['https://accounts.google.com'])),
  unasked: ['url'],
  cases: [() => {
    const url = 'https://hooks.example.com/push';
    const claims = { aud: url, azp: '1', email: 'push@project.iam.gserviceaccount.com', email_verified: true, exp: NOW + 3600, iat: NOW, iss: 'https://accounts.google.com', sub: '1' };
    return { secret: rsaPem, params: { audience: url, email: claims.email }, url, body: EVENT, now: NOW, headers: { authorization: `Bearer ${rs256(claims)}` }, signed: ['header authorization'] };
  }],
});

const kindeServer = globalThis.fetch;
const { decodeWebhook } = await load('@kinde/webhooks');
await provider('kinde', {
  sdk: '@kinde/webhooks',
  accepts: async (r) => {
    const jwk = { ...createPublicKey(r.secret).export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' };
    globalThis.fetch = async () => new Response(JSON.stringify({ keys: [jwk] }), { status: 200 });
    try {
      return Boolean(await decodeWebhook(r.body, 'https://example.kinde.com'));
    } finally {
      globalThis.fetch = kindeServer;
    }
  },
  cases: [() => {
    const body = rs256({ type: 'user.created', event_id: 'event_1', timestamp: '2025-10-09T08:53:20Z', data: { user: { id: 'kp_1' } } });
    return { secret: rsaPem, headers: { 'content-type': 'application/jwt' }, body, now: NOW, signed: ['body'] };
  }],
});

const { createClient, AppStrategy } = await load('@wix/sdk');
await provider('wix', {
  sdk: '@wix/sdk',
  accepts: async (r) => Boolean(await createClient({ auth: AppStrategy({ appId: 'app-1', publicKey: r.secret }) }).webhooks.process(r.body)),
  cases: [() => {
    const event = { eventType: 'wix.contacts.v4.contact_created', instanceId: '1', identity: '{}', data: EVENT };
    const body = rs256({ data: JSON.stringify(event), iat: NOW, exp: NOW + 3600 });
    return { secret: rsaPem, headers: {}, body, now: NOW, signed: ['body'] };
  }],
});

// --- Zoom answers as a Lambda would -------------------------------------------

const { AwsLambdaReceiver } = await load('@zoom/rivet/meetings').then((module) => module.default ?? module);
await provider('zoom', {
  sdk: '@zoom/rivet',
  accepts: async (r) => {
    const debug = console.debug;
    console.debug = () => {};
    try {
      return (await new AwsLambdaReceiver({ webhooksSecretToken: r.secret }).start()({ headers: r.headers, body: r.body, isBase64Encoded: false }, {})).statusCode === 200;
    } finally {
      console.debug = debug;
    }
  },
  cases: [() => {
    const body = `{"event":"meeting.started","event_ts":${NOW}000,"payload":{"account_id":"abc","object":{"topic":"Zoë – ✓"}}}`;
    return { secret: 'zoom-secret-token', body, now: NOW, headers: { 'x-zm-request-timestamp': String(NOW), 'x-zm-signature': `v0=${hex('sha256', 'zoom-secret-token', `v0:${NOW}:${body}`)}` }, signed: ['body', 'header x-zm-request-timestamp', 'header x-zm-signature'] };
  }],
});

// --- Others that published vectors prove already ---------------------------------

const { EventWebhook } = (await load('@sendgrid/eventwebhook')).default;
// RFC 7515, appendix A.3.
const p256 = createPrivateKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', d: 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI', x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU', y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0' } });
await provider('sendgrid', {
  sdk: '@sendgrid/eventwebhook',
  accepts: (r) => {
    const webhook = new EventWebhook();
    return webhook.verifySignature(webhook.convertPublicKeyToECDSA(r.secret), r.body, r.headers['x-twilio-email-event-webhook-signature'], r.headers['x-twilio-email-event-webhook-timestamp']);
  },
  cases: [() => {
    const body = `[${EVENT}]\r\n`;
    return {
      secret: createPublicKey(p256).export({ format: 'der', type: 'spki' }).toString('base64'), body, now: NOW,
      headers: { 'x-twilio-email-event-webhook-timestamp': String(NOW), 'x-twilio-email-event-webhook-signature': cryptoSign('sha256', Buffer.from(NOW + body), p256).toString('base64') },
      signed: ['body', 'header x-twilio-email-event-webhook-timestamp', 'header x-twilio-email-event-webhook-signature'],
    };
  }],
});

const { StreamChat } = await load('stream-chat');
await provider('getstream', {
  sdk: 'stream-chat', accepts: (r) => new StreamChat('key', r.secret).verifyWebhook(r.body, r.headers['x-signature']),
  cases: [bare('x-signature', (k, b) => hex('sha256', k, b))('stream-secret')],
});

const Pusher = (await load('pusher')).default;
await provider('pusher', {
  sdk: 'pusher',
  accepts: (r) => new Pusher({ appId: '1', key: 'pusher-key', secret: r.secret, cluster: 'eu' }).webhook({ headers: { 'content-type': 'application/json', ...r.headers }, rawBody: r.body }).isValid(),
  cases: [() => {
    const body = `{"time_ms":${NOW}000,"events":[{"name":"channel_occupied","channel":"a"}]}`;
    return { secret: 'pusher-secret', key_id: 'pusher-key', body, now: NOW, headers: { 'x-pusher-key': 'pusher-key', 'x-pusher-signature': hex('sha256', 'pusher-secret', body) }, signed: ['body', 'header x-pusher-key', 'header x-pusher-signature'] };
  }],
});

const { WebhooksManager: Box } = await import(file('box-node-sdk/lib/managers/webhooks.js')).then((module) => module.default ?? module);
await provider('box', {
  sdk: 'box-node-sdk', accepts: (r) => Box.validateMessage(r.body, r.headers, r.secret),
  cases: [() => {
    const at = '2025-10-09T08:53:20+00:00';
    const body = '{"type":"webhook_event","id":"1","trigger":"FILE.UPLOADED"}';
    return {
      secret: 'box-primary-key', body, now: NOW, signed: ['body', 'header box-delivery-timestamp', 'header box-signature-primary'],
      headers: { 'box-delivery-id': 'f96bb54b', 'box-delivery-timestamp': at, 'box-signature-algorithm': 'HmacSHA256', 'box-signature-version': '1', 'box-signature-primary': base64('sha256', 'box-primary-key', body, at) },
    };
  }],
});

const messagebird = await import(file('messagebird/lib/webhook-signature-jwt.js')).then((module) => module.default ?? module);
await provider('messagebird', {
  sdk: 'messagebird',
  accepts: async (r) => { await messagebird.verify(r.url, Buffer.from(r.body), r.headers['messagebird-signature-jwt'], createSecretKey(Buffer.from(r.secret))); return true; },
  cases: [() => ({
    secret: 'mb-signing-key', url: URL_, body: EVENT, now: NOW, signed: ['url', 'body', 'header messagebird-signature-jwt'],
    headers: { 'messagebird-signature-jwt': hs256('mb-signing-key', { iss: 'MessageBird', nbf: NOW, exp: NOW + 60, jti: 'j1', url_hash: hash('sha256', URL_).digest('hex'), payload_hash: hash('sha256', EVENT).digest('hex') }) },
  })],
});

finish();
