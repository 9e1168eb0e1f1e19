/* The operator's day by keyboard and reader alone, against stationd, repod and the paper
 * feeder (keys.sh): log in, declare, feed, a jam, rows by separator labels, a sheet scanned
 * again, blanks looked at, handed in; the second person sends a page back; it is scanned
 * again and passes. No click anywhere: what cannot be reached by keys fails. */
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { judge, newPage, open, readLabel, signIn } from './browser.mjs';
import { root } from './here.mjs';
import { check, finish, mustBe, step } from './tap.mjs';

const { REPO_BASE: repo, STATION_BASE: station, VOLUME: volume, SECRETS: secrets, HOUSE: house } = process.env;
const ROW_SIX = 'T10671'; /* the separator of row 6 of a main volume */
const password = (login) => readFileSync(join(secrets, login), 'utf8').trim();
const browser = await open();

/* One sheet of the small stack lies in the feeder, alone. */
function lay(sheet) {
    const tray = join(house, 'tray');
    for (const file of readdirSync(tray)) rmSync(join(tray, file));
    copyFileSync(join(root, `tests/data/stack-small/${sheet}-front.jpg`), join(tray, `${sheet}-front.jpg`));
    writeFileSync(join(tray, 'sheets.tsv'), `sheet\tfront\tback\n1\t${sheet}-front.jpg\t-\n`);
    rmSync(join(house, 'feeder'), { force: true });
}

const stateOf = (page) => page.evaluate(() => fetch('/api/state').then((answer) => answer.json()));
/* Until the station's job is as wanted. */
async function until(page, wanted) {
    for (let i = 0; i < 300; i++) {
        const { job } = await stateOf(page);
        if (job && wanted(job)) return;
        await page.waitForTimeout(100);
    }
    throw new Error(`the job does not become: ${wanted}`);
}
const says = (page, text) => page.waitForSelector(`text=${text}`);

/* Tab from where the focus is until it is on what shows this text. */
async function tabTo(page, text) {
    for (let i = 0; i < 60; i++) {
        if (await page.evaluate((want) => document.activeElement?.textContent.includes(want) && /^(A|BUTTON)$/.test(document.activeElement.tagName), text)) return;
        await page.keyboard.press('Tab');
    }
    throw new Error(`no key leads to '${text}'`);
}

/* All read, and each page that has no row gets one by its separator's label. */
async function rows(page) {
    for (let i = 0; i < 40; i++) {
        await until(page, (job) => job.pages.every((one) => one.state === 'ready' || one.state === 'failed'));
        const { job } = await stateOf(page);
        if (!job.pages.some((one) => one.kind === 'page' && !one.row)) return;
        await page.keyboard.press('F3');
        await page.waitForTimeout(60);
        await readLabel(page, ROW_SIX);
        await page.waitForTimeout(120);
    }
    throw new Error('pages without a row are left');
}

async function lookAtAll(page, name) {
    await page.keyboard.press('F6');
    await page.waitForSelector('.review');
    await judge(page, name);
    for (let i = 0; i < 40 && (await page.$('.review')); i++) {
        await page.keyboard.press('q');
        await page.waitForTimeout(120);
    }
    mustBe(!(await page.$('.review')), 'some are never looked at');
}

async function submit(page) {
    await page.keyboard.press('F8');
    await page.waitForSelector('jk-declare :text("已存入中间库")', { timeout: 30000 }).catch(async (error) => {
        const { job } = await stateOf(page);
        throw new Error(`${error.message} ${job?.state} ${job?.sentence} ${job?.next} ${await page.textContent('.notes')}`);
    });
}

/* Sheet by sheet back to the wanted one. */
async function goTo(page, sheet) {
    for (let i = 0; i < 20 && !(await page.$(`#view-title:has-text("第 ${sheet} 张 正面")`)); i++) {
        const now = Number(/\d+/.exec(await page.textContent('#view-title'))[0]);
        await page.keyboard.press(now > sheet || (now === sheet && !(await page.$('#view-title:has-text("正面")'))) ? 'PageUp' : 'PageDown');
        await page.waitForTimeout(40);
    }
}

async function scanAgain(page, sheet, reason) {
    await goTo(page, sheet);
    await page.keyboard.press('r');
    await page.waitForSelector('dialog[open] .reasons');
    await page.keyboard.press(reason);
    await page.keyboard.press('Enter');
    await says(page, `等着补第 ${sheet} 张`);
    lay(sheet);
    await judge(page, `keys-repair-${reason}`);
    await page.keyboard.press('F2');
    await until(page, (job) => ['counted', 'review'].includes(job.state) && !job.repair.waits);
}

