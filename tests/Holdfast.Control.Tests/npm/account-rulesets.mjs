import { all, allow, assert, check, client, Cloudflare, raises } from './harness.mjs';

const admin = client();
const { id: zone_id, account } = await admin.zones.create({ account: {}, name: 'example.com' });
const account_id = account.id;
const rulesets = admin.rulesets;
const phase = 'http_request_firewall_custom';
const block = { action: 'block', expression: '(http.request.uri.path eq "/admin")', description: 'no admin', categories: ['paths'] };
let shared;
let root;

await check('A custom ruleset is made, changed and read back', async () => {
  shared = await rulesets.create({ account_id, kind: 'custom', name: 'shared', phase, rules: [block] });
  assert.deepEqual([shared.kind, shared.version, shared.phase], ['custom', '1', phase]);
  assert.deepEqual(shared.rules[0].categories, ['paths']);
  shared = await rulesets.rules.create(shared.id, { account_id, action: 'log', expression: 'true', position: { index: 1 } });
  assert.deepEqual(shared.rules.map((rule) => rule.action), ['log', 'block']);
  shared = await rulesets.update(shared.id, { account_id, description: 'for all', rules: shared.rules });
  assert.equal(shared.description, 'for all');
  assert.deepEqual(await rulesets.get(shared.id, { account_id }), shared);
  assert.equal((await rulesets.versions.get('1', { ruleset_id: shared.id, account_id })).rules.length, 1);
  await rulesets.versions.delete('1', { ruleset_id: shared.id, account_id });
  assert.deepEqual((await all(rulesets.versions.list(shared.id, { account_id }))).map((item) => item.version), ['3', '2']);
});

await check('An entry point of the account executes it with overrides', async () => {
  const action_parameters = {
    id: shared.id,
    version: 'latest',
    overrides: {
      action: 'log',
      categories: [{ category: 'paths', action: 'block' }],
      rules: [{ id: shared.rules[0].id, enabled: false }],
    },
  };
  const rules = [{ action: 'execute', action_parameters, expression: 'http.host eq "example.com"', description: 'deploy' }];
  root = await rulesets.phases.update(phase, { account_id, rules });
  assert.equal(root.kind, 'root');
  assert.deepEqual(root.rules[0].action_parameters, action_parameters);
  assert.deepEqual(await rulesets.phases.get(phase, { account_id }), root);
  assert.deepEqual((await all(rulesets.list({ account_id }))).map((item) => [item.id, item.kind]), [[root.id, 'root'], [shared.id, 'custom']]);
  assert.equal((await all(rulesets.phases.versions.list(phase, { account_id }))).length, 1);
  const moved = await rulesets.rules.edit(root.rules[0].id, { ruleset_id: root.id, account_id, enabled: false });
  assert.equal(moved.rules[0].enabled, false);
});

await check('A rule of a zone executes it', async () => {
  const rules = [{ action: 'execute', action_parameters: { id: shared.id }, expression: 'true' }];
  const own = await rulesets.phases.update(phase, { zone_id, rules });
  assert.deepEqual(own.rules[0].action_parameters, { id: shared.id, version: 'latest' });
  await raises(Cloudflare.ConflictError, 409, 40009, () => rulesets.delete(shared.id, { account_id }));
  await rulesets.delete(own.id, { zone_id });
});

await check('A rule of a zone skips it, or a rule of it', async () => {
  const put = (action_parameters) =>
    rulesets.phases.update(phase, { zone_id, rules: [{ action: 'skip', action_parameters, expression: 'true' }] });
  const skipped = { rulesets: [shared.id], rules: { [shared.id]: [shared.rules[0].id] } };
  const own = await put(skipped);
  assert.deepEqual(own.rules[0].action_parameters, skipped);
  const unknown = '0123456789abcdef0123456789abcdef';
  const cases = [
    [{ rulesets: [unknown] }, 'rulesets'],
    [{ rulesets: [root.id] }, 'rulesets'],
    [{ rules: { [unknown]: [unknown] } }, 'rules'],
    [{ rules: { [shared.id]: [unknown] } }, 'rules'],
  ];
  for (const [parameters, place] of cases) {
    const error = await raises(Cloudflare.BadRequestError, 400, 40000, () => put(parameters));
    assert.equal(error.errors[0].source.pointer, `/rules/0/action_parameters/${place}`);
  }
  await rulesets.delete(own.id, { zone_id });
});

await check('What no edge could execute is a BadRequestError that names the place', async () => {
  const put = (action_parameters) =>
    rulesets.phases.update(phase, { account_id, rules: [{ action: 'execute', action_parameters, expression: 'true' }] });
  const cases = [
    [{ id: '0123456789abcdef0123456789abcdef' }, 'id'],
    [{ id: root.id }, 'id'],
    [{ id: shared.id, version: '1' }, 'version'],
    [{ id: shared.id, matched_data: { public_key: 'a' } }, 'matched_data'],
    [{ id: shared.id, overrides: { rules: [{ id: root.id, enabled: true }] } }, 'overrides'],
    [{ id: shared.id, overrides: { action: 'managed_challenge' } }, 'overrides/action'],
    [{ id: shared.id, overrides: { sensitivity_level: 'low' } }, 'overrides/sensitivity_level'],
    [{ id: shared.id, overrides: { categories: [{ category: 'other', enabled: false }] } }, 'overrides'],
  ];
  for (const [parameters, place] of cases) {
    const error = await raises(Cloudflare.BadRequestError, 400, 40000, () => put(parameters));
    assert.equal(error.errors[0].source.pointer, `/rules/0/action_parameters/${place}`);
  }
  const nested = [{ action: 'execute', action_parameters: { id: shared.id }, expression: 'true' }];
  const error = await raises(Cloudflare.BadRequestError, 400, 40000, () => rulesets.update(shared.id, { account_id, rules: nested }));
  assert.equal(error.errors[0].source.pointer, '/rules/0/action');
  await raises(Cloudflare.BadRequestError, 400, 40000, () =>
    rulesets.create({ account_id, kind: 'custom', name: 'x', phase: 'http_request_transform' }),
  );
  await raises(Cloudflare.BadRequestError, 400, 40000, () => rulesets.create({ zone_id, kind: 'custom', name: 'x', phase }));
  await raises(Cloudflare.ConflictError, 409, 40009, () => rulesets.create({ account_id, kind: 'root', name: 'x', phase }));
});

await check('A ruleset that nothing executes is deleted', async () => {
  await raises(Cloudflare.ConflictError, 409, 40009, () => rulesets.delete(shared.id, { account_id }));
  await rulesets.rules.delete(root.rules[0].id, { ruleset_id: root.id, account_id });
  await rulesets.delete(shared.id, { account_id });
  await raises(Cloudflare.NotFoundError, 404, 10003, () => rulesets.get(shared.id, { account_id }));
});

await check('A token needs the permission for the account', async () => {
  const reads = await admin.user.tokens.create({
    name: 'reads',
    policies: [await allow({ [`com.cloudflare.api.account.${account_id}`]: '*' }, 'Account Rulesets Read')],
  });
  const reader = client(reads.value).rulesets;
  assert.equal((await reader.phases.get(phase, { account_id })).id, root.id);
  await raises(Cloudflare.PermissionDeniedError, 403, 9109, () => reader.phases.update(phase, { account_id, rules: [] }));
  await raises(Cloudflare.PermissionDeniedError, 403, 9109, () => reader.phases.get(phase, { zone_id }));
});
