/* The pages against the real programs: a volume is received, shelved by lamp and sensor,
 * handed over, scanned, passed, handed back, and found incomplete by the binding check:
 * every step through the browser, as the people of the day would.
 *
 * From the environment: REPO_BASE, STATION_BASE, VOLUME (expected, 17 sheets, the shipped
 * stack lies in the feeder), SECRETS (a folder with each person's password), RACK and
 * RACK_SOCKET (the simulated wood, for the hand that puts and takes). */
import { execFileSync } from 'node:child_process';
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

/* The lamp leads the hand, the sensor answers. */
async function byLamp(page, words, hand, state) {
    await press(page, words);
    await page.waitForSelector('.questions #slot, .say:has(strong:text-matches("亮.灯"))');
    if (await page.$('.questions #slot')) await page.click('.questions button[type="submit"]');
    const told = await page.waitForSelector('.say strong:text-matches("亮.灯")');
    const [, slot] = /架 (\d+) 格/.exec(await told.textContent());
    execFileSync(process.env.RACK, ['--tell', process.env.RACK_SOCKET, `${hand} ${slot}`]);
    await page.waitForSelector(`.state :text("${state}")`);
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
        await page.waitForSelector('button[aria-keyshortcuts="F6"]', { timeout: SCAN_MS });
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

/* A second person passes the scan, the archive notice comes, the binder checks. */
async function binding(keeper) {
    await step('real repository: somebody else than the operator passes the scan', async () => {
        const checker = await desk('qc1');
        await checker.click('nav a:has-text("质检")');
        await checker.waitForSelector('#qc-title');
        await judge(checker, 'real-repo-qc-queue');
        await checker.click('a:has-text("开始看")');
        await checker.waitForFunction(() => document.querySelector('.qc-frame img')?.naturalWidth > 300);
        await judge(checker, 'real-repo-qc');
        await checker.focus('.button.huge.main');
        while (!(await checker.$('.qc-side :text("全部看过，通过")'))) {
            await checker.keyboard.press('Enter');
            await checker.waitForTimeout(30);
        }
        await judge(checker, 'real-repo-qc-end');
        await checker.keyboard.press('F8');
        await checker.waitForSelector('text=现在没有等待质检的卷');
        await checker.context().close();
    });
    await step('real repository: the archive notice is recorded', async () => {
        const supervisor = await desk('supervisor1');
        await show(supervisor);
        await press(supervisor, '登记归档提示');
        await supervisor.check('input[value="保全"]');
        await judge(supervisor, 'real-repo-notice');
        await supervisor.click('.questions button[type="submit"]');
        await supervisor.waitForSelector('.state :text("已收到归档提示")');
        await supervisor.context().close();
    });
    const binder = await desk('binder1');
    const badge = await badgeOf(binder);
    await step('real repository: the binder takes it over', async () => {
        await keeper.waitForSelector('.state :text("已收到归档提示")');
        await handOver(keeper, binder, badge);
    });
    await step('real repository: the check names the five missing rows', async () => {
        await press(binder, '按规则核对');
        await binder.waitForSelector('.missing li');
        const rows = await binder.$$eval('.missing .badge', (all) => all.map((one) => one.textContent.replace(/\D/g, '')));
        mustBe(rows.join() === '3,4,9,11,26', `rows ${rows}`);
    });
    await judge(binder, 'real-repo-binding');
    await binder.context().close();
}

async function day() {
    const keeper = await desk('keeper1');
    await judge(keeper, 'real-repo-desk');
    await show(keeper);
    await step('real repository: the keeper receives the volume', async () => {
        await press(keeper, '接收原件');
        await keeper.waitForSelector('.questions #sheets');
        await keeper.keyboard.press('Enter');
        await keeper.waitForSelector('text=已记入账本');
    });
    await step('real repository: lamp and sensor put it on the shelf', async () => {
        await byLamp(keeper, '放到架上', 'place', '在架');
        await keeper.waitForSelector('.facts :text("号架")');
    });
    await judge(keeper, 'real-repo-shelved');
    await step('real repository: lamp and sensor take it from the shelf', () => byLamp(keeper, '从架上取下', 'remove', '已收'));
    const operator = await desk('scan1');
    const operatorBadge = await badgeOf(operator);
    const keeperBadge = await badgeOf(keeper);
    await step('real repository: hand-over needs both sides', () => handOver(keeper, operator, operatorBadge));
    await scan();
    await step('real repository: the operator hands it back', async () => {
        await show(operator);
        await handOver(operator, keeper, keeperBadge);
    });
    await step('real repository: twelve pages stand under their rows', async () => {
        await show(keeper);
        await keeper.click('#tab-pages');
        await keeper.waitForFunction(() => document.querySelectorAll('.thumbs li').length === 12);
        await keeper.waitForFunction(() => document.querySelector('.thumbs img').naturalWidth > 50);
    });
    await judge(keeper, 'real-repo-pages');
    await step('real repository: the chain names every hand', async () => {
        await keeper.click('#tab-chain');
        await keeper.waitForFunction(() => document.querySelectorAll('.chain li').length >= 6);
    });
    await judge(keeper, 'real-repo-chain');
    await binding(keeper);
    await keeper.goto(`${repo}/#/slots`);
    await keeper.waitForSelector('.cell');
    await judge(keeper, 'real-repo-slots');
    await keeper.goto(`${repo}/#/holders`);
    await keeper.waitForSelector('summary');
    await keeper.click('summary');
    await keeper.waitForSelector('details[open] table');
    await judge(keeper, 'real-repo-holders');
    await step('real repository: the foot shows the head of the ledger', async () => {
        const head = await keeper.evaluate(() => fetch('/v1/ledger/head').then((response) => response.text()));
        await keeper.waitForSelector(`.foot :text("第 ${head.split('\n')[1]} 号")`);
    });
}

try {
    await day();
} catch (error) {
    check(false, 'real pages: the day comes to its end', error.stack);
}
await browser.close();
finish();
