import { torture } from '../support/torture.js';
import { plant } from './plants.mjs';

const UNHARMED = plant('none');

const play = (build: string, scenario: string): ReturnType<typeof torture> =>
  torture('--dist', build, '--only', scenario, '--engine', 'embedded', '--seed', 'planted');

it.concurrent.each([
  ['answer before commit', 'crash', /no acknowledged write is lost|no session .* is lost|never survives|comes back/],
  ['forget the family', 'crash', /an ended session never answers/],
  ['find, then update', 'crash', /no token works twice: .* two requests at once got different refresh tokens/],
  ['skip the guard on one route', 'abuse', /a route is for its role/],
])('“%s” is found by the scenario %s', async (fault, scenario, violation) => {
  const { code, output } = await play(plant(fault), scenario);
  expect(output).toMatch(violation);
  expect(code).toBe(1);
});

it.concurrent.each(['crash', 'abuse'])('where nothing is planted the scenario %s finds nothing', async (scenario) => {
  const { code, output } = await play(UNHARMED, scenario);
  expect(output).toContain('\n0 violations');
  expect(code).toBe(0);
});
