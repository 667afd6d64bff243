import { expect, it } from '@jest/globals';
import { matchRoute } from '../../local/match-route.ts';

const routeKeys = ['POST /a/b', 'GET /tasks/{task_id}/documents', 'GET /tasks/{task_id}/steps/{step_id}/document'];

it.each([
  ['POST', '/a/b', 'POST /a/b', {}],
  ['GET', '/tasks/1/documents', 'GET /tasks/{task_id}/documents', { task_id: '1' }],
  ['GET', '/tasks/a%3Ab/documents', 'GET /tasks/{task_id}/documents', { task_id: 'a:b' }],
  [
    'GET',
    '/tasks/%C3%9C/steps/a%2Fb/document',
    'GET /tasks/{task_id}/steps/{step_id}/document',
    { task_id: 'Ü', step_id: 'a/b' },
  ],
])('finds the route of %s %s, with its parameters decoded', (method, path, routeKey, pathParameters) => {
  expect(matchRoute(routeKeys, method, path)).toEqual({ routeKey, pathParameters });
});

it.each([
  ['GET', '/a/b'],
  ['POST', '/a/b/'],
  ['GET', '/tasks//documents'],
  ['GET', '/tasks/1/2/documents'],
  ['GET', '/x/tasks/1/documents'],
])('finds none for %s %s', (method, path) => {
  expect(matchRoute(routeKeys, method, path)).toBeUndefined();
});

it('takes what stands for itself in a path literally', () => {
  expect(matchRoute(['GET /a.b'], 'GET', '/axb')).toBeUndefined();
});
