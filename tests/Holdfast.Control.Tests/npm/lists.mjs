import { all, allow, assert, check, client, Cloudflare, raises } from './harness.mjs';

const admin = client();
const [account] = await all(admin.accounts.list());
const account_id = account.id;
const lists = admin.rules.lists;
let list;

const done = async ({ operation_id }) => {
  const operation = await lists.bulkOperations.get(operation_id, { account_id });
  assert.equal(operation.id, operation_id);
  assert.equal(operation.status, 'completed');
  assert.ok(Date.parse(operation.completed) > 0);
};

await check('A list is made, shown and described', async () => {
  assert.deepEqual(await all(lists.list({ account_id })), []);
  list = await lists.create({ account_id, name: 'offices', kind: 'ip', description: 'where we sit' });
  assert.equal(list.num_items, 0);
  assert.equal(list.num_referencing_filters, 0);
  assert.deepEqual(await lists.get(list.id, { account_id }), list);
  const described = await lists.update(list.id, { account_id, description: 'our offices' });
  assert.equal(described.description, 'our offices');
  assert.deepEqual((await all(lists.list({ account_id }))).map((item) => item.name), ['offices']);
});

await check('Items are added, paged, searched and shown', async () => {
  const body = Array.from({ length: 60 }, (_, i) => ({ ip: `192.0.2.${i}`, comment: `seat ${i}` }));
  await done(await lists.items.create(list.id, { account_id, body: [...body, { ip: '2001:DB8::/32' }] }));
  const items = await all(lists.items.list(list.id, { account_id, per_page: 7 }));
  assert.equal(items.length, 61);
  assert.equal(new Set(items.map((item) => item.id)).size, 61);
  assert.equal(items.at(-1).ip, '2001:db8::/32');
  const found = await all(lists.items.list(list.id, { account_id, search: '192.0.2.5' }));
  assert.deepEqual(found.map((item) => item.ip).sort(), ['192.0.2.5', ...Array.from({ length: 10 }, (_, i) => `192.0.2.5${i}`)].sort());
  assert.deepEqual(await lists.items.get(found[0].id, { account_id, list_id: list.id }), found[0]);
  assert.equal((await lists.get(list.id, { account_id })).num_items, 61);
});

await check('Items are replaced and deleted', async () => {
  await done(await lists.items.update(list.id, { account_id, body: [{ ip: '198.51.100.0/24' }, { ip: '192.0.2.1' }] }));
  const items = await all(lists.items.list(list.id, { account_id }));
  assert.deepEqual(items.map((item) => item.ip), ['192.0.2.1', '198.51.100.0/24']);
  await done(await lists.items.delete(list.id, { account_id, items: [{ id: items[0].id }] }));
  assert.equal((await lists.get(list.id, { account_id })).num_items, 1);
  await raises(Cloudflare.BadRequestError, 400, 40000, () => lists.items.delete(list.id, { account_id }));
});

await check('Several items are deleted when their number is said', async () => {
  await done(await lists.items.create(list.id, { account_id, body: [{ ip: '203.0.113.1' }, { ip: '203.0.113.2' }] }));
  const found = await all(lists.items.list(list.id, { account_id, search: '203.' }));
  const two = { account_id, items: found.map(({ id }) => ({ id })) };
  await raises(Cloudflare.ConflictError, 409, 40009, () => lists.items.delete(list.id, two));
  assert.equal((await lists.get(list.id, { account_id })).num_items, 3);
  await done(await lists.items.delete(list.id, two, { query: { confirm_deletes: 2 } }));
  assert.equal((await lists.get(list.id, { account_id })).num_items, 1);
});

await check('Host names and numbers are what the client knows', async () => {
  const hosts = await lists.create({ account_id, name: 'hosts', kind: 'hostname' });
  const wide = { url_hostname: '*.example.com', exclude_exact_hostname: false };
  await done(await lists.items.create(hosts.id, { account_id, body: [{ hostname: { url_hostname: 'Example.org' } }, { hostname: wide }] }));
  const items = await all(lists.items.list(hosts.id, { account_id }));
  assert.deepEqual(items.map((item) => item.hostname), [wide, { url_hostname: 'example.org' }]);
  const networks = await lists.create({ account_id, name: 'networks', kind: 'asn' });
  await done(await lists.items.create(networks.id, { account_id, body: [{ asn: 64496, comment: 'ours' }] }));
  const [asn] = await all(lists.items.list(networks.id, { account_id }));
  assert.equal(asn.asn, 64496);
  assert.equal(asn.comment, 'ours');
});

