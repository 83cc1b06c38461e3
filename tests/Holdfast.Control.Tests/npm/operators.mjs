import { all, assert, baseURL, check, client, Cloudflare, raises } from './harness.mjs';

const password = 'seven grey geese walk home';

/** Calls what is Holdfast's own, which the client has no resource for, through the client's own machinery. */
const own = (api, method, path, body) =>
  api[method](new URL(path, baseURL).toString(), { body }).then((envelope) => envelope.result);

/** An operator with an API key, and a client that has the pair as anybody would give it. */
async function operator(email, role) {
  const added = await own(client(), 'post', '/holdfast/v1/operators', { email, password, role });
  const session = await own(new Cloudflare({ apiToken: 'none', baseURL, maxRetries: 0 }), 'post', '/holdfast/v1/sessions', {
    email,
    password,
  });
  const { api_key: apiKey } = await own(client(session.token), 'post', '/holdfast/v1/operators/me/api_key', {
    current_password: password,
  });
  return { id: added.id, apiKey, api: new Cloudflare({ apiKey, apiEmail: email, apiToken: null, baseURL, maxRetries: 0 }) };
}

const admin = await operator('ada@example.com', 'administrator');
const viewer = await operator('vera@example.com', 'viewer');
const [{ id: accountId }] = await all(client().accounts.list());

await check('A key and its address do what their operator may', async () => {
  const zone = await admin.api.zones.create({ account: { id: accountId }, name: 'example.com', type: 'full' });
  const seen = await all(viewer.api.zones.list({ name: 'example.com' }));
  assert.deepEqual(
    seen.map((found) => found.id),
    [zone.id],
  );
});

await check('A viewer changes nothing', async () => {
  await raises(Cloudflare.PermissionDeniedError, 403, 9109, () =>
    viewer.api.zones.create({ account: { id: accountId }, name: 'example.org', type: 'full' }),
  );
});

await check('An operator sees the account and the membership of it', async () => {
  const memberships = await all(admin.api.memberships.list());
  assert.equal(memberships.length, 1);
  assert.equal(memberships[0].account.id, accountId);
  assert.equal((await admin.api.memberships.get(memberships[0].id)).id, memberships[0].id);
  assert.equal((await admin.api.accounts.get({ account_id: accountId })).id, accountId);
});

await check('A wrong key, and one of somebody else, are refused', async () => {
  const wrong = new Cloudflare({ apiKey: `hfk_${'x'.repeat(40)}`, apiEmail: 'ada@example.com', apiToken: null, baseURL, maxRetries: 0 });
  await raises(Cloudflare.APIError, 403, 9103, () => wrong.user.get());
  const borrowed = new Cloudflare({ apiKey: viewer.apiKey, apiEmail: 'ada@example.com', apiToken: null, baseURL, maxRetries: 0 });
  await raises(Cloudflare.APIError, 403, 9103, () => borrowed.user.get());
});

await check('A disabled operator has no key any more', async () => {
  await own(client(), 'patch', `/holdfast/v1/operators/${viewer.id}`, { disabled: true });
  await raises(Cloudflare.APIError, 403, 9103, () => all(viewer.api.zones.list()));
});

await check('A membership that is not there is a NotFoundError', async () => {
  await raises(Cloudflare.NotFoundError, 404, 40004, () => admin.api.memberships.get('0'.repeat(32)));
});
