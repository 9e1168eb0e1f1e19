/* Each of the keeper's tasks once, by keys and reader alone, against repod (keeper.sh). Each
 * view is judged and pictured, also at the size of the counter's small screen.
 *
 * From the environment: SLOTS and SHELVED (the first labels of the rack, and what stands in
 * the first two), LENT (out with judge1), and what by_keys.mjs wants. */
import { act, api, at, badge, base, blob, browser, counter, keys, password, says, tabTo } from './by_keys.mjs';
import { newPage, readLabel, signIn } from './browser.mjs';
import { check, finish, mustBe, step } from './tap.mjs';

const { LENT: lent } = process.env;
const slots = process.env.SLOTS.split(' ');
const shelved = process.env.SHELVED.split(' ');
const CASE = '44039920260301010027';

/* The volume is fed, one sheet, handed back and passed by the second person. */
async function scanned(volume) {
    await act('keeper1', 'offer', volume, { to: await badge('scan1') });
    await act('scan1', 'accept', volume);
    const hex = await blob('%PDF a page');
    await api('station1', 'POST', `/v1/volumes/${volume}/scans`, {
        volume, kind: 'first', station: 'ST01', operator: await badge('scan1'), started_at: '2026-11-28T09:00:00Z', ended_at: '2026-11-28T09:00:00Z',
        scanner: {}, sheets_declared: 1, sheets_counted: 1,
        images: [{ index: 1, sheet: 1, side: 'front', capture_sha256: hex, capture_bytes: 11, capture_type: 'image/jpeg', dpi: 300, mode: 'Color',
            width_px: 1, height_px: 1, kind: 'page', pdf_sha256: hex, text_sha256: hex }],
        items: [{ row: 6, title: '起诉状', images: [1] }],
    });
    await act('scan1', 'offer', volume, { to: await badge('keeper1') });
    await act('keeper1', 'accept', volume);
    const { pictures } = await api('qc1', 'GET', `/v1/volumes/${volume}/qc`);
    await api('qc1', 'POST', `/v1/volumes/${volume}/qc`, { result: 'pass', looked: pictures });
}

async function write(page, ...texts) {
    for (const text of texts) {
        if (text) await page.keyboard.type(text);
        await page.keyboard.press('Enter');
    }
}

async function takeIn(page) {
    await keys(page, 'F2');
    await says(page, '还没有收过材料');
    await keys(page, 'F8');
    await page.waitForSelector('#case:focus');
    await page.keyboard.type('zs'); /* 张三 */
    await keys(page, 'Enter');
    await page.waitForSelector('#from:focus');
    mustBe((await page.inputValue('#from')) === '张三', 'the plaintiff hands in');
    await page.focus('#title-0');
    /* title, kind, declared, counted, what is wrong; Enter goes on. */
    const lines = [['民事起诉状', '3', '3', ''], ['银行流水打印件', '12', '12', ''], ['身份证复印件', '1', '0', ''], ['证据目录', '1', '1', '没有签名']];
    for (const [title, declared, counted, fault] of lines) {
        await page.keyboard.type(title);
        await keys(page, 'Enter', 'Enter');
        await write(page, declared, counted);
        await page.keyboard.type(fault);
        await keys(page, 'Enter');
        await page.waitForTimeout(60);
    }
    await page.keyboard.type('录音光盘');
    await keys(page, 'Enter', 'ArrowDown', 'Enter');
    await page.waitForSelector('.lines :text("证物袋")');
    await page.waitForSelector('.lines :text("必存原件")');
    await page.waitForSelector('.lines :text("没有交来")');
    await counter(page, 'keeper-intake-new', '收下，登记');
    await keys(page, 'F8');
    await page.waitForSelector('jk-intake-one h1');
    await says(page, '打印收据');
}

async function register(page) {
    await keys(page, 'F2');
    await page.waitForSelector('jk-intake a.main');
    await keys(page, 'F8');
    await page.waitForSelector('#case:focus');
    await page.keyboard.type('（2026）粤0399民初第10099号');
    await keys(page, 'Enter');
    await page.waitForSelector('#cause:focus');
    await page.keyboard.type('劳动争议');
    await keys(page, 'Tab');
    await page.keyboard.type('钱进');
    await keys(page, 'Tab');
    await page.keyboard.type('某某电子有限公司');
    mustBe((await page.inputValue('#case_type')) === '民事一审', 'its number says what case it is');
    await counter(page, 'keeper-register', '登记这个案件');
    await keys(page, 'Enter');
    await page.waitForSelector('#from:focus');
    await page.focus('#title-0');
    await page.keyboard.type('仲裁裁决书复印件');
    await keys(page, 'F8');
    await page.waitForSelector('jk-intake-one h1');
}

