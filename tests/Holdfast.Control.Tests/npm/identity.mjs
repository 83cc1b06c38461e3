import { all, assert, baseURL, check, client, Cloudflare, raises } from './harness.mjs';

const admin = client();

await check('The user is shown and edited', async () => {
  const before = await admin.user.get();
  assert.match(before.id, /^[0-9a-f]{32}$/);
  const after = await admin.user.edit({ first_name: 'Ada', telephone: null });
  assert.equal(after.first_name, 'Ada');
  assert.equal((await admin.user.get()).first_name, 'Ada');
});

await check('Accounts are listed, shown and updated', async () => {
  const accounts = await all(admin.accounts.list());
  assert.equal(accounts.length, 1);
  const [{ id: account_id }] = accounts;
  assert.equal((await admin.accounts.get({ account_id })).type, 'standard');
  const updated = await admin.accounts.update({ account_id, id: account_id, name: 'renamed', type: 'standard' });
  assert.equal(updated.name, 'renamed');
  assert.equal((await all(admin.accounts.list({ name: 'another' }))).length, 0);
});

await check('Memberships are listed, filtered and shown', async () => {
  const memberships = await all(admin.memberships.list({ status: 'accepted', account: { name: 'renamed' } }));
  assert.equal(memberships.length, 1);
  const membership = await admin.memberships.get(memberships[0].id);
  assert.equal(membership.account.name, 'renamed');
  assert.deepEqual(membership.permissions.dns_records, { read: true, write: true });
});

await check('The addresses are listed without a token', async () => {
  const nobody = new Cloudflare({ apiToken: 'not-a-token', baseURL, maxRetries: 0 });
  const addresses = await nobody.ips.list();
  assert.deepEqual(addresses.ipv4_cidrs, ['192.0.2.0/24']);
  assert.deepEqual(addresses.ipv6_cidrs, []);
  assert.ok(addresses.etag);
});

await check('The audit log of an account is listed, the newest first', async () => {
  const [{ id: account_id }] = await all(admin.accounts.list());
  const zone = await admin.zones.create({ account: { id: account_id }, name: 'audited.example' });
  const entries = await all(admin.auditLogs.list({ account_id, per_page: 50 }));
  assert.ok(entries.some((entry) => entry.resource?.id === zone.id), JSON.stringify(entries[0]));
});

await check('An account that is not there is a NotFoundError', async () => {
  await raises(Cloudflare.NotFoundError, 404, 7003, () => admin.accounts.get({ account_id: '0'.repeat(32) }));
});
