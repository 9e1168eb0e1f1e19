/* Trolleys by keys and reader alone, against repod (keeper.sh): a keeper loads and hands
 * over, the receiver counts and confirms once, at his own page or at the giver's with
 * badge and PIN; what is missing and what is too many is told apart by name.
 *
 * From the environment: FREE (volumes in the keeper's hand), SHELVED, and what by_keys.mjs
 * wants. */
import { api, badge, base, browser, counter, keys, password, says, tabTo } from './by_keys.mjs';
import { newPage, readLabel, signIn } from './browser.mjs';
import { check, finish, mustBe, step } from './tap.mjs';

const TROLLEY = 'B000000007761';
const PIN = '2468';
const free = process.env.FREE.split(' ');
const [shelved] = process.env.SHELVED.split(' ');
const caseOf = async (label) => (await api('keeper1', 'GET', `/v1/volumes/${label}`)).case_no;

async function desk(login) {
    const page = await newPage(browser, base);
    page.setDefaultTimeout(12000);
    await page.waitForSelector('#login');
    await signIn(page, login, password(login));
    await page.waitForSelector('jk-desk h2');
    return page;
}

/* One after the other, as a hand does it. */
async function read(page, what, ...labels) {
    for (const label of labels) {
        await readLabel(page, label);
        await page.waitForSelector(what(label));
    }
}

const heldBy = async (labels) => Promise.all(labels.map(async (label) => (await api('supervisor1', 'GET', `/v1/volumes/${label}`)).holder.name));

/* From the first label to the signature, at the giver's page alone and then at two. */
async function one(giver, taker) {
    const asked = { giver: [], taker: [] };
    const hear = (list) => (request) => request.url().includes('/v1/') && list.push(request.method());
    giver.on('request', hear(asked.giver));
    taker.on('request', hear(asked.taker));
    const receiver = await badge('scan1');
    const began = Date.now();
    await readLabel(giver, TROLLEY);
    await giver.waitForSelector('jk-trolley-load h1');
    await readLabel(giver, free[0]);
    await giver.waitForSelector('.trolley tbody tr');
    await readLabel(giver, receiver);
    await giver.waitForFunction((text) => document.querySelector('#to').value === text, receiver);
    await keys(giver, 'F8');
    await giver.waitForSelector('jk-trolley-take');
    await readLabel(taker, TROLLEY);
    await taker.waitForSelector('jk-trolley-take button:has-text("整批签收 1 册")');
    await keys(taker, 'F8');
    await says(taker, '已签收 1 册');
    const [given, taken] = [asked.giver, asked.taker].map((list) => ({ all: list.length, changing: list.filter((method) => method !== 'GET').length }));
    console.log(`# one volume: ${Date.now() - began} ms, ${given.all} requests by the giver, ${taken.all} by the receiver`);
    mustBe((await heldBy(free.slice(0, 1)))[0] === '赵扫', 'the receiver does not hold it');
    mustBe(given.changing === 1 && taken.changing === 1, 'one command each is enough');
    mustBe(given.all <= 16 && taken.all <= 16, `asked too often: ${given.all} and ${taken.all}`);
}

async function load(page) {
    await keys(page, 'F12');
    await page.waitForSelector('jk-trolleys h1');
    await counter(page, 'trolley-list', '装一车');
    await keys(page, 'F8');
    await page.waitForSelector('jk-trolley-load h1');
    await readLabel(page, shelved); /* who stands on the shelf is not in the hand */
    await says(page, '不能上车');
    await page.waitForSelector('.differences :text("在架")');
    await read(page, (label) => `.trolley tbody:has-text("${names[label]}")`, ...free.slice(1, 4));
    await readLabel(page, free[1]);
    await says(page, '已经在车上');
    mustBe((await page.$$eval('.trolley tbody tr', (all) => all.length)) === 3, 'a volume is on it twice');
    await readLabel(page, free[4]);
    await page.waitForSelector('.trolley tbody tr:nth-child(4)');
    await readLabel(page, 'C0583'); /* the last one off again */
    await page.waitForSelector('.trolley tbody tr:nth-child(4)', { state: 'detached' });
    await keys(page, 'F3');
    await says(page, '各庭室');
    await page.goBack();
    await page.waitForSelector('.trolley tbody tr:nth-child(3)'); /* the load is still known */
    await keys(page, 'F8');
    await says(page, '还不知道交给谁');
    await readLabel(page, await badge('judge1')); /* nobody lent him these */
    await says(page, '有 3 册不能这样移交');
    await page.waitForSelector('.trolley tbody .fault:has-text("先申请借阅")');
    await counter(page, 'trolley-refused', '移交这 3 册');
    await keys(page, 'F8');
    mustBe((await page.$('jk-trolley-load')) !== null, 'it went to somebody who may not have it');
    await readLabel(page, await badge('scan1'));
    await page.waitForFunction(() => !document.querySelector('.trolley tbody .fault'));
    await page.focus('#reason');
    await page.keyboard.type('扫描');
    await counter(page, 'trolley-load', '移交这 3 册');
    const figures = await page.$$eval('.figures dd', (all) => all.map((one_) => one_.textContent));
    mustBe(figures[0] === '3' && Number(figures[3]) > 3, `counts ${figures}`);
    await keys(page, 'F8');
    await says(page, '等 赵扫 签收这 3 册');
    return page.textContent('jk-trolley-take h1 .mono');
}

