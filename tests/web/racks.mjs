/* Twenty volumes by light, then the rack's exceptions, in a real browser against the real
 * repository and rack. The keeper has a reader and the Enter key; the hand at the rack is
 * its control socket. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { judge, newPage, open, readLabel, signIn } from './browser.mjs';
import { check, finish, mustBe, step } from './tap.mjs';

const { VOLUMES, REPO_BASE, SECRETS, RACK, RACK_SOCKET, RACK_PID } = process.env;
const volumes = VOLUMES.trim().split(' ');
const SOON_MS = 1000; /* from the rack's side to the keeper's screen */
const DOOR_MS = 75000; /* the rack itself waits a minute before a door is open too long */
const hand = (...line) => execFileSync(RACK, ['--tell', RACK_SOCKET, line.join(' ')], { encoding: 'utf8' });
const slotLabel = (n) => {
    const digits = `01001${String(n).padStart(3, '0')}`;
    const rest = [...`${digits}00`].reduce((sum, one) => (sum * 10 + Number(one)) % 97, 0);
    return `S${digits}${String(98 - rest).padStart(2, '0')}`;
};

const browser = await open();
const page = await newPage(browser, REPO_BASE);
await signIn(page, 'keeper1', readFileSync(join(SECRETS, 'keeper1'), 'utf8').trim());
await page.waitForSelector('jk-desk');

const alarm = (text) => page.waitForSelector(`.alarms li:has-text("${text}")`, { timeout: 5000 });
const noAlarms = () => page.waitForFunction(() => !document.querySelector('.alarms'), undefined, { timeout: 5000 });

/* Something happens at the rack: its alarm, and how long until it is on the screen. */
async function within(text, happen) {
    const from = Date.now();
    happen();
    await alarm(text);
    const ms = Date.now() - from;
    check(ms <= SOON_MS, `"${text}" is on the screen within a second`, `${ms} ms`);
}

/* A blinking lamp is dark half of the time: look until it shines. */
function shines(n, colour) {
    const until = Date.now() + 3000;
    while (!hand('leds').includes(`${n} ${colour}`)) mustBe(Date.now() < until, `slot ${n} is not ${colour}: ${hand('leds')}`);
}

async function lit(n, colour) {
    await page.waitForFunction(() => /亮.灯/.test(document.querySelector('jk-actions')?.textContent ?? ''));
    shines(n, colour);
}

/* The reader, and then the volume itself in sight, not the one before it. */
async function call(volume) {
    await readLabel(page, volume);
    await page.waitForFunction((label) => document.querySelector('.acts button') &&
        document.querySelector('.volume .mono')?.textContent.replace(/\s/g, '') === label, volume);
}

async function putAway(volume, n) {
    await call(volume);
    await readLabel(page, slotLabel(n));
    await page.waitForSelector('#slot:focus');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await lit(n, 'green');
    hand('place', n);
    await page.waitForSelector('.state :text("在架")');
}

async function pick(volume, n) {
    await call(volume);
    await page.waitForSelector('.state :text("在架")');
    await page.waitForSelector('.acts button:has-text("从架上取下")');
    await page.focus('.acts button:has-text("从架上取下")');
    await page.keyboard.press('Enter');
    await lit(n, 'blue');
    hand('remove', n);
    await page.waitForSelector('.state :text("已收")');
}

const doorAt = Date.now();
await within('柜门未开锁就被打开', () => hand('open'));
await step('twenty volumes are put away by light, with reader and Enter alone', async () => {
    for (const [i, volume] of volumes.entries()) await putAway(volume, i + 1);
});
await page.goto(`${REPO_BASE}/#/slots`);
await page.waitForFunction(() => document.querySelectorAll('.cell.good').length === 20);
await step('and picked again', async () => {
    for (const [i, volume] of volumes.entries()) await pick(volume, i + 1);
});
await step('a door that stays open is told', () =>
    page.waitForSelector('.alarms li:has-text("柜门一直开着")', { timeout: Math.max(1000, doorAt + DOOR_MS - Date.now()) }));
hand('shut');
await page.waitForFunction(() => !/柜门一直开着/.test(document.querySelector('.alarms')?.textContent ?? ''));
await step('who opened it is explained by keyboard', async () => {
    await page.focus('.alarms button:has-text("写明情况")');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#alarm-note:focus');
    await page.keyboard.type('检修，已核对架上案卷');
    await page.keyboard.press('Enter');
    await noAlarms();
});

await within('有东西被放入，没有指令', () => hand('place', 9));
await judge(page, 'rack-alarm');
hand('remove', 9);
await noAlarms();

await call(volumes[0]);
await readLabel(page, slotLabel(3));
await page.waitForSelector('#slot:focus');
await page.keyboard.press('Tab');
await page.keyboard.press('Enter');
await lit(3, 'green');
await within('放错了格口', () => hand('place', 5));
await step('the slot that was meant is named, and both lamps show it', async () => {
    await alarm('应是');
    mustBe(/应是 .*3/.test(await page.textContent('.alarms')), await page.textContent('.alarms'));
    shines(5, 'red');
    shines(3, 'green');
});
hand('remove', 5);
await noAlarms();
hand('place', 3);
await page.waitForSelector('.state :text("在架")');
await within('有案卷被取出，没有指令', () => hand('remove', 3));
hand('place', 3);
await noAlarms();
await within('货架没有回答', () => process.kill(Number(RACK_PID), 'SIGKILL'));
await judge(page, 'rack-dead');
await browser.close();
finish();
