/* One-time codes, locks and certificates at the keeper's page, by keys (people.sh). */
import { createHmac } from 'node:crypto';

import { browser, base, keys, password, says, tabTo } from './by_keys.mjs';
import { judge, newPage, signIn } from './browser.mjs';
import { check, finish, mustBe, step } from './tap.mjs';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/* RFC 6238, by another hand than ours. */
function code(secret, steps) {
    const bits = [...secret].map((one) => letters.indexOf(one).toString(2).padStart(5, '0')).join('');
    const key = Buffer.from(bits.match(/.{8}/g).map((one) => parseInt(one, 2)));
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + steps));
    const mac = createHmac('sha1', key).update(counter).digest();
    const number = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
    return String(number % 1000000).padStart(6, '0');
}

let secret;

async function mustSetUp(page) {
    await page.waitForSelector('#login');
    await page.fill('#login', 'archivist1');
    await page.fill('#password', password('archivist1'));
    await keys(page, 'Enter');
    await says(page, '设置好以后才能做别的事');
    mustBe(!(await page.$('header.bar')), 'the other views are not there');
    await judge(page, 'people-needed');
    await tabTo(page, '开始设置');
    await keys(page, 'Enter');
    await page.waitForSelector('#totp-code:focus');
    secret = await page.textContent('form .mono');
    await judge(page, 'people-code');
    await page.focus('#totp-code');
    await page.keyboard.type('000000');
    await keys(page, 'Enter');
    await says(page, '验证码不对');
    await page.fill('#totp-code', code(secret, -1));
    await page.focus('#totp-code');
    await keys(page, 'Enter');
    await says(page, '恢复码每个只能用一次');
    mustBe((await page.$$('ol.mono li')).length === 8, 'eight recovery codes');
    await judge(page, 'people-recovery');
    await tabTo(page, '继续');
    await keys(page, 'Enter');
    await page.waitForSelector('header.bar');
}

async function withCode(page) {
    await tabTo(page, '退出');
    await keys(page, 'Enter');
    await page.waitForSelector('#login');
    await page.fill('#login', 'archivist1');
    await page.fill('#password', password('archivist1'));
    await keys(page, 'Enter');
    await page.waitForSelector('#code:focus');
    await judge(page, 'people-login');
    await page.fill('#code', code(secret, 0));
    await page.focus('#code');
    await keys(page, 'Enter');
    await page.waitForSelector('header.bar');
}

async function asAdmin(page) {
    await signIn(page, 'admin', password('admin'));
    await tabTo(page, '陈管');
    await keys(page, 'Enter');
    await says(page, '扫描台的证书');
    await says(page, '还要等 1 分钟');
    await judge(page, 'people-admin');
    await tabTo(page, '吊销');
    await keys(page, 'Enter');
    await page.waitForSelector('#why:focus');
    await page.keyboard.type('遗失');
    await keys(page, 'Enter');
    await says(page, '从现在起不再接受');
    await tabTo(page, '放行');
    await keys(page, 'Enter');
    await page.waitForSelector('#why:focus');
    await page.keyboard.type('忘记口令');
    await keys(page, 'Enter');
    await says(page, '已放行');
}

try {
    const page = await newPage(browser, base);
    await step('people: who must use codes sets them up before anything else', () => mustSetUp(page));
    await step('people: and then logs in with one', () => withCode(page));
    await step('people: the admin revokes a certificate and unlocks a person', async () => asAdmin(await newPage(browser, base)));
} catch (error) {
    check(false, 'people: the tasks come to their end', error.stack);
}
await browser.close();
finish();
