import { deviceOf } from '../../src/kernel/device.js';

const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 Mobile/15E148 Safari/604.1';
const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0';

it.each([
  [IPHONE, 'Safari 17 on Apple iPhone'],
  [FIREFOX, 'Firefox 133 on Windows'],
  ['curl/8.5.0', 'curl 8.5.0'],
  ['python-requests/2.31.0', 'python-requests 2.31.0'],
  ['node', 'node'],
  ['Mozilla/5.0', null],
  ['', null],
  [null, null],
  ['(((((', null],
  ['\ufffd', '\ufffd'],
])('a user agent names its device: %s', (agent, name) => {
  expect(deviceOf(agent)).toBe(name);
  expect(deviceOf(agent)).toBe(name);
});