await check('A list that a rule names stays', async () => {
  const { id: zone_id } = await admin.zones.create({ account: {}, name: 'example.com' });
  const phase = 'http_request_firewall_custom';
  await admin.rulesets.phases.update(phase, { zone_id, rules: [{ action: 'block', expression: 'ip.src in $offices' }] });
  assert.equal((await lists.get(list.id, { account_id })).num_referencing_filters, 1);
  await raises(Cloudflare.ConflictError, 409, 40009, () => lists.delete(list.id, { account_id }));
  await admin.rulesets.phases.update(phase, { zone_id, rules: [] });
  assert.equal((await lists.delete(list.id, { account_id })).id, list.id);
  await raises(Cloudflare.NotFoundError, 404, 40004, () => lists.get(list.id, { account_id }));
});

await check('A token may read lists and not write them', async () => {
  const resources = { [`com.cloudflare.api.account.${account_id}`]: '*' };
  const policies = [await allow(resources, 'Account Rule Lists Read')];
  const token = await admin.user.tokens.create({ name: 'reader', policies });
  const reader = client(token.value);
  assert.equal((await all(reader.rules.lists.list({ account_id }))).length, 2);
  await raises(Cloudflare.PermissionDeniedError, 403, 9109, () => reader.rules.lists.create({ account_id, name: 'x', kind: 'ip' }));
});

await check('Redirects are kept by their sources, and a rule of the account names their list', async () => {
  const moves = await lists.create({ account_id, name: 'moves', kind: 'redirect' });
  const redirect = {
    source_url: 'example.com/Old',
    target_url: 'https://example.org/new?a=1',
    status_code: 302,
    include_subdomains: true,
    subpath_matching: true,
    preserve_query_string: true,
    preserve_path_suffix: false,
  };
  const other = { source_url: 'https://EXAMPLE.com', target_url: 'https://example.org/' };
  await done(await lists.items.create(moves.id, { account_id, body: [{ redirect, comment: 'moved' }, { redirect: other }] }));
  let items = await all(lists.items.list(moves.id, { account_id }));
  assert.deepEqual(items.map((item) => item.redirect.source_url), ['example.com/Old', 'https://example.com/']);
  assert.deepEqual([items[0].redirect, items[0].comment], [redirect, 'moved']);
  assert.deepEqual([items[1].redirect.status_code, items[1].redirect.preserve_path_suffix], [301, true]);

  await done(await lists.items.create(moves.id, { account_id, body: [{ redirect: { ...redirect, target_url: 'https://example.net/' } }] }));
  items = await all(lists.items.list(moves.id, { account_id, search: '/OLD' }));
  assert.deepEqual(items.map((item) => item.redirect.target_url), ['https://example.net/']);
  assert.equal((await lists.get(moves.id, { account_id })).num_items, 2);

  const refused = async (body, pointer) => {
    const error = await raises(Cloudflare.BadRequestError, 400, 40000, () => lists.items.create(moves.id, { account_id, body }));
    assert.equal(error.errors[0].source.pointer, pointer);
  };
  await refused([{ redirect: { ...redirect, source_url: 'example.com/?a' } }], '/0/redirect/source_url');
  await refused([{ redirect: { ...redirect, target_url: '/there' } }], '/0/redirect/target_url');
  await refused([{ redirect: { ...redirect, status_code: 303 } }], '/0/redirect/status_code');
  await refused([{ redirect }, { redirect: { ...redirect, status_code: 301 } }], '/1/redirect');

  const phase = 'http_request_redirect';
  const from = (name) => [
    { action: 'redirect', action_parameters: { from_list: { name, key: 'http.request.full_uri' } }, expression: 'http.request.full_uri in $moves' },
  ];
  const made = await admin.rulesets.phases.update(phase, { account_id, rules: from('moves') });
  assert.deepEqual(made.rules[0].action_parameters.from_list, { name: 'moves', key: 'http.request.full_uri' });
  const error = await raises(Cloudflare.BadRequestError, 400, 40000, () => admin.rulesets.phases.update(phase, { account_id, rules: from('offices') }));
  assert.equal(error.errors[0].source.pointer, '/rules/0/action_parameters/from_list/name');
  await raises(Cloudflare.ConflictError, 409, 40009, () => lists.delete(moves.id, { account_id }));
  await admin.rulesets.delete(made.id, { account_id });
  await lists.delete(moves.id, { account_id });
});
