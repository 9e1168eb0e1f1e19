/* Every view of both pages, on mocks that can be brought into states which are rare in a
 * real day: looked at, judged, walked by keyboard, photographed. */
import { join } from 'node:path';

import { judge, newPage, open, readLabel, signIn } from './browser.mjs';
import { MockRepo } from './mock_repo.mjs';
import { MockStation } from './mock_station.mjs';
import { serve } from './serve.mjs';
import { check, finish, mustBe, step } from './tap.mjs';

const built = process.argv[2];
const label = 'V44039920260301010027100159';
const browser = await open();

async function station() {
    const mock = new MockStation({ tick: 40 });
    const { server, base } = await serve(mock, join(built, 'web_station'), '/api/stream');
    const page = await newPage(browser, base);
    page.setDefaultTimeout(20000);
    await page.waitForSelector('#login');
    await judge(page, 'station-login');
    await step('station: a wrong password is answered with a sentence', async () => {
        await page.fill('#login', 'scan1');
        await page.fill('#password', 'no');
        await page.keyboard.press('Enter');
        await page.waitForSelector('text=工号或口令不对');
    });
    await signIn(page, 'scan1', 'pw');
    await page.waitForSelector('jk-declare');
    await step('station: a misread label is refused at once', async () => {
        await readLabel(page, `${label.slice(0, -1)}8`);
        await page.waitForSelector('text=这个标签没有读对');
    });
    await readLabel(page, label);
    await step('station: the reader fills in the volume from anywhere', async () => {
        await page.waitForFunction((text) => document.querySelector('#volume').value === text, label);
        mustBe(await page.evaluate(() => document.activeElement.id === 'sheets'), 'the count is not asked next');
    });
    await judge(page, 'station-declare');
    await page.keyboard.press('Enter');
    await page.waitForSelector('jk-job');
    await judge(page, 'station-declared');

    mock.jamAt = 10;
    mock.rejected = 5;
    await page.keyboard.press('F2');
    await step('station: pages appear while paper moves', async () => {
        await page.waitForFunction(() => document.querySelectorAll('.side').length > 4);
        mustBe(mock.job.state === 'scanning', 'the pages came only afterwards');
    });
    await step('station: a jam says which sheet to feed next', () => page.waitForSelector('text=把第 10 张起的纸放回'));
    await page.waitForSelector('.reason');
    await judge(page, 'station-jam');
    await page.keyboard.press('F2');
    await page.waitForSelector('text=等您核对').catch(async (error) => {
        throw new Error(`${error.message} ${mock.job.state} ${mock.job.sheets_fed} ${mock.job.pages.map((one) => one.state).join(' ')} ${await page.textContent('.left')}`);
    });
    await step('station: arrow keys walk through the sides and the preview follows', async () => {
        await page.focus('[data-index="1"]');
        for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowUp', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
        await page.waitForSelector('[data-index="5"][aria-current]');
        await page.waitForSelector('#view-title:has-text("第 3 张")');
        mustBe(await page.evaluate(() => document.activeElement.dataset.index === '5'), 'the focus stayed behind');
    });
    await judge(page, 'station-review');
    await step('station: the picture zooms and moves by keyboard', async () => {
        await page.keyboard.press('+');
        await page.waitForSelector('.leaf.zoom-100');
        await page.keyboard.press('+');
        await page.waitForSelector('.leaf.zoom-200');
        await page.keyboard.press('Shift+ArrowDown');
        await page.waitForFunction(() => document.querySelector('.frame').scrollTop > 50);
        await page.keyboard.press('-');
        await page.keyboard.press('-');
        await page.waitForSelector('.leaf.zoom-fit');
        await page.focus('[data-index="5"]');
    });
    await step('station: a page is moved to another row', async () => {
        await page.keyboard.press('h');
        await page.waitForSelector('dialog[open] #row');
        await judge(page, 'station-move');
        await page.selectOption('#row', '13');
        await page.keyboard.press('Enter');
        await page.waitForSelector('.facts :text("目录第 13 项")');
        await page.keyboard.press('u');
        await page.waitForSelector('.facts :text("目录第 6 项")');
    });
    await step('station: what was read with doubt is drawn, and a title is confirmed by one key', async () => {
        await page.focus('[data-index="9"]');
        await page.keyboard.press('ArrowRight');
        await page.keyboard.press('ArrowLeft');
        await page.waitForSelector('.doubts rect');
        await judge(page, 'station-doubtful');
        await page.keyboard.press('n');
        await page.waitForSelector('.proposal', { state: 'detached' });
    });
    await step('station: a sheet is scanned again with its reason, and taken back', async () => {
        await page.keyboard.press('r');
        await page.waitForSelector('dialog[open] .reasons');
        await page.keyboard.press('2');
        await judge(page, 'station-redo');
        await page.keyboard.press('Enter');
        await page.waitForSelector('text=等着补第 5 张');
        await judge(page, 'station-repair');
        mustBe(mock.job.repair.reason === '歪斜', `the reason is ${mock.job.repair.reason}`);
        await readLabel(page, 'C0583');
        await page.waitForSelector('text=等着补第 5 张', { state: 'detached' });
    });
    await step('station: keys are shown, and one is changed without clashes', async () => {
        await page.keyboard.press('F1');
        await page.waitForSelector('dialog.help[open]');
        await page.click('dialog.help button:has-text("改“重扫”的键")');
        await page.keyboard.press('I');
        await page.waitForSelector('text=已用于“插一张”');
        await page.keyboard.press('V');
        await page.waitForSelector('text=留给扫码枪');
        await judge(page, 'station-keys');
        const hidden = await page.$eval('dialog.help', (card) => card.scrollHeight - card.clientHeight);
        mustBe(hidden <= 0, `${hidden} pixels of the keys are cut off`);
        await page.keyboard.press('F');
        await page.waitForSelector('dialog.help kbd:text-is("F")');
        mustBe(mock.keys.redo === 'F', 'the station did not hear of it');
        await page.keyboard.press('Escape');
        await page.waitForSelector('dialog.help[open]', { state: 'detached' });
    });
    await step('station: blanks and odd pages are looked at, none is dropped', async () => {
        await page.keyboard.press('F6');
        await page.waitForSelector('.review');
        await judge(page, 'station-review-odd');
        for (let i = 0; i < 40 && !(await page.$('.review-list.blank')); i++) {
            await page.keyboard.press('q');
            await page.waitForTimeout(80);
        }
        await judge(page, 'station-review-blank');
        for (let i = 0; i < 20 && (await page.$('.review')); i++) {
            await page.keyboard.press('q');
            await page.waitForTimeout(120);
        }
        mustBe(!(await page.$('.review')), 'the review does not end');
    });
    await step('station: the shift is a sheet with figures and two persons', async () => {
        await page.keyboard.press('F7');
        await page.waitForSelector('.shift tfoot');
        await judge(page, 'station-shift');
        await page.keyboard.press('Escape');
    });
    await step('station: a locked place is opened by the password alone', async () => {
        await page.keyboard.press('l');
        await page.waitForSelector('dialog.lock[open]');
        await judge(page, 'station-locked');
        await page.keyboard.type('wrong');
        await page.keyboard.press('Enter');
        await page.waitForSelector('text=口令不对');
        await page.keyboard.type('pw');
        await page.keyboard.press('Enter');
        await page.waitForSelector('dialog.lock', { state: 'detached' });
    });
    await step('station: a refusal is shown in words', async () => {
        await page.keyboard.press('F8');
        await page.waitForSelector('text=还有一页没有定下来');
    });
    for (const one of mock.job.pages) one.sentence = '';
    mock.repo = { up: 0, queue: 2, sentence: '连不上中间库。扫描不受影响，连上后自动送出。' };
    mock.tellState();
    await page.waitForSelector('text=扫描不受影响');
    await judge(page, 'station-repository-down');
    await page.keyboard.press('F8');
    await page.waitForSelector('jk-declare :text("已存入中间库")');
    mock.returns = [{ volume: label, case_no: '(2026)粤0399民初10031号', name: '孙检', holder: '王库', here: 1, reason: '', at: '',
        rejects: [{ sheet: 3, side: 'front', word: '不清楚', text: '右下角' }] }];
    mock.tellState();
    await page.waitForSelector('.back');
    await judge(page, 'station-done');

    await step('station: after the stream breaks it comes back by itself', async () => {
        for (const stream of mock.streams) stream.destroy();
        await page.waitForSelector('text=正在重连');
        await page.waitForSelector('text=正在重连', { state: 'detached', timeout: 15000 });
    });
    page.troubles.length = 0; /* the break itself is reported by the browser */
    await page.click('text=English');
    await page.waitForSelector('h1:has-text("Start a volume")');
    await judge(page, 'station-english');
    await page.context().close();
    server.close();
    server.closeAllConnections();
}