async function count(page, label) {
    await keys(page, 'F1');
    await tabTo(page, '交来一车 3 册', 'a');
    await keys(page, 'Enter');
    await says(page, '请清点 3 册');
    await read(page, (text) => `tr:has-text("${names[text]}") :text("点到")`, free[1], free[2]);
    await readLabel(page, free[4]); /* lay on it by mistake */
    await page.waitForSelector('.differences li:has-text("多出")');
    await page.waitForSelector(`.differences li:has-text("多出"):has-text("${names[free[4]]}")`);
    await page.waitForSelector(`.differences li:has-text("少"):has-text("${names[free[3]]}")`);
    await counter(page, 'trolley-differs', '整批签收 3 册');
    await keys(page, 'F8');
    await page.waitForSelector(`.say.bad:has-text("少了 ${names[free[3]]} 正卷第1册")`);
    mustBe((await heldBy(free.slice(1, 4))).every((name) => name === '王库'), 'some were taken, and not all');
    await readLabel(page, free[3]);
    await page.waitForFunction(() => document.querySelectorAll('.differences li').length === 1);
    await keys(page, 'F8');
    await page.waitForSelector(`.say.bad:has-text("多出 ${names[free[4]]} 正卷第1册")`);
    await tabTo(page, '', '.differences button');
    await keys(page, 'Enter');
    await says(page, '3 册都对上了');
    await keys(page, 'F8');
    await says(page, '已签收 3 册');
    mustBe((await heldBy(free.slice(1, 4))).every((name) => name === '赵扫'), 'not all are with the receiver');
    await counter(page, 'trolley-taken', '再装一车');
    const pdf = await page.evaluate((path) => fetch(path).then(async (answer) => [answer.headers.get('content-type'), (await answer.text()).slice(0, 5)]),
        await page.getAttribute('a:has-text("打印移交单")', 'href'));
    mustBe(pdf[0] === 'application/pdf' && pdf[1] === '%PDF-', `the list is no PDF: ${pdf}`);
    mustBe((await api('scan1', 'GET', `/v1/batches/${label}`)).reason === '扫描', 'the reason is lost');
}

/* The operator gives back at his page; the keeper signs there by badge and PIN. */
async function back(page) {
    await api('keeper1', 'POST', '/v1/session/pin', { pin: PIN });
    await readLabel(page, TROLLEY);
    await page.waitForSelector('jk-trolley-take button, jk-trolley-take a');
    await keys(page, 'F8'); /* what was on it is done: load it again */
    await page.waitForSelector('jk-trolley-load h1');
    await read(page, (label) => `.trolley tbody:has-text("${names[label]}")`, ...free.slice(0, 4));
    await readLabel(page, await badge('keeper1'));
    await page.waitForFunction(() => document.querySelector('#to').value);
    await keys(page, 'F8');
    await says(page, '等 王库 签收这 4 册');
    await readLabel(page, await badge('keeper1'));
    await page.waitForSelector('#pin:focus');
    await page.keyboard.type('1357');
    await keys(page, 'Enter');
    await says(page, '工牌密码');
    await page.waitForSelector('#pin');
    await page.focus('#pin');
    await keys(page, 'Control+A');
    await page.keyboard.type(PIN);
    await counter(page, 'trolley-sign', '整批签收 4 册');
    await keys(page, 'Enter');
    await says(page, '已签收 4 册');
    mustBe((await heldBy(free.slice(0, 4))).every((name) => name === '王库'), 'not all came back');
}

async function decline(giver, taker) {
    await keys(giver, 'F12');
    await giver.waitForSelector('jk-trolleys h1');
    await keys(giver, 'F8');
    await giver.waitForSelector('jk-trolley-load h1');
    await read(giver, (label) => `.trolley tbody:has-text("${names[label]}")`, ...free.slice(0, 2));
    await readLabel(giver, await badge('scan1'));
    await giver.waitForFunction(() => document.querySelector('#to').value);
    await keys(giver, 'F8');
    await says(giver, '等 赵扫 签收这 2 册');
    await keys(taker, 'F12');
    await tabTo(taker, 'B0', 'th a');
    await keys(taker, 'Enter');
    await tabTo(taker, '整批拒收');
    await keys(taker, 'Enter');
    await taker.waitForSelector('#why:focus');
    await taker.keyboard.type('封条破损');
    await keys(taker, 'Enter');
    await says(taker, '已拒收');
    await giver.waitForSelector('.state :text("已拒收")'); /* by itself */
    mustBe((await heldBy(free.slice(0, 2))).every((name) => name === '王库'), 'the giver still answers');
}

const names = Object.fromEntries(await Promise.all(free.map(async (label) => [label, await caseOf(label)])));
try {
    const giver = await desk('keeper1');
    const taker = await desk('scan1');
    await step('trolley: one volume goes from hand to hand by four labels and two keys', () => one(giver, taker));
    let label = '';
    await step('trolley: it is loaded by the reader, and each label says why it may not go', async () => (label = await load(giver)));
    await step('trolley: one missing and one too many are told apart by name, then all are taken', () => count(taker, label));
    await step('trolley: the receiver signs at the giver\'s page by badge and PIN', () => back(taker));
    await step('trolley: it is declined as a whole, with the reason', () => decline(giver, taker));
} catch (error) {
    check(false, 'trolley: the tasks come to their end', error.stack);
}
await browser.close();
finish();
