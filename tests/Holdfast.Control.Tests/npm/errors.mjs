import { allow, allZones, assert, check, client, Cloudflare, raises } from './harness.mjs';

// This control allows 10 requests in five minutes: see NpmClientTests.cs.
const admin = client();

await check('No good token on verify is an AuthenticationError', async () => {
  await raises(Cloudflare.AuthenticationError, 401, 1000, () => client('not-a-token').user.tokens.verify());
});

await check('No good token elsewhere is a PermissionDeniedError', async () => {
  await raises(Cloudflare.PermissionDeniedError, 403, 9109, () => client('not-a-token').zones.list());
});

await check('A token without the permission is a PermissionDeniedError', async () => {
  const { value } = await admin.user.tokens.create({ name: 'reads', policies: [await allow(allZones, 'Zone Read')] });
  await raises(Cloudflare.PermissionDeniedError, 403, 9109, () => client(value).zones.create({ account: {}, name: 'example.com' }));
  await raises(Cloudflare.PermissionDeniedError, 403, 9109, () => client(value).user.get());
});

await check('A bad body is a BadRequestError that names the place', async () => {
  const error = await raises(Cloudflare.BadRequestError, 400, 40000, () => admin.user.tokens.create({ name: 'x', policies: [] }));
  assert.equal(error.errors[0].source.pointer, '/policies');
});

await check('What is not there is a NotFoundError', async () => {
  await raises(Cloudflare.NotFoundError, 404, 7003, () => admin.user.tokens.get('0'.repeat(32)));
  await raises(Cloudflare.NotFoundError, 404, 7000, () => admin.get('/nothing'));
});

await check('A path that is none is a BadRequestError', async () => {
  await raises(Cloudflare.BadRequestError, 400, 40014, () => admin.get('/zones/%00'));
  await raises(Cloudflare.BadRequestError, 400, 40014, () => admin.get('/zones/%zz'));
});

await check('The last admin token deleted is a ConflictError', async () => {
  const { id } = await admin.user.tokens.verify();
  await raises(Cloudflare.ConflictError, 409, 40009, () => admin.user.tokens.delete(id));
});

await check('Too many requests are a RateLimitError with Retry-After', async () => {
  const { value } = await admin.user.tokens.create({ name: 'busy', policies: [await allow(allZones, 'Zone Read')] });
  const busy = client(value);
  for (let i = 0; i < 10; i++) {
    await busy.zones.list();
  }
  const error = await raises(Cloudflare.RateLimitError, 429, 971, () => busy.zones.list());
  assert.ok(Number(error.headers.get('retry-after')) >= 1);
});

await check('Too many wrong tokens are a RateLimitError and a good one is still taken', async () => {
  let error;
  for (let i = 0; i < 20 && !(error instanceof Cloudflare.RateLimitError); i++) {
    error = await client(`wrong-${i}`).zones.list().then(() => assert.fail('it succeeded'), (reason) => reason);
  }
  assert.ok(error instanceof Cloudflare.RateLimitError, error?.message);
  await admin.zones.list();
});

await check('Nonsense is never an InternalServerError', async () => {
  const nonsense = [null, [], 'text', 7, { name: {} }, { policies: 'all' }, { name: 'x', policies: [{ resources: [] }] }, { condition: [] }];
  for (const body of nonsense) {
    for (const [method, path] of [['post', '/user/tokens'], ['patch', '/user'], ['post', '/zones']]) {
      const error = await admin[method](path, { body }).then(() => null, (reason) => reason);
      assert.ok(!(error instanceof Cloudflare.InternalServerError), `${method} ${path} ${JSON.stringify(body)}: ${error?.message}`);
    }
  }
});
