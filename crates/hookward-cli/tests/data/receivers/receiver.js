// A receiver of Stripe's webhooks with one hole, or none: receiver.js HOLE.
// Prints its port.
const crypto = require('crypto'), http = require('http');
const HOLE = process.argv[2], KEY = process.env.HOOK_KEY, seen = new Set();

function genuine(raw, body) {
  const values = raw.filter((_, i) => i % 2 && raw[i - 1].toLowerCase() === 'stripe-signature');
  const match = values.length === 1 && /^t=(\d{1,12}),v1=([0-9a-f]*)$/.exec(values[0]);
  if (!match) return false;
  const [, time, signature] = match;
  if (HOLE !== 'no-timestamp-check' && Math.abs(Date.now() / 1000 - time) > 300) return false;
  if (HOLE === 'json-reserialisation') {
    // What a body parser leaves of the body.
    try { body = Buffer.from(JSON.stringify(JSON.parse(body))); } catch { return false; }
  }
  const expected = crypto.createHmac('sha256', KEY).update(time + '.').update(body).digest('hex');
  if (HOLE === 'prefix-compare') return signature !== '' && expected.startsWith(signature);
  return signature.length === 64 && crypto.timingSafeEqual(Buffer.from(signature), Buffer.from(expected));
}

http.createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    const body = Buffer.concat(pieces);
    if (!genuine(request.rawHeaders, body)) return response.writeHead(403).end('no');
    const known = body.toString('latin1');
    const first = HOLE === 'replay' || !seen.has(known);
    seen.add(known);
    response.end(first ? 'handled' : 'seen before');
  });
}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
