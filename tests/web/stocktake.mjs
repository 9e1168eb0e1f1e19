/* Stock-takes by keys and reader alone, against repod (keeper.sh): a blind one of a rack,
 * whose differences only a supervisor sees and closes, and a sample drawn by lot; each kind
 * of difference is told apart, with the name of the case.
 *
 * From the environment: RACK2 (the twelve slots of the second rack; in the first three
 * stand STANDING, in this order), FREE (volumes in the keeper's hand), and what by_keys.mjs
 * wants. */
import { api, base, browser, counter, keys, password, says, tabTo } from './by_keys.mjs';
import { newPage, readLabel, signIn } from './browser.mjs';
import { check, finish, mustBe, step } from './tap.mjs';

const rack = process.env.RACK2.split(' ');
const standing = process.env.STANDING.split(' ');
const [free] = process.env.FREE.split(' ');

async function desk(login) {
    const page = await newPage(browser, base);
    page.setDefaultTimeout(12000);
    await page.waitForSelector('#login');
    await signIn(page, login, password(login));
    await page.waitForSelector('jk-desk h2');
    return page;
}

async function begin(page, downs, more) {
    await keys(page, 'F9');
    await page.waitForSelector('#scope');
    await page.focus('#scope');
    for (let i = 0; i < downs; i++) await keys(page, 'ArrowDown');
    await more();
    await keys(page, 'F8');
    await page.waitForSelector('.figures');
}

/* What stands in a slot: its label, nothing ('' for empty), or a code that cannot be read. */
async function count(page, slot, what, n) {
    await readLabel(page, slot);
    await says(page, '扫里面的卷');
    if (what === 'unreadable') {
        await tabTo(page, '读不出');
        await keys(page, 'Enter');
    } else await readLabel(page, what || slot);
    await page.waitForFunction((done) => document.querySelector('.figures dd')?.textContent.startsWith(`${done}/`), n);
}

const differences = (page) => page.$$eval('.differences li', (all) => all.map((one) => one.textContent.replace(/\s+/g, ' ')));

async function blind(page) {
    await begin(page, 1, async () => {
        await page.waitForSelector('#rack');
        await page.focus('#rack');
        await keys(page, 'ArrowDown');
        await page.focus('input[name="blind"]');
        await keys(page, 'Space');
    });
    await says(page, '盲盘');
    const { stocktake } = (await api('keeper1', 'GET', '/v1/stocktakes')).stocktakes.at(-1);
    const seen = ['', standing[2], 'unreadable', free]; /* gone, in another's place, no label, out on record */
    for (let i = 0; i < rack.length; i++) await count(page, rack[i], seen[i] ?? '', i + 1);
    await says(page, '盲盘：差异由主管看');
    mustBe(!(await page.$('.differences')), 'who counts blindly sees the differences');
    const shown = await page.$$eval('.figures dd', (all) => all.map((one) => one.textContent));
    mustBe(shown.slice(1).every((text) => text === '–'), `figures are shown: ${shown}`);
    await counter(page, 'stocktake-blind', '结束盘点');
    await keys(page, 'F8');
    await says(page, '盲盘由主管结束');
    return stocktake;
}

async function explain(page, reasons) {
    for (const reason of reasons) {
        await tabTo(page, '写明情况');
        await keys(page, 'Enter');
        await page.waitForSelector('#why:focus');
        await page.keyboard.type(reason);
        await keys(page, 'Enter');
        await page.waitForSelector(`.differences :text("${reason}")`);
    }
}

async function close(page, number) {
    await keys(page, 'F9');
    await tabTo(page, `第 ${Number(number)} 次盘点`);
    await keys(page, 'Enter');
    await page.waitForSelector('.differences li');
    const told = await differences(page);
    const cases = await Promise.all([...standing, free].map(async (label) => (await api('keeper1', 'GET', `/v1/volumes/${label}`)).case_no));
    const want = [['缺失', cases[0]], ['错位', cases[2]], ['读不出', cases[2]], ['多出', cases[3]], ['缺失', cases[1]]];
    for (const [word, name] of want)
        mustBe(told.some((text) => text.includes(word) && text.includes(name)), `no '${word}' of ${name} in ${told.join(' | ')}`);
    mustBe(told.length === want.length, `${told.length} differences: ${told.join(' | ')}`);
    await counter(page, 'stocktake-apart', '结束盘点');
    await keys(page, 'F8');
    await says(page, '处差异没有处理或说明');
    await explain(page, ['一', '二', '三', '四', '五'].map((n) => `查明原因之${n}`));
    await keys(page, 'F8');
    await says(page, '结果已记入账本');
    await counter(page, 'stocktake-closed');
}

/* What keeper.mjs left half counted is counted to its end by somebody else. */
async function endOthers() {
    const { stocktakes } = await api('keeper1', 'GET', '/v1/stocktakes');
    const { slots } = await api('keeper1', 'GET', '/v1/slots');
    for (const { stocktake, rack: of } of stocktakes.filter((one) => one.state === 'open')) {
        const path = `/v1/stocktakes/${stocktake}`;
        const inside = slots.filter((one) => one.slot.startsWith(`S${of.replace('.', '')}`));
        for (const { slot, volume } of inside) await api('keeper1', 'POST', `${path}/counts`, { slot, volume: volume ?? '' });
        for (const { slot, kind } of (await api('keeper1', 'GET', path)).differences) await api('keeper1', 'POST', `${path}/reasons`, { slot, kind, reason: '已查明' });
        await api('keeper1', 'POST', `${path}/close`, {});
    }
}

async function sample(page) {
    await endOthers();
    await begin(page, 2, async () => {
        await page.waitForSelector('#count');
        await page.focus('#count');
        await keys(page, 'Control+A');
        await page.keyboard.type('4');
    });
    await says(page, '随机抽查 4 格');
    const drawn = (await api('keeper1', 'GET', '/v1/stocktakes')).stocktakes.at(-1).sample;
    mustBe(drawn.length === 4 && new Set(drawn).size === 4, `drawn: ${drawn}`);
    const { slots } = await api('keeper1', 'GET', '/v1/slots');
    const here = (slot) => slots.find((one) => one.slot === slot).volume ?? '';
    await counter(page, 'stocktake-sample');
    await readLabel(page, slots.find((one) => !drawn.includes(one.slot)).slot);
    await readLabel(page, slots.find((one) => !drawn.includes(one.slot)).slot);
    await says(page, '不在这次盘点的范围里');
    for (let i = 0; i < drawn.length; i++) await count(page, drawn[i], here(drawn[i]), i + 1);
    await says(page, '到现在为止都对得上');
    await keys(page, 'F8');
    await says(page, '结果已记入账本');
}

try {
    const keeper = await desk('keeper1');
    const supervisor = await desk('supervisor1');
    let number = '';
    await step('stock-take: a blind one shows the counter nothing', async () => (number = await blind(keeper)));
    await step('stock-take: missing, surplus, misplaced and unreadable are told apart by name', () => close(supervisor, number));
    await step('stock-take: a sample is drawn by lot, and no other slot is of it', () => sample(keeper));
} catch (error) {
    check(false, 'stock-take: the tasks come to their end', error.stack);
}
await browser.close();
finish();