async function fromTheClerk(page) {
    const { intake } = await api('clerk1', 'POST', '/v1/intakes', {
        case: CASE, from: '张三', side: '原告', volume: '', lines: [{ title: '代理词', what: 'paper', declared: 4, counted: 4 }],
    });
    await page.waitForTimeout(300);
    await readLabel(page, intake);
    await says(page, '有材料还没有归卷');
    await counter(page, 'keeper-intake-held');
    const { volumes } = await api('keeper1', 'GET', `/v1/volumes?q=${CASE}`);
    await readLabel(page, volumes[0].volume);
    await says(page, '材料已归卷');
    return volumes[0].volume;
}

async function tellOnce(page) {
    await tabTo(page, '发补正告知');
    await keys(page, 'Enter');
    await page.waitForSelector('#title:focus');
    await page.keyboard.type('送达地址确认书');
    await keys(page, 'Tab');
    await page.keyboard.type('请填写并签名');
    await counter(page, 'keeper-notice', '打印收据');
    await keys(page, 'Enter');
    await says(page, '已一次性告知补正');
    await counter(page, 'keeper-intake-one', '打印收据');
    mustBe(!(await page.$('button:has-text("发补正告知")')), 'a second notice is offered');
    const href = await page.getAttribute('a:has-text("打印补正告知书")', 'href');
    const pdf = await page.evaluate((path) => fetch(path).then(async (answer) => [answer.headers.get('content-type'), (await answer.text()).slice(0, 5)]), href);
    mustBe(pdf[0] === 'application/pdf' && pdf[1] === '%PDF-', `the notice is no PDF: ${pdf}`);
}

async function labels(page) {
    await tabTo(page, '打印标签');
    await keys(page, 'Enter');
    await page.waitForFunction(() => document.querySelector('.label-sheets img')?.naturalWidth > 100);
    await counter(page, 'keeper-labels', '打印');
    await page.emulateMedia({ media: 'print' });
    mustBe(!(await page.isVisible('.bar')) && !(await page.isVisible('.foot')) && (await page.isVisible('.label-sheets img')), 'more than the labels is printed');
    await page.emulateMedia({ media: 'screen' });
    await page.evaluate(() => (window.print = () => (window.printed = true)));
    await keys(page, 'F8');
    mustBe(await page.evaluate(() => window.printed), 'nothing is printed');
    const zpl = await page.evaluate((path) => fetch(path).then((answer) => answer.text()), await page.getAttribute('a[download$=".zpl"]', 'href'));
    mustBe(zpl.startsWith('^XA\n^CI28\n') && zpl.includes('民事起诉状') && zpl.split('^XA').length === 5, 'the ZPL has another number of labels');
}

/* The clerk wrote 4 and there are 3. */
async function putRight(page) {
    await tabTo(page, '更正');
    await keys(page, 'Enter');
    await page.waitForSelector('#c-title:focus');
    await keys(page, 'Tab', 'Tab', 'Control+A');
    await page.keyboard.type('3');
    await keys(page, 'Tab');
    await page.keyboard.type('数错了');
    await counter(page, 'keeper-correct', '打印收据');
    await keys(page, 'Enter');
    await says(page, '更正：数错了');
}

async function giveBack(page, first, volume) {
    await scanned(volume);
    await page.waitForTimeout(300);
    await readLabel(page, first);
    await tabTo(page, '退还材料');
    await keys(page, 'Enter');
    await page.waitForSelector('.questions input:focus');
    await counter(page, 'keeper-return', '打印收据');
    for (let i = 0; i < 4 && (await at(page)) !== 'receiver'; i++) await keys(page, 'Tab');
    await keys(page, 'Enter');
    await page.waitForSelector('h1:has-text("退还清单")');
    await keys(page, 'F2');
    await page.waitForSelector('jk-intake tbody tr:nth-child(4)');
    await counter(page, 'keeper-intake', '开始收件');
}

async function holders(page) {
    await keys(page, 'F3');
    await says(page, '各庭室');
    await tabTo(page, '王库');
    await keys(page, 'Enter');
    await page.waitForSelector('details[open] table');
    await counter(page, 'keeper-holders');
    await tabTo(page, '民一庭', 'button');
    await keys(page, 'Enter');
    await page.waitForFunction(() => document.querySelectorAll('jk-holders details').length === 1);
    await says(page, '1 件案子，1 卷');
}

async function places(page) {
    await keys(page, 'F6');
    await page.waitForSelector('.cell.good');
    await counter(page, 'keeper-places');
    await tabTo(page, '有卷');
    await keys(page, 'Enter');
    await page.waitForSelector('.cell.dim');
    for (let i = 0; i < 20 && !(await page.evaluate(() => document.activeElement.closest('.cell'))); i++) await keys(page, 'Tab');
    await keys(page, 'ArrowRight', 'Enter'); /* the second slot of the rack */
    await page.waitForSelector('.volume .facts');
}

async function chain(page) {
    await says(page, '下载证明');
    await counter(page, 'keeper-chain');
    const proof = await page.evaluate((path) => fetch(path).then((answer) => answer.text()), await page.getAttribute('a[download$="-proof.json"]', 'href'));
    mustBe(proof.includes('juanku-proof/2') && proof.includes(shelved[1]), `no proof of this volume: ${proof.slice(0, 80)}`);
    await page.focus('#tab-chain');
    await keys(page, 'ArrowRight', 'ArrowRight');
    await says(page, '没有在收件窗口登记过材料');
}