async function first(page) {
    await step('keys: the volume is declared by its label and Enter', async () => {
        await readLabel(page, volume);
        await page.waitForFunction(() => document.querySelector('#sheets').value === '5');
        await judge(page, 'keys-declare');
        await readLabel(page, volume); /* into the field of the number */
        mustBe((await page.inputValue('#sheets')) === '5', 'a label leaves its figures in the number');
        await page.keyboard.press('F1');
        await page.keyboard.press('Escape');
        await page.keyboard.type('5'); /* takes the place of the number that stood there */
        await page.keyboard.press('Enter');
        await page.waitForSelector('jk-job');
    });
    await step('keys: a jam stops the feeder and says what to do', async () => {
        await page.keyboard.press('F2');
        await says(page, '第 3 张卡纸');
        await judge(page, 'keys-jam');
        rmSync(join(house, 'tray/faults.tsv'));
        await page.keyboard.press('F2');
        await until(page, (job) => job.sheets_fed === 5 && ['counted', 'review'].includes(job.state));
    });
    await step('keys: pages get their row by the label of a separator', () => rows(page));
    await step('keys: a sheet is scanned again, the picture before stays to be seen', async () => {
        await readLabel(page, volume); /* no cover in this stack: a person says which volume it is */
        await scanAgain(page, 2, '1');
        await rows(page);
        await goTo(page, 2);
        await says(page, '换下的旧图');
        await judge(page, 'keys-replaced');
    });
    await step('keys: blanks and odd pages are looked at', () => lookAtAll(page, 'keys-review'));
    await step('keys: submitted and stored', () => submit(page));
}

async function control(page, name) {
    await page.goto(`${repo}/`);
    await page.waitForSelector('jk-desk h2');
    await tabTo(page, '质检');
    await page.keyboard.press('Enter');
    await page.waitForSelector('jk-qc .case');
    await tabTo(page, '开始看');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('.qc-frame img')?.naturalWidth > 100);
    await judge(page, name);
}

async function sendBack(page) {
    await control(page, 'keys-qc');
    const sheet = Number(/\d+/.exec(await page.textContent('#qc-at'))[0]);
    await page.keyboard.press('r');
    await page.waitForSelector('dialog[open]');
    await page.keyboard.press('2');
    await judge(page, 'keys-qc-reason');
    await page.keyboard.press('Enter');
    await says(page, '退回 1 面');
    await page.keyboard.press('F8');
    await says(page, '现在没有等待质检的卷');
    return sheet;
}

async function again(page, sheet) {
    await step('keys: what came back stands in the queue with its reason', async () => {
        await page.waitForSelector('.back :text("不清楚")', { timeout: 25000 }).catch(async (error) => {
            throw new Error(`${error.message} ${JSON.stringify((await stateOf(page)).returns)}`);
        });
        await judge(page, 'keys-returned');
    });
    await step('keys: it is opened by its label, scanned again and handed in', async () => {
        await readLabel(page, volume);
        await says(page, '质检退回');
        await judge(page, 'keys-rescan');
        await scanAgain(page, sheet, '3');
        await rows(page);
        if ((await stateOf(page)).job.pages.some((one) => one.kind === 'blank' && !one.checked)) await lookAtAll(page, 'keys-review-again');
        await submit(page);
    });
}

async function pass(page) {
    await control(page, 'keys-qc-again');
    for (let i = 0; i < 40 && !(await page.$('text=全部看过，通过')); i++) {
        await tabTo(page, '清楚，下一面');
        await page.keyboard.press('Enter');
        await page.waitForTimeout(40);
    }
    await page.keyboard.press('F8');
    await says(page, '现在没有等待质检的卷');
}

try {
    const page = await newPage(browser, station);
    page.setDefaultTimeout(20000);
    await page.waitForSelector('#login');
    await signIn(page, 'scan1', password('scan1'));
    await page.waitForSelector('jk-declare');
    await first(page);
    const other = await newPage(browser, repo);
    other.setDefaultTimeout(20000);
    await other.waitForSelector('#login');
    await signIn(other, 'qc1', password('qc1'));
    let sheet = 1;
    await step('keys: the second person sends one page back', async () => (sheet = await sendBack(other)));
    await again(page, sheet);
    await step('keys: the second person passes what was mended', () => pass(other));
    await step('keys: the shift shows the work, the repair and what was sent back', async () => {
        await page.keyboard.press('F7');
        await page.waitForSelector('.shift tfoot');
        const cells = await page.$$eval('.shift tfoot td', (all) => all.map((one) => Number(one.textContent)));
        mustBe(cells[0] === 1 && cells[1] === 7 && cells[4] === 2 && cells[5] === 1, `volumes, sheets, ..., repairs, back: ${cells}`);
        await judge(page, 'keys-shift');
    });
} catch (error) {
    check(false, 'keys: the day comes to its end', error.stack);
}
await browser.close();
finish();
