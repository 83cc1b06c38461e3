import { all, assert, check, client, Cloudflare, raises } from './harness.mjs';

const admin = client();
const { id: zone_id } = await admin.zones.create({ account: {}, name: 'example.com' });
const rules = admin.firewall.accessRules;
const configuration = { target: 'ip', value: '192.0.2.7' };
let rule;

await check('An access rule is made and shown', async () => {
  rule = await rules.create({ zone_id, mode: 'block', configuration, notes: 'tries passwords' });
  assert.equal(rule.mode, 'block');
  assert.deepEqual(rule.configuration, configuration);
  assert.deepEqual(rule.allowed_modes, ['block', 'whitelist']);
  assert.deepEqual(await rules.get(rule.id, { zone_id }), rule);
});

await check('Every target is taken, in its one form', async () => {
  for (const [target, value, shown] of [
    ['ip6', '2001:DB8::7', '2001:db8::7'],
    ['ip_range', '198.51.100.0/24', '198.51.100.0/24'],
    ['asn', 'as64496', 'AS64496'],
    ['country', 'de', 'DE'],
  ]) {
    const made = await rules.create({ zone_id, mode: 'whitelist', configuration: { target, value } });
    assert.deepEqual(made.configuration, { target, value: shown });
  }
});

await check('Rules are listed, filtered and paged', async () => {
  assert.equal((await all(rules.list({ zone_id, per_page: 2 }))).length, 5);
  assert.deepEqual((await all(rules.list({ zone_id, mode: 'block' }))).map((item) => item.id), [rule.id]);
  assert.deepEqual((await all(rules.list({ zone_id, notes: 'passwords' }))).map((item) => item.id), [rule.id]);
  const found = await all(rules.list({ zone_id, configuration: { target: 'country' } }));
  assert.deepEqual(found.map((item) => item.configuration.value), ['DE']);
});

await check('A rule is changed, and its configuration is not', async () => {
  const after = await rules.edit(rule.id, { zone_id, configuration, mode: 'whitelist', notes: 'a friend' });
  assert.equal(after.mode, 'whitelist');
  assert.equal(after.notes, 'a friend');
  const other = { target: 'ip', value: '192.0.2.8' };
  await raises(Cloudflare.BadRequestError, 400, 40000, () => rules.edit(rule.id, { zone_id, configuration: other, mode: 'block' }));
});

await check('Challenges, doubles and mistakes are refused', async () => {
  const refused = (code, params) => raises(Cloudflare.BadRequestError, 400, code, () => rules.create({ zone_id, ...params }));
  const challenge = await refused(40000, { mode: 'challenge', configuration: { target: 'ip', value: '192.0.2.9' } });
  assert.match(challenge.message, /challenges come later/);
  await refused(10009, { mode: 'block', configuration });
  await refused(40000, { mode: 'block', configuration: { target: 'ip', value: '192.0.2.0/24' } });
  await refused(40000, { mode: 'block', configuration: { target: 'ip_range', value: '0.0.0.0/0' } });
  await refused(40000, { mode: 'block', configuration: { target: 'country', value: 'Germany' } });
  await refused(40000, { mode: 'block', configuration: null });
});

await check('A rule is deleted', async () => {
  assert.equal((await rules.delete(rule.id, { zone_id })).id, rule.id);
  await raises(Cloudflare.NotFoundError, 404, 10001, () => rules.get(rule.id, { zone_id }));
});

const [account] = await all(admin.accounts.list());
const user = (method, path = '', body) => admin[method](`/user/firewall/access_rules/rules${path}`, body && { body });

await check('Rules of the account are made, changed and deleted as those of a zone', async () => {
  const account_id = account.id;
  const made = await rules.create({ account_id, mode: 'block', configuration, notes: 'everywhere' });
  assert.deepEqual([made.mode, made.configuration, made.scope], ['block', configuration, { id: account_id, type: 'organization' }]);
  assert.deepEqual(await rules.get(made.id, { account_id }), made);
  assert.deepEqual((await all(rules.list({ account_id, notes: 'every' }))).map((item) => item.id), [made.id]);
  assert.equal((await rules.edit(made.id, { account_id, configuration, mode: 'whitelist' })).mode, 'whitelist');
  await raises(Cloudflare.BadRequestError, 400, 10009, () => rules.create({ account_id, mode: 'block', configuration }));
  assert.ok(!(await all(rules.list({ zone_id }))).some((item) => item.id === made.id));
  assert.deepEqual(await all(admin.rulesets.list({ account_id })), []);
  assert.equal((await rules.delete(made.id, { account_id })).id, made.id);
  await raises(Cloudflare.NotFoundError, 404, 10001, () => rules.get(made.id, { account_id }));
});

await check('Rules of the user are others', async () => {
  const { result: made } = await user('post', '', { mode: 'block', configuration });
  assert.equal(made.scope.type, 'user');
  assert.deepEqual((await user('get')).result, [made]);
  assert.deepEqual(await all(rules.list({ account_id: account.id })), []);
  assert.equal((await user('patch', `/${made.id}`, { notes: 'mine' })).result.notes, 'mine');
  assert.equal((await user('delete', `/${made.id}`)).result.id, made.id);
});
