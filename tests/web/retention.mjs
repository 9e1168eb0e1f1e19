/* Two persons at the page of terms, each by keys alone, against repod (retention.sh). Each
 * view is judged and pictured, also at the size of the counter's small screen. */
import { api, base, browser, counter, keys, password, says, tabTo } from './by_keys.mjs';
import { newPage, signIn } from './browser.mjs';
import { check, finish, mustBe, step } from './tap.mjs';

async function person(login) {
    const page = await newPage(browser, base);
    page.setDefaultTimeout(15000);
    await page.waitForSelector('#login');
    await signIn(page, login, password(login));
    await keys(page, 'F11');
    await page.waitForSelector('jk-retention h1');
    return page;
}

/* Marks rows by Tab and the space bar. */
async function mark(page, count) {
    await page.focus('#main');
    for (let marked = 0, i = 0; marked < count; i++) {
        mustBe(i < 60, 'no key leads to a mark');
        await page.keyboard.press('Tab');
        if (!(await page.evaluate(() => document.activeElement.matches('input.mark:not(:checked)')))) continue;
        await page.keyboard.press('Space');
        marked++;
    }
    await says(page, `已勾选 ${count} 册`);
}

const write = async (page, text) => {
    await page.waitForSelector('#reason:focus');
    await page.keyboard.type(text);
};

const archivist = await person('archivist');
const supervisor = await person('supervisor');

await step('retention: terms that are over are listed, what is kept for ever is not', async () => {
    await says(archivist, '期限已满');
    mustBe((await archivist.$$('input.mark')).length === 4, 'not four volumes');
    mustBe(await supervisor.$('button:has-text("登记保全")'), 'the supervisor cannot hold');
    mustBe(!(await supervisor.$('button:has-text("提出销毁")')), 'the supervisor proposes');
});

await step('retention: a supervisor puts a volume on hold and lifts it', async () => {
    await mark(supervisor, 1);
    await keys(supervisor, 'F8');
    await write(supervisor, '另案审理中');
    await keys(supervisor, 'Enter');
    await says(supervisor, '已登记保全');
    await supervisor.waitForSelector('#held');
    await counter(supervisor, 'retention-held', '登记保全');
    await tabTo(supervisor, '解除');
    await keys(supervisor, 'Enter');
    await supervisor.waitForSelector('#lift-reason:focus');
    await supervisor.keyboard.type('另案已结');
    await keys(supervisor, 'Enter');
    await says(supervisor, '已解除保全');
    await supervisor.waitForSelector('#held', { state: 'detached' });
});

let number = '';
await step('retention: an archivist marks two and proposes', async () => {
    await archivist.waitForFunction(() => document.querySelectorAll('input.mark').length === 4);
    await mark(archivist, 2);
    await counter(archivist, 'retention-terms', '提出销毁');
    await keys(archivist, 'F8');
    await write(archivist, '期限已满，无继续保存价值');
    await keys(archivist, 'Enter');
    await archivist.waitForSelector('jk-purge h1');
    await says(archivist, '您提出的清册由另一个人批准');
    mustBe(!(await archivist.$('button:has-text("批准，")')), 'who proposed may approve');
    number = (await archivist.evaluate(() => location.hash)).split('/').pop();
});

await step('retention: a supervisor refuses with a reason, and the volumes are free again', async () => {
    await supervisor.evaluate(() => (location.hash = '#/retention'));
    await supervisor.waitForSelector(`jk-retention a[href="#/retention/${number}"]`);
    await tabTo(supervisor, '第 1 号');
    await keys(supervisor, 'Enter');
    await supervisor.waitForSelector('jk-purge h1');
    await counter(supervisor, 'retention-decide', '批准，销毁电子文件');
    await keys(supervisor, 'F8');
    await write(supervisor, '先查有无另案');
    await tabTo(supervisor, '不批准');
    await keys(supervisor, 'Enter');
    await supervisor.waitForSelector('.badge:has-text("没有批准")');
});

await step('retention: proposed again, approved, and the files are gone', async () => {
    await archivist.evaluate(() => (location.hash = '#/retention'));
    await archivist.waitForFunction(() => document.querySelectorAll('input.mark').length === 4);
    await mark(archivist, 2);
    await keys(archivist, 'F8');
    await write(archivist, '已查无另案');
    await keys(archivist, 'Enter');
    await archivist.waitForSelector('jk-purge h1:has-text("第 2 号")');
    await supervisor.evaluate(() => (location.hash = '#/retention/00000002'));
    await supervisor.waitForSelector('jk-purge h1:has-text("第 2 号")');
    await keys(supervisor, 'F8');
    await write(supervisor, '同意');
    await tabTo(supervisor, '批准，销毁电子文件');
    await keys(supervisor, 'Enter');
    await supervisor.waitForSelector('.title .badge:has-text("已销毁")');
    await counter(supervisor, 'retention-done');
    const { lines, files, removed } = await api('auditor', 'GET', '/v1/purges/00000002');
    check(files === removed && files > 0, 'retention: every file of the list is gone, and counted', `${files} ${removed}`);
    await supervisor.evaluate((label) => (location.hash = `#/v/${label}`), lines[0].volume);
    await says(supervisor, '电子文件已按保管期限销毁');
    await counter(supervisor, 'retention-volume');
});

await browser.close();
finish();
