import { all, allow, allZones, assert, check, client, Cloudflare, raises } from './harness.mjs';

const admin = client();
const policies = [await allow(allZones, 'Zone Read')];
let token;

await check('A token is created and shown once', async () => {
  token = await admin.user.tokens.create({ name: 'created', policies });
  assert.match(token.value, /^hf_[\w-]{40}$/);
  assert.equal(token.status, 'active');
  assert.equal((await admin.user.tokens.get(token.id)).value, undefined);
});

await check('A token is verified', async () => {
  assert.deepEqual(await client(token.value).user.tokens.verify(), { id: token.id, status: 'active' });
});

await check('A token does what its policies say', async () => {
  assert.deepEqual(await all(client(token.value).zones.list()), []);
});

await check('A token is got with the names of its groups', async () => {
  const got = await admin.user.tokens.get(token.id);
  assert.equal(got.policies[0].permission_groups[0].name, 'Zone Read');
  assert.deepEqual(got.policies[0].resources, allZones);
  assert.ok(Date.parse(got.issued_on) <= Date.now());
});

await check('A token is updated', async () => {
  const condition = { request_ip: { in: ['127.0.0.0/8', '::1/128'], not_in: ['192.0.2.0/24'] } };
  const updated = await admin.user.tokens.update(token.id, { name: 'updated', policies, condition, expires_on: '2099-01-01T00:00:00Z' });
  assert.equal(updated.name, 'updated');
  assert.deepEqual(updated.condition, condition);
  assert.equal(Date.parse(updated.expires_on), Date.parse('2099-01-01T00:00:00Z'));
});

await check('A token is disabled and enabled', async () => {
  await admin.user.tokens.update(token.id, { name: 'updated', policies, status: 'disabled' });
  assert.equal((await client(token.value).user.tokens.verify()).status, 'disabled');
  await raises(Cloudflare.PermissionDeniedError, 403, 9109, () => client(token.value).zones.list());
  await admin.user.tokens.update(token.id, { name: 'updated', policies, status: 'active' });
  await client(token.value).zones.list();
});

await check('A token is rolled', async () => {
  const value = await admin.user.tokens.value.update(token.id);
  await raises(Cloudflare.AuthenticationError, 401, 1000, () => client(token.value).user.tokens.verify());
  assert.equal((await client(value).user.tokens.verify()).id, token.id);
});

await check('Tokens are paged to the last, empty page', async () => {
  for (let i = 0; i < 6; i++) {
    await admin.user.tokens.create({ name: `paged ${i}`, policies });
  }
  const listed = await all(admin.user.tokens.list({ per_page: 5 }));
  assert.equal(listed.length, 8);
  assert.equal(new Set(listed.map((item) => item.id)).size, 8);
});

await check('Permission groups are listed and filtered', async () => {
  const groups = await all(admin.user.tokens.permissionGroups.list({ name: 'DNS Write' }));
  assert.equal(groups[0].id, '4755a26eedb94da69e1066d98aa820be');
  assert.deepEqual(groups[0].scopes, ['com.cloudflare.api.account.zone']);
});

await check('A token of the account is made, verified, updated, rolled, deleted', async () => {
  const [{ id: account_id }] = await all(admin.accounts.list());
  const made = await admin.accounts.tokens.create({ account_id, name: 'ours', policies });
  assert.equal((await client(made.value).accounts.tokens.verify({ account_id })).status, 'active');
  assert.equal((await admin.accounts.tokens.get(made.id, { account_id })).name, 'ours');
  await admin.accounts.tokens.update(made.id, { account_id, name: 'still ours', policies });
  assert.deepEqual((await all(admin.accounts.tokens.list({ account_id }))).map((item) => item.name), ['still ours']);
  const value = await admin.accounts.tokens.value.update(made.id, { account_id, body: {} });
  assert.equal((await client(value).accounts.tokens.verify({ account_id })).id, made.id);
  assert.ok((await all(admin.accounts.tokens.permissionGroups.list({ account_id }))).length > 5);
  assert.equal((await admin.accounts.tokens.delete(made.id, { account_id })).id, made.id);
});

await check('A token is deleted', async () => {
  assert.deepEqual(await admin.user.tokens.delete(token.id), { id: token.id });
  await raises(Cloudflare.NotFoundError, 404, 7003, () => admin.user.tokens.get(token.id));
});