async function finding(page) {
    for (const [typed, found] of [['0035', 1], ['zm', 1], ['某某', 4], ['gzmkj', 1], ['民初10042号', 1]]) {
        await page.focus('#find');
        await page.keyboard.type(typed);
        await keys(page, 'Enter');
        await page.waitForFunction(([want, q]) => decodeURIComponent(location.hash).endsWith(q) && document.querySelectorAll('jk-list tbody tr').length === want, [found, typed])
            .catch(async () => mustBe(false, `'${typed}' finds ${await page.$$eval('jk-list tbody tr', (all) => all.length)}`));
    }
    await counter(page, 'keeper-found');
}

async function loans(page) {
    await keys(page, 'F7');
    await page.waitForSelector('jk-loans .sums li');
    await counter(page, 'keeper-loans');
    mustBe((await page.textContent('#loans-requested')).includes('1'), 'the request is not shown');
    await tabTo(page, '10042');
    await keys(page, 'Enter');
    await says(page, '催还');
    await keys(page, 'F8');
    await says(page, '已催还，借阅人会收到提醒');
    await counter(page, 'keeper-loan', '打印借阅单');
    await keys(page, 'F7');
    await page.waitForSelector('#loans-due_soon:has-text("1")');
}

async function stocktake(page) {
    await keys(page, 'F9');
    await page.waitForSelector('#scope');
    await page.focus('#scope');
    await keys(page, 'ArrowDown');
    await page.waitForSelector('#rack');
    await page.focus('#rack');
    await keys(page, 'ArrowDown', 'ArrowUp');
    await counter(page, 'keeper-stocktakes', '开始');
    await keys(page, 'F8');
    await page.waitForSelector('.figures');
    await readLabel(page, slots[0]);
    await says(page, '扫里面的卷');
    await readLabel(page, shelved[0]); /* right */
    await page.waitForSelector('.figures dd:has-text("1/ 24"), .figures dd:has-text("1")');
    await readLabel(page, slots[1]);
    await readLabel(page, slots[1]); /* twice: empty, but there should be one */
    await page.waitForSelector('.differences li');
    await readLabel(page, slots[2]);
    await readLabel(page, lent); /* who holds it is a judge: surplus */
    await page.waitForSelector('.differences li:nth-child(2)');
    await readLabel(page, slots[3]);
    await tabTo(page, '读不出');
    await keys(page, 'Enter');
    await page.waitForSelector('.differences li:nth-child(3)');
    await counter(page, 'keeper-stocktake', '结束盘点');
    const words = await page.$$eval('.differences .badge', (all) => all.map((one) => one.textContent.trim()));
    mustBe(words.includes('缺失') && words.includes('多出') && words.includes('读不出'), `told apart as ${words}`);
    await keys(page, 'F8');
    await says(page, '没有盘到');
    await readLabel(page, slots[1]);
    await readLabel(page, shelved[1]); /* it was there after all */
    await page.waitForFunction(() => document.querySelectorAll('.differences li').length === 2);
    await tabTo(page, '写明情况');
    await keys(page, 'Enter');
    await page.waitForSelector('#why:focus');
    await page.keyboard.type('条码受潮，已补贴');
    await keys(page, 'Enter');
    await page.waitForSelector('.differences :text("条码受潮")');
}

try {
    const page = await newPage(browser, base);
    page.setDefaultTimeout(12000);
    await page.waitForSelector('#login');
    await signIn(page, 'keeper1', password('keeper1'));
    await page.waitForSelector('jk-desk h2');
    let first = '';
    let volume = '';
    await step('keeper: papers are taken in, a line at a time', () => takeIn(page));
    first = await page.textContent('jk-intake-one h1 .mono');
    await step('keeper: what is wrong is told once', () => tellOnce(page));
    await step('keeper: labels are printed by browser and label printer', () => labels(page));
    await step('keeper: a case that is new is registered at the counter', () => register(page));
    await step('keeper: what the clerk took is filed by scanning the volume', async () => (volume = await fromTheClerk(page)));
    await step('keeper: a slip of the pen is put right', () => putRight(page));
    await step('keeper: what need not be kept goes back', () => giveBack(page, first, volume));
    await step('keeper: who has what, by person and department', () => holders(page));
    await step('keeper: the shelves are walked by arrow keys', () => places(page));
    await step('keeper: a chain with its proof', () => chain(page));
    await step('keeper: last digits and first letters find a case', () => finding(page));
    await step('keeper: a loan is recalled', () => loans(page));
    await step('keeper: a stock-take by the reader alone', () => stocktake(page));
} catch (error) {
    check(false, 'keeper: the tasks come to their end', error.stack);
}
await browser.close();
finish();