async function repository() {
    const mock = new MockRepo();
    const { server, base } = await serve(mock, join(built, 'web_repo'), '/v1/stream');
    const page = await newPage(browser, base);
    const show = async (name, address, what) => {
        await page.goto(`${base}/#/${address}`);
        await page.waitForSelector(what);
        await judge(page, name);
    };
    await page.waitForSelector('#login');
    await judge(page, 'repo-login');
    await signIn(page, 'keeper1', 'pw');
    await page.waitForSelector('jk-desk tbody tr');
    await judge(page, 'repo-desk');

    const [expected, shelved, , moving, received, binding] = mock.volumes;
    await step('repository: any label in the one field leads to its view', async () => {
        await readLabel(page, received.volume);
        await page.waitForSelector(`.volume h1:has-text("${received.case_no}")`);
    });
    await judge(page, 'repo-volume');
    await step('repository: a scanned badge is taken as the receiver', async () => {
        await readLabel(page, 'P0000000196'); /* wrong on purpose */
        await page.waitForSelector('text=这个标签没有读对');
        await readLabel(page, mock.person.badge.replace(/.*/, () => 'P0000000292'));
        await page.waitForSelector('#to');
        mustBe((await page.inputValue('#to')) === 'P0000000292', 'another receiver is chosen');
    });
    await judge(page, 'repo-offer');
    await step('repository: the volume goes to the shelf by lamp and sensor', async () => {
        await page.click('.acts button:has-text("放到架上")');
        await page.waitForSelector('#slot');
        await page.keyboard.press('Tab');
        await page.keyboard.press('Enter');
        await page.waitForSelector('text=亮绿灯');
        await judge(page, 'repo-order');
        await page.waitForSelector('.state :text("在架")');
    });
    await step('repository: receiving is one key after the scan', async () => {
        await readLabel(page, expected.volume);
        await page.waitForSelector('.acts button:has-text("接收原件")');
        await page.click('.acts button:has-text("接收原件")');
        await page.waitForSelector('.questions #sheets');
        await page.keyboard.press('Enter');
        await page.waitForSelector('text=已记入账本');
    });
    await step('repository: a stale view is refused and read again', async () => {
        await page.goto(`${base}/#/v/${shelved.volume}`);
        await page.waitForSelector(`h1:has-text("${shelved.case_no}")`);
        await page.click('.acts button:has-text("找不到了")');
        await page.fill('#reason', '清点时没有');
        await page.waitForTimeout(500); /* the news of the last step has been read */
        shelved.version++; /* behind the page's back */
        await page.keyboard.press('Enter');
        await page.waitForSelector('text=刚刚有变化');
    });
    await step('repository: the accept card works on what waits for me', async () => {
        await readLabel(page, moving.volume);
        await page.waitForSelector('.acts button:has-text("签收，由我负责")');
        await readLabel(page, 'C0195');
        await page.waitForSelector('.state :text("已收")');
    });
    await page.goto(`${base}/#/v/${binding.volume}`);
    await page.waitForSelector('.acts');
    await page.focus('#tab-chain');
    await page.keyboard.press('ArrowRight');
    await page.waitForSelector('.thumbs img');
    await judge(page, 'repo-pages');
    await page.click('.acts button:has-text("按规则核对")');
    await page.waitForSelector('.missing li');
    await judge(page, 'repo-binding');
    await step('repository: the archivist keeps a volume for longer than the table says', async () => {
        const bound = mock.volumes.find((one) => one.state === 'bound');
        await page.goto(`${base}/#/v/${bound.volume}`);
        await page.click('.acts button:has-text("归档入库")');
        await page.waitForSelector('#class:focus');
        await page.keyboard.press('End'); /* the last: for ever */
        await judge(page, 'repo-archive');
        await page.focus('#reason');
        await page.keyboard.press('Enter'); /* not without a reason */
        mustBe(!bound.term, 'it was sent without a reason');
        await page.keyboard.type('涉及不动产权属');
        await page.keyboard.press('Enter');
        await page.waitForSelector('.state :text("已归档")');
        mustBe(bound.term.class === 'permanent' && bound.term.reason === '涉及不动产权属', JSON.stringify(bound.term));
    });
    await show('repo-slots', 'slots', '.cell');
    await show('repo-slot', `s/${mock.slots[8].slot}`, 'jk-slot table');
    await show('repo-list', 'volumes', 'jk-list table');
    mock.setAlarms(mock.alarmsOfADay());
    await show('repo-alarms', 'desk', '.alarms li');
    await step('repository: what only a person can tell is explained by keyboard', async () => {
        await page.focus('.alarms button:has-text("写明情况")');
        await page.keyboard.press('Enter');
        await page.waitForSelector('#alarm-note:focus');
        await page.keyboard.type('门卫说是维修');
        await page.keyboard.press('Enter');
        await page.waitForFunction(() => document.querySelectorAll('.alarms li').length === 3);
    });
    mock.setAlarms([]);
    await step('repository: the last digits find a case', async () => {
        await page.fill('#find', '0061');
        await page.keyboard.press('Enter');
        await page.waitForFunction(() => document.querySelectorAll('jk-list tbody tr').length === 1);
    });
    await page.goto(`${base}/#/holders`);
    await page.waitForSelector('summary');
    await page.focus('summary');
    await page.keyboard.press('Enter');
    await page.waitForSelector('details[open] table');
    await judge(page, 'repo-holders');
    await step('repository: the head at the foot follows the ledger', async () => {
        const before = mock.seq;
        mock.record(mock.volumes[0], 'find', '找到了', 'received');
        await page.waitForSelector(`.foot :text("第 ${before + 1} 号")`);
    });
    await page.click('text=English');
    await show('repo-english', `v/${binding.volume}`, '.volume');
    await page.context().close();
    server.close();
    server.closeAllConnections();
}

for (const [name, play] of Object.entries({ station, repository }))
    try {
        await play();
    } catch (error) {
        check(false, `${name}: the walk through its views ends`, error.stack);
    }
await browser.close();
finish();
