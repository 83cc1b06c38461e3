// What every script here begins with. A script drives a control through the unmodified npm client and reports each check as one line of
// JSON on standard output: {"check": "...", "ok": true} or {"check": "...", "ok": false, "detail": "..."}.
// NpmClientTests.cs finds the checks by their names, so write them as literals: await check('Name', async () => { ... });
import assert from 'node:assert/strict';
import Cloudflare from 'cloudflare';

export { assert, Cloudflare };

/** The API's address and the admin token of the control under test. */
export const baseURL = process.env.HOLDFAST_TEST_API;
export const adminToken = process.env.HOLDFAST_TEST_TOKEN;

/** A client as anybody makes one. It does not retry unless asked, so that a check sees the first answer. */
export const client = (apiToken = adminToken, options = {}) => new Cloudflare({ apiToken, baseURL, maxRetries: 0, ...options });

/** Runs one check; the script goes on when it fails. */
export async function check(name, body) {
  let report = { check: name, ok: true };
  try {
    await body();
  } catch (error) {
    report = { check: name, ok: false, detail: error?.stack ?? String(error) };
  }
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

/** The call must fail with this class of the client's errors; gives the error. */
export async function raises(errorClass, status, code, call) {
  try {
    await call();
  } catch (error) {
    assert.ok(error instanceof errorClass, `expected ${errorClass.name}, got ${error?.constructor?.name}: ${error?.message}`);
    assert.equal(error.status, status);
    assert.equal(error.errors[0].code, code, error.message);
    return error;
  }
  assert.fail(`expected ${errorClass.name}, and it succeeded`);
}

/** Everything that an auto-paged list yields. */
export async function all(pages) {
  const items = [];
  for await (const item of pages) {
    items.push(item);
  }
  return items;
}

/** A policy that allows groups, by name, on resources. */
export async function allow(resources, ...names) {
  const groups = await all(client().user.tokens.permissionGroups.list());
  const ids = names.map((name) => ({ id: groups.find((group) => group.name === name).id }));
  return { effect: 'allow', permission_groups: ids, resources };
}

export const allZones = { 'com.cloudflare.api.account.zone.*': '*' };
