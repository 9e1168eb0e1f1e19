/* What the tests of the keeper's page press: keys and reader alone, no click anywhere, so
 * what cannot be reached by keys fails; and what other people do meanwhile, over the API.
 *
 * From the environment: REPO_BASE, SECRETS (a folder of passwords). */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { judge, open } from './browser.mjs';
import { check } from './tap.mjs';

export const base = process.env.REPO_BASE;
export const password = (login) => readFileSync(join(process.env.SECRETS, login), 'utf8').trim();
const small = [1366, 768];
export const browser = await open();

/* ---- what other people do meanwhile, over the API ---- */

const tokens = new Map();
export async function api(login, method, path, body) {
    if (login && !tokens.has(login)) tokens.set(login, (await api('', 'POST', '/v1/session', { login, password: password(login) })).token);
    const raw = body instanceof Uint8Array;
    const answer = await fetch(base + path, {
        method,
        headers: { authorization: `Bearer ${tokens.get(login) ?? ''}`, 'content-type': raw ? 'application/octet-stream' : 'application/json' },
        body: raw ? body : body && JSON.stringify({ id: createHash('md5').update(`${Math.random()}`).digest('hex'), ...body }),
    });
    const json = (answer.headers.get('content-type') ?? '').includes('json') ? await answer.json() : {};
    if (!answer.ok) throw new Error(`${login} ${method} ${path}: ${answer.status} ${json.title}`);
    return json;
}
export const badge = async (login) => (await api(login, 'GET', '/v1/session')).person.badge;
export async function act(login, event, volume, more = {}) {
    const { version } = await api(login, 'GET', `/v1/volumes/${volume}`);
    await api(login, 'POST', '/v1/custody', { event, volumes: [{ volume, version }], ...more });
}
export async function blob(text) {
    const bytes = new TextEncoder().encode(text);
    const hex = createHash('sha256').update(bytes).digest('hex');
    await api('station1', 'PUT', `/v1/blobs/${hex}`, bytes);
    return hex;
}

/* ---- the keys ---- */

export const keys = async (page, ...list) => {
    for (const key of list) await page.keyboard.press(key);
};
export const says = (page, text) => page.waitForSelector(`text=${text}`);
export const at = (page) => page.evaluate(() => document.activeElement?.id);

export async function tabTo(page, text, what = 'a, button, summary') {
    for (let i = 0; i < 80; i++) {
        const there = await page.evaluate(([want, kind]) => document.activeElement?.textContent.includes(want) && document.activeElement.matches(kind), [text, what]);
        if (there) return;
        await page.keyboard.press('Tab');
    }
    throw new Error(`no key leads to '${text}'`);
}

/* Judged as ever, at the counter's screen: nothing wider, the main button in sight. */
export async function counter(page, name, button) {
    await judge(page, name, [small]);
    await page.setViewportSize({ width: small[0], height: small[1] });
    await page.evaluate(() => window.scrollTo(0, 0));
    const fits = await page.evaluate((want) => {
        const box = want && [...document.querySelectorAll('main a, main button')].find((one) => one.textContent.includes(want))?.getBoundingClientRect();
        const foot = document.querySelector('.foot').getBoundingClientRect().top;
        return { wide: document.documentElement.scrollWidth, bottom: want ? box?.bottom : 0, foot };
    }, button);
    check(fits.wide <= small[0] && fits.bottom <= fits.foot, `${name}: fits the counter's screen`, JSON.stringify(fits));
}
