/* The pages against the real programs: a volume is received, handed over, scanned, checked
 * and handed back, every step through the browser, as the people of the day would.
 *
 * From the environment: REPO_BASE, STATION_BASE, VOLUME (expected, 17 sheets, the shipped
 * stack lies in the feeder), SECRETS (a folder with each person's password). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { judge, newPage, open, readLabel, signIn } from './browser.mjs';
import { check, finish, mustBe, step } from './tap.mjs';

const { REPO_BASE: repo, STATION_BASE: station, VOLUME: volume, SECRETS: secrets } = process.env;
const SCAN_MS = 240000; /* 34 sides through OCR on two slow processors */
const browser = await open();

const password = (login) => readFileSync(join(secrets, login), 'utf8').trim();

async function desk(login) {
    const page = await newPage(browser, repo);
    await page.waitForSelector('#login');
    await signIn(page, login, password(login));
    await page.waitForSelector('jk-desk h2');
    return page;
}

async function show(page) {
    await readLabel(page, volume);
    await page.waitForSelector('.volume .facts');
}

async function press(page, words) {
    await page.click(`.acts button:has-text("${words}")`);
}

/* Two sides: one offers, the other accepts; the page of each shows it. */
async function handOver(from, to, badge) {
    await press(from, '交接给别人');
    await from.waitForSelector('#to');
    await readLabel(from, badge);
    await from.waitForFunction((text) => document.querySelector('#to')?.value === text, badge);
    await from.click('.questions button[type="submit"]');
    await from.waitForSelector('.state :text("交接中")');
    await to.goto(`${repo}/#/desk`);
    await to.click(`.part:has-text("等我签收") tbody a`);
    await to.waitForSelector('.volume .facts');
    await press(to, '签收，由我负责');
    await to.waitForSelector('text=已记入账本');
}

async function badgeOf(page) {
    const answer = await page.evaluate(() => fetch('/v1/session').then((response) => response.json()));
    return answer.person.badge;
}

async function scan() {
    const page = await newPage(browser, station);
    await page.waitForSelector('#login, jk-declare');
    if (await page.$('#login')) await signIn(page, 'scan1', password('scan1'));
    await page.waitForSelector('jk-declare');
    await judge(page, 'real-station-declare');
    await step('real station: the reader names the volume', async () => {
        await readLabel(page, volume);
        await page.waitForFunction((text) => document.querySelector('#volume').value === text, volume);
    });
    await page.fill('#sheets', '17');
    await page.keyboard.press('Enter');
    await page.waitForSelector('jk-job');
    await page.keyboard.press('F2');
    await step('real station: pages appear while paper moves', async () => {
        await page.waitForFunction(() => document.querySelectorAll('.side').length >= 6, null, { timeout: 60000 });
        await judge(page, 'real-station-scanning');
    });
    await step('real station: all 34 sides are read and the counts agree', async () => {
        await page.waitForSelector('button[aria-keyshortcuts="F8"]', { timeout: SCAN_MS });
        const counts = await page.$$eval('.tiles dd', (all) => all.map((one) => Number(one.textContent)));
        mustBe(counts.slice(0, 4).join() === '34,12,14,8', `images, pages, blanks, markers: ${counts}`);
    });
    await step('real station: a chosen page is shown large', async () => {
        await page.focus('.side[tabindex="0"]');
        for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowRight');
        await page.waitForFunction(() => document.querySelector('.frame img')?.naturalWidth > 300);
    });
    await judge(page, 'real-station-review');
    await step('real station: submitted and stored', async () => {
        await page.keyboard.press('F8');
        await page.waitForSelector('jk-declare :text("已存入中间库")', { timeout: 60000 });
    });
    await judge(page, 'real-station-done');
    await page.context().close();
}

const day = scan;
try {
    await day();
} catch (error) {
    check(false, 'real pages: the day comes to its end', error.stack);
}
await browser.close();
finish();
